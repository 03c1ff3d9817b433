"""What a file holds, before anybody asks what it means: the contract between reading bytes and understanding columns.

``files.open_tables(path)`` looks at the first 256 KiB only and returns a ``Head`` for each table in it;
``head.read({3: "label", 0: "text"})`` then reads just the columns that are wanted, as Arrow arrays of UTF-8 *bytes* (never Python strings:
turning five million ids into Python objects costs ten times the reading).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from funnel_audit.defects import Defect
from funnel_audit.frozen import Frozen

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["Defect", "Head", "Kind", "Table"]

Kind = Literal["label", "text"]


class Table(Frozen):
    """Some columns of one table, read whole. Row i of every column is the same record.

    ``columns`` maps the column's index in ``Head.headers`` to a ``pa.ChunkedArray``: of type ``binary`` for kind "text", of type
    ``dictionary<int32, binary>`` for kind "label" (chunks may have different dictionaries). Cells are stripped of nothing and are valid
    UTF-8 bytes unless ``encoding`` says otherwise (a single-byte code page is left as it is: only the few distinct labels need decoding).
    An empty cell is empty bytes or null.
    """

    columns: dict[int, pa.ChunkedArray]
    rows: int
    encoding: str
    defects: tuple[Defect, ...]
    line_of: Callable[[np.ndarray], np.ndarray]
    """Row numbers (0-based int array) -> physical lines in the file (1-based); may rescan the file, so asked only for findings."""


class Head(Frozen):
    """The outside of one table: what can be said from its beginning.

    ``headers`` are the texts of the header row, stripped, a BOM and a trailing empty column removed, duplicates kept as they are.
    ``sample`` is up to 200 records below the header as text, for guessing shapes and value forms.
    ``rows_hint`` is None where unknown; ``container`` is csv, excel, html, parquet or json.
    """

    file: str
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    container: Literal["csv", "excel", "html", "parquet", "json"]
    read: Callable[[Mapping[int, Kind]], Table]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int = 1
    size_bytes: int = 0
    defects: tuple[Defect, ...] = ()
    records: Callable[[], Iterator[tuple[int, list[str]]]] | None = None
    """All records with their lines as the file has them, however long each is; only where a text file gives them."""
