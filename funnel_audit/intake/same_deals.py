"""Which deals of one export are the deals of another: by their ids, a million at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.intake.numbering import Names
from funnel_audit.journeys.records import IdTexts

if TYPE_CHECKING:
    from funnel_audit.intake.codes import Ids
    from funnel_audit.journeys import Facts


def place_in(facts: Facts, other: Facts) -> Any:
    """(deals of ``facts``,) the position of each in ``other``; -1 where it is not there, -2 where it has no id."""
    (mine, codes), (theirs, other_codes) = _ids(facts), _ids(other)
    same = codes if mine is theirs else _translated(mine, codes, theirs)
    at = np.full(len(theirs) + 1, -1, np.int64)
    known = np.flatnonzero(other_codes < len(theirs))
    at[other_codes[known]] = known
    found = at[np.where((same >= 0) & (same < len(theirs)), same, len(theirs))]
    found[codes >= len(mine)] = -2
    return found


def _ids(facts: Facts) -> tuple[Ids, Any]:
    """The ids of an export, and which of them each deal has; a code beyond them is that of a deal without an id."""
    ids = facts.id_text
    assert isinstance(ids, IdTexts) and isinstance(ids.name, Names), "facts as intake made them"
    return ids.name.ids, ids.codes


def _translated(mine: Ids, codes: Any, theirs: Ids) -> Any:
    """The codes of one export as those of the other; -1 where that has no such id. Numbers written alike are compared as numbers."""
    table = np.full(len(mine) + 1, -1, np.int64)
    if mine.numbers is not None and theirs.numbers is not None and (mine.prefix, mine.digits) == (theirs.prefix, theirs.digits):
        if len(theirs):
            place = np.minimum(np.searchsorted(theirs.numbers, mine.numbers), len(theirs) - 1)
            table[:-1] = np.where(theirs.numbers[place] == mine.numbers, place, -1)
    else:
        import pyarrow.compute as pc

        columns = [one.column() for one in (mine, theirs)]
        table[:-1] = pc.index_in(columns[0], value_set=columns[1]).fill_null(-1).to_numpy(zero_copy_only=False)
    return table[np.minimum(codes, len(mine))]
