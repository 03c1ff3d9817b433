"""Which intermediate stage decides? Reaching it changes the outlook most (definitions, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.clock import DAY, NAT, SECOND
from funnel_audit.estimators import Z95, Incidence, aalen_johansen, beta_posterior_draws, win_product
from funnel_audit.frozen import Frozen
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


class Candidate(Frozen):
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


class KeyStage(Frozen):
    """``found``: the largest jump, the earlier stage on a tie; None with ``reason`` "few_stages" (no intermediate one), "no_wins" (no deal
    is won: no stage leads to what never comes) or "no_rates".
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
    if not tally.outcome(Outcome.WON):
        return KeyStage(declared, None, None, (), "no_wins")
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
    """When deals got to each stage, and what became of them.

    The stays stand in the order of deals and, within a deal, of stages: a deal has got to stage k with its first stay in k or beyond.
    """

    def __init__(self, j: Journeys) -> None:
        stays = j.stays
        self.stage = stays.stage.astype(np.uint8)
        self.before = np.zeros(len(stays), np.uint8)  # the first stage that the deal had not yet reached
        self.before[1:] = (self.stage[:-1] + np.uint8(1)) * (stays.deal[1:] == stays.deal[:-1])
        self.deal, self.entered, self.outcome = stays.deal, stays.entered, j.outcome
        self.all_entered = stays.entered.min(initial=0) != NAT
        end = np.where(j.outcome == Outcome.WON, j.won_at.at, np.where(j.outcome == Outcome.LOST, j.lost_at.at, j.as_of.us))
        self.end, self.all_ended = end, end.min(initial=0) != NAT

    def of(self, k: int) -> tuple[float | None, int, float | None]:
        """(R² over ripe weeks, how many these are, median days from reaching stage k to won)."""
        rows = np.flatnonzero((self.stage >= k) & (self.before <= k))
        if not self.all_entered:
            rows = rows[self.entered[rows] != NAT]
        deal, start = self.deal[rows], self.entered[rows]
        outcome, end = self.outcome[deal], self.end[deal]
        r2, weeks = _weekly(start, outcome)
        if not self.all_ended:
            timed = end != NAT
            outcome, end, start = outcome[timed], end[timed], start[timed]
        if len(end) < MIN_REACHED:
            return r2, weeks, None
        ticks = np.maximum(end - start, 0) // _TICK
        size = int(ticks.max()) + 1
        counts = np.bincount(ticks + outcome.astype(np.int64) * size, minlength=3 * size).reshape(3, size)
        groups = []
        for which in (Outcome.WON, Outcome.LOST, Outcome.OPEN):
            some = np.flatnonzero(counts[which])
            groups += [some * (_TICK / DAY), counts[which][some]]
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
    size = int(week.max()) + 1
    by_outcome = np.bincount(week + outcome.astype(np.int64) * size, minlength=3 * size).reshape(3, size)
    all_deals, won = by_outcome.sum(axis=0), by_outcome[Outcome.WON].astype(np.float64)
    decided = all_deals - by_outcome[Outcome.OPEN]
    ripe = (all_deals > 0) & (decided >= RIPE_SHARE * all_deals)
    x, y = all_deals[ripe].astype(np.float64), won[ripe]
    if len(x) < MIN_WEEKS or x.std() == 0 or y.std() == 0:
        return None, len(x)
    return float(np.corrcoef(x, y)[0, 1] ** 2), len(x)
