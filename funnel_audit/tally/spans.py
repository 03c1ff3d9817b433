"""Lengths of time as a histogram: how many spans of a track have this length, this exit and this start.

One span is one 63-bit number, so that counting five million of them is one sort of plain integers, and adding two histograms is merging
two sorted arrays. From the most significant bit: track (6 bits: a stage, a pair), exit (6: next stage, STILL_OPEN, LOST), length
(29: seconds, up to 17 years, longer ones are held at that), start (22: quarter hours since 1970). So the lengths of one track and exit
are already in ascending order, and because the start is kept, the spans of a window, or those known at an earlier as-of, are cut out
without a new pass.

Lengths are rounded to the nearest step of ``_STEPS``, an error of at most 0.14 % (and none for whole days), so that a million stays have
some thirty thousand distinct lengths and every estimate costs next to nothing.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, QUARTER_HOUR, SECOND
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import STILL_OPEN
from funnel_audit.labels import LOST
from funnel_audit.pieces import edges, in_pieces, pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

START_BITS, LENGTH_BITS = 22, 29
_LONGEST = (1 << LENGTH_BITS) - 1
_LATEST = (1 << START_BITS) - 1
_STEPS = ((0, 1), (3_600, 10), (86_400, 60), (864_000, 600), (8_640_000, 3_600))
"""From this many seconds on, lengths are told in steps of this many; each step divides a day."""
Group = tuple["Array", "Array"]
"""(lengths in days, ascending; how many of each)."""


class Spans(Frozen, dict=True):
    """Distinct spans (``key``, ascending) and how many there are of each (``count``)."""

    key: Array
    count: Array

    @staticmethod
    def none() -> Spans:
        return Spans(np.empty(0, np.int64), np.empty(0, np.int64))

    @staticmethod
    def of(track: Array, exit_code: Array, us: Array, start: Array) -> Spans:
        """From arrays with one element a span: lengths and starts in microseconds; a length that is not known (NAT) is no span."""
        if us.min(initial=0) == NAT:
            known = np.flatnonzero(us != NAT)
            track, exit_code, us, start = track[known], exit_code[known], us[known], start[known]
        key = np.empty(len(us), np.int64)

        def pack(begin: int, end: int) -> None:
            part = key[begin:end]
            part[:] = track[begin:end]
            part <<= 6
            part |= exit_code[begin:end]
            part <<= LENGTH_BITS
            part |= rounded_seconds(us[begin:end])
            part <<= START_BITS
            part |= np.clip(start[begin:end] // QUARTER_HOUR, 0, _LATEST)

        in_pieces(edges(len(us)), pack)
        key.sort()
        return _counted(key, None)

    def __len__(self) -> int:
        return len(self.key)

    def __add__(self, other: Spans) -> Spans:
        key = np.concatenate([self.key, other.key])
        order = np.argsort(key, kind="stable")
        return _counted(key[order], np.concatenate([self.count, other.count])[order])

    @cached_property
    def start(self) -> Array:
        """Start of each span in quarter hours since 1970."""
        start: Array = self._decoded[1]
        return start

    @cached_property
    def _decoded(self) -> tuple[Array, Array]:
        """(length in seconds, start) of each span, in 32 bits because leaks asks for more than a hundred windows."""
        seconds, start = np.empty(len(self), np.int32), np.empty(len(self), np.int32)

        def decode(begin: int, end: int) -> None:
            key = self.key[begin:end]
            np.bitwise_and(key, _LATEST, out=start[begin:end], casting="unsafe")
            np.bitwise_and(key >> START_BITS, _LONGEST, out=seconds[begin:end], casting="unsafe")

        in_pieces(edges(len(self)), decode)
        return seconds, start

    @cached_property
    def _runs(self) -> tuple[Array, Array]:
        """Where a new track, exit or length begins, and the spans from there to the next: the groups of all time, found once."""
        first = _changes(self.key, START_BITS)
        return first, np.add.reduceat(self.count, first) if len(first) else first

    @cached_property
    def _exits(self) -> dict[int, tuple[int, ...]]:
        codes = np.flatnonzero(np.bincount(self.key[self._runs[0]] >> (LENGTH_BITS + START_BITS), minlength=1)).tolist()
        return {track: tuple(code & 63 for code in codes if code >> 6 == track) for track in {code >> 6 for code in codes}}

    @cached_property
    def _all_advances(self) -> dict[int, Group]:
        """Filled by ``advances``: several measures ask for the same."""
        return {}

    def exits(self, track: int) -> tuple[int, ...]:
        """The exit codes that occur on a track."""
        return self._exits.get(track, ())

    def per_track(self, tracks: int) -> Array:
        """(tracks,) how many spans each track has."""
        begins = np.searchsorted(self.key, np.arange(tracks + 1) << (6 + LENGTH_BITS + START_BITS))
        return np.array([int(self.count[begin:end].sum()) for begin, end in pairwise(begins)], np.int64)

    def first_start(self, track: int) -> int | None:
        """When the earliest span of a track began, in quarter hours since 1970; None for a track without spans."""
        begin, end = np.searchsorted(self.key, np.array([track, track + 1]) << (6 + LENGTH_BITS + START_BITS))
        return int(self.start[begin:end].min()) if end > begin else None

    def group(self, track: int, exit_code: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        """Lengths in days and counts of one track and exit, begun in [since, before)."""
        code = (track << 6) | exit_code
        begin, end = np.searchsorted(self.key, np.array([code, code + 1]) << (LENGTH_BITS + START_BITS))
        if since_us is None and before_us is None:
            first, counts = self._runs
            low, high = np.searchsorted(first, [begin, end])
            return self._decoded[0][first[low:high]] / 86_400, counts[low:high]
        lengths, start = (column[begin:end] for column in self._decoded)
        keep = np.ones(len(start), bool)
        if since_us is not None:
            keep &= start >= _quarter_hours(since_us)
        if before_us is not None:
            keep &= start < _quarter_hours(before_us)
        chosen = np.flatnonzero(keep)
        lengths, count = lengths[chosen], self.count[begin:end][chosen]
        if not len(chosen):
            return np.empty(0), np.empty(0, np.int64)
        first = _changes(lengths)
        return lengths[first] / 86_400, np.add.reduceat(count, first)

    def advances(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        """All exits to a further stage, of whatever stage."""
        ever = since_us is None and before_us is None
        if ever and track in self._all_advances:
            return self._all_advances[track]
        found = merge([self.group(track, code, since_us, before_us) for code in self.exits(track) if code < STILL_OPEN])
        if ever:
            self._all_advances[track] = found
        return found

    def losses(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        return self.group(track, LOST, since_us, before_us)

    def still_open(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        return self.group(track, STILL_OPEN, since_us, before_us)

    def windows(self, track: int, cuts: Sequence[int]) -> list[tuple[Group, Group, Group]]:
        """(advances, losses, still open) of a track, begun from one cut to the next, for all neighbouring ``cuts`` (ascending) at once.

        The same as a ``group`` for each window, at the cost of one: window, length and count are one number, sorted once.
        """
        kinds = []
        for low, high in ((0, STILL_OPEN), (STILL_OPEN, STILL_OPEN + 1), (LOST, LOST + 1)):
            edge = np.array([(track << 6) + low, (track << 6) + high]) << (LENGTH_BITS + START_BITS)
            begin, end = np.searchsorted(self.key, edge).tolist()
            kinds.append(self._windows(begin, end, [int(_quarter_hours(cut)) for cut in cuts]))
        advances, still_open, losses = kinds
        return list(zip(advances, losses, still_open, strict=True))

    def _windows(self, begin: int, end: int, cuts: list[int]) -> list[Group]:
        if self._most >> START_BITS:  # a count that does not fit beside the length: four million spans alike
            return [self._window(begin, end, low, high) for low, high in pairwise(cuts)]
        size = cuts[-1] - cuts[0]
        window_of = np.zeros(size + 2, np.int64)  # 0: in none
        window_of[1:-1] = np.repeat(np.arange(1, len(cuts)), np.diff(cuts))

        def packed(low: int, high: int) -> Array:
            part = slice(begin + low, begin + high)
            window = window_of[np.clip(self._decoded[1][part] - np.int32(cuts[0] - 1), 0, size + 1)]
            chosen = np.flatnonzero(window)
            found: Array = window[chosen]
            found <<= LENGTH_BITS
            found |= self._decoded[0][part][chosen]
            found <<= START_BITS
            found |= self.count[part][chosen]
            return found

        key: Array = np.concatenate(in_pieces(edges(end - begin), packed))
        key.sort()
        first = _changes(key, START_BITS)
        counts = np.add.reduceat(key & _LATEST, first) if len(first) else first
        lengths = (key[first] >> START_BITS & _LONGEST) / 86_400
        places = np.searchsorted(key[first], np.arange(1, len(cuts) + 1) << (LENGTH_BITS + START_BITS))
        return [(lengths[low:high], counts[low:high]) for low, high in pairwise(places.tolist())]

    def _window(self, begin: int, end: int, low: int, high: int) -> Group:
        lengths, start = (column[begin:end] for column in self._decoded)
        chosen = np.flatnonzero((start >= low) & (start < high))
        return lengths[chosen] / 86_400, self.count[begin:end][chosen]

    @cached_property
    def _most(self) -> int:
        return int(self.count.max(initial=0))

    def total(self) -> int:
        return int(self.count.sum())


def _quarter_hours(us: int) -> np.int32:
    """The first quarter hour that does not begin before ``us``."""
    return np.int32(min(max(-(-us // QUARTER_HOUR), 0), _LATEST + 1))


def rounded_seconds(us: Array) -> Array:
    """Whole seconds in the steps of ``_STEPS``; one step after the other over all of them is faster than looking up each one's step."""
    whole = us + SECOND // 2
    whole //= SECOND
    seconds = np.clip(whole, 0, _LONGEST, out=whole).astype(np.int32)
    longest = int(seconds.max(initial=0))
    rounded = seconds.copy()
    for low, step in _STEPS[1:]:
        if longest < low:
            break
        stepped = seconds + np.int32(step // 2)
        stepped //= np.int32(step)
        stepped *= np.int32(step)
        rounded = pick(seconds >= low, stepped, rounded)
    held: Array = np.minimum(rounded, np.int32(_LONGEST))
    return held


def merge(groups: list[Group]) -> Group:
    """Several groups as one, ascending."""
    if len(groups) == 1:
        return groups[0]
    if not groups:
        return np.empty(0), np.empty(0, np.int64)
    lengths = np.concatenate([lengths for lengths, _ in groups])
    order = np.argsort(lengths, kind="stable")
    return lengths[order], np.concatenate([counts for _, counts in groups])[order]


def _counted(key: Array, count: Array | None) -> Spans:
    """Sorted keys, with repetitions, to distinct ones with their counts."""
    if not len(key):
        return Spans.none()
    first = _changes(key)
    if count is not None:
        return Spans(key[first], np.add.reduceat(count, first))
    counts = np.empty(len(first), np.int64)
    np.subtract(first[1:], first[:-1], out=counts[:-1])
    counts[-1] = len(key) - first[-1]
    return Spans(key if len(first) == len(key) else key[first], counts)


def _changes(values: Array, shift: int = 0) -> Array:
    """Positions where sorted values, without their lowest bits, differ from the one before; the first always does."""

    def changes(begin: int, end: int) -> Array:
        part = values[max(begin - 1, 0) : end]
        part = part >> shift if shift else part
        found: Array = np.flatnonzero(part[1:] != part[:-1])
        found += max(begin, 1)
        return found

    return np.concatenate([np.zeros(min(len(values), 1), np.int64), *in_pieces(edges(len(values)), changes)])
