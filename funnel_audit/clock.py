"""Instants, local days and the as-of, on arrays. There is no clock in here: "now" is always an argument.

Instants are int64 microseconds since 1970-01-01 UTC; ``NAT`` stands for "not known". A *date* without a time is held as the start of that
day in the funnel's timezone, with a ``day`` flag beside it, because two instants of different precision are compared and subtracted at the
coarser one (definitions, section 1).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.zones import DAY_US, NAT, SECOND_US, local_days
from funnel_audit.zones import to_wall as local_wall

__all__ = [
    "DAY", "NAT", "QUARTER_HOUR", "SECOND", "AsOf", "calendar_quarter", "elapsed_us", "end_of_day", "from_datetime", "local_days",
    "local_wall", "quarter_start", "start_of_day", "to_datetime",
]  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SECOND = SECOND_US
DAY = DAY_US
QUARTER_HOUR = 900 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AsOf(Frozen):
    """The instant at which the audit looks; what happens exactly then is known. ``day``: it stands for the end of a local day."""

    us: int
    day: bool
    chosen: bool = False
    """True when the user named it, False when it is the newest date of the data."""

    def iso_utc(self) -> str:
        return to_datetime(self.us).strftime("%Y-%m-%dT%H:%M:%SZ")

    def iso_local(self, timezone: str) -> str:
        local = to_datetime(self.us).astimezone(ZoneInfo(timezone))
        return local.strftime("%Y-%m-%d" if self.day else "%Y-%m-%d %H:%M")


def to_datetime(us: int) -> datetime:
    """Microseconds since the epoch as an aware datetime in UTC."""
    return datetime.fromtimestamp(us // SECOND, tz=UTC).replace(microsecond=us % SECOND)


def from_datetime(moment: datetime) -> int:
    """An aware datetime as microseconds since the epoch."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def start_of_day(year: int, month: int, day: int, timezone: str) -> int:
    """The first instant of a local calendar day."""
    return from_datetime(datetime(year, month, day, tzinfo=ZoneInfo(timezone)))


def end_of_day(us: int, timezone: str) -> int:
    """The last microsecond of the local day that ``us`` lies in."""
    local = to_datetime(us).astimezone(ZoneInfo(timezone))
    return from_datetime(local.replace(hour=23, minute=59, second=59, microsecond=999_999))


def elapsed_us(start: Ints, start_day: Flags | bool, end: Ints, end_day: Flags | bool, timezone: str) -> Ints:
    """Time from start to end in microseconds; whole local days where either is only a date; NAT where either is unknown."""
    length = end - start
    if start_day is not False or end_day is not False:
        coarse = np.broadcast_to(np.logical_or(start_day, end_day), length.shape)
        if coarse.any():
            by_day = (local_days(end, timezone) - local_days(start, timezone)) * DAY
            length = np.where(coarse, by_day, length)
    for side in (start, end):
        if side.min(initial=0) == NAT:
            length[side == NAT] = NAT
    return length


def calendar_quarter(us: int, timezone: str) -> tuple[int, int]:
    """(year, quarter 1-4) of an instant in the local calendar."""
    local = to_datetime(us).astimezone(ZoneInfo(timezone))
    return local.year, (local.month - 1) // 3 + 1


def quarter_start(year: int, quarter: int, timezone: str) -> int:
    """The first instant of a local calendar quarter; quarter 5 is the first of the next year."""
    extra, index = divmod(quarter - 1, 4)
    return start_of_day(year + extra, index * 3 + 1, 1, timezone)
