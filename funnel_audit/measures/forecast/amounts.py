"""Money: each open deal's own amount, won amounts drawn where it has none and for the deals yet to come.

The deals whose amount matters most are drawn one by one; the many others by their number and the amounts that such a number has, so that a
million deals cost no more than a thousand. Amounts of other currencies are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.forecast.outlook import Outlook
from funnel_audit.measures.forecast.spread import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

MIN_PRICED = 5
SINGLE = 100
"""So many deals are drawn one by one."""
DRAWN_AT_MOST = 200_000
"""More amounts than this are not drawn one by one: their sum is as good as normal."""


class Money(Frozen):
    """``value`` (n open,): what a deal would bring, in the main currency: its own amount, 0 in another currency, the mean won amount
    where it has none (``missing``). ``won``: amounts of the won deals, ``share`` of all priced wins that are in the main currency."""

    value: Array
    missing: Array
    won: Array
    share: float


def money(j: Journeys, deal: Array, currency: str | None) -> Money | None:
    """Amounts of the open deals and of the won ones; None with fewer than MIN_PRICED won deals in the main currency."""
    facts = j.facts
    code = -1 if currency is None else list(facts.currency.texts).index(currency) if currency in facts.currency.texts else -2
    priced = facts.amount_known & (j.outcome == Outcome.WON)
    mine = priced & (facts.currency.codes == code)
    if np.count_nonzero(mine) < MIN_PRICED:
        return None
    won = facts.amount[mine] / 100
    share = float(np.count_nonzero(mine) / np.count_nonzero(priced))
    known = facts.amount_known[deal]
    own = np.where(facts.currency.codes[deal] == code, facts.amount[deal] / 100, 0.0)
    return Money(np.where(known, own, won.mean() * share), ~known, won, share)


class AmountDraws(Frozen):
    """Seeded draws of the money, and of the deals that bring it."""

    total: Array
    wins: Array
    mean_open: float
    mean_new: float


def draw_amounts(outlook: Outlook, found: Money, draws: Draws, seed: int) -> AmountDraws:
    """What the period may bring in money, under the same period effects as ``draws``."""
    rng = np.random.default_rng([seed, 1])
    chance, value = outlook.chance, found.value
    weight = chance * (1.0 - chance) * value**2
    weight[found.missing] = 0.0
    single = np.sort(np.argsort(-weight, kind="stable")[:SINGLE])
    single = single[weight[single] > 0]
    others = np.ones(len(chance), bool)
    others[single] = False
    hit = rng.random((len(draws.z), len(single))) < draws.chances(chance[single])
    total = hit @ value[single]
    wins = hit.sum(axis=1)
    own = others & ~found.missing
    drawn = others & found.missing
    count = draws.count(chance[own], rng)
    total = total + _sums(count, value[own], chance[own], rng)
    blank = draws.count(chance[drawn], rng)
    in_currency = rng.binomial(blank + draws.from_new, found.share)
    total = total + _sums(in_currency, found.won, np.ones(len(found.won)), rng)
    mean_new = outlook.from_new * float(found.won.mean()) * found.share
    return AmountDraws(total, wins + count + blank + draws.from_new, float(chance @ value), mean_new)


def _sums(count: Array, value: Array, weight: Array, rng: np.random.Generator) -> Array:
    """Sum of ``count`` amounts, each drawn from ``value`` by ``weight``."""
    all_drawn = int(count.sum())
    if not all_drawn or not len(value) or not weight.sum() > 0:
        return np.zeros(len(count))
    share = weight / weight.sum()
    if all_drawn > DRAWN_AT_MOST:
        mean = float(share @ value)
        spread = float(np.sqrt(max(share @ value**2 - mean**2, 0.0)))
        normal: Array = np.maximum(count * mean + np.sqrt(count) * spread * rng.standard_normal(len(count)), 0.0)
        return normal
    picked = value[np.minimum(np.searchsorted(np.cumsum(share), rng.random(all_drawn), side="right"), len(value) - 1)]
    running = np.append(0.0, np.cumsum(picked))
    ends = np.cumsum(count)
    found: Array = running[ends] - running[ends - count]
    return found
