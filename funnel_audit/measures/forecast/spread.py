"""From what is expected to a range: chance, the rates' own uncertainty, and a period effect shared by all deals.

Periods differ by more than luck: a holiday, a new price, a sales head who left. The period effect moves every chance on the scale of
``probit``, where a sure deal stays sure; the inflow of new deals has one of its own, a log-normal factor. Both leave every mean as it was.
How large they are has a half-normal prior, until three origins have ended; from then on their errors count too, and from six on only the
size is taken that makes these errors most likely. An origin counts when its whole horizon is over, for only then is known what its period
brought, and when it had a quarter of the exits that are known by now: a funnel that had hardly begun says little of one that runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.measures.forecast.outlook import Outlook
from funnel_audit.measures.forecast.probit import Crowd, crowd, probit, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PRIOR_SD = 0.12
"""Before there are enough: both are 0.08 in the median, over 0.2 in one of ten."""
EFFECT, INFLOW = 0.4, 0.1
"""From then on: medians of wide half-Cauchy priors, of the period effect's scale and of the inflow's, which is relative."""
MIN_ENDED, ENOUGH, MIN_MATURITY = 3, 6, 0.25
SAMPLES = 4000
SCALES = np.concatenate([np.arange(0.0, 0.2, 0.01), np.arange(0.2, 0.5, 0.025), np.arange(0.5, 1.01, 0.05)])
_WIDTHS = np.gradient(SCALES) * np.where(np.arange(len(SCALES)) == 0, 0.5, 1.0)
_EVEN = (np.arange(SAMPLES) + 0.5) / SAMPLES
_NORMAL = probit(_EVEN)
"""Evenly spread over (0, 1), and over the normal distribution: drawn in random order, their means hardly scatter."""


class Ended(Frozen):
    """An origin whose horizon is over: what was expected and what came, of the target and of new deals.

    ``variance``: of luck and of uncertain rates; ``by_scale``: what a period effect of each of ``SCALES`` adds. ``new``: the part of
    ``mean`` that new deals were to bring. ``arrivals``, ``arrivals_cv``: new deals expected, and how sure that was. ``exits``: known then.
    """

    mean: float
    variance: float
    by_scale: Array
    actual: int
    new: float = 0.0
    arrivals: float = 0.0
    arrivals_cv: float = 0.0
    arrived: int = 0
    exits: float = 1.0


def ended(outlook: Outlook, actual: int, arrived: int) -> Ended:
    """What an origin teaches once its horizon is over."""
    return Ended(
        outlook.mean, outlook.variance, everyone(outlook).variances(SCALES), actual, outlook.from_new, outlook.coming, outlook.new_cv,
        arrived, float(outlook.known.recent.exits.sum()),
    )  # fmt: skip


def everyone(outlook: Outlook) -> Crowd:
    """The open deals and, as so many more of one chance, those yet to come."""
    now = outlook.crowd
    return Crowd(np.append(now.size, outlook.coming), np.append(now.chance, outlook.chance_of_new))


def mature(past: Sequence[Ended], exits: float) -> list[Ended]:
    """Those that knew enough to speak for today."""
    return [one for one in past if one.exits >= MIN_MATURITY * exits]


def inflow_weights(past: Sequence[Ended]) -> Array:
    """Posterior weights of ``SCALES`` as the standard deviation of the inflow's factor."""
    log_weight = _prior(INFLOW, len(past))
    if len(past) >= MIN_ENDED:
        for one in past:
            variance = one.arrivals + (one.arrivals_cv**2 + SCALES**2) * one.arrivals**2 + 0.25
            log_weight = log_weight - 0.5 * (np.log(variance) + (one.arrived - one.arrivals) ** 2 / variance)
    return _weights(log_weight, len(past))


def period_weights(past: Sequence[Ended], inflow: float = 0.0) -> Array:
    """Posterior weights of ``SCALES`` for the period effect; ``inflow``: mean square of the inflow's, which explains some of the error."""
    log_weight = _prior(EFFECT, len(past))
    if len(past) >= MIN_ENDED:
        for one in past:
            variance = one.variance + one.by_scale + inflow * one.new**2 + 0.25
            log_weight = log_weight - 0.5 * (np.log(variance) + (one.actual - one.mean) ** 2 / variance)
    return _weights(log_weight, len(past))


def _prior(scale: float, ended: int) -> Array:
    if ended < ENOUGH:
        return -0.5 * np.square(SCALES / PRIOR_SD)
    return -np.log1p(np.square(SCALES / scale))


def _weights(log_weight: Array, ended: int) -> Array:
    """All sizes by their posterior, or with enough origins the most likely one: what the doubt about it adds is more than its use."""
    if ended >= ENOUGH:
        return np.where(np.arange(len(SCALES)) == log_weight.argmax(), 1.0, 0.0)
    weight = np.exp(log_weight - log_weight.max()) * _WIDTHS
    normed: Array = weight / weight.sum()
    return normed


class Draws(Frozen):
    """Seeded draws of one period: the effect's ``scale`` and ``z``, ``new_mean`` expected from new deals, and the two counts."""

    scale: Array
    z: Array
    new_mean: Array
    from_open: Array
    from_new: Array

    @property
    def total(self) -> Array:
        return self.from_open + self.from_new

    def chances(self, chance: Array) -> Array:
        """(draws, n) these chances in each of the draws."""
        return shifted(chance, self.scale[:, None], self.z[:, None])

    def count(self, chance: Array, rng: np.random.Generator) -> Array:
        """How many of deals with these chances get there, in each of the draws."""
        return crowd(chance).draw(self.scale, self.z, rng)


def draw(outlook: Outlook, past: Sequence[Ended], seed: int) -> Draws:
    """What the period may bring, SAMPLES times. ``past``: the origins that had ended by the outlook's instant."""
    rng = np.random.default_rng(seed)
    known = mature(past, float(outlook.known.recent.exits.sum()))
    inflow = inflow_weights(known)
    weights = period_weights(known, float(inflow @ SCALES**2))
    scale = np.sqrt(_spread_out(weights, rng) ** 2 + _rate_scale(outlook) ** 2)
    z = _NORMAL[rng.permutation(SAMPLES)]
    doubt = np.log1p(outlook.new_cv**2 + _spread_out(inflow, rng) ** 2)
    new_mean = outlook.coming * shifted(np.array(outlook.chance_of_new), scale, z)
    new_mean = new_mean * np.exp(np.sqrt(doubt) * _NORMAL[rng.permutation(SAMPLES)] - doubt / 2)
    return Draws(scale, z, new_mean, outlook.crowd.draw(scale, z, rng), rng.poisson(new_mean))


def _rate_scale(outlook: Outlook) -> float:
    """The scale at which an effect is as wide as the rates' own uncertainty."""
    slope = everyone(outlook).slope
    return min(outlook.rate_cv * outlook.mean / slope, 1.0) if slope > 0 else 0.0


def _spread_out(weights: Array, rng: np.random.Generator) -> Array:
    """SCALES in the proportion of their weights."""
    found: Array = SCALES[np.minimum(np.searchsorted(np.cumsum(weights), _EVEN), len(SCALES) - 1)][rng.permutation(SAMPLES)]
    return found


def quantile(counts: Array, p: float) -> int:
    """The smallest count that at least a share p of the draws do not exceed."""
    return int(np.quantile(counts, p, method="inverted_cdf"))
