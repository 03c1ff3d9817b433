"""The instants at which the forecast grades itself: past month ends with 60 days of history before them and the whole horizon after."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from funnel_audit.clock import DAY, start_of_day, to_datetime

HISTORY_DAYS = 60
LATEST = 12


def month_starts(first_us: int, as_of_us: int, timezone: str) -> list[int]:
    """First instants of the local months that begin after ``first_us`` and not after as-of, ascending; the origin is the last instant
    before each."""
    local = to_datetime(first_us).astimezone(ZoneInfo(timezone))
    year, month = local.year, local.month
    found: list[int] = []
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        start = start_of_day(year, month, 1, timezone)
        if start > as_of_us:
            return found
        found.append(start)


def gradable(starts: list[int], first_us: int, as_of_us: int, days: float, most: int | None = LATEST) -> list[int]:
    """Positions in ``starts`` of the origins that have 60 days behind them and ``days`` before as-of; the latest ``most``, None: all."""
    fit = [
        index
        for index, start in enumerate(starts)
        if start - 1 - first_us >= HISTORY_DAYS * DAY and start - 1 + days * DAY <= as_of_us
    ]
    return fit if most is None else fit[-most:]
