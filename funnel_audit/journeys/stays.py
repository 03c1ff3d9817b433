"""Stays and pairs: how long a deal stood in a stage, or took from one stage to another (definitions, section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf, elapsed_us
from funnel_audit.journeys.history import History
from funnel_audit.journeys.records import STILL_OPEN, Facts, Moments, Outcome, Stays
from funnel_audit.labels import LOST
from funnel_audit.pieces import pick

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


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
    length = elapsed_us(start.at, start.day, end_at, end_day, ends.timezone)
    length[length < 0] = NAT  # a closing date before the last entry: the exit is known, its time is not
    slack = history.chain_slack
    if slack is not None:
        end_slack = np.zeros_like(slack)
        end_slack[:-1] = slack[1:]
        end_slack[last] = 0
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
    before[1:] = stage[:-1]
    before[:1] = before[history.chain_last[:-1] + 1] = -1
    arrival = np.empty(len(ends.outcome), np.intp)
    parts = []
    for index, (start, end) in enumerate(pairs):
        begins = np.flatnonzero((before < start) & (stage >= start))
        arrives = np.flatnonzero((before < end) & (stage >= end))
        who = deal[begins]
        arrival.fill(-1)
        arrival[deal[arrives]] = arrives  # a deal arrives once
        target = arrival[who]
        found = np.flatnonzero(target >= 0)
        target = target[found]
        tail, code = ends.of_last(who, 0)
        end_at, end_day = tail.at, flags(tail.day, slice(None), len(who)).copy()
        end_at[found] = at.at[target]
        end_day[found] = flags(at.day, target)
        code[found] = target == begins[found]
        if end < ends.won_stage:
            missing = ends.outcome[who] == Outcome.WON
            missing[found] = False
            end_at[missing], code[missing] = NAT, 0
        start_day = flags(at.day, begins)
        coarse = start_day if start_day.any() else False, end_day if end_day.any() else False
        length = elapsed_us(at.at[begins], coarse[0], end_at, coarse[1], ends.timezone)
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
