"""Signs that an export is only a selection of the deals: a pure function of the journeys and of how many rows each file has.

Each sign is a comparison of the data with themselves, never with what is usual elsewhere, and is given only where chance explains it less
than once in ten thousand exports. What stands here are numbers; the wording is in findings FA114 to FA117.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log
from typing import TYPE_CHECKING, Literal

import numpy as np

from funnel_audit.clock import DAY, NAT, local_days, to_datetime
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome
from funnel_audit.pieces import median, quantiles

if TYPE_CHECKING:
    from funnel_audit.journeys import Journeys
    from funnel_audit.journeys.records import Array

MIN_CLOSED = 30
"""So many closed deals of one outcome and none of the other are no chance; so many deals of which none is closed neither."""
CHANCE = 1e-4
MIN_MISSING = -log(CHANCE)
"""So many events that were to be expected, and none came: a Poisson chance under one in ten thousand."""
ROUND = 1000

Kind = Literal["no_won", "no_lost", "none_closed", "period_without", "cap", "round", "closing_filter", "imported"]


class Sign(Frozen):
    """One sign. ``outcome`` is the missing one (won, lost); ``first`` and ``last`` are local days, ISO; what ``n``, ``other`` and
    ``expected`` count is said for each kind in ``selective``."""

    kind: Kind
    n: int
    other: int = 0
    outcome: str = ""
    first: str = ""
    last: str = ""
    expected: float = 0.0
    file: str = ""


def selective(journeys: Journeys, rows: Sequence[tuple[str, int, Sequence[int]]]) -> tuple[Sign, ...]:
    """All signs. ``rows``: of each file the name, the rows that it holds and the row caps that its CRM is known to have.

    no_won, no_lost  no deal of one outcome among ``n`` closed ones
    none_closed      ``n`` deals, and not one is closed
    period_without   from ``first`` to ``last`` no deal of ``outcome``, but ``n`` of the other; ``expected`` were to be expected
    cap, round       the file holds exactly ``n`` rows
    closing_filter   ``n`` deals created before ``first`` and none of them closed before it; ``expected`` were to be expected
    imported         ``n`` deals closed from ``first`` to ``last``, the first days in which any was created; ``expected`` were to be
    """
    won, lost = (int(np.count_nonzero(journeys.outcome == outcome)) for outcome in (Outcome.WON, Outcome.LOST))
    found: list[Sign] = []
    if journeys.n >= MIN_CLOSED and not won and not lost:
        found.append(Sign("none_closed", journeys.n))
    elif won + lost >= MIN_CLOSED and not (won and lost):
        found.append(Sign("no_won" if lost else "no_lost", won + lost))
    found += row_counts(rows)
    gaps = periods(journeys) if won and lost else []
    found += gaps
    if won + lost >= MIN_CLOSED and not gaps:  # a gap in one outcome explains a late first closing already
        found += edges(journeys)
    return tuple(found)


def row_counts(rows: Iterable[tuple[str, int, Sequence[int]]]) -> list[Sign]:
    """Files that hold exactly as many rows as their CRM gives at most, or a round thousand."""
    return [
        Sign("cap" if count in caps else "round", count, file=file)
        for file, count, caps in rows
        if count in caps or (count >= ROUND and count % ROUND == 0)
    ]


def periods(journeys: Journeys) -> list[Sign]:
    """The longest run of months without one outcome, where both its share elsewhere and its own pace elsewhere rule out chance.

    Months in which the outcome cannot have come yet are no evidence: those before the first creation plus the time that nine in ten deals
    of that outcome take. A run at the end is left out for the same reason, turned round: an outcome that is entered late.
    """
    month_of = {}
    for outcome in (Outcome.WON, Outcome.LOST):
        at = closings(journeys, outcome)
        month_of[outcome] = months(local_days(at[at != NAT], journeys.timezone))
    if not all(len(values) for values in month_of.values()):
        return []
    begin = int(min(values.min() for values in month_of.values()))
    end = int(max(values.max() for values in month_of.values()))
    counts = {outcome: np.bincount(values - begin, minlength=end - begin + 1) for outcome, values in month_of.items()}
    found = []
    for missing, present in ((Outcome.WON, Outcome.LOST), (Outcome.LOST, Outcome.WON)):
        ready = earliest(journeys, missing)
        if ready is None:
            continue
        start = max(ready - begin, 0)
        for first, last in runs((counts[missing] == 0) & (np.arange(len(counts[missing])) >= start)):
            if last == len(counts[missing]) - 1 and last - first < 3:
                continue
            inside = slice(first, last + 1)
            n = int(counts[present][inside].sum())
            others = np.ones(len(counts[missing]), bool)
            others[inside] = False
            others[:start] = False
            if n < 10 or not others.any():
                continue
            m, p = int(counts[missing][others].sum()), int(counts[present][others].sum())
            by_pace = m / int(others.sum()) * (last - first + 1)
            by_share = n * m / (m + p) if m + p else 0.0
            if m + p >= MIN_CLOSED and by_pace > MIN_MISSING and -n * log(max(1 - m / (m + p), 1e-9)) > MIN_MISSING:
                word = "won" if missing == Outcome.WON else "lost"
                found.append(
                    Sign("period_without", n, outcome=word, first=month_day(begin + first), last=month_day(begin + last + 1, -1),
                         expected=min(by_pace, by_share))
                )  # fmt: skip
    return found


def earliest(journeys: Journeys, outcome: Outcome) -> int | None:
    """The first month in which a deal of this outcome was to be expected; None where no creation date says so."""
    created, closed = journeys.facts.created.at, closings(journeys, outcome)
    both = (created != NAT) & (closed != NAT)
    known = created[created != NAT]
    if not both.any() or not len(known):
        return None
    lag = int(quantiles(np.maximum(closed[both] - created[both], 0), [0.9])[0])
    return int(months(local_days(np.array([int(known.min()) + lag]), journeys.timezone))[0]) + 1


def edges(journeys: Journeys) -> list[Sign]:
    """What the beginning of the data says: closings cut off at a day, or creation dates that are those of an import.

    Both compare the deals at the edge with how fast later ones were closed: the share closed within t days of those created after it.
    """
    created, closed = journeys.facts.created.at, closings(journeys, None)
    known = created != NAT
    if not known.any():
        return []
    timed = known & (closed != NAT)
    if np.count_nonzero(timed) < MIN_CLOSED:
        return []
    return [*closing_filter(journeys, created, closed, known, timed), *imported(journeys, created, closed, known, timed)]


def closing_filter(journeys: Journeys, created: Array, closed: Array, known: Array, timed: Array) -> list[Sign]:
    """Deals created before the first closing: were they as fast as later ones, some of them would have been closed before it."""
    first = int(closed[timed].min())
    early, later = known & (created < first - DAY), known & (created >= first)
    if np.count_nonzero(early) < MIN_CLOSED or np.count_nonzero(later & timed) < MIN_CLOSED:
        return []
    expected = expected_closings(created[early], first, created[later], closed[later], journeys.as_of.us)
    if expected <= 2 * MIN_MISSING:
        return []
    return [Sign("closing_filter", int(np.count_nonzero(early)), first=day_text(first, journeys.timezone), expected=expected)]


def imported(journeys: Journeys, created: Array, closed: Array, known: Array, timed: Array) -> list[Sign]:
    """More closings in the first days of all than the deals created by then can give at the pace of later ones."""
    typical = median(np.maximum(closed[timed] - created[timed], 0))
    window = int(typical / 2)
    begin = int(created[known].min())
    if window < 7 * DAY or journeys.as_of.us - begin < 6 * window:
        return []
    end = begin + window
    early, later = known & (created < end), known & (created >= end)
    came = int(np.count_nonzero(timed & (closed < end)))
    if np.count_nonzero(later & timed) < MIN_CLOSED or came < MIN_CLOSED:
        return []
    expected = expected_closings(created[early], end, created[later], closed[later], journeys.as_of.us)
    if came <= 3 * expected or came - expected < MIN_CLOSED:
        return []
    first, last = (day_text(us, journeys.timezone) for us in (begin, end))
    return [Sign("imported", came, first=first, last=last, expected=expected)]


def expected_closings(created: Array, until: int, later_created: Array, later_closed: Array, as_of: int) -> float:
    """How many of the deals ``created`` were closed before ``until``, had they the pace of the later ones (Kaplan-Meier by hand: the
    open ones are under observation up to as-of)."""
    still_open = later_closed == NAT
    key = (np.where(still_open, as_of, later_closed) - later_created) << 1
    key |= still_open  # at one age the closings come first
    key.sort()
    over = (key & 1) == 0
    age = key >> 1
    at_risk = np.arange(len(age), 0, -1)
    alive = np.cumprod(1.0 - over / at_risk)
    place = np.searchsorted(age, np.maximum(until - created, 0), side="left") - 1
    return float(np.where(place >= 0, 1.0 - alive[np.maximum(place, 0)], 0.0).sum())


def closings(journeys: Journeys, outcome: Outcome | None) -> Array:
    """When each deal was closed, with this outcome or with any; NAT for the others."""
    at = np.full(journeys.n, NAT, np.int64)
    for one, moments in ((Outcome.WON, journeys.won_at), (Outcome.LOST, journeys.lost_at)):
        if outcome in (None, one):
            np.copyto(at, moments.at, where=journeys.outcome == one)
    return at


def months(days: Array) -> Array:
    """Months since 1970-01 of days since 1970-01-01."""
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64)


def runs(flags: Array) -> list[tuple[int, int]]:
    """First and last index of every run of true values."""
    edge = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edge == 1).tolist(), (np.flatnonzero(edge == -1) - 1).tolist(), strict=True))


def month_day(month: int, shift: int = 0) -> str:
    """The first day of a month since 1970-01, ISO; shifted by so many days."""
    return str(np.datetime64(month, "M").astype("M8[D]") + shift)


def day_text(us: int, timezone: str) -> str:
    """The local day of an instant, ISO."""
    day = int(local_days(np.array([us]), timezone)[0])
    return to_datetime(day * DAY).strftime("%Y-%m-%d")
