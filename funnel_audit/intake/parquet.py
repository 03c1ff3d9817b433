"""Parquet files: typed columns turned back into the text that a CSV export would hold, so that one set of rules reads them all.

A row's "line" is its record number, since there are no lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from funnel_audit.errors import InputError, NoTableError, Said, recognised
from funnel_audit.intake import layout
from funnel_audit.intake.notes import Notes
from funnel_audit.intake.source import Source
from funnel_audit.intake.table import Head, Kind, Table
from funnel_audit.intake.workbook import cell_text

SAMPLE_RECORDS = 200
_LABEL = pa.dictionary(pa.int32(), pa.binary())


def open_parquet(source: Source) -> Head:
    try:
        file = pq.ParquetFile(pa.BufferReader(pa.py_buffer(source.part())))
        names = tuple(str(name) for name in file.schema_arrow.names)
        if not names:
            raise NoTableError(Said("the Parquet file has no columns."), file=source.name, cure=Said("Export the deals again."))
        batch = next(file.iter_batches(batch_size=SAMPLE_RECORDS), None)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, error) from None
    notes = Notes(source.name)
    for name, extra in layout.duplicates(names).items():
        notes.add("duplicate_header", column=name, count=extra)
    columns = [] if batch is None else [_strings(pa.chunked_array([column])).to_pylist() for column in batch.columns]
    return Head(
        file=source.name,
        headers=tuple(name.strip() for name in names),
        sample=tuple(tuple(cell or "" for cell in row) for row in zip(*columns, strict=True)),
        container="parquet",
        read=lambda wanted: _read(source, file, names, wanted),
        encoding="utf-8",
        header_line=0,
        size_bytes=source.size,
        defects=notes.defects(),
    )


def _read(source: Source, file: Any, names: tuple[str, ...], wanted: Mapping[int, Kind]) -> Table:
    every = bool(layout.duplicates(names))  # names alone cannot tell duplicates apart
    asked = list(range(len(names))) if every else sorted(wanted)
    try:
        table = file.read(columns=[names[index] for index in asked] if not every else None)
        columns = {index: _column(table.column(asked.index(index)), kind) for index, kind in wanted.items()}
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, error) from None
    record_number: Callable[[np.ndarray], np.ndarray] = lambda rows: np.asarray(rows, dtype=np.int64) + 1  # noqa: E731
    return Table(columns, file.metadata.num_rows, "utf-8", (), record_number)


_REASONS = (
    Said("Parquet magic bytes not found in footer. Either the file is corrupted or this is"),
    Said("Parquet file size is {n} bytes, smaller than the minimum file footer (8 bytes)"),
)
"""What pyarrow says of damaged files, the first 80 characters."""


def _damaged(source: Source, error: Exception) -> InputError:
    reason = str(error).splitlines()[0][:80] if str(error) else type(error).__name__
    message = Said("the Parquet file is damaged or of an unknown kind ({why}).", why=recognised(reason, _REASONS))
    return InputError(message, file=source.name, cure=Said("Write it again."))


def _column(column: Any, kind: Kind) -> Any:
    if kind == "text":
        return _strings(column).cast(pa.binary())
    if pa.types.is_dictionary(column.type):
        chunks = [
            pa.DictionaryArray.from_arrays(
                chunk.indices.cast(pa.int32()), _strings(pa.chunked_array([chunk.dictionary])).cast(pa.binary()).combine_chunks()
            )
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks, type=_LABEL)
    return pa.chunked_array([chunk.cast(pa.binary()).dictionary_encode() for chunk in _strings(column).chunks], type=_LABEL)


def _strings(column: Any) -> Any:
    """Any column as strings, written as in Excel's CSV; nulls stay null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _strings(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return _moments(column, kind)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = column.cast(pa.binary())
    if pa.types.is_floating(kind) or pa.types.is_nested(kind) or pa.types.is_binary(kind):
        texts = (_as_text(cell) for cell in column.to_pylist())
        return pa.chunked_array([pa.array(list(texts), type=pa.string())])
    return column.cast(pa.string())


def _moments(column: Any, kind: Any) -> Any:
    """"2026-01-31 09:00:00", with fractions only where there are any and with the offset where the column has a time zone."""
    whole = column.cast(pa.timestamp("s", kind.tz), safe=False)
    exact = pc.all(pc.equal(whole.cast(kind), column)).as_py() is not False
    return pc.strftime(whole if exact else column, format="%Y-%m-%d %H:%M:%S" + ("%z" if kind.tz else ""))


def _as_text(cell: Any) -> str | None:
    if cell is None or cell != cell:
        return None
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell_text(cell)
