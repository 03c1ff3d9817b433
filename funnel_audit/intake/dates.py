"""Columns of dates to instants, at about the speed of reading the column.

Each layout is learned from one cell and then verified at every position of every other cell of that width (see ``bytesview``); what no
layout fits is read text by text, each distinct text once. Whether 03/04 is in March or April is decided per *column*: a part over 12
anywhere settles it; contradicting cells are bad, not read the other way round, for a column is written by one program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from funnel_audit.intake.bytesview import I64, Block, Bool, Sweep, Template, blocks, distinct, parts
from funnel_audit.intake.date_texts import FIRST_YEAR, LAST_YEAR, DayMonth, Form, Mark, full_year, read_form, read_text
from funnel_audit.intake.zones import DAY_US, NAT, SECOND_US, end_of_day_us, local_days, start_of_day_us, to_utc, zone

__all__ = ["NAT", "Instants", "Order", "date_order", "end_of_day_us", "local_days", "parse_instants", "parse_moment"]

I32 = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint16]
_MEMORY = 200_000  # distinct odd texts remembered between chunks
_SAMPLE = 4096
_MONTHS = [(year, month) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
_STARTS = np.array([date(year, month, 1).toordinal() - 719_164 for year, month in [*_MONTHS, (LAST_YEAR + 1, 1)]], dtype=np.int32)
"""The day before each month: plus the day of the month = days since the epoch."""
_LENGTHS = np.diff(_STARTS)


@dataclass(frozen=True)
class Instants:
    """A column of moments: ``at`` in microseconds since the epoch, UTC, ``NAT`` where missing or unreadable.

    ``day`` is True where the cell holds a date without a time; ``at`` is then the start of that local day. ``bad`` are the rows that
    hold text that is no date. ``order`` is how day and month were told apart ("iso": year first or month as a word, or no value at
    all); ``ambiguous`` when nothing in the column decided it; ``mixed`` when the column contradicts itself (the minority is in ``bad``).
    """

    at: I64
    day: Bool
    bad: I64
    order: Literal["iso", "dmy", "mdy"]
    ambiguous: bool
    mixed: bool


@dataclass(frozen=True)
class Order:
    """How many rows can only be day first (first part over 12) or month first, and what follows: the majority; None = no evidence or a tie."""

    day_first: int
    month_first: int
    mixed: bool
    decided: DayMonth | None


@dataclass(frozen=True)
class _Layout:
    template: Template
    form: Form | None  # None: a word that means "none yet"


class _Column:
    """One reading of one column in one order of day and month."""

    def __init__(self, column: pa.ChunkedArray, order: DayMonth, words: frozenset[str], encoding: str, as_written: bool) -> None:
        self.order, self.words, self.encoding, self.as_written = order, words, encoding, as_written
        self.at: I64 = np.full(len(column), NAT, dtype=np.int64)
        self.marks: Marks = np.zeros(len(column), dtype=np.uint16)
        self.union = Mark(0)
        self._texts: dict[bytes, tuple[int, int]] = {}
        self._sweep = Sweep(self._learn, self._read)
        begin = 0
        for values, index in parts(column):
            rows = len(values) if index is None else len(index)
            at, marks = self.at[begin : begin + rows], self.marks[begin : begin + rows]
            if index is None:
                self._chunk(values, at, marks)
            else:
                value_at, value_marks = np.full(len(values) + 1, NAT, dtype=np.int64), np.zeros(len(values) + 1, dtype=np.uint16)
                value_marks[-1] = Mark.MISSING
                self._chunk(values, value_at[:-1], value_marks[:-1])
                at[:], marks[:] = value_at[index], value_marks[index]
            begin += rows
            self.union |= Mark(int(np.bitwise_or.reduce(marks, initial=0)))

    def has(self, mark: Mark) -> Bool:
        if not self.union & mark:
            return np.zeros(len(self.marks), dtype=bool)
        return (self.marks & np.uint16(mark)) != 0

    def evidence(self) -> Order:
        first, second = int(np.count_nonzero(self.has(Mark.FIRST))), int(np.count_nonzero(self.has(Mark.SECOND)))
        decided: DayMonth | None = None if first == second else "dmy" if first > second else "mdy"
        return Order(first, second, bool(first and second), decided)

    def _chunk(self, values: pa.Array, at: I64, marks: Marks) -> None:
        left = []
        for begin, block in blocks(values):
            self._at, self._marks = at[begin : begin + len(block.starts)], marks[begin : begin + len(block.starts)]
            if block.width is None:
                self._marks[block.lengths == 0] = Mark.MISSING
            left.append(self._sweep.block(block) + begin)
        rows = np.concatenate(left) if left else np.zeros(0, dtype=np.int64)
        if len(rows) == 0:
            return
        texts, index = distinct(values, rows)
        read = [self._text(text) for text in texts]
        at[rows] = np.array([moment for moment, _ in read], dtype=np.int64)[index]
        marks[rows] = np.array([mark for _, mark in read], dtype=np.uint16)[index]

    def _text(self, cell: bytes) -> tuple[int, int]:
        known = self._texts.get(cell)
        if known is None:
            text = cell.decode(self.encoding, "replace")
            if not text.strip() or text.strip().casefold() in self.words:
                known = NAT, int(Mark.MISSING)
            else:
                moment, mark = read_text(text, self.order, as_written=self.as_written)
                known = moment, int(mark)
            if len(self._texts) < _MEMORY:
                self._texts[cell] = known
        return known

    def _learn(self, cell: bytes) -> _Layout | None:
        text = cell.decode(self.encoding, "replace")
        if text.strip().casefold() in self.words:
            return _Layout(Template.of(cell, ()), None)
        form = read_form(text)
        if form is None:
            return None
        if not text.isascii():
            edge = [len(text[:place].encode(self.encoding)) for place in range(len(text) + 1)]
            form = _moved(form, edge)
        places = [form.year, form.month, form.day, form.hour, form.minute, form.second, form.fraction]
        digits = {byte for place in places if isinstance(place, tuple) for byte in range(*place)}
        return _Layout(Template.of(cell, digits, () if form.half is None else (form.half,)), form)

    def _read(self, layout: _Layout, block: Block, rows: I64 | None) -> Bool:
        fits, digits = layout.template.match(block, rows)
        form = layout.form
        if form is None:
            self._keep(rows, fits, None, np.uint16(Mark.MISSING))
            return fits
        if not fits.any():
            return fits

        def number(place: tuple[int, int]) -> I32:
            return digits.number(place[0], place[1] - place[0])

        day, month = number(form.day), form.month if isinstance(form.month, int) else number(form.month)
        year = number(form.year)
        if form.year[1] - form.year[0] == 2:
            year = np.array([full_year(two) for two in range(256)], dtype=np.int32)[year & 0xFF]
        first, second = day, month
        if form.ordered and self.order == "mdy":
            month, day = day, np.asarray(month)
        key = year * 12 + (month - (FIRST_YEAR * 12 + 1))
        good = (key.view(np.uint32) < len(_LENGTHS)) & (np.asarray(month - 1).view(np.uint32) < 12)
        if not good.all():
            key *= good
        good &= (day - 1).view(np.uint32) < _LENGTHS[key].view(np.uint32)
        days = _STARTS[key]
        days += day
        at = days.astype(np.int64)
        at *= DAY_US
        marks: Any = np.uint16(Mark.DAY)
        if form.hour is not None:
            hour, minute = number(form.hour), number(form.minute)
            if form.half is not None:
                half = block.bytes_at(form.half, rows) | 0x20
                fits &= (half == ord("a")) | (half == ord("p"))
                good &= (hour - 1).view(np.uint32) < 12
                hour = hour % 12 + np.int32(12) * (half == ord("p"))
            good &= hour < 24
            good &= minute < 60
            hour *= 60
            hour += minute
            hour *= 60
            if form.second is not None:
                seconds = number(form.second)
                good &= seconds < 60
                hour += seconds
            within = hour.astype(np.int64)
            within *= SECOND_US
            if form.fraction is not None:
                size = min(form.fraction[1] - form.fraction[0], 6)
                within += digits.number(form.fraction[0], size) * np.int64(10 ** (6 - size))
            marks = (within == 0).astype(np.uint16)
            marks *= np.uint16(Mark.MIDNIGHT)
            if form.offset_us is not None:
                marks |= np.uint16(Mark.ABSOLUTE)
                within -= 0 if self.as_written else form.offset_us
            at += within
        if form.ordered:
            marks = marks | np.uint16(Mark.ORDERED | (Mark.DOTTED if form.dotted else 0))
            marks = marks | ((first > 12) & (first <= 31) & (second <= 12)) * np.uint16(Mark.FIRST)
            marks = marks | ((second > 12) & (second <= 31) & (first <= 12)) * np.uint16(Mark.SECOND)
        if not good.all():
            at[~good] = NAT
            marks = np.where(good, marks, np.uint16(Mark.BAD | Mark.ORDERED | Mark.FIRST | Mark.SECOND) & (marks | np.uint16(Mark.BAD)))
        self._keep(rows, fits, at, marks)
        return fits

    def _keep(self, rows: I64 | None, fits: Bool, at: I64 | None, marks: Any) -> None:
        if rows is None and fits.all():
            self._marks[:] = marks
            if at is not None:
                self._at[:] = at
            return
        chosen = np.flatnonzero(fits) if rows is None else rows[fits]
        self._marks[chosen] = marks[fits] if np.ndim(marks) else marks
        if at is not None:
            self._at[chosen] = at[fits]


def _moved(form: Form, edge: list[int]) -> Form:
    """The same form with places counted in bytes."""

    def move(place: tuple[int, int] | None) -> tuple[int, int] | None:
        return None if place is None else (edge[place[0]], edge[place[1]])

    def sure(place: tuple[int, int]) -> tuple[int, int]:
        return edge[place[0]], edge[place[1]]

    return Form(
        sure(form.year),
        form.month if isinstance(form.month, int) else sure(form.month),
        sure(form.day),
        form.ordered,
        form.dotted,
        move(form.hour),
        sure(form.minute) if form.hour is not None else form.minute,
        move(form.second),
        move(form.fraction),
        None if form.half is None else edge[form.half],
        form.offset_us,
    )


def date_order(column: pa.ChunkedArray, encoding: str = "utf-8") -> Order:
    """What the column itself says about the order of day and month."""
    return _Column(column, "dmy", frozenset(), encoding, False).evidence()


def parse_instants(
    column: pa.ChunkedArray,
    *,
    timezone: str = "UTC",
    order: DayMonth | None = None,
    words: frozenset[str] = frozenset(),
    encoding: str = "utf-8",
) -> Instants:
    """Read a column of dates; see ``Instants``.

    ``order`` is used only where the column does not tell; dotted dates are day first then whatever ``order`` says, and so is everything
    when it says nothing. ``words`` are texts that mean "none yet". Times without an offset are in ``timezone``. Midnights are times,
    unless the whole column has nothing else: then it holds days (as written, whatever their offset).
    """
    zone(timezone)
    quiet = frozenset(word.casefold() for word in words)
    start: DayMonth = _Column(column[:_SAMPLE], "dmy", quiet, encoding, False).evidence().decided or order or "dmy"
    read = _Column(column, start, quiet, encoding, False)
    evidence = read.evidence()
    ordered = read.has(Mark.ORDERED)
    used: DayMonth = evidence.decided or order or "dmy"
    dotted = not np.any(ordered & ~read.has(Mark.DOTTED))
    if evidence.decided is None and dotted:
        used = "dmy"
    if used != start and ordered.any():
        read = _Column(column, used, quiet, encoding, False)
    _settle_serials(read)
    readable = ~read.has(Mark.MISSING | Mark.BAD)
    if readable.any() and bool((read.has(Mark.DAY | Mark.MIDNIGHT) | ~readable).all()):
        if read.has(Mark.ABSOLUTE).any():
            read = _Column(column, used, quiet, encoding, True)
            _settle_serials(read)
        read.union = (read.union | Mark.DAY) & ~Mark.ABSOLUTE
        read.marks[readable] |= np.uint16(Mark.DAY)
    absolute = read.has(Mark.ABSOLUTE)
    if not absolute.any():
        to_utc(read.at, timezone)
    elif not absolute.all():
        naive = np.flatnonzero(~absolute)
        local = read.at[naive]
        to_utc(local, timezone)
        read.at[naive] = local
    return Instants(
        read.at,
        read.has(Mark.DAY),
        np.flatnonzero(read.has(Mark.BAD)),
        used if ordered.any() else "iso",
        bool(ordered.any()) and evidence.day_first == evidence.month_first and not dotted,
        evidence.mixed,
    )


def _settle_serials(read: _Column) -> None:
    """Day numbers are dates only where all readable cells are: one among real dates is a slip."""
    serial = read.has(Mark.SERIAL)
    if serial.any() and np.any(~serial & ~read.has(Mark.MISSING | Mark.BAD)):
        read.at[serial] = NAT
        read.marks[serial] = Mark.BAD
        read.union |= Mark.BAD


def parse_moment(text: str, timezone: str) -> tuple[int, bool]:
    """One value of an option, such as ``--as-of``: (microseconds UTC, is it a day?); a day is its first instant.

    Unlike a column it may not be ambiguous: 03/04/2025 is refused. ValueError says what to write.
    """
    at, mark = read_text(text, "dmy")
    if mark & Mark.SECOND and not mark & Mark.DOTTED:
        at, mark = read_text(text, "mdy")
    elif mark & Mark.ORDERED and not mark & (Mark.DOTTED | Mark.FIRST):
        raise ValueError(f"{text!r} may be two days; write it like 2025-09-30")
    if mark & (Mark.BAD | Mark.SERIAL):
        raise ValueError(f"{text!r} is no date; write it like 2025-09-30 or 2025-09-30T18:00:00+03:00")
    if mark & Mark.DAY:
        return start_of_day_us(date(1970, 1, 1) + timedelta(days=at // DAY_US), timezone), True
    zone(timezone)
    if not mark & Mark.ABSOLUTE:
        local = np.array([at], dtype=np.int64)
        to_utc(local, timezone)
        at = int(local[0])
    return at, False
