"""The journeys of some deals that follow each other: outcome, furthest stage and stays, by the rules of the definitions, section 2.

The numbers in the comments are the rules'. Nothing here knows of other deals, so that ``build`` may take a million deals part by part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf
from funnel_audit.journeys.history import History, read_history
from funnel_audit.journeys.order import Ordered
from funnel_audit.journeys.records import NO_LABEL, Facts, Journeys, Moments, Outcome
from funnel_audit.journeys.stays import Ends, chain_stays, flags, join_stays, overlay, pair_stays, row_stays
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def build_part(
    facts: Facts, ordered: Ordered, *, stages: int, as_of: AsOf, timezone: str, pairs: Sequence[tuple[int, int]], recorded: frozenset[int]
) -> Journeys:
    """Journeys of these deals; ``recorded``: see ``Ordered.recorded``, of *all* deals."""
    n, won_stage = facts.n, stages - 1
    history = read_history(ordered, stages)
    told = all_or(history.deal, n)
    has_history = np.zeros(n, bool)
    has_history[told] = True
    in_chain = all_or(history.chain_deal[history.chain_last], n)
    has_chain = np.zeros(n, bool)
    has_chain[in_chain] = True

    claim, above = claims(facts, has_history, recorded, won_stage, as_of)
    outcome = np.where(claim == Outcome.UNKNOWN, Outcome.OPEN, claim).astype(np.int8)
    speaks = ~above[told] & ~((history.last_label == UNMAPPED) & (claim[told] > Outcome.OPEN))
    outcome[told] = np.where(speaks, history_outcome(history.last_label, won_stage), outcome[told])

    # 3, 6, 7: the furthest stage, from the history, else from the label while it is a stage.
    label = facts.label
    mapped = label < stages
    stage = np.zeros(n, np.int8)
    no_chain = ~has_chain
    if no_chain.any():
        stage[no_chain & mapped] = label[no_chain & mapped]
        kept = no_chain & (facts.stage_before_loss >= 0) & (outcome == Outcome.LOST)
        stage[kept] = facts.stage_before_loss[kept]
    stage[in_chain] = history.chain_stage[history.chain_last]
    if no_chain.any():
        stage[no_chain & (outcome == Outcome.OPEN) & (label == won_stage)] = 0  # closed after as-of: where it stood then is not known
    np.copyto(stage, np.int8(won_stage), where=outcome == Outcome.WON)
    placed = has_chain | (mapped & facts.status_decides) | (facts.stage_before_loss >= 0) | (outcome != Outcome.LOST)
    np.copyto(stage, np.int8(0), where=~placed)  # lost at no known step, whatever the row's label says: the history has a loss after it

    stage_now = stage.copy()
    stage_now[told] = np.where(history.stage_now >= 0, history.stage_now, stage[told])
    since = moments_since(facts, history, stage_now, has_history)
    closed = facts.closed.at
    usable = (closed != NAT) & (closed <= as_of.us)
    won_at, lost_at = (
        Moments(np.where((outcome == result) & usable, closed, NAT) if usable.any() else np.full(n, NAT, np.int64), facts.closed.day)
        for result in (Outcome.WON, Outcome.LOST)
    )
    won_entry = np.flatnonzero(history.chain_stage == won_stage)
    won_at = overlay(won_at, history.chain_deal[won_entry], history.chain_at.take(won_entry), outcome == Outcome.WON)
    with_loss = np.flatnonzero(history.lost_at.at != NAT)
    lost_at = overlay(lost_at, history.deal[with_loss], history.lost_at.take(with_loss), outcome == Outcome.LOST)

    seen = np.zeros(n, np.uint64)
    seen[told] = history.seen
    dated_win = (outcome == Outcome.WON) & (won_at.at != NAT)
    seen |= dated_win.astype(np.uint64) << np.uint64(won_stage)

    ends = Ends(outcome, won_at, lost_at, as_of, timezone, won_stage)
    by_row = row_stays(facts, ends, stage, no_chain, placed)
    stayed = np.zeros(n, np.uint64)
    stayed[in_chain] = history.chain_bits
    stayed[by_row.deal] = np.uint64(1) << by_row.stage.astype(np.uint64)
    stays = join_stays(chain_stays(history, ends), by_row)
    reopened = np.zeros(n, np.int32)
    reopened[told] = history.reopened
    back_moves = np.zeros(n, np.int32)
    back_moves[told] = history.back_moves
    last = np.full(n, NO_LABEL, np.uint8)
    last[told] = history.last_label
    current = np.where(has_history, last, label)
    for aside in {ON_HOLD, UNMAPPED} - recorded:  # a history that could not have recorded it (dated columns) leaves it to the row
        current[label == aside] = aside
    both = has_history & (label != NO_LABEL)
    return Journeys(
        facts=facts, stages=stages, as_of=as_of, timezone=timezone, stays=stays, outcome=outcome, stage=stage, stage_now=stage_now,
        since=since, placed=placed, has_history=has_history, on_hold=(current == ON_HOLD) & (outcome == Outcome.OPEN),
        unmapped=current == UNMAPPED, seen=seen, stayed=stayed, won_at=won_at, lost_at=lost_at, reopened=reopened, back_moves=back_moves,
        back_into=history.back_into, pairs=pair_stays(history, ends, pairs), stage_conflicts=np.flatnonzero(both & (label != last)),
        outcome_conflicts=np.flatnonzero(has_history & (facts.status >= 0) & (facts.status != outcome)),
    )  # fmt: skip


def all_or(deals: Array, n: int) -> Any:
    """The index of some of ``n`` deals, ascending: where they are all, a slice, which costs a tenth."""
    return slice(None) if len(deals) == n else deals


def claims(facts: Facts, has_history: Array, recorded: frozenset[int], won_stage: int, as_of: AsOf) -> tuple[Array, Array]:
    """The outcome each row claims (rule 5) and whether that claim stands above a history.

    A terminal label stands above a history that could not have recorded it: dated columns without one for the loss, a log of open stages.
    """
    label = facts.label
    claim = np.full(facts.n, Outcome.UNKNOWN, np.int8)
    claim[facts.flag >= 0] = facts.flag[facts.flag >= 0]
    claim[(label < won_stage) | (label == ON_HOLD)] = Outcome.OPEN
    claim[label == won_stage] = Outcome.WON
    claim[label == LOST] = Outcome.LOST
    if facts.status_decides:
        claim[facts.status >= 0] = facts.status[facts.status >= 0]
        above = facts.status >= 0
    else:
        silent = (claim == Outcome.UNKNOWN) & (facts.status >= 0)
        claim[silent] = facts.status[silent]
        above = np.zeros(facts.n, bool)
        if LOST not in recorded:
            above |= claim == Outcome.LOST
        if won_stage not in recorded:
            above |= claim == Outcome.WON
    above &= has_history
    later = (facts.closed.at != NAT) & (facts.closed.at > as_of.us) & (claim > Outcome.OPEN) & (above | ~has_history)
    claim[later] = Outcome.OPEN
    return claim, above


def history_outcome(last_label: Array, won_stage: int) -> Array:
    """Won, lost or open by the last entry of a history."""
    of_label = np.full(256, Outcome.OPEN, np.int8)
    of_label[won_stage], of_label[LOST] = Outcome.WON, Outcome.LOST
    return of_label[last_label]


def moments_since(facts: Facts, history: History, stage_now: Array, has_history: Array) -> Moments:
    """When each deal last changed stage: its last entry; without a history "stage changed", or creation while in the first stage."""
    if len(history.deal) == facts.n:
        days = flags(history.last_at.day, slice(None), facts.n)
        return Moments(history.last_at.at, days if days.any() else False)
    first = (stage_now == 0) & ~has_history
    changed = facts.stage_changed
    at = np.where(first & (changed.at == NAT), facts.created.at, changed.at)
    day = np.where(first & (changed.at == NAT), flags(facts.created.day, slice(None), facts.n), flags(changed.day, slice(None), facts.n))
    return overlay(Moments(at, day), history.deal, history.last_at, np.ones(facts.n, bool))
