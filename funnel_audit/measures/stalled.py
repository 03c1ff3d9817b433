"""Which open deals are stuck? Longer without a change of stage than the limit of the stage they stand in (definitions, section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT, elapsed_us
from funnel_audit.estimators import Survival, kaplan_meier
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.rates import UNTIMED_LIMIT
from funnel_audit.pieces import median
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

LIMIT_PERCENTILE = 0.85
MIN_STAYS = 20


class Limit(Frozen):
    """Days in a stage after which a deal is stalled, and where that comes from: "max_days", "p85 of the stage", "p85 of all stages"."""

    days: float
    source: str


class StageStall(Frozen):
    """Open deals standing in one stage, on hold left out. ``amount`` is of the stalled ones, in minor units of the main currency."""

    open: int
    stalled: int
    amount: int | None
    limit: Limit | None
    median_days: float | None


class StalledDeal(Frozen):
    """``deal`` is the code; days without a change of stage, and since the last edit where the export has it. ``chance`` to be won within
    the forecast's horizon, and ``chance_at_entry`` of one that has just come into its stage: None without a forecast."""

    deal: int
    stage: int
    days: float
    limit: Limit
    amount: float | None
    edited_days: float | None
    chance: float | None = None
    chance_at_entry: float | None = None


class Stall(Frozen):
    """``count`` is None where no stage has a limit. ``unknown``: open deals whose last change of stage has no known time."""

    count: int | None
    amount: float | None
    on_hold: int
    unknown: int
    by_stage: tuple[StageStall, ...]
    deals: tuple[StalledDeal, ...]


def limits(tally: Tally, max_days: Sequence[float | None]) -> tuple[Limit | None, ...]:
    """One limit a stage: declared, else the Kaplan-Meier p85 of its stays (at least 20), else p85 over all stages."""
    curves = [_stay_curve(tally, (k,)) for k in range(tally.stages)]
    overall = _stay_curve(tally, range(tally.stages))
    common = overall.percentile(LIMIT_PERCENTILE) if overall is not None and overall.n >= MIN_STAYS else None
    out: list[Limit | None] = []
    for declared, curve in zip(max_days, curves, strict=True):
        own = curve.percentile(LIMIT_PERCENTILE) if curve is not None and curve.n >= MIN_STAYS else None
        if declared is not None:
            out.append(Limit(declared, "max_days"))
        elif own is not None:
            out.append(Limit(own, "p85 of the stage"))
        else:
            out.append(None if common is None else Limit(common, "p85 of all stages"))
    return tuple(out)


def _stay_curve(tally: Tally, stages: Sequence[int]) -> Survival | None:
    ends = merge([group for k in stages for group in (tally.stays.advances(k), tally.stays.losses(k))])
    still_open = merge([tally.stays.still_open(k) for k in stages])
    untimed = int(sum(tally.untimed_advances[k] + tally.untimed_losses[k] for k in stages))
    known = int(ends[1].sum())
    if not known or untimed > UNTIMED_LIMIT * (untimed + known):
        return None
    return kaplan_meier(*ends, *still_open)


class Standing(Frozen):
    """Deals that are open and not on hold: codes, days since the last change of stage (NaN: not known), stage, and which are stalled."""

    deal: Array
    days: Array
    stage: Array
    stuck: Array


def standing(journeys: Journeys, stage_limits: Sequence[Limit | None]) -> Standing:
    """Who stands where, for how long, and who of them is stalled; shape (open deals,) each."""
    j = journeys
    open_ = np.flatnonzero((j.outcome == Outcome.OPEN) & ~j.on_hold)
    us = elapsed_us(j.since.at[open_], _at(j.since.day, open_), np.full(len(open_), j.as_of.us), False, j.timezone)
    days, stage = np.where(us == NAT, np.nan, us / DAY), j.stage_now[open_]
    limit = np.array([np.inf if limit is None else limit.days for limit in stage_limits])
    return Standing(open_, days, stage, days > limit[stage])


def stalled(
    journeys: Journeys,
    stage_limits: Sequence[Limit | None],
    currency: str | None,
    top: int,
    chances: tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None = None,
) -> Stall:
    """Stalled deals by stage and the ``top`` of them: by expected amount at risk, then by amount, then the most overdue.

    ``chances``: deal codes, their chance to be won within the horizon, and the same at entry, of the forecast. At risk is amount × (chance
    at entry − chance now), never negative; without chances the amount leads.
    """
    j, facts = journeys, journeys.facts
    found_open = standing(journeys, stage_limits)
    open_, days, stage, stuck = found_open.deal, found_open.days, found_open.stage, found_open.stuck
    unknown = np.isnan(days)
    limit = np.array([np.inf if limit is None else limit.days for limit in stage_limits])
    main = facts.amount_known & (facts.currency.codes == _code(facts.currency.texts, currency))
    value = np.where(main, facts.amount, 0)[open_]
    rows = np.flatnonzero(stuck)
    by_stage = tuple(_stage(days, stage == k, stuck, value, main[open_], stage_limits[k]) for k in range(j.stages))
    over = np.where(stuck, days / limit[stage], 0.0)
    now, entry = _chances(chances, facts.n, open_)
    risk = np.nan_to_num(np.maximum(entry - now, 0.0) * value)
    order = rows[np.lexsort((-over[rows], -value[rows], -risk[rows]))]
    chosen = _cut(order, top, (risk, value, over), lambda row: facts.id_text(int(open_[row])))
    edited = elapsed_us(facts.updated.at, facts.updated.day, np.full(facts.n, j.as_of.us), False, j.timezone) if len(chosen) else None
    deals = []
    for row in chosen:
        code = int(open_[row])
        found = stage_limits[int(stage[row])]
        assert found is not None and edited is not None
        since_edit = int(edited[code])
        deals.append(
            StalledDeal(
                code,
                int(stage[row]),
                float(days[row]),
                found,
                int(facts.amount[code]) / 100 if facts.amount_known[code] else None,
                None if since_edit == NAT else max(since_edit / DAY, 0.0),
                None if np.isnan(now[row]) else float(now[row]),
                None if np.isnan(entry[row]) else float(entry[row]),
            )
        )
    has_limits = any(limit is not None for limit in stage_limits[:-1])
    total = int(value[rows].sum()) / 100 if main[open_][rows].any() else None
    return Stall(len(rows) if has_limits else None, total, int(np.count_nonzero(j.on_hold)), int(unknown.sum()), by_stage, tuple(deals))


def _stage(days: Any, here: Any, stuck: Any, value: Any, main: Any, limit: Limit | None) -> StageStall:
    known = days[here & ~np.isnan(days)]
    stalled_here = here & stuck
    amount = int(value[stalled_here].sum()) if main[stalled_here].any() else None
    return StageStall(int(here.sum()), int(stalled_here.sum()), amount, limit, median(known) if len(known) else None)


def _chances(chances: tuple[Any, Any, Any] | None, n: int, open_: Any) -> tuple[Any, Any]:
    """Chance now and at entry of each open deal; NaN: not known."""
    now, entry = np.full(n, np.nan), np.full(n, np.nan)
    if chances is not None:
        now[chances[0]], entry[chances[0]] = chances[1], chances[2]
    return now[open_], entry[open_]


def _cut(order: Any, top: int, scores: tuple[Any, ...], id_of: Any) -> list[int]:
    """The first ``top`` rows; ties at the edge are settled by deal id, so that the order of rows in the file changes nothing."""
    if len(order) > top > 0:
        edge = order[top - 1]
        tied = np.logical_and.reduce([score[order] == score[edge] for score in scores])
        order = order[: max(top, int(np.flatnonzero(tied)[-1]) + 1)][: top + 10_000]
    ranked = sorted(order.tolist(), key=lambda row: (*(-score[row] for score in scores), id_of(row)))
    return ranked[:top] if top >= 0 else ranked


def _at(day: NDArray[np.bool_] | bool, index: Any) -> Any:
    return day[index] if isinstance(day, np.ndarray) else day


def _code(texts: Sequence[str], currency: str | None) -> int:
    return -1 if currency is None else list(texts).index(currency) if currency in texts else -2
