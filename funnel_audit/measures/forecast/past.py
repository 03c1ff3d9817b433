"""What was known at a past instant: the stays cut there, from one pass over the arrays for all origins together.

Only stays speak: their entries and exits up to the origin. A deal row's current stage, amount and owner are today's and are not looked at.
Ages are told in fixed classes that no data move, so that an origin's figures cannot depend on what came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT, QUARTER_HOUR, SECOND
from funnel_audit.journeys.records import STILL_OPEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.measures.forecast.sources import Source

    Array = NDArray[Any]

_MINUTE = 60 * SECOND
_DAYS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 36, 43, 52, 62, 75, 90, 108, 130, 156, 187, 225, 270, 324, 390, 470, 560, 675,
         810, 1000, 1250, 1600, 2000)  # fmt: skip
_MINUTES = np.array([0, 1, 5, 15, 60, 180, 360, 720, *(1440 * day for day in _DAYS)], np.int64)
EDGES = np.append(_MINUTES / 1440.0, 4000.0)
"""Upper edges of the age classes in days: class 0 is age 0, class b holds (EDGES[b - 1], EDGES[b]]."""
CLASSES = len(EDGES)
_CLASS_OF_MINUTE = np.searchsorted(_MINUTES, np.arange(_MINUTES[-1] + 1), side="left").astype(np.uint8)
NEVER = 255


@dataclass(frozen=True)
class Known:
    """What one origin knows. K stages, the last being the target's; exits lead to a later stage, or to K: a loss.

    ``exits``    (K - 1, K + 1, CLASSES)  stays that had ended, by stage, where to, and class of age
    ``at_risk``  (K - 1, CLASSES)         stays known to have outlived the class before
    ``exposed``  (K - 1, CLASSES)         the same, a stay that is open inside the class counting for the part of it that it has seen
    ``deal``, ``stage``, ``age``          the open stays: deal code, stage, days
    ``arrived``  ascending instants at which deals arrived; ``first`` (K,) how many of them began in each stage
    """

    at_us: int
    exits: Array
    at_risk: Array
    exposed: Array
    deal: Array
    stage: Array
    age: Array
    arrived: Array
    first: Array


class Past:
    """The stays of a source, ready to be cut at any of ``boundaries``: an origin is the last instant before its boundary."""

    def __init__(self, source: Source, boundaries: Sequence[int]) -> None:
        if len(boundaries) >= NEVER:
            raise ValueError("too many origins")
        self.source = source
        self.boundaries = tuple(boundaries)
        period = _periods(source, self.boundaries)
        ended = source.exit != STILL_OPEN
        self.entered_in = period(source.entered)
        self.left_in = period(source.entered + source.us)
        self.left_in[~ended] = NEVER
        rows = np.flatnonzero(ended)
        k = source.stages
        code = self.left_in[rows].astype(np.int32)
        code *= k - 1
        code += source.stage[rows]
        code *= k + 1
        code += np.minimum(source.exit[rows], k)
        code *= CLASSES
        code += class_of(source.us[rows])
        shape = (len(self.boundaries) + 1, k - 1, k + 1, CLASSES)
        counted = np.bincount(code, minlength=int(np.prod(shape)))
        self.exits = counted.reshape(shape).cumsum(axis=0)
        order = np.argsort(source.arrived, kind="stable")
        self.arrived = source.arrived[order]
        self.arrived_first = source.arrived_first[order]

    def known(self, origin: int) -> Known:
        """What was known just before boundary ``origin``; ``len(boundaries)`` is the as-of, when everything is."""
        source = self.source
        last = origin == len(self.boundaries)
        at = source.as_of_us if last else self.boundaries[origin] - 1
        here = self.left_in == NEVER if last else (self.entered_in <= origin) & (self.left_in > origin)
        rows = np.flatnonzero(here)
        stage = source.stage[rows]
        us = source.us[rows] if last else source.length_at(rows, at)
        age = us / DAY
        exits = self.exits[origin]
        upto = int(np.searchsorted(self.arrived, at, side="right"))
        in_class = class_of(us)
        cell = stage.astype(np.int64) * CLASSES + in_class
        size = (source.stages - 1) * CLASSES
        shape = (source.stages - 1, CLASSES)
        low, wide = _LOWER[in_class], _WIDTH[in_class]
        unseen = np.where(in_class == 0, 0.0, 1.0 - np.minimum((age - low) / wide, 1.0))
        lasting = exits.sum(axis=1) + np.bincount(cell, minlength=size).reshape(shape)
        at_risk = lasting[:, ::-1].cumsum(axis=1)[:, ::-1]
        exposed = at_risk - np.bincount(cell, weights=unseen, minlength=size).reshape(shape)
        first = np.bincount(self.arrived_first[:upto], minlength=source.stages)
        return Known(at, exits, at_risk, exposed, source.deal[rows], stage, age, self.arrived[:upto], first)


_LOWER = np.append(0.0, EDGES[:-1])
_WIDTH = np.maximum(EDGES - _LOWER, 1e-9)


def class_of(us: Array) -> Array:
    """Class of age of each length in microseconds."""
    minutes = -(-us // _MINUTE)
    inside = np.minimum(minutes, len(_CLASS_OF_MINUTE) - 1)
    found: Array = _CLASS_OF_MINUTE[inside]
    found = np.where(minutes >= len(_CLASS_OF_MINUTE), CLASSES - 1, found)
    return found


def _periods(source: Source, boundaries: Sequence[int]) -> Any:
    """A function from instants to the number of boundaries at or before each, by a table of quarter hours."""
    if not len(source.entered):
        return lambda at: np.zeros(len(at), np.uint8)
    start = int(source.entered.min()) // QUARTER_HOUR
    size = source.as_of_us // QUARTER_HOUR - start + 2
    table = np.searchsorted(np.array([b // QUARTER_HOUR for b in boundaries]), np.arange(start, start + size), side="right").astype(np.uint8)

    def period(at: Array) -> Array:
        return table[np.clip(at // QUARTER_HOUR - start, 0, size - 1)]

    return period


def usable(entered: Array, us: Array) -> Array:
    """Stays whose start and length are known."""
    found: Array = (entered != NAT) & (us != NAT)
    return found
