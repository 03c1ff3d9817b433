"""New deals and won amounts by day: the histories that belong to no step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis
    from funnel_audit.measures.changes.cells import Part

    Array = NDArray[Any]

Series = tuple["Array", "Array"]
"""(totals by day, what they are out of)."""


LONG_SILENCE = 9.2
"""So many new deals were to be expected, and none came: -log of a chance of one in ten thousand."""


class Totals(Frozen):
    """``intake``: (new deals, 1 for each day that counts). ``amount``: (sum of scores, won deals); a score is the rank of a won deal's
    amount among all of them, with mean 0 and variance 1. None where it cannot be had.
    ``new``: new deals by day; ``won_day`` and ``won_amount``: of each such deal."""

    intake: Series | None
    amount: Series | None
    new: Array
    won_day: Array
    won_amount: Array
    by_part: tuple[Array, ...] = ()
    """(values + 1, days) new deals, for each part."""


def totals_of(journeys: Journeys, days: Axis, currency: str | None, all_deals: bool, parts: Sequence[Part] = ()) -> Totals:
    """``all_deals``: no deals were left out by their creation, so that their number says something."""
    facts = journeys.facts
    born = days.position(facts.created.at)
    new = np.bincount(born[born >= 0], minlength=days.n)
    intake = None
    first = int(np.argmax(new > 0)) if new.any() else days.n
    if all_deals and np.count_nonzero(facts.created.at == NAT) <= 0.05 * journeys.n:
        counts = np.zeros(days.n)
        counts[first + 1 : _end(new, first, days.whole)] = 1.0  # the first day and the last may be parts of days
        intake = (new * counts, counts)
    code = facts.currency.texts.index(currency) if currency in facts.currency.texts else -1
    rows = np.flatnonzero((journeys.outcome == Outcome.WON) & facts.amount_known & (facts.currency.codes == code))
    day = days.position(journeys.won_at.at[rows])
    rows, day = rows[day >= 0], day[day >= 0]
    amount = facts.amount[rows] / 100
    scored = None
    if len(rows) >= 2 and amount.min() < amount.max():
        scored = np.bincount(day, weights=_scores(amount), minlength=days.n), np.bincount(day, minlength=days.n).astype(np.float64)
    known = np.flatnonzero(born >= 0)
    by_part = tuple(
        np.bincount(part.codes[known].astype(np.int64) * days.n + born[known], minlength=(len(part.names) + 1) * days.n).reshape(-1, days.n)
        for part in parts
    )
    return Totals(intake, scored, new, day, amount, by_part)


def _end(new: Array, first: int, whole: int) -> int:
    """Up to which day new deals are counted. Where none came for so long that it is no chance (under one in ten thousand, at the pace
    before), the export has none of that time, rather than the company."""
    last = len(new) - int(np.argmax(new[::-1] > 0))
    pace = new[first:last].sum() / max(last - first, 1)
    return min(last, whole) if (whole - last) * pace > LONG_SILENCE else whole


def _scores(values: Array) -> Array:
    """Ranks (equal values share theirs), with mean 0 and variance 1."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts + 1) / 2)[where]
    found: Array = (rank - rank.mean()) / rank.std()
    return found
