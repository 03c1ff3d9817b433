"""Stays and pairs: how long a deal stood in a stage, or took from one stage to another (definitions, section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf, elapsed_us
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.history import History
from funnel_audit.journeys.records import STILL_OPEN, Facts, Moments, Outcome, Stays
from funnel_audit.labels import LOST
from funnel_audit.pieces import pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


class Ends(Frozen, dict=True):
    """What ends a deal's last stay."""

    outcome: Array
    won_at: Moments
    lost_at: Moments
    as_of: AsOf
    timezone: str
    won_stage: int

    def of_last(self, deal: Array, won_code: int) -> tuple[Moments, Array]:
        """End instant and exit code of the last known stay of each deal: won, lost or still open at as-of."""
        of_outcome = np.array([STILL_OPEN, won_code, LOST], np.uint8)
        return self._at.take(deal), of_outcome[self.outcome[deal]]

    @cached_property
    def _at(self) -> Moments:
        """When each deal ended: found once, asked for by the stays and by every pair."""
        won, lost = self.outcome == Outcome.WON, self.outcome == Outcome.LOST
        at = pick(lost, self.lost_at.at, np.int64(self.as_of.us))
        np.copyto(at, self.won_at.at, where=won)
        if self.won_at.day is False and self.lost_at.day is False:
            return Moments(at)
        n = len(self.outcome)
        day = (won & flags(self.won_at.day, slice(None), n)) | (lost & flags(self.lost_at.day, slice(None), n))
        return Moments(at, day if day.any() else False)


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
    length = forward(elapsed_us(start.at, start.day, end_at, end_day, ends.timezone))
    slack = history.chain_slack
    if slack is not None:
        end_slack = np.zeros_like(slack)
        end_slack[:-1] = slack[1:]
        end_slack[last] = 0
        slack = slack + end_slack
    inside: Any = np.flatnonzero(stage < ends.won_stage)
    return Stays(deal[inside], stage[inside], start.at[inside], length[inside], code[inside], None if slack is None else slack[inside])


def row_stays(facts: Facts, ends: Ends, stage: Array, no_chain: Array, placed: Array) -> Stays:
    """7: without a history a stay is known only where the deal still is: since creation in the first stage, else since "stage changed".

    Where a status decides, a loss at the stage shown ends such a stay; a first stage that was never left began with creation.
    """
    standing = (ends.outcome == Outcome.OPEN) | ((ends.outcome == Outcome.LOST) & placed & facts.status_decides)
    rows = np.flatnonzero(no_chain & standing & (stage < ends.won_stage)) if no_chain.any() else np.empty(0, np.int64)
    first, shown = stage[rows] == 0, facts.label[rows] == stage[rows]
    start = np.where(shown, np.where(first, facts.created.at[rows], facts.stage_changed.at[rows]), NAT)
    day = np.where(first, flags(facts.created.day, rows), flags(facts.stage_changed.day, rows))
    end, code = ends.of_last(rows, ends.won_stage)
    length = forward(elapsed_us(start, day if day.any() else False, end.at, end.day, ends.timezone))
    return Stays(rows.astype(np.int32), stage[rows].astype(np.uint8), start, length, code)


def pair_stays(history: History, ends: Ends, pairs: Sequence[tuple[int, int]]) -> Stays:
    """From reaching ``start`` or later to reaching ``end`` or later, for each declared pair.

    Exit code 0 is an arrival; 1 an arrival by one jump over both, which takes no time: it counts for the rate, not for the pace.
    """
    last, bits, at = history.chain_last, history.chain_bits, history.chain_at
    first = np.append(0, last[:-1] + 1) if len(last) else last
    parts = []
    for index, (start, end) in enumerate(pairs):
        inside = np.flatnonzero(bits >= np.uint64(1 << start))  # the deals that have an entry so far on
        mine, place = bits[inside], first[inside]
        begins = place + _below(mine, start)
        who = history.chain_deal[begins]
        found = np.flatnonzero(mine >= np.uint64(1 << end))
        target = place[found] + _below(mine[found], end)
        tail, code = ends.of_last(who, 0)
        end_at, end_day = tail.at, tail.day
        end_at[found] = at.at[target]
        if end_day is not False or at.day is not False:
            end_day = flags(end_day, slice(None), len(who)).copy()
            end_day[found] = flags(at.day, target)
        code[found] = target == begins[found]
        if end < ends.won_stage:
            missing = ends.outcome[who] == Outcome.WON
            missing[found] = False
            if missing.any():
                end_at[missing], code[missing] = NAT, 0
        begun = at.at[begins]
        length = forward(elapsed_us(begun, _any_day(at.day, begins), end_at, _any_day(end_day, slice(None)), ends.timezone))
        parts.append(Stays(who, np.full(len(who), index, np.uint8), begun, length, code))
    return join_stays(*parts)


def _below(bits: Array, stage: int) -> Array:
    """How many stages short of ``stage`` there are in each bit set: where in a deal's chain the first one from it on stands."""
    found: Array = np.bitwise_count(bits & np.uint64((1 << stage) - 1)).astype(np.int64)
    return found


def _any_day(day: Array | bool, index: Any) -> Array | bool:
    """The day flags at some positions; False where none is set."""
    if not isinstance(day, np.ndarray):
        return day
    found = day[index]
    return found if found.any() else False


def forward(length: Array) -> Array:
    """Lengths, NAT where one is negative: a closing date before the last entry. The exit is known then, its time is not."""
    if length.min(initial=0) < 0:
        length[length < 0] = NAT
    return length


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
    deal, stage, entered, us, code = (
        np.concatenate([getattr(part, name) for part in filled]) for name in ("deal", "stage", "entered", "us", "exit")
    )
    return Stays(deal, stage, entered, us, code, slack)


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
    found: Array = day[index] if isinstance(day, np.ndarray) else np.full(n if n is not None else len(index), day)
    return found
