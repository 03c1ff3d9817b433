"""What is wrong with the ids of deals: none, broken by a float, the same row again, rows that say different things of one deal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.defects import Defect
from funnel_audit.intake.deals import by_product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from funnel_audit.intake.codes import Ids
    from funnel_audit.intake.columns import Parsed
    from funnel_audit.intake.deals import DealRows

NOT_COMPARED = ("product",)
"""A row a product is how some CRMs export a deal; if the rest is equal, nothing is in doubt."""


def repeated(rows: DealRows, size: int) -> list[Defect]:
    """Two kinds of defect a file: ``duplicate_row``, where all rows of a deal say the same, and ``duplicate_id``, where they differ.

    Compared is everything that an audit reads but titles and names of clients. ``count`` is deals, ``lines`` are their rows.
    """
    out = []
    for index, part in enumerate(rows.tables):
        code = rows.code[rows.table == index]
        extra = np.flatnonzero(np.bincount(code, minlength=size)[code] > 1)
        if not len(extra):
            continue
        last = np.full(size, -1, np.int64)
        last[code[extra]] = extra
        other = np.zeros(len(extra), bool)
        for column in columns(part):
            other |= column[extra] != column[last[code[extra]]]
        differs = np.zeros(size, bool)
        differs[code[extra[other]]] = True
        if by_product(part):  # several rows are how it tells the products
            extra = extra[differs[code[extra]]]
        header = part.outline.head.headers[part.outline.fields["deal_id"]]
        for kind, these in (("duplicate_row", extra[~differs[code[extra]]]), ("duplicate_id", extra[differs[code[extra]]])):
            if len(these):
                lines = tuple(int(line) for line in part.table.line_of(these[:5]))
                deals = len(np.unique(code[these]))
                out.append(Defect(kind, part.outline.head.file, lines[0], header, deals, None, lines))
    return out


def columns(part: Parsed) -> Iterator[Any]:
    """Every column that is read, as numbers that are equal where the cells are."""
    yield from (labels.codes for name, labels in part.labels.items() if name not in NOT_COMPARED)
    yield from (moments.at for moments in part.moments.values())
    yield from (moments.at for _, moments in part.dated)
    if not by_product(part):
        yield part.cents
        yield part.has_amount
    if part.currency is not None:
        yield part.currency.codes


def missing_ids(part: Parsed, rows: Any) -> Defect:
    """Deal rows without an id; ``count`` is rows, ``column`` None where the table has no column with the id."""
    lines = tuple(int(line) for line in part.table.line_of(rows[:5]))
    index = part.outline.fields.get("deal_id")
    header = None if index is None else part.outline.head.headers[index]
    return Defect("missing_id", part.outline.head.file, lines[0], header, len(rows), None, lines)


_BROKEN = r"^\d(\.\d+)?[eE]\+?\d+$|^\d+\.0$"


def broken_ids(part: Parsed, code: Any, ids: Ids) -> list[Defect]:
    """Ids that a spreadsheet or a program has held as a float: ``5.805028E+18`` has lost its digits, ``1042.0`` matches no history.

    Where all ids are plain numbers there are none; else the distinct texts are looked at by Arrow, and only the few suspects one by one.
    """
    if ids.stored is None or not len(ids.stored) or not ids.holds(b"+", b"."):
        return []
    import pyarrow.compute as pc  # takes as long to import as a small report to count

    suspect = pc.or_(pc.match_substring(ids.stored, b"E+", ignore_case=True), pc.ends_with(ids.stored, b".0"))
    places = np.flatnonzero(suspect.to_numpy(zero_copy_only=False))
    places = places[[re.match(_BROKEN, ids.text(int(place))) is not None for place in places]] if len(places) else places
    rows = np.flatnonzero(np.isin(code, places)) if len(places) else places
    if not len(rows):
        return []
    lines = tuple(int(line) for line in part.table.line_of(rows[:5]))
    header = part.outline.head.headers[part.outline.fields["deal_id"]]
    return [Defect("broken_id", part.outline.head.file, lines[0], header, len(rows), ids.text(int(code[rows[0]]))[:40], lines)]
