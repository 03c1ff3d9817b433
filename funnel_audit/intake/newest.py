"""The as-of of an export: the newest date that deals were created, edited or moved at (definitions, section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funnel_audit.clock import DAY, NAT, AsOf, end_of_day
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Moments
from funnel_audit.pieces import edges, in_pieces

LONE_DAYS = 30
FEW_DATES, SOME_DATES = 5, 10
"""Of fewer than five dates in a single column none can be said to stand alone; of fewer than ten, none that two columns agree on."""
_TOP = 64


class Newest(Frozen):
    """``lone`` are instants that stood alone, more than 30 days past the next one, and were not used."""

    as_of: AsOf
    lone: tuple[int, ...]


def newest(columns: Sequence[Moments], timezone: str) -> Newest | None:
    """The newest of several date columns, lone ones passed over; None when there is no date at all.

    A value that is only a date stands for the end of that day.
    """
    tops: dict[int, bool] = {}
    repeats: dict[int, int] = {}
    for column in columns:
        at = column.at
        mixed = isinstance(column.day, np.ndarray)
        groups = [(at[column.day], True), (at[~column.day], False)] if mixed else [(at, bool(column.day))]
        for values, day in groups:
            for value in _largest(values):
                moment = end_of_day(value, timezone) if day else value
                tops[moment] = tops.get(moment, False) or day
                repeats[moment] = repeats.get(moment, 0) + 1
    ranked = sorted(tops, reverse=True)
    if not ranked:
        return None
    counts = [n for n in (_known(column.at) for column in columns) if n]
    if (sum(counts) < FEW_DATES and len(counts) == 1) or (max(counts) < SOME_DATES and repeats[ranked[0]] > 1):
        ranked = ranked[:1]
    lone = 0
    while lone + 1 < len(ranked) and ranked[lone] - ranked[lone + 1] > LONE_DAYS * DAY:
        lone += 1
    if lone + 1 == len(ranked):
        lone = 0  # every date is far from the next one: there is nothing to tell a wrong one by
    return Newest(AsOf(ranked[lone], tops[ranked[lone]]), tuple(ranked[:lone]))


def _known(at: Any) -> int:
    """How many instants are known."""
    return sum(in_pieces(edges(len(at)), lambda begin, end: int(np.count_nonzero(at[begin:end] != NAT))))


def _largest(values: Any) -> list[int]:
    """Some of the largest distinct values, enough to see whether the largest stands alone."""
    cuts = edges(len(values))
    tops = np.array(in_pieces(cuts, lambda begin, end: values[begin:end].max(initial=NAT)), np.int64)
    found: list[int] = []
    while (top := int(tops.max())) != NAT and len(found) < _TOP:
        found.append(top)
        if len(found) > 1 and found[-2] - found[-1] <= LONE_DAYS * DAY:
            break
        for place in np.flatnonzero(tops == top).tolist():  # only a piece that held the last one has to be looked at again
            piece = values[cuts[place] : cuts[place + 1]]
            tops[place] = piece[piece < top].max(initial=NAT)
    return found
