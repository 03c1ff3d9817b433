"""Deals by kind: the columns of an audit (owner, source, and what ``--by`` names) as one small code a deal.

    >>> for split in segments_of(journeys, currency="RUB"):
    ...     print(split.column, split.values, split.codes)
    source ('Site', 'Referral') [0 1 -1 ...]
    amount ('<50000', '50000-200000', '200000-900000', '>=900000') [2 0 0 ...]

Columns of numbers are cut into four bands of about as many deals each, at round numbers. Of a column with more than ``MAX_VALUES`` values
the rarest are taken together as one, so that the segments of a column are always all of its deals.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.journeys.records import Column

    Array = NDArray[Any]

DEFAULT = ("owner", "source")
"""What every audit compares, where the export has it."""
BANDS = 4
MAX_VALUES = 200
"""More values of one column than this are not told apart: the rarest become one."""
MAX_DEFAULT_VALUES = 200
"""A column that nobody asked for is compared only where it has no more values, two of them with at least ``MIN_DEFAULT_DEALS``."""
MIN_DEFAULT_DEALS = 10


class Split(Frozen):
    """All deals by one column. ``codes``: int32, one a deal, an index into ``values``; -1 where the cell is empty.

    ``column`` is the field's name, else the header; ``header`` the header as written, None for a field of the facts. ``bands`` has the
    limits of each value of a column of numbers, the lower one included, the upper one not, None where there is none; () for other columns.
    ``rest``: how many values the last one of ``values`` stands for, 0 where it is a value itself.
    """

    column: str
    header: str | None
    values: tuple[str, ...]
    codes: Array
    bands: tuple[tuple[float | None, float | None], ...] = ()
    rest: int = 0

    @property
    def size(self) -> int:
        """Segments of the column, the blank one (the last) included, whether or not there are deals in it."""
        return len(self.values) + 1

    def cells(self) -> Array:
        """(deals,) int64: the codes with ``len(values)`` for blank, so that no deal is in no segment."""
        return np.where(self.codes < 0, len(self.values), self.codes).astype(np.int64)


def segments_of(journeys: Journeys, currency: str | None = None) -> tuple[Split, ...]:
    """The columns that ``--by`` named, in its order; where it named none, those of ``DEFAULT`` that tell deals apart.

    Amounts are banded in ``currency`` alone: deals in another one have no code.
    """
    facts = journeys.facts
    if facts.columns:
        return tuple(_one(journeys, column, currency) for column in facts.columns)
    found = [_labels(name, None, labels) for name, labels in (("owner", facts.owner), ("source", facts.source))]
    return tuple(split for split in found if _tells(split))


def amount_bands(journeys: Journeys, currency: str | None) -> Split:
    """The deals by bands of their amounts in one currency (None: amounts without one)."""
    facts = journeys.facts
    code = facts.currency.texts.index(currency) if currency in facts.currency.texts else -1
    known = facts.amount_known & (facts.currency.codes == code)
    return _numbers("amount", None, np.where(known, facts.amount / 100, np.nan))


def _one(journeys: Journeys, column: Column, currency: str | None) -> Split:
    facts = journeys.facts
    own = {"owner": facts.owner, "source": facts.source, "currency": facts.currency}
    if column.name == "amount":
        return replace(amount_bands(journeys, currency), header=column.header)
    if column.numbers is not None:
        return _numbers(column.name, column.header, column.numbers)
    return _labels(column.name, column.header, column.labels or own[column.name])


def _labels(name: str, header: str | None, labels: Labels) -> Split:
    """Values in the order of their texts, only those that some deal has; the rarest beyond ``MAX_VALUES`` as one."""
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts))
    there = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], labels.texts[code]))
    rest = there[MAX_VALUES - 1 :] if len(there) > MAX_VALUES else []
    kept = sorted(there[: len(there) - len(rest)], key=lambda code: labels.texts[code])
    new = np.full(len(labels.texts) + 1, -1, np.int32)
    new[kept] = np.arange(len(kept))
    new[rest] = len(kept)
    values = (*(labels.texts[code] for code in kept), *(["..."] if rest else []))
    return Split(name, header, values, new[labels.codes], rest=len(rest))


def _numbers(name: str, header: str | None, numbers: Array) -> Split:
    """Bands at the quartiles, rounded to two digits where that keeps them apart."""
    known = ~np.isnan(numbers)
    cuts = _cuts(numbers[known])
    edges = [None, *cuts, None]
    bands = tuple(pairwise(edges)) if known.any() else ()
    codes = np.where(known, np.searchsorted(np.array(cuts), numbers, side="right"), -1).astype(np.int32)
    return Split(name, header, tuple(_band_name(low, high) for low, high in bands), codes, bands)


def _cuts(numbers: Array) -> list[float]:
    """Inner limits of the bands; fewer where many deals share one number, none where all do."""
    if not len(numbers):
        return []
    exact = np.quantile(numbers, np.arange(1, BANDS) / BANDS, method="inverted_cdf")
    rounded = [float(f"{cut:.2g}") for cut in exact.tolist()]
    cuts = rounded if len(set(rounded)) == len(set(exact.tolist())) else exact.tolist()
    places = np.searchsorted(np.array(sorted(set(cuts))), numbers, side="right")
    filled = np.bincount(places, minlength=len(set(cuts)) + 1)
    return [cut for below, cut in zip(filled[:-1].cumsum(), sorted(set(cuts)), strict=True) if 0 < below < len(numbers)]


def _band_name(low: float | None, high: float | None) -> str:
    """The same in every language; pages word it from ``bands``."""
    if low is None and high is None:
        return "all"
    if low is None:
        return f"<{high:.15g}"
    return f">={low:.15g}" if high is None else f"{low:.15g}-{high:.15g}"


def _tells(split: Split) -> bool:
    """Does a column that nobody asked for tell deals apart?"""
    counts = np.bincount(split.codes[split.codes >= 0], minlength=len(split.values))
    return not split.rest and len(split.values) <= MAX_DEFAULT_VALUES and int((counts >= MIN_DEFAULT_DEALS).sum()) >= 2
