"""CSV records one by one with the line where each begins: slow, forgiving, and never losing a row.

Bytes are read as Latin-1, which maps every byte to one character and back: CSV syntax is ASCII in all encodings that come here, so a
broken character cannot break a record, and cells come out as the very bytes of the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from funnel_audit.errors import InputError, Said
from funnel_audit.intake.long_cells import MAX_CELL
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.source import Window

_MAX_LINE = 64 << 20


class _Lines:
    """Physical lines that can be put back, and the ones that the current record took."""

    def __init__(self, view: memoryview) -> None:
        self._stream = io.TextIOWrapper(io.BufferedReader(Window(view), 1 << 20), encoding="latin-1", newline="")
        self._back: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._stream.readline(_MAX_LINE)
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._back.extend(reversed(lines))

    def at_end(self) -> bool:
        if not self._back and (line := self._stream.readline(_MAX_LINE)):
            self._back.append(line)
        return not self._back


def scan(view: memoryview, delimiter: str, *, first_line: int, notes: Notes) -> Iterator[tuple[int, list[str]]]:
    """(line where it starts, cells as Latin-1) of every record, blank ones included.

    A quote that is never closed would swallow the rest of the file: its line is then read as plain text, and records go on below.
    """
    csv.field_size_limit(MAX_CELL)
    lines = _Lines(view)
    line = first_line
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.taken.clear()
        plain = next(lines, "")
        if not plain:
            return
        if '"' not in plain and len(plain) <= MAX_CELL:  # most lines: three times faster than asking the csv module
            yield line, plain.rstrip("\r\n").split(delimiter)
            line += 1
            continue
        lines.put_back([plain])
        lines.taken.clear()
        try:
            cells = next(reader)
        except csv.Error:
            what = Said("a cell is longer than {mib} MiB; a quote opened there is probably never closed.", mib=str(MAX_CELL >> 20))
            message = Said("line {line}: {what}", line=str(line), what=what)
            raise InputError(message, file=notes.file, cure=Said("Correct that line or export the file again.")) from None
        taken = lines.taken
        if len(taken) > 1 and sum(text.count('"') for text in taken) % 2 and lines.at_end():
            notes.add("unclosed_quote", line=line, sample=taken[0])
            cells = next(csv.reader(taken[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE))
            lines.put_back(taken[1:])
            reader = csv.reader(lines, delimiter=delimiter)
            yield line, cells
            line += 1
            continue
        yield line, cells
        line += len(taken)


def blank_record(cells: list[str]) -> bool:
    """Every cell empty, or one cell of white space: what both CSV paths drop and count."""
    return not any(cells) or (len(cells) == 1 and not cells[0].strip())
