"""Changes counted by hour and by local day, for rules that look for days on which somebody tidied up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import DAY, NAT, local_wall, to_datetime

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


def changes(evidence: Evidence) -> Array:
    """Positions of all entries with a time of day but each deal's first: what somebody did to a deal that was there already."""
    entries = evidence.journeys.entries
    if entries is None or entries.day is True:
        return np.empty(0, np.int64)
    moved = entries.at != NAT
    moved[entries.starts] = False
    if isinstance(entries.day, np.ndarray):
        moved &= ~entries.day
    if entries.slack_us is not None:
        moved &= entries.slack_us == 0
    return np.flatnonzero(moved)


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
    usual, busy = float(np.median(filled)), float(np.quantile(filled, 0.95, method="lower"))
    return np.flatnonzero(counts >= max(least, times * usual, 3 * busy)), usual


def hour_text(number: int) -> tuple[str, str]:
    """Local day (ISO) and hour (``17:00``) of an hour's number."""
    moment = to_datetime(number * HOUR)
    return moment.strftime("%Y-%m-%d"), moment.strftime("%H:00")


def day_text(number: int) -> str:
    """Local day, ISO, of a day's number."""
    return to_datetime(number * DAY).strftime("%Y-%m-%d")
