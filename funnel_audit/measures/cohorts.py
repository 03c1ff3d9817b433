"""Deals by the period of their creation: how many of each got to every stage, and when that can be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.estimators import Incidence, aalen_johansen
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.calendar import of_day
from funnel_audit.measures.rates import MIN_REACHED, UNTIMED_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis, Period

    Array = NDArray[Any]

RIPE = 0.95
"""A cell is ripe when this share of its deals is resolved (definitions, section 4)."""
LATEST = 36
"""So many periods back there are cohorts; older ones are in the totals."""


@dataclass(frozen=True)
class Cell:
    """Of a cohort's ``n`` deals: ``reached`` the stage or a later one by as-of, ``resolved`` (0-1) reached or lost before.

    ``incidence``: Aalen-Johansen from creation to reaching the stage, against loss, read at the longest age; None under ten deals.
    ``ripe_day``: the day on which it will be ripe, going by all cohorts; None where it is ripe, or where that is not known.
    """

    n: int
    reached: int
    resolved: float
    incidence: Incidence | None
    ripe: bool
    ripe_day: int | None


@dataclass(frozen=True)
class Cohort:
    """``period`` is a position in the periods; ``cells`` one a stage, None where the export does not say who got there."""

    period: int
    deals: int
    cells: tuple[Cell | None, ...]


def cohorts(journeys: Journeys, days: Axis, spans: tuple[Period, ...]) -> tuple[Cohort, ...]:
    """The latest cohorts that have deals. Ages are whole days; deals without a date of creation are in none."""
    j, size = journeys, len(spans)
    period = np.append(of_day(spans, days), -1)[days.position(j.facts.created.at)]
    first = max(0, size - LATEST)
    member = np.flatnonzero(period >= first)
    if not len(member):
        return ()
    period, slots = period[member] - first, size - first
    born = j.facts.created.at[member]
    lost_age = _age(np.where(j.outcome[member] == Outcome.LOST, j.lost_at.at[member], NAT), born)
    open_age = _age(np.full(len(member), j.as_of.us), born)
    deals = np.bincount(period, minlength=slots)
    columns: list[list[Cell | None]] = [_stage(journeys, k, member, period, born, lost_age, open_age, days, slots)
                                        for k in range(1, j.stages)]  # fmt: skip
    return tuple(
        Cohort(place + first, int(deals[place]), (None, *(column[place] for column in columns))) for place in range(slots) if deals[place]
    )


def _age(at: Array, born: Array) -> Array:
    """Whole days from creation; -1 where not known. What seems to come before is on day 0."""
    age = np.maximum(at - born, 0) // DAY
    age[(at == NAT) | (born == NAT)] = -1
    found: Array = age
    return found


def _stage(
    j: Journeys, k: int, member: Array, period: Array, born: Array, lost_age: Array, open_age: Array, days: Axis, slots: int
) -> list[Cell | None]:
    nothing: list[Cell | None] = [None] * slots
    reached_at = _reached_at(j, k)[member]
    reached = j.stage[member] >= k
    age = np.where(reached, _age(reached_at, born), -1)
    untimed = reached & (age < 0)
    lost = ~reached & (j.outcome[member] == Outcome.LOST)
    lost_untimed = lost & (lost_age < 0)
    unplaced = (j.outcome[member] == Outcome.LOST) & ~j.placed[member] if k < j.stages - 1 else np.zeros(len(member), bool)
    if _too_many(untimed, reached) or _too_many(lost_untimed, lost) or _too_many(unplaced, np.ones(len(member), bool)):
        return nothing
    span = int(max(open_age.max(initial=0), age.max(initial=0), lost_age.max(initial=0))) + 1

    def counted(rows: Array, ages: Array) -> Array:
        chosen = np.flatnonzero(rows & (ages >= 0))
        found: Array = np.bincount(period[chosen] * span + ages[chosen], minlength=slots * span).reshape(slots, span)
        return found

    came, fell = counted(reached, age), counted(lost, lost_age)
    waits = counted(~reached & ~lost, open_age)
    axis_of_ages = np.arange(span)
    together = aalen_johansen(axis_of_ages, came.sum(axis=0), axis_of_ages, fell.sum(axis=0), axis_of_ages, waits.sum(axis=0))
    assert together is not None or not came.any()
    out: list[Cell | None] = []
    n = np.bincount(period, minlength=slots)
    got, gone = (np.bincount(period[rows], minlength=slots) for rows in (reached, lost))
    for place in range(slots):
        if not n[place]:
            out.append(None)
            continue
        resolved = float((got[place] + gone[place]) / n[place])
        curve = None
        if n[place] >= MIN_REACHED:
            used = np.flatnonzero(came[place] + fell[place] + waits[place])
            curve = aalen_johansen(*(series for kind in (came, fell, waits) for series in (used, kind[place][used])))
        ripe = resolved >= RIPE
        later = None if ripe or together is None else _ripe_in(waits[place], int(n[place]), together)
        out.append(Cell(int(n[place]), int(got[place]), resolved, curve, ripe, None if later is None else days.n - 1 + later))
    return out


def _too_many(which: Array, among: Array) -> bool:
    return int(np.count_nonzero(which)) > UNTIMED_LIMIT * max(int(np.count_nonzero(among)), 1)


def _reached_at(j: Journeys, k: int) -> Array:
    """(deals,) when each deal first entered stage k or a later one; NAT where that is not known. The won stage: when it was won."""
    if k == j.stages - 1:
        return j.won_at.at
    at = np.where(j.outcome == Outcome.WON, j.won_at.at, NAT)  # by a jump, unless a stay says more
    stays = j.stays
    beyond = np.flatnonzero((stays.stage >= k) & (stays.entered != NAT))[::-1]
    at[stays.deal[beyond]] = stays.entered[beyond]  # a deal's stays follow each other: the first one is written last
    return at


def _ripe_in(waits: Array, n: int, together: Incidence) -> int | None:
    """In how many days all but a twentieth of n deals will be resolved, ``waits`` of which are open by age, going by all cohorts.

    An open deal of age a is still open after d more days with the chance S(a + d) / S(a).
    """
    ages = np.flatnonzero(waits)
    curve, known = together.surv, together.ages

    def left(age: Array) -> Array:
        found: Array = np.append(1.0, curve)[np.searchsorted(known, age, side="right")]
        return found

    now, longest = left(ages), float(known[-1])
    still = np.where(now > 0, now, 1.0)
    low, high = 0, int(longest) + 1

    def enough(later: int) -> bool:
        return float((waits[ages] * left(ages + later) / still).sum()) <= (1 - RIPE) * n

    if not enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return max(high, 1)
