"""Stays of every segment by track, kind of exit and age: counted for all segments of a column at once.

A track is a step that has a projected rate, or the whole way from created to won; a kind is advance, loss or still open. The ages of a
track are those of the tally where they are few enough, else ranges of about as many stays each: then stays of nearly the same age are taken
as equally old, which hardly moves a rate (docs/segments.md). So a column costs one look at every stay, whatever the number of its values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.estimators import weighted_quantile
from funnel_audit.frozen import Frozen
from funnel_audit.labels import LOST
from funnel_audit.pieces import distinct, edges, in_pieces
from funnel_audit.tally import STILL_OPEN, Outcome
from funnel_audit.tally.count import jumped_over, life_us, stood
from funnel_audit.tally.spans import merge, rounded_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys
    from funnel_audit.tally import Tally
    from funnel_audit.tally.spans import Group

    Array = NDArray[Any]

ADVANCE, LOSS, OPEN = range(3)
MOST_CELLS = 1 << 18
"""Segments × tracks × ages of one kind: what is worked through for one column."""
FEWEST_AGES = 64
_TRACK = 30
"""Bits of a length in seconds, below the track."""


class Stock(Frozen):
    """Every stay: its deal, and its place among (track, kind, age). ``tracks``: the stages whose steps are projected, in order, then
    ``stages - 1`` for the whole way, where that is projected; ``ages``: places on the axis of each track."""

    deal: Array
    place: Array
    tracks: tuple[int, ...]
    ages: int

    def counts(self, cells: Array, segments: int) -> Array:
        """(segments, tracks, 3, ages) how many stays; ``cells`` is the segment of each deal."""
        size = len(self.tracks) * 3 * self.ages

        def count(begin: int, end: int) -> Array:
            index = cells[self.deal[begin:end]]
            index *= size
            index += self.place[begin:end]
            found: Array = np.bincount(index, minlength=segments * size)
            return found

        parts = in_pieces(edges(len(self.deal), max(len(self.deal) // 2 + 1, 1 << 20)), count)
        total: Array = np.sum(parts, axis=0) if len(parts) > 1 else parts[0]
        return total.reshape(segments, len(self.tracks), 3, self.ages)


def stock(journeys: Journeys, tally: Tally, steps: Sequence[int], whole: bool, segments: int) -> Stock:
    """The stays of the steps that are projected (``steps``: their stages), and of the whole way where it is; ``segments``: of the column
    that has most."""
    j, won_stage = journeys, journeys.stages - 1
    tracks = (*steps, *([won_stage] if whole else []))
    most = max(MOST_CELLS // max(len(tracks) * segments, 1), FEWEST_AGES)
    axes = [_axis(*_groups(tally, k, won_stage), most) for k in tracks]
    ages = max((len(axis) for axis in axes), default=0)
    begins = np.cumsum([0, *(len(axis) for axis in axes)])
    every = np.concatenate([(number << _TRACK) + axis for number, axis in enumerate(axes)]) if axes else np.empty(0, np.int64)
    number_of = np.full(j.stages, -1, np.int64)
    number_of[list(steps)] = np.arange(len(steps))

    def places(number: Array, kind: Array, seconds: Array) -> Array:
        found = np.searchsorted(every, (number << _TRACK) + seconds)
        found = np.minimum(found, begins[number + 1] - 1) - begins[number]
        found += (number * 3 + kind) * ages
        place: Array = found.astype(np.int32)
        return place

    parts = [*_stays(j, number_of, places), *_untimed(j, tally, number_of, places)]
    if whole:
        parts += _lives(j, tally, len(steps), places)
    deal = np.concatenate([deal for deal, _ in parts]) if parts else np.empty(0, np.int32)
    place = np.concatenate([place for _, place in parts]) if parts else np.empty(0, np.int32)
    return Stock(deal, place, tracks, ages)


def _groups(tally: Tally, k: int, won_stage: int) -> tuple[list[Group], list[int]]:
    """The lengths of a track's stays by kind, and the seconds at which those of unknown length are placed besides."""
    if k == won_stage:
        kinds = _lives_by_kind(tally)
        untimed = (int(tally.untimed_lives[Outcome.WON]), int(tally.untimed_lives[Outcome.LOST]))
        extra = []
    else:
        kinds = [tally.stays.advances(k), tally.stays.losses(k), tally.stays.still_open(k)]
        untimed = (int(tally.untimed_advances[k]), int(tally.untimed_losses[k]))
        extra = [0] if tally.skipped[k] else []
    return kinds, extra + [_median(kinds[kind]) for kind in (ADVANCE, LOSS) if untimed[kind]]


def _lives_by_kind(tally: Tally) -> list[Group]:
    spans, tracks = tally.lives, range(tally.stages)
    return [
        merge([spans.group(t, 0) for t in tracks]),
        merge([spans.losses(t) for t in tracks]),
        merge([spans.still_open(t) for t in tracks]),
    ]


def _median(group: Group) -> int:
    """Where exits of unknown time are placed (measures.rates.with_untimed), in seconds."""
    return round((weighted_quantile(*group, 0.5) or 0.0) * 86_400)


def _axis(groups: list[Group], extra: list[int], most: int) -> Array:
    """The ages of a track in seconds: all there are, or ``most`` of them with about as many stays from each to the next."""
    lengths, counts = merge(groups)
    seconds = np.append(np.rint(lengths * 86_400).astype(np.int64), extra)
    weights = np.append(counts, np.ones(len(extra), np.int64))
    ages, place = np.unique(seconds, return_inverse=True)
    if len(ages) <= most:
        return ages
    upto = np.bincount(place, weights=weights).cumsum()
    chosen = np.searchsorted(upto, upto[-1] * np.arange(1, most + 1) / most)
    coarse: Array = ages[distinct(np.append(np.minimum(chosen, len(ages) - 1), len(ages) - 1))]
    return coarse


def _kind(exit_code: Array) -> Array:
    kind: Array = np.where(exit_code == LOST, LOSS, np.where(exit_code == STILL_OPEN, OPEN, ADVANCE))
    return kind


def _stays(j: Journeys, number_of: Array, places: Any) -> list[tuple[Array, Array]]:
    """Stays of known length."""
    s = j.stays

    def part(begin: int, end: int) -> tuple[Array, Array]:
        stage, us = s.stage[begin:end], s.us[begin:end]
        rows = np.flatnonzero((us != NAT) & (number_of[stage] >= 0))
        return s.deal[begin:end][rows], places(number_of[stage[rows]], _kind(s.exit[begin:end][rows]), rounded_seconds(us[rows]))

    return in_pieces(edges(len(s)), part)


def _untimed(j: Journeys, tally: Tally, number_of: Array, places: Any) -> list[tuple[Array, Array]]:
    """Jumps over a stage (advances at age 0), and exits whose time nobody wrote down, as the tally counts them."""
    recorded, over = stood(j), jumped_over(j)
    parts: list[tuple[Array, Array, int, int]] = []
    s = j.stays
    timeless = np.flatnonzero((s.us == NAT) & (s.entered != NAT) & (s.exit != STILL_OPEN))
    other = np.flatnonzero(~recorded)
    stayed_there = ((j.stayed >> j.stage.astype(np.uint64)) & np.uint64(1)) != 0
    lost_there = (j.outcome == Outcome.LOST) & j.placed & ~stayed_there
    for k in np.flatnonzero(number_of >= 0).tolist():
        if tally.skipped[k]:
            parts.append((np.flatnonzero(recorded & ((over >> np.uint64(k)) & np.uint64(1) != 0)), number_of[k], ADVANCE, 0))
        here = timeless[s.stage[timeless] == k]
        if tally.untimed_advances[k]:
            at = _median(tally.stays.advances(k))
            deals = [s.deal[here[s.exit[here] != LOST]], other[j.stage[other] > k]]
            parts.append((np.concatenate(deals), number_of[k], ADVANCE, at))
        if tally.untimed_losses[k]:
            at = _median(tally.stays.losses(k))
            deals = [s.deal[here[s.exit[here] == LOST]], other[lost_there[other] & (j.stage[other] == k)]]
            parts.append((np.concatenate(deals), number_of[k], LOSS, at))
    return [_alike(*part, places) for part in parts if len(part[0])]


def _alike(deal: Array, number: Any, kind: int, seconds: int, places: Any) -> tuple[Array, Array]:
    """Stays of one track, kind and age."""
    one = places(np.array([number]), np.array([kind]), np.array([seconds]))
    return deal.astype(np.int32), np.repeat(one, len(deal))


def _lives(j: Journeys, tally: Tally, number: int, places: Any) -> list[tuple[Array, Array]]:
    """Created to won, lost or as-of ; of unknown length at the median of their kind, open ones left out."""
    length = life_us(j)
    kind = np.where(j.outcome == Outcome.WON, ADVANCE, np.where(j.outcome == Outcome.LOST, LOSS, OPEN))
    known = np.flatnonzero(length != NAT)
    parts = [(known.astype(np.int32), places(np.full(len(known), number), kind[known], rounded_seconds(length[known])))]
    groups = _lives_by_kind(tally)
    for one in (ADVANCE, LOSS):
        rows = np.flatnonzero((length == NAT) & (kind == one))
        if len(rows):
            parts.append(_alike(rows, number, one, _median(groups[one]), places))
    return parts
