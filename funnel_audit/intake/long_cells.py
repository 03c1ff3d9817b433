"""No cell of an honest export is megabytes long: such a one is refused before it costs time and memory at every further step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.errors import InputError, Said
from funnel_audit.intake.source import MIB
from funnel_audit.intake.table import Head, Kind, Table

MAX_CELL, MAX_LABEL, KIB = 4 * MIB, 64 * 1024, 1024
"""In bytes, or in characters where a cell is text already; headers are labels too."""
SAMPLE_CHARS = 1000


def refusal(file: str, header: str, limit: int) -> InputError:
    """The error for such a cell, with the header of its column where it is known."""
    kib = str(limit // KIB)
    said = Said("a cell of the column “{name}” is longer than {kib} KiB.", name=header[:40], kib=kib)
    cure = Said("Correct that cell or export the file again.")
    return InputError(said if header else Said("a cell is longer than {kib} KiB.", kib=kib), file=file, cure=cure)


def refuse_long(rows: Iterable[Sequence[Any]], file: str) -> None:
    """InputError where a cell that is a text is too long."""
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                raise refusal(file, "", MAX_CELL)


def bounded(head: Head) -> Head:
    """The table, whose reader refuses columns with such a cell; its sample has the beginnings of cells."""
    if any(len(header) > MAX_LABEL for header in head.headers):
        raise refusal(head.file, max(head.headers, key=len), MAX_LABEL)
    refuse_long(head.sample, head.file)

    def read(wanted: Mapping[int, Kind]) -> Table:
        table = head.read(wanted)
        for index, column in table.columns.items():
            limit = MAX_LABEL if wanted.get(index) == "label" else MAX_CELL
            if any(longest(chunk, limit) > limit for chunk in column.chunks):
                raise refusal(head.file, head.headers[index], limit)
        return table

    return replace(head, read=read, sample=tuple(tuple(cell[:SAMPLE_CHARS] for cell in row) for row in head.sample))


def longest(chunk: Any, limit: int) -> int:
    """Bytes of the longest cell of an Arrow array of texts, or of the texts that its codes stand for; 0 where all together are fewer."""
    values = getattr(chunk, "dictionary", chunk)
    if values.nbytes <= limit or not len(values):
        return 0
    wide = str(values.type).startswith("large")
    offsets = np.frombuffer(values.buffers()[1], np.int64 if wide else np.int32, len(values) + 1 + values.offset)[values.offset :]
    return int(np.diff(offsets).max())
