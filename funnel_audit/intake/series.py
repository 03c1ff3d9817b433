"""One export taken on several days: which tables are snapshots of the same deals, in which order, and of which days."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, AsOf, end_of_day
from funnel_audit.errors import Said, UsageError
from funnel_audit.intake.columns import Parsed
from funnel_audit.intake.dates import parse_moment
from funnel_audit.intake.newest import newest

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.intake.deals import DealRows

ANY_DAY = 47_000
"""The first of such days, counted from 1970: every deal exists by then."""
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def in_series(
    tables: list[Parsed], codes: list[Any], funnel: Funnel, *, any_day: bool = False
) -> tuple[list[Parsed], list[Any], list[AsOf]] | None:
    """Several deal tables that share deals are one export taken on several days: the tables in order of time, and the times.

    Raises UsageError where nothing says of which days they are; with ``any_day`` they are a day apart, in the order given.
    """
    if len(tables) < 2:
        return None
    size = max((int(code.max()) + 1 for code in codes if len(code)), default=0)
    seen = np.zeros(size, np.int32)
    for code in codes:
        seen[np.unique(code)] += 1
    if not (seen > 1).any():
        return None
    if any_day:
        return tables, codes, [AsOf(end_of_day(DAY * (ANY_DAY + number), funnel.timezone), day=True) for number in range(len(tables))]
    times = []
    for part in tables:
        name = _DAY_IN_NAME.search(Path(part.outline.head.file).name)
        if name:
            times.append(AsOf(end_of_day(parse_moment("-".join(name.groups()), funnel.timezone)[0], funnel.timezone), day=True))
            continue
        found = newest([part.moments[field] for field in ("created", "updated", "stage_changed") if field in part.moments], funnel.timezone)
        if found is None:
            message = Said(
                "{file} shares deals with other files, but neither its name nor its columns say of which day it is.",
                file=part.outline.head.file,
            )
            raise UsageError(message + Said("Put the date into its name: deals_2026-03-31.csv."))
        times.append(found.as_of)
    order = sorted(range(len(tables)), key=lambda index: times[index].us)
    if len({times[index].us for index in order}) < len(order):
        message = Said("two of the files are of the same day and share deals: give each day once, with the date in the file's name.")
        raise UsageError(message)
    return [tables[index] for index in order], [codes[index] for index in order], [times[index] for index in order]


def vanished(rows: DealRows, series: bool, deal_of: Any) -> Any:
    """Deals of a series of snapshots that the last of them no longer has."""
    if not series:
        return np.empty(0, np.int64)
    last = len(rows.tables) - 1
    gone = np.setdiff1d(rows.code, rows.code[rows.table == last])
    return deal_of[gone].astype(np.int64)
