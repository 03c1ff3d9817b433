"""What is wrong with the ids of deals: rows without one, the same row again, rows that say different things of one deal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    yield part.cents
    yield part.has_amount
    if part.currency is not None:
        yield part.currency.codes


def missing_ids(part: Parsed, rows: Any) -> Defect:
    """Deal rows without an id; ``count`` is rows, ``column`` None where the table has no column with the id."""
    lines = tuple(int(line) for line in part.table.line_of(rows[:5]))
    index = part.outline.fields.get("deal_id")
    return Defect("missing_id", part.outline.head.file, lines[0], None if index is None else part.outline.head.headers[index], len(rows), None, lines)
