"""Ids in two spellings: Salesforce writes 15 characters in a report; in a data export three more, that tell which letters are capitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SHORT, LONG = 15, 18
_SUFFIX = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)


def shortened(columns: Sequence[Any]) -> list[Any]:
    """The id columns of several tables (Arrow, binary) in one spelling: 18 characters cut to 15 where another table has 15.

    Only ids whose last three characters are the right check of the first 15 are cut; a column with any other text in it stays as it is.
    """
    widths = [width_of(column) for column in columns]
    if not {SHORT, LONG} <= set(widths):
        return list(columns)
    return [cut(column) if width == LONG else column for column, width in zip(columns, widths, strict=True)]


def width_of(column: Any) -> int | None:
    """How long all the ids of a column are; None where they differ, or where there are none."""
    import pyarrow.compute as pc

    found = pc.unique(pc.binary_length(column)).to_pylist()
    filled = {width for width in found if width}
    return filled.pop() if len(filled) == 1 else None


def cut(column: Any) -> Any:
    """A column of 18 characters each without the three that check the others; as it is where one of them is wrong."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    filled = pc.fill_null(pc.greater(pc.binary_length(whole), 0), False)
    dense = whole.filter(filled).cast(pa.large_binary())
    text = np.frombuffer(b"".join(dense.to_pylist()), np.uint8).reshape(-1, LONG)
    if not bool((suffixes(text[:, :SHORT]) == text[:, SHORT:]).all()):
        return column
    short = pc.binary_slice(whole, 0, SHORT)
    return pa.chunked_array([pc.if_else(filled, short, pa.scalar(None, short.type))])


def suffixes(short: Any) -> Any:
    """The three characters that belong to ids of 15 characters, shape (n, 3): for each five of them, which are capitals."""
    capital = ((short >= ord("A")) & (short <= ord("Z"))).reshape(-1, 3, 5)
    return _SUFFIX[(capital * (1 << np.arange(5))).sum(axis=2)]
