"""Deals that are old enough to be settled: what they are worth, how fast they were won, and owners on the same mix of them.

Settled: created so long before as-of that nineteen of twenty wins of that age would have come (the 95th percentile of created to won).
Among them a deal that is not won yet counts as not won, and no segment looks worse only because its deals are younger.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.clock import DAY, NAT
from funnel_audit.estimators import Z95, wilson
from funnel_audit.estimators.shrinkage import beta_binomial
from funnel_audit.estimators.strata import SameMix, mantel_haenszel
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import MIN_REACHED
from funnel_audit.pieces import quantiles
from funnel_audit.segments_of import Split, amount_bands
from funnel_audit.tally import Outcome
from funnel_audit.tally.count import life_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys

    Array = NDArray[Any]

SETTLED_QUANTILE = 0.95
MIN_WINS = 20
"""Fewer wins of known length than this do not say how long a deal may take."""
MIN_PRICED = 0.8
"""Fewer of the won deals with an amount than this: no value per lead, it would be too low."""
MOST_SOURCES = 12
"""Sources that are told apart in the mix; the rarer ones are one stratum."""
EQUALLY_FILLED = 0.9
"""Amounts tell kinds of deals only where lost deals have them nearly as often (this share) as won ones: else they are filled in on winning,
and deals of one amount would be the won ones."""


class Settled(Frozen):
    """The deals that are old enough. ``days``: from created to won of each deal (NaN: not won, or not known), ``since_days``: how old they
    must be, None where too few wins say it (then no deal is settled). ``value``: won amount in the main currency, 0 for a deal not won,
    NaN where it cannot be told; ``priced``: may values be used. ``by_days``: the deals that have days, the fastest first."""

    deals: Array
    days: Array
    since_days: float | None
    value: Array
    priced: bool
    by_days: Array


def settled(journeys: Journeys, currency: str | None) -> Settled:
    """Which deals are old enough, and what each brought."""
    j, facts = journeys, journeys.facts
    life, won = life_us(j), j.outcome == Outcome.WON
    timed = won & (life != NAT)
    days = np.where(timed, life / DAY, np.nan)
    since, old = None, np.zeros(j.n, bool)
    if np.count_nonzero(timed) >= MIN_WINS:
        since = quantiles(days[timed], [SETTLED_QUANTILE])[0]
        old = (facts.created.at != NAT) & (j.as_of.us - facts.created.at >= since * DAY)
    code = facts.currency.texts.index(currency) if currency in facts.currency.texts else -1
    main = facts.amount_known & (facts.currency.codes == code)
    value = np.where(won, np.where(main, facts.amount / 100, np.nan), 0.0)
    value[facts.amount_known & ~main] = np.nan
    wins = np.count_nonzero(old & won)
    by_days = np.flatnonzero(timed)
    by_days = by_days[np.argsort(days[by_days], kind="stable")]
    priced = bool(wins and np.count_nonzero(old & won & main) >= MIN_PRICED * wins)
    return Settled(old, days, since, value, priced, by_days)


class Values(Frozen):
    """Value per lead of each segment and of all others: mean and the variance of that mean, (segments,); NaN without a deal."""

    mean: Array
    variance: Array
    other_mean: Array
    other_variance: Array
    n: Array
    wins: Array


def values(found: Settled, cells: Array, segments: int) -> Values | None:
    """Won amount per settled deal; None where amounts are missing."""
    if not found.priced:
        return None
    rows = np.flatnonzero(found.deals & ~np.isnan(found.value))
    cell, value = cells[rows], found.value[rows]
    n = np.bincount(cell, minlength=segments).astype(np.float64)
    total = np.bincount(cell, weights=value, minlength=segments)
    square = np.bincount(cell, weights=value * value, minlength=segments)
    wins = np.bincount(cell, weights=value > 0, minlength=segments)
    mean, variance = _mean(n, total, square)
    others = (part[:-1].sum() - part for part in (n, total, square))  # the last one is the blank one, nobody's others
    return Values(mean, variance, *_mean(*others), n, wins)


def _mean(n: Array, total: Array, square: Array) -> tuple[Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / n
        return mean, np.maximum(square / n - mean * mean, 0.0) / np.maximum(n - 1.0, 1.0)


def value_per_lead(found: Values | None, row: int) -> report.Mean | None:
    """The mean with its interval by the normal distribution, not below 0; None for under ``MIN_REACHED`` deals."""
    if found is None or found.n[row] < MIN_REACHED:
        return None
    value, half = float(found.mean[row]), Z95 * sqrt(float(found.variance[row]))
    return report.Mean(value=value, low=max(value - half, 0.0), high=value + half, deals=int(found.n[row]))


def amounts_tell(journeys: Journeys) -> bool:
    """Do lost deals have amounts nearly as often as won ones? An amount of 0 is none."""
    known = journeys.facts.amount_known & (journeys.facts.amount > 0)
    won, lost = (known[journeys.outcome == outcome] for outcome in (Outcome.WON, Outcome.LOST))
    return bool(len(won)) and bool(len(lost)) and float(lost.mean()) >= EQUALLY_FILLED * float(won.mean()) > 0.0


def strata(journeys: Journeys, currency: str | None) -> Array | None:
    """(deals,) source × band of the amount, as a number; None where the export has neither, or amounts do not tell kinds of deals."""
    labels = journeys.facts.source
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts))
    parts = []
    if np.count_nonzero(counts) >= 2:
        most = sorted(range(len(counts)), key=lambda code: (-counts[code], labels.texts[code]))[:MOST_SOURCES]
        renumber = np.full(len(labels.texts) + 1, len(most), np.int64)
        renumber[most] = np.arange(len(most))
        renumber[-1] = len(most) + 1
        parts.append((renumber[labels.codes], len(most) + 2))
    if amounts_tell(journeys):
        bands = amount_bands(journeys, currency)
        if len(bands.values) > 1:
            parts.append((bands.cells(), bands.size))
    if not parts:
        return None
    stratum = np.zeros(journeys.n, np.int64)
    for code, size in parts:
        stratum = stratum * size + code
    return stratum


class OwnersMix(Frozen):
    """Owners on the same mix: of ``stages`` (their steps, the last one the whole way) the comparison, and the plain counts behind it.

    ``n`` and ``hits``: (steps, segments).
    """

    stages: tuple[int, ...]
    found: tuple[SameMix, ...]
    n: Array
    hits: Array


def same_mix(journeys: Journeys, split: Split, stratum: Array, old: Array, steps: Sequence[int]) -> OwnersMix:
    """Each owner against all others within every stratum of the settled deals, for the steps that can be told and the whole way.

    Deals without an owner are left out.
    """
    j, won_stage = journeys, journeys.stages - 1
    size, blocks = split.size, int(stratum.max(initial=0)) + 1
    rows = np.flatnonzero(old & (split.codes >= 0))
    place = split.cells()[rows] * blocks + stratum[rows]
    stage, placed, won = j.stage[rows], j.placed[rows] | (j.outcome[rows] != Outcome.LOST), j.outcome[rows] == Outcome.WON
    found, n, hits = [], [], []
    for k in (*steps, won_stage):
        there = np.ones(len(rows), bool) if k == won_stage else placed & (stage >= k)
        on = won if k == won_stage else there & (stage > k)
        counts = [np.bincount(place[mask], minlength=size * blocks).reshape(size, blocks) for mask in (there, on)]
        found.append(mantel_haenszel(*counts))
        n.append(counts[0].sum(axis=1))
        hits.append(counts[1].sum(axis=1))
    return OwnersMix((*steps, won_stage), tuple(found), np.array(n), np.array(hits))


def mix_rates(mix: OwnersMix, step: int, ranked: Array) -> list[report.SameMix | None]:
    """The rate of each owner, were he given the mix of all: the rate of all plus his difference to the others, less his own part in it.

    ``ranked``: the owners that are drawn to each other. Sizes are those at which a plain share would be as sure.
    """
    found, n, hits = mix.found[step], mix.n[step].astype(np.float64), mix.hits[step]
    if not n.sum():
        return [None] * len(n)
    whole = float(hits.sum() / n.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.clip(whole + found.difference * (1.0 - n / n.sum()), 0.0, 1.0)
        sizes = np.where(found.variance > 0.0, rate * (1.0 - rate) / found.variance, n)
    sizes = np.where(np.isnan(rate) | (n == 0.0), 0.0, np.clip(np.nan_to_num(sizes), 1.0, np.maximum(n, 1.0)))
    used = np.where(ranked, sizes, 0.0)
    drawn = beta_binomial(np.nan_to_num(rate), used)
    out: list[report.SameMix | None] = []
    for row, (value, size) in enumerate(zip(rate.tolist(), sizes.tolist(), strict=True)):
        if not size or drawn is None or n[row] < MIN_REACHED:
            out.append(None)
            continue
        around = wilson_of(value, size)
        out.append(report.SameMix(
            rate=around, others=float(np.clip(value - found.difference[row], 0.0, 1.0)), shrunk=float(drawn.rates[row]), deals=int(n[row])
        ))  # fmt: skip
    return out


def wilson_of(rate: float, size: float) -> report.Interval:
    """Wilson's limits of a rate that is as sure as one of ``size`` deals."""
    whole = max(round(size), 1)
    limits = wilson(min(round(rate * whole), whole), whole)
    assert limits is not None
    return report.Interval(value=rate, low=min(limits.low, rate), high=max(limits.high, rate))
