"""The columns that a change is looked for in, and taken apart by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.changes.cells import Part
from funnel_audit.segments_of import amount_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.segments_of import Split

    Array = NDArray[Any]

MOST_COLUMNS, MOST_VALUES = 4, 12
LEAST_DEALS, LEAST_SHARE = 20, 0.02
"""A value with fewer deals, or with less than this share of them, or beyond the twelve largest of its column, is among the rest."""
KNOWN = 0.9
"""Sizes take a change apart only where this share of the deals of every outcome has an amount: else an amount says how a deal ended."""


def parts_of(journeys: Journeys, splits: Sequence[Split], currency: str | None) -> tuple[Part, ...]:
    """The first four columns that tell deals apart, and the size of the deals."""
    found = [part for split in splits[:MOST_COLUMNS] if (part := _part(split)) is not None]
    if all(part.column != "amount" for part in found) and _amounts_tell_nothing_else(journeys):
        size = _part(amount_bands(journeys, currency), claims=False)
        found += [] if size is None else [size]
    return tuple(found)


def _part(split: Split, claims: bool = True) -> Part | None:
    """The largest values; None where there is nothing to tell apart. An owner's share of the new deals is a matter of who works here."""
    cells = split.cells()
    counts = np.bincount(cells, minlength=split.size)[:-1]
    if split.rest:
        counts[-1] = 0
    order = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    kept = np.sort(order[counts[order] >= max(LEAST_SHARE * len(cells), LEAST_DEALS)])
    if not len(kept) or len(cells) - int(counts[kept[0]]) < LEAST_DEALS:
        return None
    slot = np.full(split.size, len(kept), np.int16)
    slot[kept] = np.arange(len(kept))
    return Part(split.column, slot[cells], tuple(split.values[code] for code in kept), claims, claims and split.column != "owner")


def _amounts_tell_nothing_else(journeys: Journeys) -> bool:
    known = journeys.facts.amount_known
    shares = [known[journeys.outcome == outcome].mean() for outcome in Outcome if (journeys.outcome == outcome).any()]
    return bool(min(shares, default=0.0) >= KNOWN)
