"""One code for each deal over all tables, and the texts of the ids behind the codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.intake.codes import Ids, id_codes
from funnel_audit.intake.columns import Parsed
from funnel_audit.intake.long_ids import shortened
from funnel_audit.intake.repeats import broken_ids, missing_ids
from funnel_audit.intake.table import Defect

_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d{2,}$")


def numbered(parts: Sequence[Parsed]) -> tuple[list[Any], Names, int, list[Defect]]:
    """One code space for the deals of all tables: codes, the text of a code, the size, and what is wrong with ids.

    A row of a deal table without an id is a deal of its own; so is one whose id a spreadsheet has turned into 5.8E+18: its digits are lost,
    and two deals may have come to the same text.
    """
    with_id = [part for part in parts if "deal_id" in part.outline.fields]
    columns = [_ids(part) for part in with_id]
    double = [number for number, part in enumerate(with_id) if "checked_ids" in part.outline.found.table.quirks]
    if len(double) > 1:
        for number, column in zip(double, shortened([columns[number] for number in double]), strict=True):
            columns[number] = column
    found, ids = id_codes(columns, [part.table.encoding for part in with_id])
    by_part = {id(part): code for part, code in zip(with_id, found, strict=True)}
    size = len(ids)
    codes, nameless, defects = [], [], []
    for part in parts:
        known = by_part.get(id(part))
        code = np.full(part.rows, -1, np.int32) if known is None else known
        alone = blank = np.flatnonzero(code < 0) if part.outline.found.shape == "deals" else np.empty(0, np.int64)
        broken = broken_ids(part, code, ids) if known is not None else []
        defects += broken
        if broken and part.outline.found.shape == "deals":
            alone = np.union1d(alone, _collided(code, ids))
        if len(blank):
            defects.append(missing_ids(part, blank))
        if len(alone):
            code = code.copy()
            code[alone] = np.arange(size, size + len(alone))
            nameless.append((size, part, alone))
            size += len(alone)
        codes.append(code)
    return codes, Names(ids, nameless), size, defects


def _ids(part: Parsed) -> Any:
    return part.table.columns[part.outline.fields["deal_id"]]


def _collided(code: Any, ids: Ids) -> Any:
    """Rows that share an id in scientific notation, whose last digits are lost."""
    many = np.flatnonzero(np.bincount(code[code >= 0]) > 1)
    broken = [one for one in many.tolist() if _SCIENTIFIC.match(ids.text(one))]
    return np.flatnonzero(np.isin(code, broken))


class Names(Frozen):
    """The id of a code; a deal without one is called by its place."""

    ids: Ids
    nameless: Sequence[tuple[int, Parsed, Any]]

    def __call__(self, code: int) -> str:
        if code < len(self.ids):
            return self.ids.text(code)
        for begin, part, rows in reversed(self.nameless):
            if code >= begin:
                return f"{Path(part.outline.head.file).name}:{int(part.table.line_of(rows[[code - begin]])[0])}"
        raise IndexError(code)
