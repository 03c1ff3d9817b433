"""How a moment may be written: one text to its parts. ``dates`` reads columns with it, by position where it can.

Everything rests on one regular expression, whose groups are the *places* of year, month, day and time. The slow path takes the numbers
from the groups; the fast path takes only the places, from one cell, and reads the other cells there.
"""

from __future__ import annotations

import re
from datetime import date
from enum import IntFlag
from typing import Literal

from msgspec.structs import replace

from funnel_audit.frozen import Frozen
from funnel_audit.zones import DAY_US, NAT, SECOND_US

DayMonth = Literal["dmy", "mdy"]
FIRST_YEAR, LAST_YEAR = 1970, 2100


class Mark(IntFlag):
    """What is known of one cell besides its moment."""

    MISSING = 1
    BAD = 2
    DAY = 4  # no time was written
    MIDNIGHT = 8  # the time is 00:00:00, which is how some exports write a day
    ABSOLUTE = 16  # an offset was written
    ORDERED = 32  # day and month by the column's order
    DOTTED = 64  # ... but with dots, which nobody writes month first
    FIRST = 128  # the first part can only be the day
    SECOND = 256  # the second part can only be the day
    SERIAL = 512  # a day number of a spreadsheet


_PATTERN = re.compile(
    r"""\s*'?(?:
      (?P<Y>[0-9]{4})(?P<s>[-/.])(?P<M>[0-9]{1,2})(?P=s)(?P<D>[0-9]{1,2})
    | (?P<Y2>[0-9]{4})(?P<M2>[0-9]{2})(?P<D2>[0-9]{2})
    | (?P<A>[0-9]{1,2})(?P<s3>[-/.])(?P<B>[0-9]{1,2})(?P=s3)(?P<Y3>[0-9]{4}|[0-9]{2})
    | (?P<D4>[0-9]{1,2})[ \u00a0-](?P<W4>[^\W\d_]{3,9})\.?,?[ \u00a0-](?P<Y4>[0-9]{4})(?:\s?г(?:\.|ода))?
    | (?P<W5>[^\W\d_]{3,9})\.?[ \u00a0](?P<D5>[0-9]{1,2}),?[ \u00a0](?P<Y5>[0-9]{4})
    )(?:
      (?:T|,?\s{1,2}(?:at\s|в\s)?)(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<sec>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?
      (?:\s?(?P<p>[AaPp])[Mm])?
      (?P<z>\s?(?:Z|UTC|GMT|(?P<sign>[+-])(?P<zh>[0-9]{2})(?::?(?P<zm>[0-9]{2}))?))?
    )?\s*""",
    re.VERBOSE,
)
SERIAL_FORM = re.compile(r"\s*([0-9]{5})(\.[0-9]+)?\s*")

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january янв января январь",
            "feb february фев февр февраля февраль",
            "mar march мар марта март",
            "apr april апр апреля апрель",
            "may мая май",
            "jun june июн июня июнь",
            "jul july июл июля июль",
            "aug august авг августа август",
            "sep sept september сен сент сентября сентябрь",
            "oct october окт октября октябрь",
            "nov november ноя нояб ноября ноябрь",
            "dec december дек декабря декабрь",
        ),
        start=1,
    )
    for word in words.split()
}


class Form(Frozen):
    """The places (start, end) of the parts in one text, and what is the same for all texts of this form."""

    year: tuple[int, int]
    month: tuple[int, int] | int
    day: tuple[int, int]
    ordered: bool
    """True when ``month`` and ``day`` are the second and the first part of the text, in whatever order."""
    dotted: bool
    hour: tuple[int, int] | None
    minute: tuple[int, int]
    second: tuple[int, int] | None
    fraction: tuple[int, int] | None
    half: int | None
    """The place of the a or p of am and pm."""
    offset_us: int | None

    def moved(self, edge: list[int]) -> Form:
        """The same form with its places counted in bytes: ``edge[i]`` is where character i begins."""

        def move(place: tuple[int, int] | None) -> tuple[int, int] | None:
            return None if place is None else (edge[place[0]], edge[place[1]])

        def sure(place: tuple[int, int]) -> tuple[int, int]:
            return edge[place[0]], edge[place[1]]

        return replace(
            self,
            year=sure(self.year),
            month=self.month if isinstance(self.month, int) else sure(self.month),
            day=sure(self.day),
            hour=move(self.hour),
            minute=sure(self.minute) if self.hour is not None else self.minute,
            second=move(self.second),
            fraction=move(self.fraction),
            half=None if self.half is None else edge[self.half],
        )


def read_form(text: str) -> Form | None:
    """The parts of one text, or None when it is no date (their ranges are not looked at)."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        return None
    has = found.groupdict()
    month: tuple[int, int] | int
    if has["A"] is not None:
        year, month, day = found.span("Y3"), found.span("B"), found.span("A")
    elif has["W4"] is not None or has["W5"] is not None:
        kind = "4" if has["W4"] is not None else "5"
        word = has["W" + kind].casefold()
        if word not in _MONTHS:
            return None
        year, month, day = found.span("Y" + kind), _MONTHS[word], found.span("D" + kind)
    else:
        kind = "" if has["Y"] is not None else "2"
        year, month, day = found.span("Y" + kind), found.span("M" + kind), found.span("D" + kind)
    offset = None
    if has["z"] is not None:
        offset = 0 if has["sign"] is None else (int(has["zh"]) * 60 + int(has["zm"] or 0)) * 60 * SECOND_US
        if offset > 15 * 3600 * SECOND_US or int(has["zm"] or 0) > 59:
            return None
        offset = -offset if has["sign"] == "-" else offset

    def span(name: str) -> tuple[int, int] | None:
        return found.span(name) if has[name] is not None else None

    return Form(
        year,
        month,
        day,
        has["A"] is not None,
        has["s3"] == ".",
        span("h"),
        found.span("m"),
        span("sec"),
        span("f"),
        found.start("p") if has["p"] is not None else None,
        offset,
    )


def full_year(year: int) -> int:
    """Two digits: 70..99 are the twentieth century."""
    return year + (0 if year > 99 else 1900 if year >= 70 else 2000)


def _day_number(year: int, month: int, day: int) -> int | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).toordinal() - 719_163
    except ValueError:
        return None


def read_text(text: str, order: DayMonth, *, as_written: bool = False) -> tuple[int, Mark]:
    """One text to microseconds and marks. The wall clock's where no offset is written (or ``as_written``), else UTC."""
    form = read_form(text)
    if form is None:
        return _read_serial(text)

    def number(place: tuple[int, int] | None) -> int:
        return 0 if place is None else int(text[place[0] : place[1]])

    month = form.month if isinstance(form.month, int) else number(form.month)
    day = number(form.day)
    mark = Mark(0)
    if form.ordered:
        mark |= Mark.ORDERED | (Mark.DOTTED if form.dotted else Mark(0))
        if 12 < day <= 31 and month <= 12:
            mark |= Mark.FIRST
        elif 12 < month <= 31 and day <= 12:
            mark |= Mark.SECOND
        if order == "mdy":
            month, day = day, month
    width = form.year[1] - form.year[0]
    days = _day_number(full_year(number(form.year)) if width == 2 else number(form.year), month, day)
    if days is None:
        return NAT, mark | Mark.BAD
    if form.hour is None:
        return days * DAY_US, mark | Mark.DAY
    hour, minute, second = number(form.hour), number(form.minute), number(form.second)
    if form.half is not None:
        if not 1 <= hour <= 12:
            return NAT, mark | Mark.BAD
        hour = hour % 12 + (12 if text[form.half] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return NAT, mark | Mark.BAD
    within = ((hour * 60 + minute) * 60 + second) * SECOND_US
    if form.fraction is not None:
        within += int(text[form.fraction[0] : form.fraction[1]][:6].ljust(6, "0"))
    if within == 0:
        mark |= Mark.MIDNIGHT
    if form.offset_us is not None:
        mark |= Mark.ABSOLUTE
        within -= 0 if as_written else form.offset_us
    return days * DAY_US + within, mark


def _read_serial(text: str) -> tuple[int, Mark]:
    """Days since 30 December 1899, as spreadsheets count; milliseconds is what their floating point can hold."""
    found = SERIAL_FORM.fullmatch(text)
    if found is None or not 25_569 <= int(found[1]) < 73_415:
        return NAT, Mark.BAD
    within = round(float(found[2] or 0) * 86_400_000) * 1000
    return (int(found[1]) - 25_569) * DAY_US + within, Mark.SERIAL | (Mark(0) if within else Mark.MIDNIGHT)
