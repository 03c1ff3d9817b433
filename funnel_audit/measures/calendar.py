"""Local calendar days and periods (week, month, quarter) as positions: what every measure of change counts by."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from funnel_audit.clock import DAY, NAT, QUARTER_HOUR, local_days, start_of_day
from funnel_audit.frozen import Frozen
from funnel_audit.pieces import edges, in_pieces
from funnel_audit.zones import to_utc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.clock import AsOf

    Array = NDArray[Any]

Kind = Literal["week", "month", "quarter"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EPOCH = date(1970, 1, 1)
WEEK = 7
LONGEST_DAYS = 3_653
"""Ten years: an axis begins no earlier, so that one wrong date costs nothing."""


class Axis(Frozen, dict=True):
    """The local days 0 … n - 1 from the first that matters to the one of as-of; ``first`` is day 0, counted from 1970-01-01."""

    first: int
    n: int
    as_of: AsOf
    timezone: str

    def date(self, day: int) -> date:
        return EPOCH + timedelta(days=self.first + day)

    @cached_property
    def starts(self) -> Array:
        """(n,) the first instant of each day."""
        wall = np.arange(self.first, self.first + self.n) * DAY
        to_utc(wall, self.timezone)
        return wall

    @cached_property
    def whole(self) -> int:
        """How many of the days are over: as-of may lie inside the last one."""
        last = self.date(self.n)
        return self.n if start_of_day(last.year, last.month, last.day, self.timezone) - 1 <= self.as_of.us else self.n - 1

    @cached_property
    def follow_up(self) -> Array:
        """(n,) days from the middle of each day to as-of: how long what began then has been seen."""
        middle = np.append((self.starts[:-1] + self.starts[1:]) // 2, (self.starts[-1] + self.as_of.us) // 2)
        found: Array = np.maximum(self.as_of.us - middle, 0) / DAY
        return found

    @cached_property
    def _days(self) -> tuple[int, Array]:
        """The first quarter hour, and the day of each one from there on; -1 stands before and after."""
        begin = int(self.starts[0]) // QUARTER_HOUR
        grid = np.arange(begin, self.as_of.us // QUARTER_HOUR + 1) * QUARTER_HOUR
        day = np.clip(local_days(grid, self.timezone) - self.first, 0, self.n - 1)
        return begin, np.concatenate([[-1], day, [-1]]).astype(np.int32)

    def position(self, us: Array) -> Array:
        """The day of each instant; -1 for NAT and for what lies outside."""
        begin, day = self._days

        def places(low: int, high: int) -> Array:
            slot = us[low:high] // QUARTER_HOUR
            slot -= begin - 1
            found: Array = day[np.clip(slot, 0, len(day) - 1, out=slot)]
            return found

        return np.concatenate(in_pieces(edges(len(us)), places))

    @cached_property
    def weeks(self) -> Array:
        """(n,) the week of each day: seven days each, the last one ends with the last whole day; ascending from 0, the first may be short.

        What there is of a day that is not over belongs to the last week.
        """
        back = np.maximum(self.whole - 1 - np.arange(self.n), 0) // WEEK
        found: Array = back.max(initial=0) - back
        return found


def axis(first_us: int, as_of: AsOf, timezone: str) -> Axis:
    """The days from that of ``first_us`` to that of as-of, the latest ten years of them."""
    first, last = (int(day) for day in local_days(np.array([min(first_us, as_of.us), as_of.us]), timezone))
    first = max(first, last + 1 - LONGEST_DAYS)
    return Axis(first, last - first + 1, as_of, timezone)


class Period(Frozen):
    """A calendar week (from Monday), month or quarter: days [start, end) of the axis, which may begin before it or end after it.

    ``name`` is 2026-W05, 2026-01 or 2026Q1. ``complete``: it is over at as-of.
    """

    name: str
    start: date
    end: date
    first: int
    last: int
    complete: bool

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


def periods(kind: Kind, days: Axis) -> tuple[Period, ...]:
    """The periods from the one of day 0 to the one of as-of, whose last is as a rule not over."""
    start = _start(kind, days.date(0))
    found = []
    while (place := (start - EPOCH).days - days.first) < days.n:
        end = _next(kind, start)
        last = (end - EPOCH).days - days.first
        found.append(Period(_name(kind, start), start, end, max(place, 0), min(last, days.n), last <= days.whole))
        start = end
    return tuple(found)


def of_day(spans: tuple[Period, ...], days: Axis) -> Array:
    """(n,) the period of each day of the axis."""
    return np.repeat(np.arange(len(spans)), [span.last - span.first for span in spans])[: days.n]


def last_full(spans: tuple[Period, ...]) -> int | None:
    """The last period that is over."""
    return next((place for place in range(len(spans) - 1, -1, -1) if spans[place].complete), None)


def first_instant(*columns: Array) -> int | None:
    """The earliest of all known instants."""
    known = [int(low) for column in columns if (low := np.min(column, where=column != NAT, initial=np.iinfo(np.int64).max)) < 2**62]
    return min(known, default=None)


def _start(kind: Kind, day: date) -> date:
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return date(day.year, day.month if kind == "month" else (day.month - 1) // 3 * 3 + 1, 1)


def _next(kind: Kind, start: date) -> date:
    if kind == "week":
        return start + timedelta(days=WEEK)
    month = start.month + (1 if kind == "month" else 3)
    return date(start.year + (month > 12), (month - 1) % 12 + 1, 1)


def _name(kind: Kind, start: date) -> str:
    if kind == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m}" if kind == "month" else f"{start.year}Q{(start.month - 1) // 3 + 1}"
