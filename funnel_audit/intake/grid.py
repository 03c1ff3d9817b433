"""A table whose cells are already apart (Excel, HTML) as a ``Head``: the same rules for header, footer and blank rows as for CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

import numpy as np

from funnel_audit.errors import Cell, NoTableError, Said
from funnel_audit.frozen import Frozen
from funnel_audit.intake import layout
from funnel_audit.intake.csv_tolerant import Builder
from funnel_audit.intake.long_cells import refuse_long
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.table import Head, Kind, Table

SAMPLE_RECORDS = 200
TAIL_ROWS = 60


class Grid(Frozen):
    """Rows of cells of any type; ``first_row`` is the number that the first of them has for a person who looks at the file."""

    rows: Sequence[Sequence[Any]]
    first_row: int
    text: Callable[[Any], str]

    def texts(self, index: int) -> list[str]:
        return [self.text(cell) for cell in self.rows[index]]

    def blank(self, index: int) -> bool:
        row = self.rows[index]
        return not any(row) and all(cell is None or cell == "" for cell in row)


def looks_like_table(grid: Grid) -> bool:
    """A header of two cells or more with something below it."""
    top = [grid.texts(index) for index in range(min(len(grid.rows), 60))]
    header = layout.header_row(top)
    return header is not None and len(layout.filled(top[header])) > 1 and any(not layout.is_blank(row) for row in top[header + 1 :])


def head_of(grid: Grid, file: str, container: Literal["excel", "html", "json"], *, sheet: str | None = None, size_bytes: int = 0) -> Head:
    refuse_long(grid.rows, file)
    notes = Notes(file)
    end = len(grid.rows)
    while end > 0 and grid.blank(end - 1):  # formatted but empty rows at the end of a sheet are no rows: nothing to report
        end -= 1
    top = [grid.texts(index) for index in range(min(end, 60))]
    if not top:
        raise NoTableError(Said("the table is empty."), file=file, cure=Said("Export the deals again."))
    if sentence := layout.empty_export_sentence(top):
        message = Said("the CRM's export is empty: it holds only the sentence “{text}”.", text=Cell(sentence[:80]))
        raise NoTableError(message, file=file, cure=Said("Widen the filter in the CRM's list of deals and export again."))
    header = layout.header_row(top)
    if header is None:
        header = layout.first_typical_row(top)
        notes.add("doubtful_header", line=grid.first_row + header, sample=" ".join(layout.filled(top[header])))
    for index, row in enumerate(top[:header]):
        notes.add("blank_rows" if layout.is_blank(row) else "title_rows", line=grid.first_row + index, sample=" ".join(layout.filled(row)))
    width = max(len(top[header]), layout.table_width(top[header], top[header + 1 :]))
    end = _without_footer(grid, header + 1, end, len(layout.filled(top[header])), notes)
    data = [grid.texts(at) for at in islice(_filled(grid, header + 1, end), SAMPLE_RECORDS)]
    headers, dropped = layout.clean_headers(top[header], width, data)
    notes.add("empty_column", line=grid.first_row + header, count=dropped)
    for name, extra in layout.duplicates(headers).items():
        notes.add("duplicate_header", line=grid.first_row + header, column=name, count=extra)
    return Head(
        file=file,
        headers=headers,
        sample=tuple(tuple((row + [""] * width)[: len(headers)]) for row in data),
        container=container,
        read=lambda wanted: _read(grid, header + 1, end, width, wanted, file),
        encoding="utf-8",
        sheet=sheet,
        header_line=grid.first_row + header,
        size_bytes=size_bytes,
        defects=notes.defects(),
    )


def _filled(grid: Grid, start: int, end: int) -> Any:
    return (index for index in range(start, end) if not grid.blank(index))


def _without_footer(grid: Grid, start: int, end: int, width: int, notes: Notes) -> int:
    begin = max(start, end - TAIL_ROWS)
    tail = [grid.texts(index) for index in range(begin, end)]
    first = layout.footer_start(tail, width)
    for index in range(first, len(tail)):
        if not layout.is_blank(tail[index]):
            notes.add("footer_rows", line=grid.first_row + begin + index, sample=" ".join(layout.filled(tail[index])))
    return begin + first


def _read(grid: Grid, start: int, end: int, width: int, wanted: Mapping[int, Kind], file: str) -> Table:
    notes = Notes(file)
    builder = Builder(wanted)
    kept: list[int] = []
    text = grid.text
    for at in range(start, end):
        if grid.blank(at):
            notes.add("blank_rows", line=grid.first_row + at)
            continue
        row = grid.rows[at]
        if len(row) != width:
            notes.add("ragged_rows", line=grid.first_row + at, sample=f"{len(row)} cells instead of {width}")
            row = [*row, *[""] * (width - len(row))]
        builder.add([text(row[index]).encode("utf-8", "replace") for index in wanted])
        kept.append(grid.first_row + at)
    lines = np.array(kept, dtype=np.int64)
    return Table(builder.columns(), builder.rows, "utf-8", notes.defects(), lambda asked: lines[asked])
