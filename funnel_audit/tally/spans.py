"""Lengths of time as a histogram: how many spans of a track have this length, this exit and this start.

One span is one 63-bit number, so that counting five million of them is one sort of plain integers, and adding two histograms is merging
two sorted arrays. From the most significant bit: track (6 bits: a stage, a pair), exit (6: next stage, STILL_OPEN, LOST), length (29: seconds,
up to 17 years, longer ones are held at that), start (22: quarter hours since 1970). So the lengths of one track and exit are already
in ascending order, and because the start is kept, the spans of a window, or those known at an earlier as-of, are cut out without a new pass.

Lengths are rounded to the nearest step of ``_STEPS``, an error of at most 0.14 % (and none for whole days), so that a million stays have some
thirty thousand distinct lengths and every estimate costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import QUARTER_HOUR, SECOND
from funnel_audit.journeys.records import STILL_OPEN
from funnel_audit.labels import LOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

START_BITS, LENGTH_BITS = 22, 29
_LONGEST = (1 << LENGTH_BITS) - 1
_LATEST = (1 << START_BITS) - 1
_STEPS = ((0, 1), (3_600, 10), (86_400, 60), (864_000, 600), (8_640_000, 3_600))
"""From this many seconds on, lengths are told in steps of this many; each step divides a day."""
Group = tuple["Array", "Array"]
"""(lengths in days, ascending; how many of each)."""


@dataclass(frozen=True)
class Spans:
    """Distinct spans (``key``, ascending) and how many there are of each (``count``)."""

    key: Array
    count: Array

    @staticmethod
    def none() -> Spans:
        return Spans(np.empty(0, np.int64), np.empty(0, np.int64))

    @staticmethod
    def of(track: Array, exit_code: Array, us: Array, start: Array) -> Spans:
        """From arrays with one element a span: lengths and starts in microseconds, all known."""
        key = track.astype(np.int64)
        key <<= 6
        key |= exit_code
        key <<= LENGTH_BITS
        key |= _rounded_seconds(us)
        key <<= START_BITS
        key |= np.clip(start // QUARTER_HOUR, 0, _LATEST)
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
        return self.key & _LATEST

    def exits(self, track: int) -> tuple[int, ...]:
        """The exit codes that occur on a track."""
        found = []
        low = track << 6
        while True:
            position = int(np.searchsorted(self.key, low << (LENGTH_BITS + START_BITS)))
            if position == len(self.key) or int(self.key[position] >> (LENGTH_BITS + START_BITS + 6)) != track:
                return tuple(found)
            code = int(self.key[position] >> (LENGTH_BITS + START_BITS)) & 63
            found.append(code)
            low = (track << 6) + code + 1

    def group(self, track: int, exit_code: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        """Lengths in days and counts of one track and exit, begun in [since, before)."""
        low = (track << 6) | exit_code
        shift = LENGTH_BITS + START_BITS
        begin, end = np.searchsorted(self.key, [low << shift, (low + 1) << shift])
        key, count = self.key[begin:end], self.count[begin:end]
        if since_us is not None or before_us is not None:
            start = key & _LATEST
            keep = np.ones(len(key), bool)
            if since_us is not None:
                keep &= start >= -(-since_us // QUARTER_HOUR)
            if before_us is not None:
                keep &= start < -(-before_us // QUARTER_HOUR)
            key, count = key[keep], count[keep]
        if not len(key):
            return np.empty(0), np.empty(0, np.int64)
        lengths = (key >> START_BITS) & _LONGEST
        first = np.flatnonzero(np.append(True, lengths[1:] != lengths[:-1]))
        return lengths[first] / 86_400, np.add.reduceat(count, first)

    def advances(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        """All exits to a further stage, of whatever stage."""
        groups = [self.group(track, code, since_us, before_us) for code in self.exits(track) if code < STILL_OPEN]
        return merge(groups)

    def losses(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        return self.group(track, LOST, since_us, before_us)

    def still_open(self, track: int, since_us: int | None = None, before_us: int | None = None) -> Group:
        return self.group(track, STILL_OPEN, since_us, before_us)

    def total(self) -> int:
        return int(self.count.sum())


def _rounded_seconds(us: Array) -> Array:
    seconds = (us + SECOND // 2) // SECOND
    lows, steps = (np.array(column, np.int64) for column in zip(*_STEPS, strict=True))
    if len(seconds) and seconds.max() >= lows[1]:
        step = steps[np.searchsorted(lows, seconds, side="right").clip(1) - 1]
        seconds = (seconds + step // 2) // step * step
    return np.clip(seconds, 0, _LONGEST)


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
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    if count is None:
        return Spans(key[first], np.diff(np.append(first, len(key))))
    return Spans(key[first], np.add.reduceat(count, first))
