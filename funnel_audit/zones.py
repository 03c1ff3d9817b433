"""Wall-clock time and UTC, both ways, for whole arrays: pandas' ``tz_localize`` takes seconds for five million values, this a fraction.

The changes of a zone's offset within the years of the data are found once (the zone is asked every four days, the moment is bisected);
the rest is one binary search in a list of a few dozen. A zone without changes in these years costs one subtraction.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
NAT = int(np.iinfo(np.int64).min)
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = 1 << 16


@lru_cache(maxsize=8)
def zone(name: str) -> ZoneInfo:
    """The zone of this name; ValueError says what a name looks like."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write it like Europe/Moscow or UTC") from None


def _offset(name: str, second: int) -> int:
    shift = (_EPOCH + timedelta(seconds=second)).astimezone(zone(name)).utcoffset()
    assert shift is not None
    return round(shift.total_seconds())


@lru_cache(maxsize=64)
def _changes(name: str, first_year: int, last_year: int) -> tuple[I64, I64]:
    """Moments of change (UTC, microseconds) and the offsets: ``offsets[i]`` holds before ``moments[i]``, the last one after all."""
    begin = int(datetime(first_year, 1, 1, tzinfo=UTC).timestamp()) - 2 * 86_400
    end = int(datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp()) + 2 * 86_400
    moments: list[int] = []
    offsets = [_offset(name, begin)]
    for second in range(begin, end, 4 * 86_400):
        low, high = second, min(second + 4 * 86_400, end)
        after = _offset(name, high)
        if after == offsets[-1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(name, middle) == offsets[-1] else (low, middle)
        moments.append(high)
        offsets.append(after)
    return np.array(moments, dtype=np.int64) * SECOND_US, np.array(offsets, dtype=np.int64) * SECOND_US


def _changes_of(at: I64, name: str) -> tuple[I64, I64]:
    known = at[at != NAT]
    if len(known) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    years = [(_EPOCH + timedelta(microseconds=int(edge))).year for edge in (known.min(), known.max())]
    return _changes(name, years[0], years[1])


def to_utc(local: I64, name: str) -> None:
    """Turn wall-clock microseconds into UTC in place (NAT stays).

    A time that the clock shows twice is the first of the two; one that it never shows is the moment of the jump. Both in one formula:
    the wall clock has left the old offset only at ``moment + old``, and no new time is before the moment itself.
    """
    if name == "UTC":
        return
    moments, offsets = _changes_of(local, name)
    if len(moments) == 0 and offsets[0] == 0:
        return
    walls = moments + offsets[:-1]
    earliest = np.concatenate([[NAT + 1], moments])
    for begin in range(0, len(local), _STEP):
        part = local[begin : begin + _STEP]
        known = part != NAT
        if len(moments):
            era = np.searchsorted(walls, part, side="right")
            moved = np.maximum(part - offsets[era], earliest[era])
        else:
            moved = part - offsets[0]
        np.copyto(part, moved, where=known)


def local_days(at: I64, timezone: str) -> I64:
    """Days since the epoch of the calendar day in ``timezone`` that each instant falls in; NAT stays NAT."""
    zone(timezone)
    moments, offsets = _changes_of(at, timezone)
    days = np.empty(len(at), dtype=np.int64)
    for begin in range(0, len(at), _STEP):
        part = at[begin : begin + _STEP]
        shift = offsets[np.searchsorted(moments, part, side="right")] if len(moments) else offsets[0]
        known = part != NAT
        days[begin : begin + _STEP] = np.where(known, (np.where(known, part, 0) + shift) // DAY_US, NAT)
    return days


def to_wall(at: I64, timezone: str) -> I64:
    """Wall-clock microseconds (as if UTC) of each instant; NAT stays NAT. The other way of ``to_utc``, into a new array."""
    if timezone == "UTC":
        return at
    moments, offsets = _changes_of(at, timezone)
    wall = np.empty(len(at), dtype=np.int64)
    for begin in range(0, len(at), _STEP):
        part = at[begin : begin + _STEP]
        shift = offsets[np.searchsorted(moments, part, side="right")] if len(moments) else offsets[0]
        wall[begin : begin + _STEP] = np.where(part == NAT, NAT, part + shift)
    return wall


def start_of_day_us(day: date, timezone: str) -> int:
    """The first instant of a calendar day."""
    at = np.array([(day - date(1970, 1, 1)).days * DAY_US], dtype=np.int64)
    zone(timezone)
    to_utc(at, timezone)
    return int(at[0])


def end_of_day_us(date_iso: str, timezone: str) -> int:
    """The last microsecond of a day written ``YYYY-MM-DD``: what a date given as as-of means."""
    return start_of_day_us(date.fromisoformat(date_iso) + timedelta(days=1), timezone) - 1
