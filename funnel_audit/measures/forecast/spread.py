"""From what is expected to a range: chance, the rates' own uncertainty, and a period effect shared by all deals.

Periods differ by more than luck: a holiday, a new price, a sales head who left. The period effect is a log-normal factor of mean 1 on
every chance. Before three origins have ended its standard deviation has a fixed half-normal prior; from then on their errors decide,
with a half-Cauchy prior that a calm past may shrink to nothing and a stormy one may stretch. An origin counts when its whole horizon is
over: only then is known what its period brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.measures.forecast.outlook import Outlook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PRIOR_SCALE = 0.12
"""Before there are three: the effect's standard deviation is 0.08 in the median, over 0.2 in one of ten."""
LEARNING_SCALE = 0.05
MIN_ENDED = 3
SAMPLES = 4000
_GRID = np.linspace(0.0, 1.0, 81)


@dataclass(frozen=True)
class Ended:
    """An origin whose horizon is over: what was expected, with what variance (period effect apart), and what came."""

    mean: float
    variance: float
    actual: int


def period_weights(ended: Sequence[Ended]) -> Array:
    """Posterior weights of ``_GRID``, the standard deviations of the period effect."""
    if len(ended) < MIN_ENDED:
        log_weight = -0.5 * (_GRID / PRIOR_SCALE) ** 2
    else:
        log_weight = -np.log1p((_GRID / LEARNING_SCALE) ** 2)
        for one in ended:
            variance = one.variance + (_GRID * one.mean) ** 2 + 0.25
            log_weight = log_weight - 0.5 * (np.log(variance) + (one.actual - one.mean) ** 2 / variance)
    weight = np.exp(log_weight - log_weight.max())
    normed: Array = weight / weight.sum()
    return normed


@dataclass(frozen=True)
class Draws:
    """Seeded draws of one period: ``factor`` on every chance, ``new_mean`` expected from new deals, and the two counts."""

    factor: Array
    new_mean: Array
    from_open: Array
    from_new: Array

    @property
    def total(self) -> Array:
        return self.from_open + self.from_new


def draw(outlook: Outlook, ended: Sequence[Ended], seed: int) -> Draws:
    """What the period may bring, SAMPLES times."""
    rng = np.random.default_rng(seed)
    sd = rng.choice(_GRID, SAMPLES, p=period_weights(ended))
    sd = np.sqrt(sd**2 + outlook.rate_cv**2)
    factor = np.exp(sd * rng.standard_normal(SAMPLES) - sd**2 / 2)
    new_sd = np.sqrt(np.log1p(outlook.new_cv**2))
    new_mean = outlook.from_new * factor * np.exp(new_sd * rng.standard_normal(SAMPLES) - new_sd**2 / 2)
    return Draws(factor, new_mean, bernoulli_sum(outlook.chance, factor, rng), rng.poisson(new_mean))


def bernoulli_sum(chance: Array, factor: Array, rng: np.random.Generator) -> Array:
    """How many of the deals get there, each chance multiplied by the factor: a binomial of the same mean and variance as the sum."""
    mean, square = float(chance.sum()), float((chance * chance).sum())
    if mean <= 0.0:
        return np.zeros(len(factor), np.int64)
    trials = max(int(np.ceil(mean * mean / square)), 1)
    drawn: Array = rng.binomial(trials, np.minimum(mean / trials * factor, 1.0))
    return drawn


def quantile(counts: Array, p: float) -> int:
    """The smallest count that at least a share p of the draws do not exceed."""
    return int(np.quantile(counts, p, method="inverted_cdf"))
