"""Columns of dates to instants, at about the speed of reading the column.

Each layout is learned from one cell and then verified at every position of every other cell of that width (see ``bytesview``); what no
layout fits is read text by text, each distinct text once. Whether 03/04 is in March or April is decided per *column*: a part over 12
anywhere settles it; contradicting cells are bad, not read the other way round, for a column is written by one program.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
import pyarrow as pa

from funnel_audit.errors import Said
from funnel_audit.frozen import Frozen
from funnel_audit.intake.bytesview import I64, Bool
from funnel_audit.intake.date_columns import DateColumn, Order
from funnel_audit.intake.date_texts import DayMonth, Mark, read_form, read_text
from funnel_audit.zones import DAY_US as _DAY_US
from funnel_audit.zones import NAT, end_of_day_us, local_days, start_of_day_us, to_utc, zone

__all__ = ["NAT", "Instants", "Order", "date_order", "end_of_day_us", "local_days", "parse_instants", "parse_moment"]

_SAMPLE = 4096


class Instants(Frozen):
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


def date_order(column: pa.ChunkedArray, encoding: str = "utf-8") -> Order:
    """What the column itself says about the order of day and month."""
    return DateColumn(column, "dmy", frozenset(), encoding, False).evidence()


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
    start: DayMonth = DateColumn(column[:_SAMPLE], "dmy", quiet, encoding, False).evidence().decided or order or "dmy"
    read = DateColumn(column, start, quiet, encoding, False)
    evidence = read.evidence()
    ordered = read.has(Mark.ORDERED)
    used: DayMonth = evidence.decided or order or "dmy"
    dotted = not np.any(ordered & ~read.has(Mark.DOTTED))
    if evidence.decided is None and dotted:
        used = "dmy"
    if used != start and ordered.any():
        read = DateColumn(column, used, quiet, encoding, False)
    _settle_serials(read)
    readable = ~read.has(Mark.MISSING | Mark.BAD)
    if readable.any() and bool((read.has(Mark.DAY | Mark.MIDNIGHT) | ~readable).all()):
        if read.has(Mark.ABSOLUTE).any():
            read = DateColumn(column, used, quiet, encoding, True)
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


def _settle_serials(read: DateColumn) -> None:
    """Day numbers are dates only where all readable cells are: one among real dates is a slip."""
    serial = read.has(Mark.SERIAL)
    if serial.any() and np.any(~serial & ~read.has(Mark.MISSING | Mark.BAD)):
        read.at[serial] = NAT
        read.marks[serial] = Mark.BAD
        read.union |= Mark.BAD


def parse_moment(text: str, timezone: str) -> tuple[int, bool]:
    """One value of an option, such as ``--as-of``: (microseconds UTC, is it a day?); a day is its first instant.

    Unlike a column it may not be ambiguous: 03/04/2025 is refused. ValueError says what to write: it holds a ``Said``.
    """
    at, mark = read_text(text, "dmy")
    if mark & Mark.SECOND and not mark & Mark.DOTTED:
        at, mark = read_text(text, "mdy")
    elif mark & Mark.ORDERED and not mark & (Mark.DOTTED | Mark.FIRST):
        raise ValueError(Said("“{text}” may be two days; write it like 2025-09-30 or 30.09.2025", text=text))
    if mark & (Mark.BAD | Mark.SERIAL):
        form = read_form(text)
        if form is None:
            what = Said("“{text}” is no date", text=text)
        elif form.hour is None:
            what = Said("there is no such day as “{text}”", text=text)
        else:
            what = Said("there is no such day or time as “{text}”", text=text)
        raise ValueError(Said("{what}; write it like 2025-09-30, 30.09.2025 or 2025-09-30T18:00:00+03:00", what=what))
    if mark & Mark.DAY:
        return start_of_day_us(date(1970, 1, 1) + timedelta(days=at // _DAY_US), timezone), True
    zone(timezone)
    if not mark & Mark.ABSOLUTE:
        local = np.array([at], dtype=np.int64)
        to_utc(local, timezone)
        at = int(local[0])
    return at, False
