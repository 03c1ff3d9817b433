"""The deals worth a look: those that promise most, and those whose chance has shrunk most since they entered their stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.measures.forecast.outlook import Outlook
from funnel_audit.measures.forecast.records import DealChance, StageExpectation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

_TIES = 1_000


def listed(
    j: Journeys, outlook: Outlook, value: Array | None, top: int, staged: bool
) -> tuple[tuple[DealChance, ...], tuple[DealChance, ...]]:
    """The ``top`` deals of the largest expected value, and of the largest loss of it; by chance alone where ``value`` is None.

    Not ``staged``, by age since creation: no deal has lost what it had when it was made, for then it had next to nothing.
    """
    worth = np.ones(len(outlook.chance)) if value is None else value
    expected = _first(j, outlook, outlook.chance * worth, top, staged)
    if not staged:
        return expected, ()
    return expected, _first(j, outlook, (outlook.at_entry[outlook.known.stage] - outlook.chance) * worth, top, staged)


def _first(j: Journeys, outlook: Outlook, score: Array, top: int, staged: bool) -> tuple[DealChance, ...]:
    """The rows of the largest score; ties are settled by deal id, so that the order of rows in the file changes nothing."""
    rows = np.flatnonzero(score > 0)
    size = min(len(rows), top + _TIES)
    if len(rows) > size:
        rows = rows[np.argpartition(-score[rows], size - 1)[:size]]
    ids = j.facts.id_text
    ranked = sorted(rows.tolist(), key=lambda row: (-float(score[row]), ids(int(outlook.known.deal[row]))))
    return tuple(_deal(j, outlook, row, staged) for row in ranked[:top])


def _deal(j: Journeys, outlook: Outlook, row: int, staged: bool) -> DealChance:
    known = outlook.known
    deal, age = int(known.deal[row]), float(known.age[row])
    return DealChance(
        deal=deal,
        stage=int(known.stage[row]) if staged else int(j.stage[deal]),
        age_days=None if np.isnan(age) else age,
        chance=float(outlook.chance[row]),
        chance_at_entry=float(outlook.at_entry[known.stage[row]]) if staged else None,
        amount=float(j.facts.amount[deal] / 100) if j.facts.amount_known[deal] else None,
        on_hold=bool(j.on_hold[deal]),
    )


def by_stage(j: Journeys, outlook: Outlook, target: int) -> tuple[StageExpectation, ...]:
    """Open deals and expected arrivals at the target by the furthest stage reached, for stages short of the target."""
    stage = j.stage[outlook.known.deal].astype(np.int64)
    count = np.bincount(stage, minlength=j.stages)
    expected = np.bincount(stage, weights=outlook.chance, minlength=j.stages)
    return tuple(StageExpectation(stage=k, open=int(count[k]), expected=float(expected[k])) for k in range(target) if count[k])


