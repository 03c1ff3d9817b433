"""A CSV file as a ``Head``: encoding, delimiter, where the table begins and ends, and a reader for the columns that are wanted.

Only the first 256 KiB and the last 60 lines are looked at. Titles above and footers below are cut off as byte ranges, so that they cannot
make the fast reader stumble.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from funnel_audit.errors import Cell, NoTableError, Said
from funnel_audit.frozen import Frozen
from funnel_audit.intake import layout
from funnel_audit.intake.csv_fast import count_byte, read_fast
from funnel_audit.intake.csv_scan import blank_record, scan
from funnel_audit.intake.csv_tolerant import read_tolerant
from funnel_audit.intake.delimiter import sniff_delimiter
from funnel_audit.intake.encoding import SAMPLE, UTF8, detect, whole_file_encoding
from funnel_audit.intake.long_cells import refusal
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.recognise import binary_refusal, looks_binary
from funnel_audit.intake.source import Source, transcoded
from funnel_audit.intake.table import Head, Kind, Table

SAMPLE_RECORDS = 200
TAIL = 64 * 1024
TAIL_LINES = 60
_EOL = re.compile(rb"\r\n|\r|\n")


class _Region(Frozen):
    """The records of the table inside the file, without header and footer."""

    source: Source
    start: int
    stop: int
    first_line: int
    delimiter: str
    width: int
    encoding: str
    multiline: bool

    @property
    def view(self) -> memoryview:
        return self.source.part(self.start, self.stop)


def open_csv(source: Source) -> Head:
    encoding, bom = detect(source)
    size, said = source.size, encoding
    if encoding.startswith("utf-16"):
        source, encoding, bom = transcoded(source, encoding, bom), UTF8, 0
    sample = _whole_lines(bytes(source.part(bom, min(bom + SAMPLE, source.size))), cut=bom + SAMPLE < source.size)
    if not _EOL.search(sample) and bom + SAMPLE < source.size:
        raise refusal(source.name, sample[:40].decode(encoding, "replace"), SAMPLE)
    if looks_binary(sample[:4096].decode(encoding, "replace")):
        raise binary_refusal(source)
    delimiter = sniff_delimiter(sample)
    notes = Notes(source.name)
    records = _records(sample, delimiter, encoding, 1, SAMPLE_RECORDS + 50, source.name)
    rows = [cells for _, cells in records]
    _refuse_empty(source, rows)
    header = layout.header_row(rows)
    if header is None:
        header = layout.first_typical_row(rows)
        notes.add("doubtful_header", line=records[header][0], sample=delimiter.join(rows[header]))
    _note_titles(records[:header], notes)
    first_line = records[header + 1][0] if header + 1 < len(records) else len(_EOL.findall(sample)) + 1
    start = bom + _offset_of_line(sample, first_line)
    width = layout.table_width(rows[header], rows[header + 1 :])
    stop = _cut_footer(source, start, delimiter, width, encoding, notes)
    region = _Region(source, start, stop, first_line, delimiter, width, encoding, multiline=False)
    inside = sample[start - bom : stop - bom]
    below = _records(inside, delimiter, encoding, first_line, SAMPLE_RECORDS + 1, source.name)
    region = _Region(source, start, stop, first_line, delimiter, width, encoding, multiline=_multiline(inside, below))
    data = [cells for _, cells in below if not blank_record(cells)][:SAMPLE_RECORDS]
    headers, dropped = layout.clean_headers(rows[header], width, data)
    notes.add("empty_column", line=records[header][0], count=dropped)
    for name, extra in layout.duplicates(headers).items():
        notes.add("duplicate_header", line=records[header][0], column=name, count=extra)
    return Head(
        file=source.name,
        headers=headers,
        sample=tuple(tuple((cells + [""] * width)[: len(headers)]) for cells in data),
        container="csv",
        read=lambda wanted: _read(region, wanted),
        encoding=said,
        delimiter=delimiter,
        header_line=records[header][0],
        size_bytes=size,
        defects=notes.defects(),
        records=lambda: _all_records(region),
    )


def _all_records(region: _Region) -> Iterator[tuple[int, list[str]]]:
    for line, cells in scan(region.view, region.delimiter, first_line=region.first_line, notes=Notes(region.source.name)):
        if not blank_record(cells):
            yield line, [cell.encode("latin-1").decode(region.encoding, "replace") for cell in cells]


def _read(region: _Region, wanted: Mapping[int, Kind]) -> Table:
    source, encoding = region.source, region.encoding
    notes = Notes(source.name)
    fast = _fast(region, encoding, wanted, notes)
    if fast is None and encoding == UTF8:
        encoding = whole_file_encoding(source, region.start)
        fast = _fast(region, encoding, wanted, notes) if encoding != UTF8 else None
    if fast is not None:
        columns, rows = fast
        return Table(columns, rows, encoding, notes.defects(), _lines_of_fast(region, rows))
    columns, rows, starts = read_tolerant(
        region.view,
        delimiter=region.delimiter,
        width=region.width,
        encoding=encoding,
        wanted=wanted,
        first_line=region.first_line,
        notes=notes,
    )
    known = np.frombuffer(starts, dtype=np.int64) if rows else np.zeros(0, dtype=np.int64)
    return Table(columns, rows, encoding, notes.defects(), lambda asked: known[asked])


def _fast(region: _Region, encoding: str, wanted: Mapping[int, Kind], notes: Notes) -> tuple[dict[int, Any], int] | None:
    return read_fast(
        region.source,
        region.start,
        region.stop,
        delimiter=region.delimiter,
        width=region.width,
        encoding=encoding,
        wanted=wanted,
        multiline=region.multiline,
        notes=notes,
    )


def _lines_of_fast(region: _Region, rows: int) -> Callable[[np.ndarray], np.ndarray]:
    """Arithmetic where every record is one line; else the file is scanned once, when first asked."""
    known: list[np.ndarray] = []

    def line_of(asked: np.ndarray) -> np.ndarray:
        if not known:
            ends = count_byte(region.view, 10) + (region.source.raw[region.stop - 1 : region.stop] != b"\n")
            if ends == rows:
                return np.asarray(asked, dtype=np.int64) + region.first_line
            records = scan(region.view, region.delimiter, first_line=region.first_line, notes=Notes(region.source.name))
            known.append(np.fromiter((line for line, cells in records if not blank_record(cells)), dtype=np.int64))
        lines: np.ndarray = known[0][asked]
        return lines

    return line_of


def _records(data: bytes, delimiter: str, encoding: str, first_line: int, limit: int, name: str) -> list[tuple[int, list[str]]]:
    found = islice(scan(memoryview(data), delimiter, first_line=first_line, notes=Notes(name)), limit)
    return [(line, [cell.encode("latin-1").decode(encoding, "replace") for cell in cells]) for line, cells in found]


def _multiline(inside: bytes, records: list[tuple[int, list[str]]]) -> bool:
    return b'"' in inside and any("\n" in cell or "\r" in cell for _, cells in records for cell in cells)


def _whole_lines(sample: bytes, *, cut: bool) -> bytes:
    end = max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1
    return sample[:end] if cut and end else sample


def _offset_of_line(sample: bytes, line: int) -> int:
    """Where a physical line (1-based) begins; the end of the sample where it has fewer lines."""
    ends = islice(_EOL.finditer(sample), line - 2, line - 1) if line > 1 else iter(())
    return next((match.end() for match in ends), 0 if line <= 1 else len(sample))


def _refuse_empty(source: Source, rows: list[list[str]]) -> None:
    if all(layout.is_blank(row) for row in rows):
        raise NoTableError(Said("the file holds nothing but blank lines."), file=source.name, cure=Said("Export the deals again."))
    if sentence := layout.empty_export_sentence(rows):
        message = Said("the CRM's export is empty: it holds only the sentence “{text}”.", text=Cell(sentence[:80]))
        raise NoTableError(message, file=source.name, cure=Said("Widen the filter in the CRM's list of deals and export again."))


def _note_titles(above: list[tuple[int, list[str]]], notes: Notes) -> None:
    for line, cells in above:
        if blank_record(cells):
            notes.add("blank_rows", line=line)
        else:
            notes.add("title_rows", line=line, sample=" ".join(layout.filled(cells)))


def _cut_footer(source: Source, start: int, delimiter: str, width: int, encoding: str, notes: Notes) -> int:
    """The offset at which the records end. A line with an odd number of quotes belongs to a multi-line cell, so the search ends there."""
    end = source.size - (source.raw[-1:] == b"\x1a")  # the end mark of old DOS programs
    begin = max(start, end - TAIL)
    lines = bytes(source.part(begin, end)).splitlines(keepends=True)[(1 if begin > start else 0) :][-TAIL_LINES:]
    usable = next((place for place, line in enumerate(reversed(lines)) if line.count(b'"') % 2), len(lines))
    lines = lines[len(lines) - usable :]
    rows = [next(csv.reader([line.decode(encoding, "replace")], delimiter=delimiter), []) for line in lines]
    first = layout.footer_start(rows, width)
    for row in rows[first:]:
        if not layout.is_blank(row):
            notes.add("footer_rows", sample=" ".join(layout.filled(row)))
    return end - sum(len(line) for line in lines[first:])
