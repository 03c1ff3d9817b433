"""What changed, since when, and is it real or noise? (docs/method.md, "Changes")

``changes`` looks at the history of every step's conversion and pace, of the intake, of its mix and of the mean amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.frozen import Frozen
from funnel_audit.measures.calendar import Axis, Kind, Period, axis, first_instant, last_full, periods
from funnel_audit.measures.changes.cells import Part, count_history
from funnel_audit.measures.changes.find import find, too_small, weeks_of
from funnel_audit.measures.changes.parts import parts_of
from funnel_audit.measures.changes.records import AMOUNT, CONVERSION, INTAKE, MIX, PACE, Change, Makeup, Piece, Side
from funnel_audit.measures.changes.sides import Sides
from funnel_audit.measures.changes.totals import totals_of
from funnel_audit.segments_of import segments_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funnel_audit.journeys import Journeys
    from funnel_audit.segments_of import Split
    from funnel_audit.tally import Tally

__all__ = [
    "AMOUNT", "CONVERSION", "INTAKE", "MIX", "PACE", "Change", "Found", "Makeup", "Part", "Piece", "Side", "changes",
]  # fmt: skip


class Found(Frozen):
    """``all``: every history that was tested, those claimed first. ``last``: the last full period. ``days``: what positions mean."""

    all: tuple[Change, ...]
    days: Axis
    last: Period | None

    @property
    def claimed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.all if change.claimed)


def changes(
    journeys: Journeys,
    tally: Tally,
    *,
    kind: Kind = "month",
    currency: str | None = None,
    splits: Sequence[Split] | None = None,
    all_deals: bool = True,
    days: Axis | None = None,
) -> Found | None:
    """Every history, and which of them changed; None without a date to begin from.

    ``splits``: columns to look into and to take changes apart by, without them owner and source; the size of deals is always one of the
    latter. ``all_deals``: no deals were chosen by their creation. ``days``: the axis, where the caller has it.
    """
    if days is None:
        first = first_instant(journeys.facts.created.at, journeys.stays.entered)
        if first is None:
            return None
        days = axis(first, journeys.as_of, journeys.timezone)
    spans = periods(kind, days)
    place = last_full(spans)
    last = None if place is None else spans[place]
    chosen = parts_of(journeys, segments_of(journeys, currency) if splits is None else splits, currency)
    history = count_history(journeys, tally, days, chosen)
    totals = totals_of(journeys, days, currency, all_deals, chosen)
    tested = find(history, totals, weeks_of(days, last), chosen)
    sides = Sides(journeys, tally, history, totals, days, last, chosen)
    filled = [sides.filled(change) for change in tested]
    large = [change if change.matters or not change.claimed else sides.filled(too_small(change)) for change in filled]
    return Found(tuple(sorted(large, key=lambda change: not change.claimed)), days, last)
