"""The columns of a well-formed CSV file at the speed of pyarrow: only those wanted, as bytes, never as Python objects.

Refuses (None) what pyarrow refuses — ragged rows, broken UTF-8 — and leaves that to ``csv_tolerant``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from funnel_audit.intake.encoding import UTF8
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.source import Source
from funnel_audit.intake.table import Kind
from funnel_audit.pieces import in_pieces

BLOCK = 4 << 20  # measured: 1 to 8 MiB are alike, above that two cores starve
_COUNT_BLOCK = 1 << 18  # stays in the cache: twice as fast as counting at once


def read_fast(
    source: Source,
    start: int,
    stop: int,
    *,
    delimiter: str,
    width: int,
    encoding: str,
    wanted: Mapping[int, Kind],
    multiline: bool,
    notes: Notes,
) -> tuple[dict[int, Any], int] | None:
    """(columns, rows) of the records in ``source[start:stop]``, blank rows dropped; None where the tolerant path must read them."""
    quote = source.raw.rfind(b'"', start, stop)
    if start >= stop or quote == start or (quote > start and source.raw[quote - 1 : quote] in (delimiter.encode(), b"\n", b"\r")):
        return None  # the last quote opens a cell: see _quote_left_open
    asked = dict(wanted) or {0: "text"}
    table = _read(source, start, stop, delimiter, width, encoding, asked, multiline)
    if table is None and not multiline and quote >= 0:
        table = _read(source, start, stop, delimiter, width, encoding, asked, True)
    if table is None or (quote >= 0 and _quote_left_open(source, start, stop, delimiter, width, table)):
        return None
    columns = [table.column(place) for place in range(len(asked))]
    blank = np.logical_and.reduce([_empty(column) for column in columns]) if _any_empty(columns) else None
    if blank is not None and blank.any():
        if len(asked) < width:
            blank = _wholly_blank(source, start, stop, delimiter, width, multiline, blank)
        notes.add("blank_rows", count=int(blank.sum()))
        bits = pa.py_buffer(np.packbits(~blank, bitorder="little"))
        keep = pa.chunked_array([pa.Array.from_buffers(pa.bool_(), len(blank), [None, bits])])
        columns = [column.filter(keep) for column in columns]
    rows = len(columns[0])
    return dict(zip(wanted, columns, strict=False)), rows


def count_byte(view: memoryview, byte: int) -> int:
    data = np.frombuffer(view, dtype=np.uint8)
    return sum(int(np.count_nonzero(data[at : at + _COUNT_BLOCK] == byte)) for at in range(0, len(data), _COUNT_BLOCK))


def _read(
    source: Source, start: int, stop: int, delimiter: str, width: int, encoding: str, wanted: Mapping[int, Kind], multiline: bool
) -> Any:
    """Without ``newlines_in_values`` a quoted newline at a block's edge is an error, not a wrong row, so the faster way is tried first."""
    types = {f"c{index}": pa.dictionary(pa.int32(), pa.binary()) if kind == "label" else pa.binary() for index, kind in wanted.items()}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(source.part(start, stop))),
            read_options=pa_csv.ReadOptions(column_names=[f"c{index}" for index in range(width)], block_size=BLOCK, use_threads=True),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=multiline, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
            ),
        )
        if encoding == UTF8:
            for column in table.columns:
                _check_utf8(column)
    except pa.ArrowInvalid:
        return None
    return table


def _check_utf8(column: Any) -> None:
    """ArrowInvalid for a cell that is no UTF-8. Arrow would check each as it reads, a fifth of the time; few columns need it."""
    for chunk in column.chunks:
        values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        data = values.buffers()[2]
        if data is not None and np.frombuffer(data, dtype=np.uint8).max(initial=0) >= 0x80:
            values.view(pa.string()).validate(full=True)


def _quote_left_open(source: Source, start: int, stop: int, delimiter: str, width: int, table: Any) -> bool:
    """pyarrow takes an unclosed quote's cell up to the end of the file without a word.

    Then the file's last quote stands where one opens, or the very last cell holds a line end and the quotes are odd in number. The cell is
    looked at first: counting quotes goes through the whole file.
    """
    if f"c{width - 1}" in table.column_names and not _ends_in_lines(table, f"c{width - 1}"):
        return False
    if count_byte(source.part(start, stop), 34) % 2 == 0:
        return False
    alone = _read(source, start, stop, delimiter, width, "binary", {width - 1: "text"}, True)
    return alone is None or _ends_in_lines(alone, f"c{width - 1}")


def _ends_in_lines(table: Any, name: str) -> bool:
    """Does the last cell of a column hold a line end?"""
    cell = table.column(name)[-1].as_py() if table.num_rows else b"\n"
    return b"\n" in cell or b"\r" in cell


def _any_empty(columns: list[Any]) -> bool:
    column = columns[0]
    if any(pa.types.is_dictionary(chunk.type) for chunk in column.chunks):
        return bool(_empty(column).any())
    lows = in_pieces(range(len(column.chunks) + 1), lambda begin, _: np.diff(_int32(column.chunk(begin), 1)).min(initial=1))
    return bool(min(lows, default=1) == 0)


def _empty(column: Any) -> np.ndarray:
    """True where the cell is empty; reads offsets and dictionary codes straight from the buffers."""
    parts = [np.zeros(0, dtype=bool)]
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            parts.append(_empty(pa.chunked_array([chunk.dictionary]))[_int32(chunk.indices, 0)])
        else:
            parts.append(np.diff(_int32(chunk, 1)) == 0)
    return np.concatenate(parts)


def _int32(chunk: Any, extra: int) -> np.ndarray:
    if len(chunk) == 0:
        return np.zeros(extra, dtype=np.int32)
    return np.frombuffer(chunk.buffers()[1], dtype=np.int32, count=len(chunk) + extra, offset=4 * chunk.offset)


def _wholly_blank(
    source: Source, start: int, stop: int, delimiter: str, width: int, multiline: bool, suspects: np.ndarray
) -> np.ndarray:
    """Of the rows that are empty in the wanted columns, those empty in all: the rest are deals and stay."""
    every: dict[int, Kind] = dict.fromkeys(range(width), "text")
    table = _read(source, start, stop, delimiter, width, "binary", every, multiline)
    if table is None:
        table = _read(source, start, stop, delimiter, width, "binary", every, True)
    for column in table.columns:
        suspects = suspects & _empty(column)
    return suspects
