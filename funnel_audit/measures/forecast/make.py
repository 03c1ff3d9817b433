"""The forecast itself: look ahead from today, grade the same code on the past, and put the two together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funnel_audit.clock import DAY, NAT, start_of_day, to_datetime
from funnel_audit.measures.forecast.amounts import AmountDraws, Money, draw_amounts, money
from funnel_audit.measures.forecast.backtest import Graded, backtest, count_upto, ended_by, grade
from funnel_audit.measures.forecast.ground import Ground, survey
from funnel_audit.measures.forecast.origins import LATEST, gradable
from funnel_audit.measures.forecast.outlook import Outlook, look
from funnel_audit.measures.forecast.plan import plan_outlook
from funnel_audit.measures.forecast.records import Forecast, Month, OpenChances, Plan, PlanOutlook, Range, Weighted, Why
from funnel_audit.measures.forecast.single import by_stage, listed
from funnel_audit.measures.forecast.sources import CREATION, reached_at
from funnel_audit.measures.forecast.spread import Draws, draw, quantile
from funnel_audit.pieces import quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

SEED = 20_260_301
MONTHS_SHOWN = 13


class Work(NamedTuple):
    """What stands behind a forecast: when each deal reached the target (n,), the known ones of these ascending, today's outlook, the
    graded origins, and the seeded draws of the count."""

    reached: Array
    when: Array
    outlook: Outlook
    graded: list[Graded]
    drawn: Draws


def forecast(
    of: Journeys | Ground,
    *,
    until_us: int,
    target: int | None = None,
    plan: Plan | None = None,
    key_stage: int | None = None,
    currency: str | None = None,
    top: int = 10,
    backtest_origins: int | None = LATEST,
    seed: int = SEED,
) -> Forecast | Why:
    """How many deals, and how much money, get to ``target`` (default: the won stage) from as-of to ``until_us``.

    ``of``: journeys, or what ``survey`` made of them, for several targets or horizons. ``key_stage``: for the number of deals that the
    plan needs there. ``currency``: the main one. ``backtest_origins``: the latest so many, None all, 0 none (the range then rests on the
    prior period effect alone). Same arguments, same figures.
    """
    ground = of if isinstance(of, Ground) else survey(of)
    if isinstance(ground, Why):
        return ground
    j = ground.journeys
    target = j.stages - 1 if target is None else target
    days = (until_us - j.as_of.us) / DAY
    if days <= 0:
        return Why(reason="no_horizon")
    won = target == j.stages - 1
    fallback = ground.source.method == CREATION
    if fallback and not won:
        return Why(reason="no_stage_times")
    reached, when, outlook, graded, drawn = work(ground, until_us, target, backtest_origins, seed)
    found = money(j, outlook.known.deal, currency) if won else None
    amounts = draw_amounts(outlook, found, drawn, seed) if found is not None else None
    best, slipping = listed(j, outlook, None if found is None else found.value, top, not fallback)
    table = backtest(graded, seed)
    return Forecast(
        as_of_us=j.as_of.us,
        until_us=until_us,
        days=days,
        target=target,
        method=ground.source.method,
        wins=_wins(outlook, drawn),
        amount=None if amounts is None else _amount(amounts),
        why_no_amount=None if amounts is not None else "no_amounts" if won else "target_is_no_win",
        amount_drawn=0 if found is None else int(found.missing.sum()),
        crm_weighted=Weighted(wins=outlook.crm_weighted, amount=_crm_amount(outlook, found)),
        naive=len(when) - count_upto(when, j.as_of.us - round(days * DAY)),
        stage_only=outlook.stage_only,
        plan=None if plan is None else _plan(ground, plan, outlook, drawn, amounts, reached, currency, key_stage if won else None, seed),
        by_stage=by_stage(j, outlook, target),
        deals=best,
        slipping=slipping,
        backtest=table,
        why_no_backtest=None if table is not None else "not_asked" if backtest_origins == 0 else "short_history",
        history=_history(when, ground.first_us, j.as_of.us, j.timezone),
        open_chances=OpenChances(
            deal=outlook.known.deal, chance=outlook.chance, at_entry=outlook.at_entry[outlook.known.stage]
        ),
    )


def work(ground: Ground, until_us: int, target: int, most: int | None = LATEST, seed: int = SEED) -> Work:
    """Look at today and at the past origins, and draw the count."""
    j, past = ground.journeys, ground.past
    reached = reached_at(j, ground.source, target)
    when = np.sort(reached[reached != NAT])
    goal = 1 if ground.source.method == CREATION else target
    days = (until_us - j.as_of.us) / DAY
    origins = [] if most == 0 else gradable(list(past.boundaries), ground.first_us, j.as_of.us, days, most)
    graded = grade(past, reached, goal, origins, days, seed)
    outlook = look(past.known(len(past.boundaries)), days, goal, len(when), seed)
    return Work(reached, when, outlook, graded, draw(outlook, ended_by(graded, j.as_of.us), seed))


def _wins(outlook: Outlook, drawn: Draws) -> Range:
    low, middle, high = (float(quantile(drawn.total, p)) for p in (0.1, 0.5, 0.9))
    return Range(p10=low, p50=middle, p90=high, mean=outlook.mean, from_open=outlook.from_open, from_new=outlook.from_new)


def _plan(
    ground: Ground, plan: Plan, outlook: Outlook, drawn: Draws, amounts: AmountDraws | None, reached: Array, currency: str | None,
    key_stage: int | None, seed: int,
) -> PlanOutlook:  # fmt: skip
    at_key = np.empty(0, np.int64)
    if key_stage is not None and ground.source.method != CREATION:
        at_key = reached_at(ground.journeys, ground.source, key_stage)
        at_key = np.sort(at_key[at_key != NAT])
    return plan_outlook(ground.journeys, plan, outlook, drawn, amounts, reached, currency, key_stage, at_key, seed)


def _amount(amounts: AmountDraws) -> Range:
    low, middle, high = quantiles(amounts.total, (0.1, 0.5, 0.9))
    mean = amounts.mean_open + amounts.mean_new
    return Range(p10=low, p50=middle, p90=high, mean=mean, from_open=amounts.mean_open, from_new=amounts.mean_new)


def _crm_amount(outlook: Outlook, found: Money | None) -> float | None:
    return None if found is None else float(outlook.crm[outlook.known.stage] @ found.value)


def _history(when: Array, first_us: int, as_of_us: int, timezone: str) -> tuple[Month, ...]:
    """Deals that got there, by local month, the month of as-of last."""
    from zoneinfo import ZoneInfo

    local = to_datetime(as_of_us).astimezone(ZoneInfo(timezone))
    out = []
    for back in range(MONTHS_SHOWN):
        year, month = divmod(local.year * 12 + local.month - 1 - back, 12)
        start = start_of_day(year, month + 1, 1, timezone)
        year, month = divmod(year * 12 + month + 1, 12)
        end = min(start_of_day(year, month + 1, 1, timezone) - 1, as_of_us)
        if end < first_us:
            break
        out.append(Month(start_us=start, reached=count_upto(when, end) - count_upto(when, start - 1)))
    return tuple(reversed(out))
