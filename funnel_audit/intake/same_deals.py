"""Which deals of one export are the deals of another: by their ids, as text, a million at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.intake.numbering import Names
from funnel_audit.journeys.records import IdTexts

if TYPE_CHECKING:
    import pyarrow as pa

    from funnel_audit.journeys import Facts


def place_in(facts: Facts, other: Facts) -> Any:
    """(deals of ``facts``,) the position of each in ``other``; -1 where it is not there, -2 where it has no id."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mine, theirs = ids_of(facts), ids_of(other)
    there = pc.index_in(mine, value_set=theirs, skip_nulls=True)
    found = there.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    nameless: Any = pc.is_null(mine).to_numpy(zero_copy_only=False)
    assert isinstance(mine, pa.Array)
    found[nameless] = -2
    return found


def ids_of(facts: Facts) -> pa.Array:
    """The ids of all deals as a column of binary; null for those without one."""
    ids = facts.id_text
    assert isinstance(ids, IdTexts) and isinstance(ids.name, Names), "facts as intake made them"
    return ids.name.column(ids.codes)
