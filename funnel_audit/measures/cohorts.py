"""Deals by the period of their creation: how many of each got to every stage, and when that can be judged."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.estimators import Incidence, incidence_of_table
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.calendar import of_day
from funnel_audit.measures.rates import MIN_REACHED, UNTIMED_LIMIT
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis, Period

    Array = NDArray[Any]

RIPE = 0.95
"""A cell is ripe when this share of its deals is resolved (definitions, section 4)."""
STEP = 1 << 19
"""So many stays are worked through at a time."""
LATEST = 36
"""So many periods back there are cohorts; older ones are in the totals."""


class Cell(Frozen):
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


class Cohort(Frozen):
    """``period`` is a position in the periods; ``cells`` one a stage, None where the export does not say who got there."""

    period: int
    deals: int
    cells: tuple[Cell | None, ...]


def cohorts(journeys: Journeys, days: Axis, spans: tuple[Period, ...]) -> tuple[Cohort, ...]:
    """The latest cohorts that have deals. Ages are whole days; deals without a date of creation are in none."""
    j, size, k = journeys, len(spans), journeys.stages
    period = np.append(of_day(spans, days), -1)[days.position(j.facts.created.at)]
    first = max(0, size - LATEST)
    period = np.where(period >= first, period - first, -1).astype(np.int32)
    slots = size - first
    member = np.flatnonzero(period >= 0)
    if not len(member):
        return ()
    span = int((j.as_of.us - int(j.facts.created.at[member].min())) // DAY) + 1
    came = _arrivals(j, period, slots, span).reshape(k, slots, span)
    counts = _counted(j, member, period[member], slots, span)
    deals = counts.deals.sum(axis=(0, 1))
    columns = [_stage(k_, came[k_], counts, days, known=_known(j, k_, came[k_], counts)) for k_ in range(1, k)]
    return tuple(
        Cohort(place + first, int(deals[place]), (None, *(column[place] for column in columns))) for place in range(slots) if deals[place]
    )


class _Counts(Frozen):
    """``deals``: (outcome, furthest stage, cohort). ``fell``, ``waits``: lost and open deals by (furthest stage, cohort, age)."""

    deals: Array
    fell: Array
    waits: Array
    unplaced: int


def _counted(j: Journeys, member: Array, period: Array, slots: int, span: int) -> _Counts:
    k, outcome = j.stages, j.outcome[member]
    cell = j.stage[member].astype(np.int64) * slots + period
    deals = np.bincount(outcome * np.int64(k * slots) + cell, minlength=3 * k * slots).reshape(3, k, slots)
    found = []
    for which, ends in ((Outcome.LOST, j.lost_at.at), (Outcome.OPEN, None)):
        rows = np.flatnonzero(outcome == which)
        end = j.as_of.us if ends is None else ends[member[rows]]
        age = _age(end, j.facts.created.at[member[rows]])
        timed = np.flatnonzero(age >= 0)
        place = cell[rows[timed]] * span + np.minimum(age[timed], span - 1)
        found.append(np.bincount(place, minlength=k * slots * span).reshape(k, slots, span))
    unplaced = int(np.count_nonzero((outcome == Outcome.LOST) & ~j.placed[member]))
    return _Counts(deals, found[0], found[1], unplaced)


def _arrivals(j: Journeys, period: Array, slots: int, span: int) -> Array:
    """Deals by (stage, cohort, age), flat: first entries into the stage or a later one. A jump reaches every stage that it passes."""
    stays, born, k = j.stays, j.facts.created.at, j.stages
    size = slots * span
    total = np.zeros(k * size, np.int64)

    def places(deal: Array, at: Array, stage: Array, before: Array) -> list[Array]:
        """Of every first entry, by how many stages the jump was long."""
        cohort, age = period[deal], _age(at, born[deal])
        place = stage.astype(np.int64)
        gap = place - before
        place *= slots
        place += cohort
        place *= span
        place += np.minimum(age, span - 1)
        rows = np.flatnonzero((cohort >= 0) & (age >= 0) & (stage > 0))
        place, gap = place[rows], gap[rows]
        found = []
        while len(place):
            found.append(place)
            further = np.flatnonzero(gap > 1)
            place, gap = place[further] - size, gap[further] - 1
        return found

    def of_stays(begin: int, end: int) -> list[Array]:
        before = np.zeros(end - begin, np.uint8)  # the stage of the deal's stay before; its first one has come from none
        first = max(begin, 1)
        earlier = slice(first - 1, max(end - 1, first - 1))
        before[first - begin :] = stays.stage[earlier] * (stays.deal[earlier] == stays.deal[first:end])
        return places(stays.deal[begin:end], stays.entered[begin:end], stays.stage[begin:end], before)

    for begin, end in pairwise(edges(len(stays), STEP)):
        cuts = [begin + cut for cut in edges(end - begin)]
        found = [place for part in in_pieces(cuts, of_stays) for place in part]
        if found:
            total += np.bincount(np.concatenate(found), minlength=k * size)
    won = np.flatnonzero(j.outcome == Outcome.WON)
    last = np.zeros(j.n, np.uint8)
    last[stays.deal] = stays.stage  # of a deal's stays the last one is written last
    for place in places(won, j.won_at.at[won], np.full(len(won), k - 1, np.uint8), last[won]):
        total += np.bincount(place, minlength=k * size)
    return total


def _age(at: Any, born: Array) -> Array:
    """Whole days from creation; -1 where not known. What seems to come before is on day 0."""
    age = np.maximum(at - born, 0) // DAY
    if min(np.min(at, initial=0), born.min(initial=0)) == NAT:
        age[(at == NAT) | (born == NAT)] = -1
    found: Array = age
    return found


def _known(j: Journeys, k: int, came: Array, counts: _Counts) -> bool:
    """Whether nearly all times that a stage's column needs are there; between the first stage and the won one that takes a history."""
    reached, lost = counts.deals[:, k:].sum(), counts.deals[Outcome.LOST, :k].sum()
    untimed = reached - came.sum() > UNTIMED_LIMIT * reached or lost - counts.fell[:k].sum() > UNTIMED_LIMIT * lost
    if untimed or k == j.stages - 1:
        return not untimed
    with_history = np.count_nonzero(j.has_history) >= (1 - UNTIMED_LIMIT) * j.n
    return bool(with_history and counts.unplaced <= UNTIMED_LIMIT * counts.deals.sum())


def _stage(k: int, came: Array, counts: _Counts, days: Axis, known: bool) -> list[Cell | None]:
    """One cell a cohort."""
    n, got = counts.deals.sum(axis=(0, 1)), counts.deals[:, k:].sum(axis=(0, 1))
    if not known:
        return [None] * len(n)
    gone, fell, waits = counts.deals[Outcome.LOST, :k].sum(axis=0), counts.fell[:k].sum(axis=0), counts.waits[:k].sum(axis=0)
    together = incidence_of_table(came.sum(axis=0), fell.sum(axis=0), waits.sum(axis=0))
    out: list[Cell | None] = []
    for place, size in enumerate(n.tolist()):
        if not size:
            out.append(None)
            continue
        resolved = float((got[place] + gone[place]) / size)
        curve = incidence_of_table(came[place], fell[place], waits[place]) if size >= MIN_REACHED else None
        ripe = resolved >= RIPE
        later = None if ripe or together is None else _ripe_in(waits[place], size, together)
        out.append(Cell(size, int(got[place]), resolved, curve, ripe, None if later is None else days.n - 1 + later))
    return out


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
