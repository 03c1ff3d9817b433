"""What was known at a past instant: the stays cut there, from one pass over the arrays for all origins together.

Only stays speak: their entries and exits up to the origin. A deal row's current stage, amount and owner are today's and are not looked at.
Ages are told in fixed classes that no data move, so that an origin's figures cannot depend on what came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT, QUARTER_HOUR, SECOND
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import STILL_OPEN
from funnel_audit.pieces import edges, in_pieces

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
_CLASS_OF_MINUTE = np.repeat(np.arange(len(_MINUTES), dtype=np.uint8), np.diff(_MINUTES, prepend=-1))
NEVER = 255
WINDOWS_DAYS, MIN_RECENT, CHANGE_Z = (90, 180), 30, 3.0
"""A stage's rates come from all of its history, unless the last quarter, or half year, differs from what was before: funnels change."""


class Counts(Frozen):
    """Stays by class of age, up to an instant; all of it adds up over calendar time, so that a window is a difference.

    ``exits``    (K - 1, K + 1, CLASSES)  stays that had ended, by stage, where to (a later stage; K: lost), and class of age
    ``at_risk``  (K - 1, CLASSES)         stays that have come to the class
    ``exposed``  (K - 1, CLASSES)         the same, a stay that is open inside the class counting for the part of it that it has seen
    """

    exits: Array
    at_risk: Array
    exposed: Array

    def since(self, earlier: Counts) -> Counts:
        """What came after ``earlier``."""
        exposed = np.maximum(self.exposed - earlier.exposed, 0.0)
        exits = np.maximum(self.exits - earlier.exits, 0)  # a loss that was undone since is not taken back twice
        return Counts(exits, np.maximum(self.at_risk - earlier.at_risk, 0), exposed)

    def where(self, chosen: Array, other: Counts) -> Counts:
        """These counts for the stages ``chosen`` (K - 1,), ``other`` for the rest."""
        return Counts(
            np.where(chosen[:, None, None], self.exits, other.exits),
            np.where(chosen[:, None], self.at_risk, other.at_risk),
            np.where(chosen[:, None], self.exposed, other.exposed),
        )


def changed(recent: Counts, before: Counts) -> Array:
    """(K - 1,) stages that now lose or pass on more or fewer deals, at the same ages, than luck explains: over CHANGE_Z standard errors
    off what the rates of ``before`` lead one to expect, with at least MIN_RECENT exits to tell it by."""
    known = before.exposed > 0
    weight = np.divide(recent.exposed, before.exposed, out=np.zeros_like(recent.exposed), where=known)
    found = np.zeros(len(recent.exits), bool)
    for lost in (False, True):
        now = recent.exits[:, -1] if lost else recent.exits[:, :-1].sum(axis=1)
        then = before.exits[:, -1] if lost else before.exits[:, :-1].sum(axis=1)
        came, expected = (now * known).sum(axis=1), (then * weight).sum(axis=1)
        spread = np.sqrt(expected + (then * weight**2).sum(axis=1))
        found |= np.abs(came - expected) > CHANGE_Z * np.maximum(spread, 1.0)
    told: Array = found & (recent.exits.sum(axis=(1, 2)) >= MIN_RECENT)
    return told


class Known(Frozen):
    """What one origin knows of K stages, the last being the won one.

    ``counts``                    of all history, and ``recent`` of the window that the rates are taken from
    ``deal``, ``stage``, ``age``  the open stays: deal code, stage, days (NaN: not known)
    ``arrived``  ascending instants at which deals arrived; ``first`` (K,) how many of them began in each stage
    """

    at_us: int
    counts: Counts
    recent: Counts
    deal: Array
    stage: Array
    age: Array
    arrived: Array
    first: Array
    worked_out: dict[str, Any]
    """What has been worked out from this, whatever the target and the horizon; shared by all forecasts of one origin."""


class Past:
    """The stays of a source, ready to be cut at any of ``boundaries``: an origin is the last instant before its boundary."""

    def __init__(self, source: Source, boundaries: Sequence[int], ageless_stage: Array | None = None) -> None:
        if len(boundaries) >= NEVER:
            raise ValueError("too many origins")
        self.source = source
        self.ageless = source.ageless if ageless_stage is not None else source.ageless[:0]
        """Open deals of which nobody knows since when: of today only, for no earlier instant knows them."""
        self.ageless_stage = np.empty(0, np.int8) if ageless_stage is None else ageless_stage
        self.boundaries = tuple(boundaries)
        self._counted: dict[int, Counts] = {}
        self._opened: dict[int, _Open] = {}
        self._worked_out: dict[int, dict[str, Any]] = {}
        period = _periods(source, self.boundaries)
        k = source.stages
        self.entered_in, self.left_in = (np.empty(len(source.entered), np.uint8) for _ in range(2))

        def ended(begin: int, end: int) -> Array:
            """Period, stage, where to and class of age of every stay that has ended, as one number."""
            entered, us, to = source.entered[begin:end], source.us[begin:end], source.exit[begin:end]
            self.entered_in[begin:end] = period(entered)
            left = period(entered + us)
            code: Array = left.astype(np.int32)
            code *= k - 1
            code += source.stage[begin:end]
            code *= k + 1
            code += np.minimum(to, k)
            code *= CLASSES
            code += class_of(us)
            over = to != STILL_OPEN
            self.left_in[begin:end] = np.where(over, left, np.uint8(NEVER))
            return code if over.all() else code[np.flatnonzero(over)]

        shape = (len(self.boundaries) + 1, k - 1, k + 1, CLASSES)
        codes = np.concatenate(in_pieces(edges(len(source.entered)), ended))
        self.exits = np.bincount(codes, minlength=int(np.prod(shape))).reshape(shape).cumsum(axis=0)
        order = np.argsort(source.arrived, kind="stable")
        self.arrived = source.arrived[order]
        self.arrived_first = source.arrived_first[order]

    def known(self, origin: int) -> Known:
        """What was known just before boundary ``origin``; ``len(boundaries)`` is the as-of, when everything is."""
        source = self.source
        cut = self._open(origin)
        at, rows = cut.at, cut.rows
        counts = self._counts(origin)
        upto = int(np.searchsorted(self.arrived, at, side="right"))
        first = np.bincount(self.arrived_first[:upto], minlength=source.stages)
        deal, stage, age = source.deal[rows], source.stage[rows], cut.us / DAY
        if origin == len(self.boundaries) and len(self.ageless):
            deal, stage = np.append(deal, self.ageless), np.append(stage, self.ageless_stage)
            age = np.append(age, np.full(len(self.ageless), np.nan))
        worked_out = self._worked_out.setdefault(origin, {})
        return Known(at, counts, self._recent(origin, at, counts), deal, stage, age, self.arrived[:upto], first, worked_out)

    def _recent(self, origin: int, at: int, counts: Counts) -> Counts:
        """All history, or for the stages that have changed what came since."""
        recent, settled = counts, np.zeros(len(counts.exits), bool)
        for days in WINDOWS_DAYS:
            earlier = [index for index, boundary in enumerate(self.boundaries[:origin]) if boundary <= at - (days - 16) * DAY]
            if earlier:
                before = self._counts(earlier[-1])
                window = counts.since(before)
                new = changed(window, before) & ~settled
                recent, settled = window.where(new, recent), settled | new
        return recent

    def _open(self, origin: int) -> _Open:
        """What ``_cut`` says, kept: an origin is asked for its deals and for its counts."""
        if origin not in self._opened:
            self._opened[origin] = self._cut(origin)
        return self._opened[origin]

    def _cut(self, origin: int) -> _Open:
        source = self.source
        if origin == len(self.boundaries):
            rows = np.flatnonzero(self.left_in == NEVER)
            return _Open(source.as_of_us, rows, source.us[rows], rows[:0], rows[:0])
        at = self.boundaries[origin] - 1
        rows = np.flatnonzero((self.entered_in <= origin) & (self.left_in > origin))
        undone = source.undone
        lost = np.flatnonzero((undone.lost_at <= at) & (undone.back_at > at))
        if not len(lost):
            return _Open(at, rows, source.length_at(rows, at), rows[:0], rows[:0])
        when = np.full(int(max(source.deal.max(), undone.deal.max())) + 1, NAT, np.int64)
        when[undone.deal[lost]] = undone.lost_at[lost]
        shut = when[source.deal[rows]] != NAT
        gone, rows = rows[shut], rows[~shut]
        lasted = np.maximum(when[source.deal[gone]] - source.entered[gone], 0)
        return _Open(at, rows, source.length_at(rows, at), gone, lasted)

    def _counts(self, origin: int) -> Counts:
        if origin not in self._counted:
            cut, source = self._open(origin), self.source
            exits = self.exits[origin]
            if len(cut.lost):
                exits = exits.copy()
                np.add.at(exits, (source.stage[cut.lost], exits.shape[1] - 1, class_of(cut.lost_us)), 1)
            in_class = class_of(cut.us)
            cell = source.stage[cut.rows].astype(np.int64) * CLASSES + in_class
            shape = (len(exits), CLASSES)
            unseen = np.where(in_class == 0, 0.0, 1.0 - np.minimum((cut.us / DAY - _LOWER[in_class]) / _WIDTH[in_class], 1.0))
            lasting = exits.sum(axis=1) + np.bincount(cell, minlength=shape[0] * CLASSES).reshape(shape)
            at_risk = lasting[:, ::-1].cumsum(axis=1)[:, ::-1]
            exposed = at_risk - np.bincount(cell, weights=unseen, minlength=shape[0] * CLASSES).reshape(shape)
            self._counted[origin] = Counts(exits, at_risk, exposed)
        return self._counted[origin]


class _Open(Frozen):
    """The stays open at an instant and their lengths by then; and those of deals that stood as lost, with their lengths up to that."""

    at: int
    rows: Array
    us: Array
    lost: Array
    lost_us: Array


_LOWER = np.append(0.0, EDGES[:-1])
_WIDTH = np.maximum(EDGES - _LOWER, 1e-9)


def class_of(us: Array) -> Array:
    """Class of age of each length in microseconds."""
    minutes = -(-us // _MINUTE)
    beyond = minutes.max(initial=0) >= len(_CLASS_OF_MINUTE)
    found: Array = _CLASS_OF_MINUTE[np.minimum(minutes, len(_CLASS_OF_MINUTE) - 1) if beyond else minutes]
    return np.where(minutes >= len(_CLASS_OF_MINUTE), np.uint8(CLASSES - 1), found) if beyond else found


def _periods(source: Source, boundaries: Sequence[int]) -> Any:
    """A function from instants to the number of boundaries at or before each, by a table of quarter hours."""
    if not len(source.entered):
        return lambda at: np.zeros(len(at), np.uint8)
    start = int(source.entered.min()) // QUARTER_HOUR
    size = source.as_of_us // QUARTER_HOUR - start + 2
    cuts = np.array([boundary // QUARTER_HOUR for boundary in boundaries])
    table: Array = np.searchsorted(cuts, np.arange(start, start + size), side="right").astype(np.uint8)

    def period(at: Array) -> Array:
        found: Array = table[np.clip(at // QUARTER_HOUR - start, 0, size - 1)]
        return found

    return period


def usable(entered: Array, us: Array) -> Array:
    """Stays whose start and length are known."""
    found: Array = (entered != NAT) & (us != NAT)
    return found
