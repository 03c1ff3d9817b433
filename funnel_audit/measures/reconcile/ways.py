"""What each deal's recorded way says of the stages, as bit sets: all that any counting rule asks for, in one pass over the entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.journeys.order import Ordered

    Array = NDArray[Any]

_ONE = np.uint64(1)
_NEVER = np.iinfo(np.int64).max


class Ways(Frozen):
    """Bit sets of stages (bit k), one a deal; all but ``reached`` are 0 where the way is not ``known``.

    ``known``     the deal's entries are recorded from its beginning, be there one into a stage or not
    ``reached``   the furthest stage is k or later
    ``seen``      an entry into k exists
    ``forward``   an entry into k that was further than all before it
    ``in_order``  the stages 0 … k were entered one after another, whatever lay between
    ``strict``    the first k + 1 entries are the stages 0 … k, with nothing between
    ``direct``    an entry into k whose next entry is k + 1

    A win that only a status or a closing date tells is an entry into the won stage, after all others.
    """

    stages: int
    known: Array
    reached: Array
    seen: Array
    forward: Array
    in_order: Array
    strict: Array
    direct: Array


def ways(j: Journeys) -> Ways:
    """The bit sets of all deals."""
    k = j.stages
    known = j.has_history & ~j.facts.begun_before
    mine = np.where(known, ~np.uint64(0), np.uint64(0))
    won_bit = np.uint64(1 << (k - 1))
    said = (j.outcome == Outcome.WON) & known
    if j.entries is not None:
        entered_won = np.zeros(j.n, bool)
        entered_won[j.entries.deal[j.entries.label == k - 1]] = True
        said &= ~entered_won
    won = np.where(said, won_bit, np.uint64(0))
    stages = np.uint64((1 << k) - 1)
    reached = (np.uint64(2) << j.stage.astype(np.uint64)) - _ONE
    seen = (j.seen & stages & mine) | won
    forward = (j.stayed & seen) | won
    if j.entries is None:
        nothing = np.zeros(j.n, np.uint64)
        return Ways(k, known, reached, seen, forward, nothing, nothing, nothing)
    in_order = depth_in_order(j.entries, j.n, k)
    strict, entries = depth_strict(j.entries, j.n)
    strict = np.minimum(strict, k)
    direct = followed(j.entries, j.n, k)
    last = last_label(j.entries, j.n)
    in_order += said & (in_order == k - 1)
    strict += said & (strict == k - 1) & (entries == k - 1)
    direct |= np.where(said & (last == k - 2), np.uint64(1 << max(k - 2, 0)), np.uint64(0))
    return Ways(k, known, reached, seen, forward, up_to(in_order) & mine, up_to(strict) & mine, direct & mine)


def up_to(depth: Array) -> Array:
    """The bits below ``depth``."""
    bits: Array = (_ONE << depth.astype(np.uint64)) - _ONE
    return bits


def depth_in_order(entries: Ordered, n: int, stages: int) -> Array:
    """(n,) how many of the stages 0, 1, 2 … each deal entered one after another."""
    depth, last = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    for stage in range(stages):
        at = np.flatnonzero(entries.label == stage)
        deal = entries.deal[at]
        later = at > last[deal]
        at, deal = at[later], deal[later]
        last = np.full(n, _NEVER, np.int64)
        last[deal[::-1]] = at[::-1]  # the earliest is written last and stays
        depth += last != _NEVER
    return depth


def depth_strict(entries: Ordered, n: int) -> tuple[Array, Array]:
    """(n,) how many of a deal's first entries are the stages 0, 1, 2 … exactly; and how many entries it has at all."""
    count = np.zeros(n, np.int64)
    begins = entries.starts
    count[entries.deal[begins]] = np.diff(np.append(begins, len(entries.deal)))
    place = np.arange(len(entries.deal)) - np.repeat(begins, count[entries.deal[begins]])
    other = np.flatnonzero(entries.label != place)
    depth = count.copy()
    depth[entries.deal[other][::-1]] = place[other][::-1]
    return depth, count


def followed(entries: Ordered, n: int, stages: int) -> Array:
    """(n,) bit set of the stages that an entry into the next stage followed at once."""
    label, deal = entries.label, entries.deal
    bits = np.zeros(len(deal), np.uint64)
    pairs = np.flatnonzero((deal[1:] == deal[:-1]) & (label[:-1] < stages - 1) & (label[1:] == label[:-1] + 1))
    bits[pairs] = _ONE << label[pairs].astype(np.uint64)
    found = np.zeros(n, np.uint64)
    if len(deal):
        found[deal[entries.starts]] = np.bitwise_or.reduceat(bits, entries.starts)
    return found


def last_label(entries: Ordered, n: int) -> Array:
    """(n,) the label of each deal's last entry; -1 without one."""
    last = np.full(n, -1, np.int64)
    if len(entries.deal):
        ends = entries.ends()
        last[entries.deal[ends]] = entries.label[ends]
    return last
