"""One origin's forecast before the period effect: what is expected, of whom, and how sure the rates are; and what the rivals say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY
from funnel_audit.measures.forecast.arrivals import Arrivals, arrivals
from funnel_audit.measures.forecast.chances import NODES, Chances, chances
from funnel_audit.measures.forecast.hazards import fit
from funnel_audit.measures.forecast.past import CLASSES, EDGES, Known, class_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

DRAWS, DRAW_STEPS, DRAW_AGES = 24, 24, 8
_LOWER = np.append(0.0, EDGES[:-1])
_MIDDLE = (EDGES + _LOWER) / 2


@dataclass(frozen=True)
class Outlook:
    """``chance`` of each open deal (as in ``known``); ``at_entry`` (K,) of one that enters a stage now; ``ageless`` (K - 1,) the same
    for any deal of the stage, whatever its age; ``crm`` (K - 1,) share of the closed deals that had reached the stage and got there.

    ``rate_cv`` and ``new_cv``: relative standard errors of all expected from the hazards, and of the arrivals.
    """

    known: Known
    days: float
    chances: Chances
    chance: Array
    at_entry: Array
    ageless: Array
    crm: Array
    arrivals: Arrivals
    from_open: float
    from_new: float
    rate_cv: float
    new_cv: float

    @property
    def mean(self) -> float:
        return self.from_open + self.from_new

    @property
    def stage_only(self) -> float:
        return float(self.ageless[self.known.stage].sum()) + self.from_new

    @property
    def crm_weighted(self) -> float:
        return float(self.crm[self.known.stage].sum())

    @property
    def luck(self) -> float:
        """Variance of the count were every rate known: of the open deals' Bernoulli draws, and Poisson for the new ones."""
        return float((self.chance * (1.0 - self.chance)).sum()) + self.from_new

    @property
    def variance(self) -> float:
        """The same with the uncertainty of the rates, without the period effect."""
        return self.luck + (self.rate_cv * self.mean) ** 2 + (self.new_cv * self.from_new) ** 2


def look(known: Known, days: float, reached: int, seed: int) -> Outlook:
    """Fit at the origin and look ``days`` ahead; ``reached`` is how many deals had got to the target by then."""
    table = chances(fit(known), days)
    at_nodes = _tables(table, known)
    chance = np.zeros(len(known.stage))
    ageless = np.zeros(len(at_nodes))
    for k, (nodes, values) in enumerate(at_nodes):
        here = np.flatnonzero(known.stage == k)
        chance[here] = np.interp(known.age[here], nodes, values)
        stood = known.exposed[k] * (EDGES - _LOWER)
        if stood.sum() > 0:
            ageless[k] = float((np.interp(_MIDDLE, nodes, values) * stood).sum() / stood.sum())
    new = arrivals(known.arrived, known.at_us)
    start = known.first / max(float(known.first.sum()), 1.0)
    from_new = float(new.reaching(np.einsum("k,dkx->dx", start, table.fresh), days)[0])
    lost = known.exits[:, -1].sum(axis=1)[::-1].cumsum()[::-1]
    rate_cv = _rate_cv(known, days, new, start, seed)
    return Outlook(
        known, days, table, chance, table.at_entry(), ageless, reached / np.maximum(reached + lost, 1), new, float(chance.sum()), from_new,
        rate_cv, new.cv(days / 3),
    )  # fmt: skip


def _tables(table: Chances, known: Known) -> list[tuple[Array, Array]]:
    """Per stage: ages, and the chance at each, up to the oldest age that any stay has shown."""
    out = []
    for k in range(len(table.hazards)):
        seen = np.flatnonzero(known.at_risk[k])
        oldest = EDGES[seen[-1]] if len(seen) else 1.0
        nodes = NODES[: int(np.searchsorted(NODES, oldest)) + 1]
        out.append((nodes, table.at_ages(k, nodes)[0]))
    return out


def _rate_cv(known: Known, days: float, new: Arrivals, start: Array, seed: int) -> float:
    """Relative spread of the expected count over draws of the hazards, on a coarser grid and with the open deals' ages in a few groups."""
    rng = np.random.default_rng(seed)
    drawn = chances(fit(known, DRAWS, rng), days, DRAW_STEPS)
    total = new.reaching(np.einsum("k,dkx->dx", start, drawn.fresh), days)
    cell = known.stage.astype(np.int64) * CLASSES + class_of(np.rint(known.age * DAY).astype(np.int64))
    shape = (len(drawn.hazards), CLASSES)
    count = np.bincount(cell, minlength=shape[0] * CLASSES).reshape(shape)
    age_sum = np.bincount(cell, weights=known.age, minlength=shape[0] * CLASSES).reshape(shape)
    for k in range(shape[0]):
        here = int(count[k].sum())
        if not here:
            continue
        group = np.minimum((count[k].cumsum() - count[k] / 2) * DRAW_AGES // here, DRAW_AGES - 1).astype(np.int64)
        sizes = np.bincount(group, weights=count[k], minlength=DRAW_AGES)
        ages = np.bincount(group, weights=age_sum[k], minlength=DRAW_AGES)
        full = sizes > 0
        total = total + drawn.at_ages(k, ages[full] / sizes[full]) @ sizes[full]
    mean = float(total.mean())
    return float(total.std(ddof=1) / mean) if mean > 0 else 0.0
