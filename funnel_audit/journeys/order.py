"""Entries in journey order: by deal, then time, then stage (the lost label last), consecutive equal labels as one.

The one place that sorts. Deal, time and label are packed into one int64 and that is sorted as plain numbers: a fifth of the cost of sorting
by three keys. Where the bits do not fit, or each entry carries a precision of its own, the slow way gives the same order.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT, SECOND, local_wall
from funnel_audit.frozen import Frozen
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Entries

    Array = NDArray[Any]

_LABEL_BITS = 6


class Ordered(Frozen):
    """Entries in journey order. ``starts`` are the positions where a new deal begins (``deal[starts]`` are the deals, ascending)."""

    deal: Array
    at: Array
    label: Array
    day: Array | bool
    slack_us: Array | None
    starts: Array

    def ends(self) -> Array:
        """Position of each deal's last entry."""
        return np.append(self.starts[1:], len(self.deal)) - 1

    def recorded(self, won_stage: int) -> frozenset[int]:
        """Which of the labels that are more than a step on the way occur: lost, on hold, unmapped and the won stage."""
        return frozenset(code for code in (LOST, ON_HOLD, UNMAPPED, won_stage) if (self.label == code).any())

    def part(self, begin: int, end: int, first_deal: int) -> Ordered:
        """The entries of some deals that follow each other, which are numbered from ``first_deal``."""
        low, high = np.searchsorted(self.starts, [begin, end])
        piece = slice(begin, end)
        return Ordered(
            self.deal[piece] - np.int32(first_deal), self.at[piece], self.label[piece],
            self.day[piece] if isinstance(self.day, np.ndarray) else self.day,
            None if self.slack_us is None else self.slack_us[piece], self.starts[low:high] - begin,
        )  # fmt: skip


def journey_order(entries: Entries, timezone: str) -> Ordered:
    """Sort entries; equal consecutive labels of a deal are one entry, the earliest. Unknown instants come first."""
    day: Array | bool = entries.day
    if isinstance(day, np.ndarray) and (day.all() or not day.any()):
        day = bool(len(day) and day[0])
    packed = None if isinstance(day, np.ndarray) or entries.slack_us is not None else _packed(entries)
    if packed is not None:
        deal, at, label, new_deal, repeat = packed
        slack = None
    else:
        deal, at, label, slow_day, slack = _by_permutation(entries, timezone)
        day = slow_day if isinstance(day, np.ndarray) else day
        new_deal, repeat = np.ones(len(deal), bool), np.zeros(len(deal), bool)
        np.not_equal(deal[1:], deal[:-1], out=new_deal[1:])
        repeat[1:] = ~new_deal[1:] & (label[1:] == label[:-1])
    if repeat.any():
        keep = ~repeat
        deal, at, label, new_deal = deal[keep], at[keep], label[keep], new_deal[keep]
        day = day[keep] if isinstance(day, np.ndarray) else day
        slack = None if slack is None else slack[keep]
    return Ordered(deal, at, label, day, slack, np.flatnonzero(new_deal))


def _packed(entries: Entries) -> tuple[Array, Array, Array, Array, Array] | None:
    """The fast way: deal, at, label, where a new deal begins, where a label is repeated.

    None where deal, time and label do not fit into 63 bits.
    """
    n = len(entries)
    if not n:
        none = np.empty(0, bool)
        return entries.deal, entries.at, entries.label, none, none
    low, high = _range(entries.at)
    if high == NAT:
        return None
    cuts = edges(n)
    key = np.empty(n, np.int64)
    for unit in (SECOND, 1000, 1):
        base = low // unit - 1
        time_bits = (high // unit - base).bit_length()
        if int(entries.deal.max()).bit_length() + time_bits + _LABEL_BITS > 63:
            return None
        if all(in_pieces(cuts, partial(_pack, entries, key, unit, base, time_bits))):
            break
    key.sort()
    out = np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.uint8), np.empty(n, bool), np.empty(n, bool)
    in_pieces(cuts, partial(_unpack, key, out, unit, base, time_bits))
    return out


def _range(at: Array) -> tuple[int, int]:
    """The first and the last known instant; NAT where none is."""
    low, high = int(at.min()), int(at.max())
    return int(at[at != NAT].min()) if low == NAT < high else low, high


def _pack(entries: Entries, key: Array, unit: int, base: int, time_bits: int, begin: int, end: int) -> bool:
    """Write the keys of one piece; False where an instant is no multiple of ``unit``. An unknown instant is 0."""
    at = entries.at[begin:end]
    ticks = at // unit
    wrong = ticks * unit != at  # NAT is no multiple of any unit but 1
    if unit == 1 or wrong.any():
        unknown = at == NAT
        if (wrong & ~unknown).any():
            return False
        ticks[unknown] = base
    ticks -= base
    packed = key[begin:end]
    packed[:] = entries.deal[begin:end]
    packed <<= time_bits
    packed |= ticks
    packed <<= _LABEL_BITS
    packed |= entries.label[begin:end]
    return True


def _unpack(key: Array, out: tuple[Array, ...], unit: int, base: int, time_bits: int, begin: int, end: int) -> None:
    """The columns of one piece of sorted keys; the entry before the piece tells whether its first is a new deal."""
    deal, at, label, new_deal, repeat = (column[begin:end] for column in out)
    part = key[begin:end]
    label[:] = part & ((1 << _LABEL_BITS) - 1)
    part = part >> _LABEL_BITS
    at[:] = part & ((1 << time_bits) - 1)
    unknown = at == 0
    at += base
    at *= unit
    if unknown.any():
        at[unknown] = NAT
    deal[:] = part >> time_bits
    before = int(key[begin - 1]) if begin else -1
    new_deal[0] = before < 0 or before >> (_LABEL_BITS + time_bits) != deal[0]
    repeat[0] = not new_deal[0] and before & ((1 << _LABEL_BITS) - 1) == label[0]
    np.not_equal(deal[1:], deal[:-1], out=new_deal[1:])
    np.equal(label[1:], label[:-1], out=repeat[1:])
    repeat[1:] &= ~new_deal[1:]


def _by_permutation(entries: Entries, timezone: str) -> tuple[Array, Array, Array, Array | bool, Array | None]:
    """The general way, carrying precision and slack. Where one of a deal's entries of a day is only a date, all of that day tie."""
    key = entries.at
    if isinstance(entries.day, np.ndarray):
        wall = local_wall(entries.at, timezone)
        days = np.where(wall == NAT, NAT, wall // DAY)
        by_day = np.lexsort((~entries.day, days, entries.deal))
        deal, day = entries.deal[by_day], days[by_day]
        first = np.ones(len(by_day), bool)
        first[1:] = (deal[1:] != deal[:-1]) | (day[1:] != day[:-1])
        coarse = np.empty(len(by_day), bool)
        coarse[by_day] = entries.day[by_day][np.flatnonzero(first)][np.cumsum(first) - 1]
        key = np.where(coarse & (wall != NAT), days * DAY, wall)
    taken = entries.take(np.lexsort((entries.label, key, entries.deal)))
    return taken.deal, taken.at, taken.label, taken.day, taken.slack_us
