"""One origin's forecast before the period effect: what is expected, of whom, and how sure the rates are; and what the rivals say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import DAY
from funnel_audit.frozen import Frozen
from funnel_audit.measures.forecast.arrivals import Arrivals, arrivals
from funnel_audit.measures.forecast.chances import NODES, Chances, chances, grid_steps
from funnel_audit.measures.forecast.hazards import fit
from funnel_audit.measures.forecast.past import CLASSES, EDGES, Known, class_of
from funnel_audit.measures.forecast.probit import Crowd, crowd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

DRAWS, DRAW_STEPS, DRAW_AGES = 24, 24, 8
_LOWER = np.append(0.0, EDGES[:-1])
_MIDDLE = (EDGES + _LOWER) / 2


class Outlook(Frozen, dict=True):
    """``chance`` of each open deal (as in ``known``); ``at_entry`` (K,) of one that enters a stage now; ``ageless`` (target,) the
    same for any deal of the stage, whatever its age; ``crm`` (target,) share of the closed deals that had reached the stage and got there.

    ``coming``: new deals expected within the horizon. ``rate_cv``, ``new_cv``: relative standard errors of all expected, from the hazards,
    and of the arrivals.
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
    coming: float
    rate_cv: float
    new_cv: float

    @cached_property
    def crowd(self) -> Crowd:
        """The open deals' chances in classes."""
        return crowd(self.chance)

    @property
    def chance_of_new(self) -> float:
        """That a deal yet to come gets there in the time that is left to it."""
        return min(self.from_new / self.coming, 1.0) if self.coming > 0 else 0.0

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


def look(known: Known, days: float, target: int, reached: int, seed: int, rate_cv: float | None = None) -> Outlook:
    """Fit at the origin and look ``days`` ahead; ``reached`` is how many deals had got to the target by then. ``rate_cv``: when known."""
    if (known.stage >= target).any():
        short = np.flatnonzero(known.stage < target)
        known = replace(known, deal=known.deal[short], stage=known.stage[short], age=known.age[short])
    hazards = _once(known, "hazards", lambda: fit(known.recent))
    table = chances(hazards, days, target, grid_steps(days))
    counts = known.counts
    chance, ageless = np.zeros(len(known.stage)), np.zeros(target)
    for k in range(target):
        seen = np.flatnonzero(counts.at_risk[k])
        nodes = NODES[: int(np.searchsorted(NODES, EDGES[seen[-1]] if len(seen) else 1.0)) + 1]
        values = table.at_ages(k, nodes)[0]
        stood = counts.exposed[k] * (EDGES - _LOWER)
        ageless[k] = float((np.interp(_MIDDLE, nodes, values) * stood).sum() / max(stood.sum(), 1e-9))
        here = np.flatnonzero(known.stage == k)
        chance[here] = np.interp(known.age[here], nodes, values)
    unknown = np.isnan(known.age)
    if unknown.any():
        chance[unknown] = ageless[known.stage[unknown]]
    new: Arrivals = _once(known, "arrivals", lambda: arrivals(known.arrived, known.at_us))
    start = known.first / max(float(known.first.sum()), 1.0)
    from_new = float(new.reaching(np.einsum("k,dkx->dx", start, table.fresh), days)[0])
    lost = counts.exits[:target, -1].sum(axis=1)[::-1].cumsum()[::-1]
    if rate_cv is None:
        rate_cv = _rate_cv(known, days, target, new, start, seed)
    return Outlook(
        known, days, table, chance, table.at_entry(), ageless, reached / np.maximum(reached + lost, 1), new, float(chance.sum()), from_new,
        new.coming(days), rate_cv, new.cv(days / 3),
    )  # fmt: skip


def _once(known: Known, name: str, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, made once for an origin."""
    if name not in known.worked_out:
        known.worked_out[name] = make()
    return known.worked_out[name]


def _rate_cv(known: Known, days: float, target: int, new: Arrivals, start: Array, seed: int) -> float:
    """Relative spread of the expected count over draws of the hazards, on a coarser grid and with the open deals' ages in a few groups."""
    hazards = _once(known, f"drawn {seed}", lambda: fit(known.recent, DRAWS, np.random.default_rng(seed)))
    drawn = chances(hazards, days, target, DRAW_STEPS)
    total = new.reaching(np.einsum("k,dkx->dx", start, drawn.fresh), days)
    dated = ~np.isnan(known.age)
    stage, age = (known.stage, known.age) if dated.all() else (known.stage[dated], known.age[dated])
    cell = stage.astype(np.int64) * CLASSES + class_of(np.rint(age * DAY).astype(np.int64))
    shape = (target, CLASSES)
    count = np.bincount(cell, minlength=shape[0] * CLASSES).reshape(shape)
    age_sum = np.bincount(cell, weights=age, minlength=shape[0] * CLASSES).reshape(shape)
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
