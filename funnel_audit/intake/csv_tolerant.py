"""The columns of a CSV file that is not quite one: ragged rows, broken characters, unclosed quotes.

Ten times slower than the fast path and taken only when that one refuses. Every record becomes a row, padded or cut to the table's width.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from funnel_audit.intake.csv_scan import blank_record, scan
from funnel_audit.intake.encoding import UTF8
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.table import Kind

CHUNK = 1 << 16
_LABEL = pa.dictionary(pa.int32(), pa.binary())


@dataclass
class Builder:
    """Rows of bytes → chunked Arrow columns, 65,536 at a time, so that Python objects never pile up."""

    wanted: Mapping[int, Kind]
    rows: int = 0
    _cells: dict[int, list[bytes]] = field(default_factory=dict)
    _chunks: dict[int, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cells = {index: [] for index in self.wanted}
        self._chunks = {index: [] for index in self.wanted}

    def add(self, cells: Iterable[bytes]) -> None:
        """One row: the wanted cells, in the order of ``wanted``."""
        for column, cell in zip(self._cells.values(), cells, strict=True):
            column.append(cell)
        self.rows += 1
        if self.rows % CHUNK == 0:
            self._flush()

    def columns(self) -> dict[int, Any]:
        self._flush()
        types = {index: _LABEL if kind == "label" else pa.binary() for index, kind in self.wanted.items()}
        return {index: pa.chunked_array(self._chunks[index], type=kind) for index, kind in types.items()}

    def _flush(self) -> None:
        for index, cells in self._cells.items():
            if cells:
                chunk = pa.array(cells, type=pa.binary())
                self._chunks[index].append(chunk.dictionary_encode() if self.wanted[index] == "label" else chunk)
                cells.clear()


def read_tolerant(
    view: memoryview, *, delimiter: str, width: int, encoding: str, wanted: Mapping[int, Kind], first_line: int, notes: Notes
) -> tuple[dict[int, Any], int, array[int]]:
    """(columns, rows, the line where each row begins)."""
    builder = Builder(wanted)
    starts = array("q")
    indexes = list(wanted)
    for line, cells in scan(view, delimiter, first_line=first_line, notes=notes):
        if blank_record(cells):
            notes.add("blank_rows", line=line)
            continue
        if len(cells) != width:
            notes.add("ragged_rows", line=line, sample=f"{len(cells)} cells instead of {width}")
            cells += [""] * (width - len(cells))
        builder.add([_bytes(cells[index], encoding, line, notes) for index in indexes])
        starts.append(line)
    return builder.columns(), builder.rows, starts


def _bytes(cell: str, encoding: str, line: int, notes: Notes) -> bytes:
    raw = cell.encode("latin-1")
    if encoding == UTF8 and not cell.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            notes.add("bad_encoding", line=line, sample=text)
            return text.encode()
    return raw
