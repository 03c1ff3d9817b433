"""One reading of a column of dates: by learned layouts where they fit, by distinct texts elsewhere. ``dates`` decides what it means."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from funnel_audit.frozen import Frozen
from funnel_audit.intake.bytesview import I64, MONTH_KEYS, Block, Bool, Sweep, Template, blocks, distinct, parts
from funnel_audit.intake.date_texts import FIRST_YEAR, LAST_YEAR, DayMonth, Form, Mark, full_year, read_form, read_text
from funnel_audit.pieces import THREADS, edges, in_pieces
from funnel_audit.zones import DAY_US, NAT, SECOND_US

I32 = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint16]
_MANY = 200_000  # from this many rows on, two threads are worth it
_MEMORY = 200_000  # distinct odd texts remembered between chunks
_MONTHS = [(year, month) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
_STARTS = np.array([date(year, month, 1).toordinal() - 719_164 for year, month in [*_MONTHS, (LAST_YEAR + 1, 1)]], dtype=np.int32)
"""The day before each month: plus the day of the month = days since the epoch."""
_BY_MONTH: npt.NDArray[np.int32] = np.zeros(((LAST_YEAR + 1 - FIRST_YEAR), MONTH_KEYS), dtype=np.int32)
"""By year and number of the month: ``_STARTS`` and, in the lowest five bits, how many days it has; none where there is no such month."""
_BY_MONTH[:, 1:13] = (_STARTS[:-1] << 5 | np.diff(_STARTS)).reshape(-1, 12)
_BY_MONTH = _BY_MONTH.ravel()


class Order(Frozen):
    """How many rows can only be day first (first part over 12) or month first, and what follows: the majority.

    ``decided`` is None without evidence and at a tie.
    """

    day_first: int
    month_first: int
    mixed: bool
    decided: DayMonth | None


class _Layout(Frozen):
    template: Template
    form: Form | None  # None: a word that means "none yet"


class DateColumn:
    """One reading of one column in one order of day and month."""

    def __init__(self, column: pa.ChunkedArray, order: DayMonth, words: frozenset[str], encoding: str, as_written: bool) -> None:
        self.at: I64 = np.empty(len(column), dtype=np.int64)
        self.marks: Marks = np.empty(len(column), dtype=np.uint16)
        chunks = list(parts(column))
        begins = [0, *accumulate(len(values) if index is None else len(index) for values, index in chunks)]

        def read(first: int, last: int) -> int:
            # each stretch learns its layouts anew: one cell is enough for that, and no thread waits for another
            reader, union = _Reader(order, words, encoding, as_written), 0
            for number in range(first, last):
                rows = slice(begins[number], begins[number + 1])
                reader.chunk(*chunks[number], self.at[rows], self.marks[rows])
                union |= int(np.bitwise_or.reduce(self.marks[rows], initial=0))
            return union

        stretch = len(chunks) if len(column) < _MANY else -(-len(chunks) // (2 * THREADS))
        self.union = Mark(reduce(or_, in_pieces(edges(len(chunks), max(stretch, 1)), read), 0))

    def has(self, mark: Mark) -> Bool:
        if not self.union & mark:
            return np.zeros(len(self.marks), dtype=bool)
        found: Bool = (self.marks & np.uint16(mark)) != 0
        return found

    def evidence(self) -> Order:
        first, second = int(np.count_nonzero(self.has(Mark.FIRST))), int(np.count_nonzero(self.has(Mark.SECOND)))
        decided: DayMonth | None = None if first == second else "dmy" if first > second else "mdy"
        return Order(first, second, bool(first and second), decided)


class _Reader:
    """Reads chunks of a column, one after the other, and remembers the layouts and the odd texts it met."""

    def __init__(self, order: DayMonth, words: frozenset[str], encoding: str, as_written: bool) -> None:
        self.order, self.words, self.encoding, self.as_written = order, words, encoding, as_written
        self._texts: dict[bytes, tuple[int, int]] = {}
        self._sweep = Sweep(self._learn, self._read)

    def chunk(self, values: pa.Array, index: I64 | None, at: I64, marks: Marks) -> None:
        """Fill ``at`` and ``marks`` from one chunk, given as ``bytesview.parts`` gives it."""
        if index is None:
            self._values(values, at, marks)
            return
        value_at, value_marks = np.empty(len(values) + 1, dtype=np.int64), np.empty(len(values) + 1, dtype=np.uint16)
        value_at[-1], value_marks[-1] = NAT, Mark.MISSING
        self._values(values, value_at[:-1], value_marks[:-1])
        at[:], marks[:] = value_at[index], value_marks[index]

    def _values(self, values: pa.Array, at: I64, marks: Marks) -> None:
        left = []
        at.fill(NAT)
        marks.fill(0)
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
            form = form.moved(edge)
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

        day: Any = number(form.day)
        first = second = day
        key = digits.year_month(form.year, form.month) if not isinstance(form.month, int) and not form.ordered else None
        if key is None:
            month: Any = np.int32(form.month) if isinstance(form.month, int) else number(form.month)
            year = number(form.year)
            if form.year[1] - form.year[0] == 2:
                year = np.array([full_year(two) for two in range(256)], dtype=np.int32)[year & 0xFF]
            second = month
            if form.ordered and self.order == "mdy":
                month, day = day, month
            key = year * MONTH_KEYS + month
        key -= FIRST_YEAR * MONTH_KEYS
        good = key.view(np.uint32) < len(_BY_MONTH)
        if not good.all():
            key *= good
        days = _BY_MONTH.take(key)
        good &= (day - 1).view(np.uint32) < (days & 31).view(np.uint32)
        days >>= 5
        days += day
        at = days.astype(np.int64)
        at *= DAY_US
        marks: Any = np.uint16(Mark.DAY)
        if form.hour is not None:
            clock = digits.clock(form.hour, form.minute, form.second) if form.second is not None and form.half is None else None
            if clock is not None:
                within, possible = clock
                good &= possible
            else:
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
