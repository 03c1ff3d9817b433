"""What the sorted entries alone tell of each deal, by comparing neighbours: nothing here loops over deals (definitions, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.journeys.order import Ordered
from funnel_audit.journeys.records import Moments
from funnel_audit.labels import LOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_BITS = np.uint64(1) << np.arange(64, dtype=np.uint64)


@dataclass(frozen=True)
class History:
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
    is_stage = label < stages
    highest = deal.astype(np.int64) << 6
    highest |= (label + np.uint8(1)) * is_stage
    np.maximum.accumulate(highest, out=highest)
    further = is_stage.copy()
    further[1:] &= highest[1:] != highest[:-1]  # the deal stands in the high bits, so that a new one is further too
    chain = np.flatnonzero(further)

    ends = ordered.ends() if len(deal) else np.empty(0, np.int64)
    deals = deal[ends]
    steps = np.flatnonzero(is_stage)
    step_deal, step_label = deal[steps], label[steps]
    same = step_deal[1:] == step_deal[:-1]
    back = np.flatnonzero(same & (step_label[1:] < step_label[:-1])) + 1
    size = int(deals[-1]) + 1 if len(deals) else 0
    back_moves = np.bincount(step_deal[back], minlength=size)[deals] if size else np.empty(0, np.int64)
    stage_now = np.full(size, -1, np.int8)
    stage_now[step_deal] = step_label  # the last one written stays: entries are in order
    lost = np.flatnonzero(label == LOST)
    is_end = np.zeros(len(deal), bool)
    is_end[ends] = True
    undone = lost[~is_end[lost]]
    reopened = np.bincount(deal[undone], minlength=size)[deals] if size else np.empty(0, np.int64)
    lost_position = np.full(size, -1, np.int64)
    lost_position[deal[lost]] = lost
    lost_position = lost_position[deals]
    lost_at = np.where(lost_position >= 0, at[lost_position], NAT) if len(at) else at
    lost_day = ordered.day[lost_position] if isinstance(ordered.day, np.ndarray) and len(at) else ordered.day
    bits = _BITS[label]
    chain_deal = deal[chain]
    chain_last = np.flatnonzero(np.append(chain_deal[1:] != chain_deal[:-1], True)) if len(chain) else chain
    chain_starts = np.append(0, chain_last[:-1] + 1) if len(chain) else chain
    everything = Moments(at, ordered.day)
    return History(
        deal=deals, last_label=label[ends], last_at=everything.take(ends), stage_now=stage_now[deals],
        seen=np.bitwise_or.reduceat(bits, ordered.starts) if len(bits) else bits,
        reopened=reopened, back_moves=back_moves, back_into=np.bincount(step_label[back], minlength=stages),
        lost_at=Moments(lost_at, lost_day), chain_deal=chain_deal, chain_stage=label[chain], chain_at=everything.take(chain),
        chain_last=chain_last, chain_bits=np.bitwise_or.reduceat(bits[chain], chain_starts) if len(chain) else bits[:0],
        chain_slack=None if ordered.slack_us is None else ordered.slack_us[chain],
    )  # fmt: skip
