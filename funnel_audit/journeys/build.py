"""Facts and entries -> journeys: outcome, furthest stage and stays of every deal, by the rules of the definitions, section 2.

One pass over the sorted entries, by comparing neighbours; nothing here loops over deals. The numbers in the comments are the rules'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf, elapsed_us
from funnel_audit.journeys.order import Ordered, journey_order
from funnel_audit.journeys.records import NO_LABEL, STILL_OPEN, Entries, Facts, Journeys, Moments, Outcome, Stays
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class History:
    """What the entries alone say of each deal that has any: ``deal`` are their codes, the other arrays run beside it.

    ``chain_*`` are the entries that are further than everything before them (rule 4), ``chain_last`` marks a deal's last of them.
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
    recorded: frozenset[int]


def build(
    facts: Facts, entries: Entries, *, stages: int, as_of: AsOf, timezone: str, pairs: Sequence[tuple[int, int]] = (),
    left_out: Array | None = None, vanished: Array | None = None, unknown_history: int = 0, unknown_ids: tuple[str, ...] = (),
) -> Journeys:  # fmt: skip
    """Journeys of all deals that exist at ``as_of`` and are neither excluded nor ``left_out`` by the user's choice of a period.

    ``stages`` is the number of stages, the last being the won one; ``pairs`` are (from, to) indices. An entry after as-of does not exist.
    ``vanished`` are deals that a series of snapshots no longer has; ``unknown_history`` counts ids of the history that no deal row has.
    """
    not_yet = (facts.created.at != NAT) & (facts.created.at > as_of.us)
    in_scope = ~not_yet if left_out is None else ~not_yet & ~left_out
    keep = ~facts.excluded & in_scope
    excluded, future = int(np.count_nonzero(facts.excluded & in_scope)), int(np.count_nonzero(not_yet))
    gone = np.zeros(facts.n, bool)
    if vanished is not None:
        gone[vanished] = True
        gone = gone[keep]
    known_by_now = (entries.at == NAT) | (entries.at <= as_of.us)
    if not keep.all():
        new_code = np.cumsum(keep, dtype=np.int32) - 1
        entries = entries.take(np.flatnonzero(known_by_now & keep[entries.deal]))
        entries = Entries(new_code[entries.deal], entries.at, entries.label, entries.day, entries.slack_us)
        facts = facts.take(np.flatnonzero(keep))
    elif not known_by_now.all():
        entries = entries.take(np.flatnonzero(known_by_now))

    n, won_stage = facts.n, stages - 1
    facts = as_then(facts, as_of, won_stage)
    history = read_history(journey_order(entries, timezone), stages)
    has_history = np.zeros(n, bool)
    has_history[history.deal] = True
    has_chain = np.zeros(n, bool)
    has_chain[history.chain_deal] = True

    claim, above = claims(facts, has_history, history.recorded, won_stage, as_of)
    outcome = np.where(claim == Outcome.UNKNOWN, Outcome.OPEN, claim).astype(np.int8)
    speaks = ~above[history.deal] & ~((history.last_label == UNMAPPED) & (claim[history.deal] > Outcome.OPEN))
    outcome[history.deal[speaks]] = history_outcome(history.last_label[speaks], won_stage)

    # 3, 6, 7: the furthest stage, from the history, else from the label while it is a stage.
    label = facts.label
    mapped = label < stages
    stage = np.zeros(n, np.int8)
    no_chain = ~has_chain
    stage[no_chain & mapped] = label[no_chain & mapped]
    kept = no_chain & (facts.stage_before_loss >= 0)
    stage[kept] = facts.stage_before_loss[kept]
    stage[history.chain_deal[history.chain_last]] = history.chain_stage[history.chain_last]
    stage[no_chain & (outcome == Outcome.OPEN) & (label == won_stage)] = 0  # closed after as-of: where it stood then is not known
    stage[outcome == Outcome.WON] = won_stage
    placed = has_chain | (mapped & facts.status_decides) | (facts.stage_before_loss >= 0) | (outcome != Outcome.LOST)

    stage_now = stage.copy()
    stage_now[history.deal] = np.where(history.stage_now >= 0, history.stage_now, stage[history.deal])
    since = moments_since(facts, history, stage_now, has_history)
    closed = facts.closed.at
    usable = (closed != NAT) & (closed <= as_of.us)
    won_at = Moments(np.where((outcome == Outcome.WON) & usable, closed, NAT), facts.closed.day)
    lost_at = Moments(np.where((outcome == Outcome.LOST) & usable, closed, NAT), facts.closed.day)
    won_entry = history.chain_stage == won_stage
    won_at = overlay(won_at, history.chain_deal[won_entry], history.chain_at.take(won_entry), outcome == Outcome.WON)
    with_loss = history.lost_at.at != NAT
    lost_at = overlay(lost_at, history.deal[with_loss], history.lost_at.take(with_loss), outcome == Outcome.LOST)

    seen = np.zeros(n, np.uint64)
    seen[history.deal] = history.seen
    dated_win = (outcome == Outcome.WON) & (won_at.at != NAT)
    seen[dated_win] |= np.uint64(1 << won_stage)

    ends = Ends(outcome, won_at, lost_at, as_of, timezone, won_stage)
    by_row = row_stays(facts, ends, stage, no_chain, placed)
    stayed = np.zeros(n, np.uint64)
    stayed[history.chain_deal[history.chain_last]] = history.chain_bits
    stayed[by_row.deal] = np.uint64(1) << by_row.stage.astype(np.uint64)
    stays = join_stays(chain_stays(history, ends), by_row)
    reopened = np.zeros(n, np.int32)
    reopened[history.deal] = history.reopened
    back_moves = np.zeros(n, np.int32)
    back_moves[history.deal] = history.back_moves
    last = np.full(n, NO_LABEL, np.uint8)
    last[history.deal] = history.last_label
    current = np.where(has_history, last, label)
    both = has_history & (label != NO_LABEL)
    return Journeys(
        facts=facts, stages=stages, as_of=as_of, timezone=timezone, stays=stays, outcome=outcome, stage=stage, stage_now=stage_now, since=since,
        placed=placed, has_history=has_history, on_hold=(current == ON_HOLD) & (outcome == Outcome.OPEN), unmapped=current == UNMAPPED,
        seen=seen, stayed=stayed, won_at=won_at, lost_at=lost_at, reopened=reopened, back_moves=back_moves, back_into=history.back_into,
        pairs=pair_stays(history, ends, pairs), excluded=excluded, not_yet=future, vanished=np.flatnonzero(gone),
        unknown_history=unknown_history, unknown_ids=unknown_ids,
        stage_conflicts=np.flatnonzero(both & (label != last)),
        outcome_conflicts=np.flatnonzero(has_history & (facts.status >= 0) & (facts.status != outcome)),
    )  # fmt: skip


def as_then(facts: Facts, as_of: AsOf, won_stage: int) -> Facts:
    """The facts as known at as-of: a label set later is not known yet; a terminal label's own date stands in for a missing closing date."""
    changed, closed = facts.stage_changed, facts.closed
    later = (changed.at != NAT) & (changed.at > as_of.us)
    if later.any():
        facts = replace(facts, label=np.where(later, NO_LABEL, facts.label).astype(np.uint8))
    dated = (closed.at == NAT) & (changed.at != NAT) & ((facts.label == won_stage) | (facts.label == LOST))
    if dated.any():
        rows = np.flatnonzero(dated)
        facts = replace(facts, closed=overlay(closed, rows, changed.take(rows), np.ones(facts.n, bool)))
    return facts


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
    return np.where(last_label == LOST, Outcome.LOST, np.where(last_label == won_stage, Outcome.WON, Outcome.OPEN)).astype(np.int8)


def read_history(ordered: Ordered, stages: int) -> History:
    """All that neighbours in the sorted entries tell."""
    deal, at, label = ordered.deal, ordered.at, ordered.label
    is_stage = label < stages
    reach = np.where(is_stage, label + 1, 0).astype(np.int64)
    highest = deal.astype(np.int64) << 6
    highest |= reach
    np.maximum.accumulate(highest, out=highest)
    before = np.zeros(len(deal), np.int64)
    before[1:] = highest[:-1] & 63
    before[ordered.starts] = 0
    chain = np.flatnonzero(reach > before)
    del highest, before, reach

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
    undone = lost[~np.isin(lost, ends, assume_unique=True)] if len(lost) else lost
    reopened = np.bincount(deal[undone], minlength=size)[deals] if size else np.empty(0, np.int64)
    lost_position = np.full(size, -1, np.int64)
    lost_position[deal[lost]] = lost
    lost_position = lost_position[deals]
    lost_at = np.where(lost_position >= 0, at[lost_position], NAT) if len(at) else at
    lost_day = ordered.day[lost_position] if isinstance(ordered.day, np.ndarray) and len(at) else ordered.day
    bits = np.uint64(1) << label.astype(np.uint64)
    chain_deal = deal[chain]
    chain_last = np.ones(len(chain), bool)
    chain_last[:-1] = chain_deal[1:] != chain_deal[:-1]
    chain_starts = np.flatnonzero(np.append(True, chain_last[:-1])) if len(chain) else chain
    everything = Moments(at, ordered.day)
    return History(
        deal=deals, last_label=label[ends], last_at=everything.take(ends), stage_now=stage_now[deals],
        seen=np.bitwise_or.reduceat(bits, ordered.starts) if len(bits) else bits,
        reopened=reopened, back_moves=back_moves, back_into=np.bincount(step_label[back], minlength=stages),
        lost_at=Moments(lost_at, lost_day), chain_deal=chain_deal, chain_stage=label[chain], chain_at=everything.take(chain),
        chain_last=chain_last, chain_bits=np.bitwise_or.reduceat(bits[chain], chain_starts) if len(chain) else bits,
        chain_slack=None if ordered.slack_us is None else ordered.slack_us[chain],
        recorded=frozenset(np.flatnonzero(np.bincount(label, minlength=64)).tolist()),
    )  # fmt: skip


@dataclass(frozen=True)
class Ends:
    """What ends a deal's last stay."""

    outcome: Array
    won_at: Moments
    lost_at: Moments
    as_of: AsOf
    timezone: str
    won_stage: int

    def of_last(self, deal: Array, won_code: int) -> tuple[Moments, Array]:
        """End instant and exit code of the last known stay of each deal: won, lost or still open at as-of."""
        outcome = self.outcome[deal]
        won, lost = outcome == Outcome.WON, outcome == Outcome.LOST
        at = np.where(won, self.won_at.at[deal], np.where(lost, self.lost_at.at[deal], self.as_of.us))
        won_day, lost_day = flags(self.won_at.day, deal), flags(self.lost_at.day, deal)
        day = np.where(won, won_day, np.where(lost, lost_day, False))
        code = np.where(won, won_code, np.where(lost, LOST, STILL_OPEN)).astype(np.uint8)
        return Moments(at, day if day.any() else False), code


def chain_stays(history: History, ends: Ends) -> Stays:
    """4: a stay runs from an entry that is further than all before it to the next such one, to a loss that stands, or is open."""
    deal, stage, last = history.chain_deal, history.chain_stage, history.chain_last
    start = history.chain_at
    end_at = np.empty(len(deal), np.int64)
    end_at[:-1] = start.at[1:]
    code = np.empty(len(deal), np.uint8)
    code[:-1] = stage[1:]
    tail, code[last] = ends.of_last(deal[last], ends.won_stage)
    end_at[last] = tail.at
    end_day: Array | bool = start.day
    if isinstance(start.day, np.ndarray) or tail.day is not False:
        end_day = np.empty(len(deal), bool)
        end_day[:-1] = flags(start.day, slice(1, None)) if isinstance(start.day, np.ndarray) else start.day
        end_day[last] = tail.day
    length = elapsed_us(start.at, start.day, end_at, end_day, ends.timezone)
    length[length < 0] = NAT  # a closing date before the last entry: the exit is known, its time is not
    slack = history.chain_slack
    if slack is not None:
        end_slack = np.zeros_like(slack)
        end_slack[:-1] = np.where(last[:-1], 0, slack[1:])
        slack = slack + end_slack
    inside = np.flatnonzero(stage < ends.won_stage)
    return Stays(
        deal[inside], stage[inside], start.at[inside], length[inside], code[inside], None if slack is None else slack[inside]
    )


def row_stays(facts: Facts, ends: Ends, stage: Array, no_chain: Array, placed: Array) -> Stays:
    """7: without a history a stay is known only where the deal still is: since creation in the first stage, else since "stage changed".

    Where a status decides, a loss at the stage shown ends such a stay; a first stage that was never left began with creation.
    """
    standing = (ends.outcome == Outcome.OPEN) | ((ends.outcome == Outcome.LOST) & placed & facts.status_decides)
    rows = np.flatnonzero(no_chain & standing & (stage < ends.won_stage))
    first, shown = stage[rows] == 0, facts.label[rows] == stage[rows]
    start = np.where(shown, np.where(first, facts.created.at[rows], facts.stage_changed.at[rows]), NAT)
    day = np.where(first, flags(facts.created.day, rows), flags(facts.stage_changed.day, rows))
    end, code = ends.of_last(rows, ends.won_stage)
    length = elapsed_us(start, day if day.any() else False, end.at, end.day, ends.timezone)
    length[length < 0] = NAT
    return Stays(rows.astype(np.int32), stage[rows].astype(np.uint8), start, length, code)


def pair_stays(history: History, ends: Ends, pairs: Sequence[tuple[int, int]]) -> Stays:
    """From reaching ``start`` or later to reaching ``end`` or later, for each declared pair.

    Exit code 0 is an arrival; 1 an arrival by one jump over both, which takes no time: it counts for the rate, not for the pace.
    """
    deal, stage, at = history.chain_deal, history.chain_stage.astype(np.int16), history.chain_at
    before = np.empty(len(deal), np.int16)
    before[:1] = -1
    before[1:] = np.where(history.chain_last[:-1], -1, stage[:-1])
    parts = []
    for index, (start, end) in enumerate(pairs):
        begins = np.flatnonzero((before < start) & (stage >= start))
        arrives = np.flatnonzero((before < end) & (stage >= end))
        who = deal[begins]
        where = np.searchsorted(deal[arrives], who)
        found = np.zeros(len(who), bool)
        inside = where < len(arrives)
        found[inside] = deal[arrives][where[inside]] == who[inside]
        tail, code = ends.of_last(who, 0)
        end_at, end_day = tail.at.copy(), flags(tail.day, slice(None), len(who)).copy()
        target = arrives[where[found]]
        end_at[found] = at.at[target]
        end_day[found] = flags(at.day, target)
        code[found] = np.where(target == begins[found], 1, 0)
        if end < ends.won_stage:
            missing = ~found & (ends.outcome[who] == Outcome.WON)
            end_at[missing], code[missing] = NAT, 0
        start_day = flags(at.day, begins)
        length = elapsed_us(at.at[begins], start_day if start_day.any() else False, end_at, end_day if end_day.any() else False, ends.timezone)
        length[length < 0] = NAT
        parts.append(Stays(who, np.full(len(who), index, np.uint8), at.at[begins], length, code))
    return join_stays(*parts)


def join_stays(*parts: Stays) -> Stays:
    """Several sets of stays as one."""
    if not parts:
        empty = np.empty(0, np.int64)
        return Stays(empty.astype(np.int32), empty.astype(np.uint8), empty, empty, empty.astype(np.uint8))
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else parts[0]
    slack = None
    if any(part.slack_us is not None for part in filled):
        slack = np.concatenate([np.zeros(len(part), np.int64) if part.slack_us is None else part.slack_us for part in filled])
    columns = [np.concatenate([getattr(part, name) for part in filled]) for name in ("deal", "stage", "entered", "us", "exit")]
    return Stays(*columns, slack)


def moments_since(facts: Facts, history: History, stage_now: Array, has_history: Array) -> Moments:
    """When each deal last changed stage: its last entry; without a history "stage changed", or creation while in the first stage."""
    first = (stage_now == 0) & ~has_history
    changed = facts.stage_changed
    at = np.where(first & (changed.at == NAT), facts.created.at, changed.at)
    day = np.where(first & (changed.at == NAT), flags(facts.created.day, slice(None), facts.n), flags(changed.day, slice(None), facts.n))
    return overlay(Moments(at, day), history.deal, history.last_at, np.ones(facts.n, bool))


def overlay(base: Moments, deal: Array, moments: Moments, where: Array) -> Moments:
    """``base`` with the instants of some deals replaced, for the deals ``where`` is True."""
    n = len(base.at)
    rows = np.flatnonzero(where[deal])
    at = base.at.copy()
    at[deal[rows]] = moments.at[rows]
    if base.day is moments.day and isinstance(base.day, bool):
        return Moments(at, base.day)
    day = flags(base.day, slice(None), n).copy()
    day[deal[rows]] = flags(moments.day, rows)
    return Moments(at, day if day.any() else False)


def flags(day: Array | bool, index: Any, n: int | None = None) -> Array:
    """The day flags at some positions, as an array."""
    if isinstance(day, np.ndarray):
        return day[index]
    size = n if n is not None else len(index)
    return np.full(size, day)

