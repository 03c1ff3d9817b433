"""What changed, since when, and is it real or noise? (docs/method.md, "Changes")

``changes`` looks at the history of every step's conversion and pace, of the intake, of its mix and of the mean amount.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import local_days
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.calendar import Axis, Kind, Period, axis, first_instant, last_full, periods
from funnel_audit.measures.changes.cells import Part, count_history
from funnel_audit.measures.changes.find import find, too_small, weeks_of
from funnel_audit.measures.changes.records import AMOUNT, CONVERSION, INTAKE, MIX, PACE, Change, Makeup, Piece, Side
from funnel_audit.measures.changes.sides import Sides
from funnel_audit.measures.changes.totals import totals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.journeys.records import Labels
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

__all__ = [
    "AMOUNT", "CONVERSION", "INTAKE", "MIX", "PACE", "Change", "Found", "Makeup", "Part", "Piece", "Side", "changes", "default_parts",
]  # fmt: skip

MOST_VALUES = 12
LEAST_SHARE = 0.02
"""A value of a column with fewer of the deals than this, or beyond the twelve largest, is among the rest."""
BANDS = 4
KNOWN = 0.9
"""Sizes take a change apart only where this share of the deals has an amount."""


@dataclass(frozen=True)
class Found:
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
    parts: Sequence[Part] | None = None,
    all_deals: bool = True,
    later_us: int | None = None,
) -> Found | None:
    """Every history, and which of them changed; None without a date to begin from.

    ``parts``: columns to look into and to take changes apart by, without them owner, source and size. ``all_deals``: no deals were chosen
    by their creation. ``later_us``: no search for a day; what began from that instant on is held against all before it (two exports).
    """
    first = first_instant(journeys.facts.created.at, journeys.stays.entered)
    if first is None:
        return None
    days = axis(first, journeys.as_of, journeys.timezone)
    spans = periods(kind, days)
    place = last_full(spans)
    last = None if place is None else spans[place]
    if later_us is not None:
        cut = int(local_days(np.array([later_us]), days.timezone)[0]) - days.first
        last = Period("", days.date(cut), days.date(days.n), min(max(cut, 0), days.n - 1), days.n, True)
    chosen = tuple(default_parts(journeys) if parts is None else parts)
    history = count_history(journeys, tally, days, chosen)
    totals = totals_of(journeys, days, currency, all_deals, chosen)
    tested = find(history, totals, weeks_of(days, last, later_us is None), chosen)
    sides = Sides(journeys, tally, history, totals, days, last, chosen)
    filled = [sides.filled(change) for change in tested]
    large = [change if change.matters or not change.claimed else sides.filled(too_small(change)) for change in filled]
    return Found(tuple(sorted(large, key=lambda change: not change.claimed)), days, last)


def default_parts(journeys: Journeys) -> list[Part]:
    """Owner and source, where a column has at least two values of some size, and amount bands, where nearly all deals have one."""
    facts = journeys.facts
    found = [replace(part, comes=part.column == "source") for name in ("owner", "source") if (part := _part(name, getattr(facts, name)))]
    if np.count_nonzero(facts.amount_known) >= KNOWN * max(journeys.n, 1) and _told_early(journeys):
        known = facts.amount[facts.amount_known]
        edges = np.unique(np.quantile(known, np.arange(1, BANDS) / BANDS))
        codes = np.where(facts.amount_known, np.searchsorted(edges, facts.amount, side="left"), len(edges) + 1)
        found.append(Part("amount", codes, tuple(f"q{band + 1}" for band in range(len(edges) + 1)), claims=False))
    return found


def _told_early(journeys: Journeys) -> bool:
    """Whether lost and open deals have amounts as won ones do: else an amount says how a deal ended."""
    known = journeys.facts.amount_known
    shares = [known[journeys.outcome == outcome].mean() for outcome in Outcome if (journeys.outcome == outcome).any()]
    return bool(min(shares, default=0.0) >= KNOWN)


def _part(column: str, labels: Labels) -> Part | None:
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts)) if len(labels.texts) else np.zeros(0, np.int64)
    order = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    kept = order[counts[order] >= max(LEAST_SHARE * len(labels.codes), 20)]
    if len(kept) < 2 and not (len(kept) == 1 and counts[kept[0]] <= 0.9 * len(labels.codes)):
        return None
    slot = np.full(len(labels.texts) + 1, len(kept), np.int16)
    slot[kept] = np.arange(len(kept))
    return Part(column, slot[labels.codes], tuple(labels.texts[code] for code in kept))
