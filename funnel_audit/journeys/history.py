"""What the sorted entries alone tell of each deal, by comparing neighbours: nothing here loops over deals (definitions, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.order import Ordered
from funnel_audit.journeys.records import Moments
from funnel_audit.labels import LOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_BIT = np.uint64(1) << np.arange(64, dtype=np.uint64)
_NARROW = 1 << 24
"""So many deals and a label beside them fit into 31 bits."""


class History(Frozen):
    """What the entries alone say of each deal that has any: ``deal`` are their codes, the other arrays run beside it.

    ``chain_*`` are the entries that are further than everything before them (rule 4); ``chain_last`` are the positions of each deal's
    last of them.
    """

    deal: Array
    last_label: Array
    last_at: Moments
    stage_now: Array
    seen: Array
    reopened: Array
    back_moves: Array
    back_into: Array
    lost_at: Moments
    chain_deal: Array
    chain_stage: Array
    chain_at: Moments
    chain_last: Array
    chain_slack: Array | None
    chain_bits: Array


def read_history(ordered: Ordered, stages: int) -> History:
    """All that neighbours in the sorted entries tell."""
    deal, at, label = ordered.deal, ordered.at, ordered.label
    ends = ordered.ends() if len(deal) else np.empty(0, np.int64)
    deals = deal[ends]
    size = int(deals[-1]) + 1 if len(deals) else 0
    is_stage = label < stages
    highest: Array = deal.astype(np.int32) if size < _NARROW else deal.astype(np.int64)
    highest <<= 6
    highest |= (label + np.uint8(1)) * is_stage
    np.maximum.accumulate(highest, out=highest)
    further = is_stage.copy()
    further[1:] &= highest[1:] != highest[:-1]  # the deal stands in the high bits, so that a new one is further too
    chain = np.flatnonzero(further)
    chain_deal, chain_stage = deal[chain], label[chain]
    chain_last = np.flatnonzero(np.append(chain_deal[1:] != chain_deal[:-1], True)) if len(chain) else chain
    chain_bits = _sums(_bits(chain_stage), chain_last)  # a stage stands in a chain once: the sum of the bits is their union

    lost = np.flatnonzero(label == LOST)
    goes_on = deal[1:] == deal[:-1]  # the deal of this entry has another one after it
    if (goes_on & ~is_stage[:-1]).any():
        back, stage_now, undone = _interrupted(ordered, is_stage, lost, ends, size)
    else:  # nothing follows what is no stage: the stages of a deal are neighbours, and no loss was undone
        back, undone = np.flatnonzero(goes_on & (label[1:] < label[:-1])) + 1, lost[:0]
        final = ends - ~is_stage[ends]
        stage_now = np.full(size, -1, np.int8)
        stage_now[deals] = np.where((deal[final] == deals) & is_stage[final], label[final].view(np.int8), np.int8(-1))
    seen = np.zeros(size, np.uint64)
    seen[chain_deal[chain_last]] = chain_bits
    mine: Any = slice(None) if len(deals) == size else deals
    last_label = label[ends]
    seen[mine] |= _bits(last_label)
    rest = np.flatnonzero(goes_on & ~further[:-1])  # few: nearly always what is not further is the last entry
    np.bitwise_or.at(seen, deal[rest], _bits(label[rest]))
    lost_at = np.full(size, NAT, np.int64)
    lost_at[deal[lost]] = at[lost]  # of several the last one written stays: entries are in order
    lost_day: Array | bool = ordered.day if isinstance(ordered.day, bool) else np.zeros(size, bool)
    if isinstance(lost_day, np.ndarray) and isinstance(ordered.day, np.ndarray):
        lost_day[deal[lost]] = ordered.day[lost]
    back_moves, reopened = (np.bincount(deal[which], minlength=size) for which in (back, undone))
    everything = Moments(at, ordered.day)
    return History(
        deal=deals, last_label=last_label, last_at=everything.take(ends), stage_now=stage_now[mine], seen=seen[mine],
        reopened=reopened[mine], back_moves=back_moves[mine], back_into=np.bincount(label[back], minlength=stages),
        lost_at=Moments(lost_at, lost_day).take(mine), chain_deal=chain_deal, chain_stage=chain_stage, chain_at=everything.take(chain),
        chain_last=chain_last, chain_bits=chain_bits,
        chain_slack=None if ordered.slack_us is None else ordered.slack_us[chain],
    )  # fmt: skip


def _interrupted(ordered: Ordered, is_stage: Array, lost: Array, ends: Array, size: int) -> tuple[Array, Array, Array]:
    """Backward moves, the last stage of each deal, and undone losses, where losses and the like stand between stages."""
    deal, label = ordered.deal, ordered.label
    steps = np.flatnonzero(is_stage)
    step_deal, step_label = deal[steps], label[steps]
    back = np.flatnonzero((step_deal[1:] == step_deal[:-1]) & (step_label[1:] < step_label[:-1])) + 1
    stage_now = np.full(size, -1, np.int8)
    stage_now[step_deal] = step_label  # the last one written stays
    is_end = np.zeros(len(deal), bool)
    is_end[ends] = True
    return steps[back], stage_now, lost[~is_end[lost]]


def _bits(label: Array) -> Array:
    """The bit of each label."""
    return _BIT[label]


def _sums(values: Array, last: Array) -> Array:
    """Sums of neighbouring runs that end at the positions ``last``; what runs over cancels out."""
    running = np.cumsum(values, dtype=np.uint64)[last]
    running[1:] -= running[:-1].copy()
    return running
