"""Changes counted by hour and by local day, for rules that look for days on which somebody tidied up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import DAY, NAT, local_wall, to_datetime
from funnel_audit.frozen import Frozen
from funnel_audit.pieces import edges, in_pieces, median

if TYPE_CHECKING:
    from funnel_audit.findings.rule import Evidence
    from funnel_audit.journeys.records import Array

HOUR = DAY // 24
MOST_BINS = 1 << 20
"""More hours than a century has: then a date is nonsense, and nothing is counted."""


def wall_offset(evidence: Evidence) -> int:
    """Local time minus UTC at as-of; one offset for all instants is off by an hour in the other half of the year, and cheap."""
    us = evidence.journeys.as_of.us
    return int(local_wall(np.array([us], np.int64), evidence.journeys.timezone)[0]) - us


class Changes(Frozen):
    """Entries with a time of day but each deal's first: what somebody did to a deal that was there already.

    ``hour`` is the local hour since 1970 of each, ``deal`` whose it is; ``counts`` how many each hour from ``begin`` on holds, none where
    the span is absurd.
    """

    deal: Array
    hour: Array
    begin: int
    counts: Array

    def by_day(self) -> tuple[int, Array]:
        """The first local day, and how many each day from it on holds."""
        if not len(self.counts):
            return 0, self.counts
        day = np.arange(self.begin, self.begin + len(self.counts)) // 24
        return int(day[0]), np.bincount(day - day[0], weights=self.counts).astype(np.int64)


def count_changes(evidence: Evidence) -> Changes:
    """All changes by hour; ``Evidence.changes`` keeps them for the rules that ask."""
    entries = evidence.journeys.entries
    if entries is None or entries.day is True:
        return Changes(np.empty(0, np.int32), np.empty(0, np.int64), 0, np.zeros(0, np.int64))
    first = np.zeros(len(entries.deal), bool)
    first[entries.starts] = True
    offset = wall_offset(evidence)

    def told(begin: int, end: int) -> tuple[Array, Array]:
        at = entries.at[begin:end]
        moved = at != NAT
        moved &= ~first[begin:end]
        if isinstance(entries.day, np.ndarray):
            moved &= ~entries.day[begin:end]
        if entries.slack_us is not None:
            moved &= entries.slack_us[begin:end] == 0
        rows = np.flatnonzero(moved)
        return entries.deal[begin:end][rows], (at[rows] + offset) // HOUR

    parts = in_pieces(edges(len(first)), told)
    deal, hour = (np.concatenate(column) for column in zip(*parts, strict=True))
    begin = int(hour.min()) if len(hour) else 0
    size = int(hour.max()) - begin + 1 if len(hour) else 0
    if size > MOST_BINS + 1:
        return Changes(deal, hour, begin, np.zeros(0, np.int64))
    counts = in_pieces(edges(len(hour)), lambda low, high: np.bincount(hour[low:high] - begin, minlength=size))
    return Changes(deal, hour, begin, np.sum(counts, axis=0))


def bins(at: Array, width: int, offset: int) -> tuple[Array, int, Array]:
    """(the bin of each instant, the number of the first bin, how many instants each bin holds); no bins where the span is absurd."""
    number = (at + offset) // width
    begin = int(number.min()) if len(number) else 0
    number = number - begin
    if not len(number) or int(number.max()) > MOST_BINS:
        return number[:0], begin, np.zeros(0, np.int64)
    return number, begin, np.bincount(number)


def crowded(counts: Array, least: int, times: float) -> tuple[Array, float]:
    """Bins of at least ``least``, ``times`` the median of the filled ones and three times what one in twenty exceeds; and that median."""
    filled = counts[counts > 0]
    if len(filled) < 10:
        return np.empty(0, np.int64), 0.0
    usual, busy = median(filled), float(np.quantile(filled, 0.95, method="lower"))
    return np.flatnonzero(counts >= max(least, times * usual, 3 * busy)), usual


def hour_text(number: int) -> tuple[str, str]:
    """Local day (ISO) and hour (``17:00``) of an hour's number."""
    moment = to_datetime(number * HOUR)
    return moment.strftime("%Y-%m-%d"), moment.strftime("%H:00")


def day_text(number: int) -> str:
    """Local day, ISO, of a day's number."""
    return to_datetime(number * DAY).strftime("%Y-%m-%d")
