"""Will the plan be met, and how many deals must get to the key stage for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.forecast.amounts import AmountDraws
from funnel_audit.measures.forecast.chances import chances
from funnel_audit.measures.forecast.outlook import Outlook
from funnel_audit.measures.forecast.records import KeyStageNeeded, Plan, PlanOutlook
from funnel_audit.measures.forecast.spread import Draws
from funnel_audit.pieces import distinct, quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

ASKED = 0.8
LONG_RUN_DAYS = 730.0
FAR_BEYOND = 2.0


def plan_outlook(
    j: Journeys, plan: Plan, outlook: Outlook, draws: Draws, amounts: AmountDraws | None, reached: Array, currency: str | None,
    key_stage: int | None, at_key: Array, seed: int,
) -> PlanOutlook:  # fmt: skip
    """Chances to meet the plan by the end of the horizon, what its period has already brought being counted. ``at_key``: ascending instants
    at which deals got to the key stage."""
    at = outlook.known.at_us
    lately = (reached != NAT) & (reached >= plan.since_us) & (reached <= at)
    already = int(np.count_nonzero(lately))
    brought = _brought(j, lately, currency) if amounts is not None else None
    by_wins = None if plan.wins is None else already + draws.total >= plan.wins
    by_amount = None
    if plan.amount is not None and amounts is not None and brought is not None:
        by_amount = brought + amounts.total >= plan.amount
    if plan.amount is None:
        both = by_wins
    elif plan.wins is None or by_amount is None or amounts is None:
        both = by_amount
    else:
        both = by_amount & (already + amounts.wins >= plan.wins)
    needed = None
    if key_stage is not None and plan.wins is not None and 0 < key_stage < outlook.chances.fresh.shape[1] - 1:
        needed = key_stage_needed(outlook, draws, plan.wins - already, key_stage, at_key, seed)
    return PlanOutlook(
        wins=plan.wins,
        amount=plan.amount,
        already=already,
        already_amount=brought,
        chance=_share(both),
        chance_wins=_share(by_wins),
        chance_amount=_share(by_amount),
        key_stage_needed=needed,
    )


def _share(met: Array | None) -> float | None:
    return None if met is None else float(np.mean(met))


def _brought(j: Journeys, lately: Array, currency: str | None) -> float:
    facts = j.facts
    code = -1 if currency is None else list(facts.currency.texts).index(currency) if currency in facts.currency.texts else -2
    rows = lately & facts.amount_known & (facts.currency.codes == code) & (j.outcome == Outcome.WON)
    return float(facts.amount[rows].sum()) / 100


def key_stage_needed(outlook: Outlook, draws: Draws, missing: float, key_stage: int, at_key: Array, seed: int) -> KeyStageNeeded:
    """The smallest number of deals that must get to the key stage, evenly from now until ``by``, for 80 % to bring the missing wins.

    ``by`` is the end of the horizon less the median time from the key stage to won, but at least a quarter of the horizon away. Deals
    that have passed the key stage already count with their own chances; all others only through the number asked for. A number above
    FAR_BEYOND times what ever got there in so long a time, and what is expected, is no advice: unreachable.
    """
    days, known = outlook.days, outlook.known
    hazards = outlook.chances.hazards
    long_run = chances(hazards, LONG_RUN_DAYS, len(hazards), 146).fresh[0, key_stage]
    grid = np.linspace(0.0, LONG_RUN_DAYS, len(long_run))
    lead = float(np.interp(long_run[-1] / 2, long_run, grid)) if long_run[-1] > 0 else days
    window = max(days - lead, days / 4)
    curve = outlook.chances.fresh[0, key_stage]
    times = np.linspace(0.0, days, len(curve))
    chance = float(np.interp(days - np.linspace(0.0, window, 101), times, curve).mean())
    to_key = chances(hazards, window, key_stage)
    expected = _expected_at_key(outlook, to_key, key_stage, window)
    rng = np.random.default_rng([seed, 2])
    past_it = draws.count(outlook.chance[known.stage >= key_stage], rng)
    each = draws.chances(np.array([chance]))[:, 0]

    def met(n: int) -> bool:
        came = np.random.default_rng([seed, 3]).binomial(n, each) if n else 0
        return bool(np.mean(past_it + came >= missing) >= ASKED)

    most = _most_within(at_key, round(window * DAY))
    limit = int(np.ceil(FAR_BEYOND * max(most, expected, 1.0)))
    deals: int | None = None
    why: str | None = "unreachable"
    if met(0):
        why = "nothing_needed"
    elif met(limit):
        low, deals, why = 0, limit, None
        while deals - low > 1:
            middle = (low + deals) // 2
            low, deals = (low, middle) if met(middle) else (middle, deals)
    return KeyStageNeeded(deals=deals, why=why, by_us=known.at_us + round(window * DAY), chance=chance, expected=expected, most=most)


def _most_within(at: Array, us: int) -> int:
    """The most of the ascending instants that lie within any such length of time."""
    return int((np.searchsorted(at, at + us, side="right") - np.arange(len(at))).max()) if len(at) else 0


def _expected_at_key(outlook: Outlook, to_key: Any, key_stage: int, window: float) -> float:
    """How many of today's and of the new deals are expected to get to the key stage in the window."""
    known = outlook.known
    total = 0.0
    for k in range(key_stage):
        ages = known.age[known.stage == k]
        ages = ages[~np.isnan(ages)]
        if len(ages):
            nodes = distinct(np.array(quantiles(ages, np.linspace(0.0, 1.0, 33).tolist())))
            total += float(np.interp(ages, nodes, to_key.at_ages(k, nodes)[0]).sum())
    start = known.first / max(float(known.first.sum()), 1.0)
    return total + float(outlook.arrivals.reaching(np.einsum("k,dkx->dx", start, to_key.fresh), window)[0])
