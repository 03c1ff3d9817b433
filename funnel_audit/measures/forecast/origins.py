"""The instants at which the forecast grades itself: past month ends with 60 days of history before them and the whole horizon after."""

from __future__ import annotations

from funnel_audit.clock import DAY, start_of_day, to_datetime

HISTORY_DAYS = 60
LATEST = 12


def month_boundaries(first_us: int, as_of_us: int, days: float, timezone: str, most: int | None = LATEST) -> list[int]:
    """First instants of the local months that begin at least 60 days after ``first_us`` and whose ``days`` are over by as-of, ascending;
    the origin is the last instant before each. ``most`` None: all of them."""
    from zoneinfo import ZoneInfo

    local = to_datetime(first_us).astimezone(ZoneInfo(timezone))
    year, month = local.year, local.month
    found = []
    while True:
        month += 1
        if month == 13:
            year, month = year + 1, 1
        start = start_of_day(year, month, 1, timezone)
        if start - 1 + days * DAY > as_of_us:
            break
        if start - 1 - first_us >= HISTORY_DAYS * DAY:
            found.append(start)
    return found if most is None else found[-most:]
