"""Which intermediate stage decides? Reaching it changes the outlook most (definitions, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.clock import DAY, NAT, SECOND
from funnel_audit.estimators import Z95, Incidence, aalen_johansen, beta_posterior_draws, win_product
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.rates import MIN_REACHED, interval, step_incidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

DRAWS, SEED = 2000, 20_260_201
RIPE_SHARE = 0.95
MIN_WEEKS = 8
_TICK = 600 * SECOND
"""Times to win are told to ten minutes, so that a million of them are counted, not sorted."""
_WEEK, _MONDAY = 7 * DAY, 4 * DAY


@dataclass(frozen=True)
class Candidate:
    """One intermediate stage. ``win_chance`` and ``before`` = P(win | reached it) and P(win | reached the stage before), ``jump`` their
    difference; None where a rate on the way cannot be had. ``median_days_to_win`` from reaching the stage to won, of those who win,
    open deals being counted as not yet decided. ``r2`` over ``ripe_weeks``: None under 8, or where nothing varies."""

    stage: int
    reached: int
    win_chance: report.Interval | None
    before: report.Interval | None
    jump: float | None
    median_days_to_win: float | None
    r2: float | None
    ripe_weeks: int
    resampled_share: float | None


@dataclass(frozen=True)
class KeyStage:
    """``found``: the largest jump, the earlier stage on a tie; None with ``reason`` "few_stages" (no intermediate one) or "no_rates".
    ``agree`` None where nothing is declared or found."""

    declared: int | None
    found: int | None
    agree: bool | None
    candidates: tuple[Candidate, ...]
    reason: str | None = None

    @property
    def used(self) -> int | None:
        """The stage that the forecast speaks of: the declared one, else the one found."""
        return self.found if self.declared is None else self.declared


def key_stage(journeys: Journeys, tally: Tally, declared: int | None = None) -> KeyStage:
    """Every intermediate stage, and the one whose reaching raises the chance to win most. ``declared``: index of the funnel's own."""
    k_all = tally.stages
    if k_all < 3:
        return KeyStage(declared, None, None, (), "few_stages")
    reached = tally.reached()
    rates = [step_incidence(tally, k) if reached[k] >= MIN_REACHED else None for k in range(k_all - 1)]
    chances = [win_product(rates[k:]) for k in range(k_all - 1)]
    jumps = [_jump(chances[k - 1], chances[k]) for k in range(1, k_all - 1)]
    known = [k for k, jump in enumerate(jumps, start=1) if jump is not None]
    found = max(known, key=lambda k: (jumps[k - 1], -k), default=None)
    shares = _resampled(rates, [jump is not None for jump in jumps])
    times = _Times(journeys)
    candidates = []
    for k in range(1, k_all - 1):
        r2, weeks, days = times.of(k)
        candidates.append(
            Candidate(
                stage=k,
                reached=int(reached[k]),
                win_chance=interval(chances[k]),
                before=interval(chances[k - 1]),
                jump=jumps[k - 1],
                median_days_to_win=days,
                r2=r2,
                ripe_weeks=weeks,
                resampled_share=shares[k - 1],
            )
        )
    agree = None if declared is None or found is None else declared == found
    return KeyStage(declared, found, agree, tuple(candidates), None if found is not None else "no_rates")


def _jump(before: Any, here: Any) -> float | None:
    return None if before is None or here is None else float(here.value - before.value)


def _resampled(rates: Sequence[Incidence | None], compared: Sequence[bool]) -> list[float | None]:
    """In what share of the resamples each candidate has the largest jump: every step's rate drawn from its Beta posterior (seeded)."""
    if not any(compared):
        return [None for _ in compared]
    values = np.array([0.5 if rate is None else rate.value for rate in rates])
    weights = np.array([0.0 if rate is None else _effective(rate) for rate in rates])
    drawn = beta_posterior_draws(values * weights, (1.0 - values) * weights, DRAWS, SEED)
    onward = drawn[:, ::-1].cumprod(axis=1)[:, ::-1]
    jumps = np.where(compared, onward[:, 1:] - onward[:, :-1], -np.inf)
    share = np.bincount(jumps.argmax(axis=1), minlength=len(compared)) / DRAWS
    return [float(part) if ok else None for part, ok in zip(share, compared, strict=True)]


def _effective(rate: Incidence) -> float:
    """The number of decided deals whose binomial interval would be as wide as the rate's."""
    spread = (rate.high - rate.low) / (2 * Z95)
    return min(rate.value * (1 - rate.value) / spread**2, 1e9) if spread > 0 and 0 < rate.value < 1 else float(rate.n)


class _Times:
    """When deals got to each stage, and what became of them."""

    def __init__(self, j: Journeys) -> None:
        stays = j.stays
        self.deal, self.entered = stays.deal, stays.entered
        stage = stays.stage.astype(np.uint8)
        before = np.zeros(len(stays), np.uint8)  # the first stage that the deal had not yet reached
        before[1:] = np.where(stays.deal[1:] == stays.deal[:-1], stage[:-1] + np.uint8(1), 0)
        self.order = np.argsort(stage, kind="stable")
        self.begin = np.searchsorted(stage[self.order], np.arange(j.stages + 1))
        self.leaps = np.flatnonzero(stage > before)
        self.leap_from, self.leap_to = before[self.leaps], stage[self.leaps]
        self.outcome, self.as_of_us = j.outcome, j.as_of.us
        self.end = np.where(j.outcome == Outcome.WON, j.won_at.at, np.where(j.outcome == Outcome.LOST, j.lost_at.at, j.as_of.us))

    def of(self, k: int) -> tuple[float | None, int, float | None]:
        """(R² over ripe weeks, how many these are, median days from reaching stage k to won)."""
        over = self.leaps[(self.leap_from <= k) & (self.leap_to > k)]
        rows = np.concatenate([self.order[self.begin[k] : self.begin[k + 1]], over])
        rows = rows[self.entered[rows] != NAT]
        deal, start = self.deal[rows], self.entered[rows]
        outcome, end = self.outcome[deal], self.end[deal]
        r2, weeks = _weekly(start, outcome)
        timed = end != NAT
        if np.count_nonzero(timed) < MIN_REACHED:
            return r2, weeks, None
        ticks = np.maximum(end[timed] - start[timed], 0) // _TICK
        kind = outcome[timed]
        groups = []
        for which in (Outcome.WON, Outcome.LOST, Outcome.OPEN):
            count = np.bincount(ticks[kind == which])
            some = np.flatnonzero(count)
            groups += [some * (_TICK / DAY), count[some]]
        curve = aalen_johansen(*groups)
        if curve is None or not curve.cif[-1] > 0:
            return r2, weeks, None
        return r2, weeks, float(curve.ages[np.searchsorted(curve.cif, 0.5 * curve.cif[-1] - 1e-12)])


def _weekly(start: Array, outcome: Array) -> tuple[float | None, int]:
    """Squared correlation of deals per week (Monday to Sunday, UTC) and wins among them, over the weeks of which 95 % is decided."""
    if not len(start):
        return None, 0
    week = (start - _MONDAY) // _WEEK
    week = week - week.min()
    all_deals = np.bincount(week)
    decided = np.bincount(week, weights=outcome != Outcome.OPEN)
    won = np.bincount(week, weights=outcome == Outcome.WON)
    ripe = (all_deals > 0) & (decided >= RIPE_SHARE * all_deals)
    x, y = all_deals[ripe].astype(np.float64), won[ripe]
    if len(x) < MIN_WEEKS or x.std() == 0 or y.std() == 0:
        return None, len(x)
    return float(np.corrcoef(x, y)[0, 1] ** 2), len(x)
