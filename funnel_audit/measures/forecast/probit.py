"""A shared effect on many chances, on a scale on which a near-certain deal stays near certain and a mean stays what it was.

A chance p becomes Φ(Φ⁻¹(p) √(1 + s²) + s z): z, standard normal, is shared by all deals of a period, s says how much it does. Its mean
over z is p again, exactly, for every s and every deal: so sums of such chances have the mean that the sums of the p have.
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_X = np.linspace(-6.5, 6.5, 2601)
_CDF = np.array([0.5 * erfc(-x / sqrt(2.0)) for x in _X.tolist()])
_SLOPE = np.append(np.diff(_CDF) / np.diff(_X), 0.0)
_PER_UNIT = (len(_X) - 1) / (_X[-1] - _X[0])
_EDGES = np.array([0, 1e-4, 1e-3, 0.003, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65,
                   0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.997])  # fmt: skip
"""Lower edges of the classes in which chances are told; each class stands at the mean of its own."""
_NODES = np.array([-4.512745863399783, -3.20542900285647, -2.07684797867783, -1.0232556637891326, 0.0,
                   1.0232556637891326, 2.07684797867783, 3.20542900285647, 4.512745863399783])  # fmt: skip
_WEIGHTS = np.array([2.2345844007746607e-05, 0.0027891413212317692, 0.04991640676521782, 0.24409750289493953, 0.40634920634920635,
                     0.24409750289493953, 0.04991640676521782, 0.0027891413212317692, 2.2345844007746607e-05])  # fmt: skip
"""``hermegauss(9)`` of numpy.polynomial, the weights of sum 1: to import that and to solve it takes longer than to use it."""


def cdf(x: Array) -> Array:
    """Φ, as ``np.interp`` would read it off the table; but the table is even, and its place there need not be searched for."""
    into: Array = np.maximum(x, _X[0])
    place = np.minimum((into - _X[0]) * _PER_UNIT, len(_X) - 1).astype(np.intp)
    into -= _X.take(place)
    into *= _SLOPE.take(place)
    into += _CDF.take(place)
    return into


def probit(p: Array) -> Array:
    """Φ⁻¹, within ±6.5."""
    found: Array = np.interp(p, _CDF, _X)
    return found


def density(x: Array) -> Array:
    found: Array = np.exp(-x * x / 2.0) / sqrt(2.0 * np.pi)
    return found


def shifted(chance: Array, scale: Array, z: Array) -> Array:
    """Chances under the effect; shapes as numpy broadcasts them. A chance of 0 or 1 stays."""
    moved = cdf(probit(chance) * np.sqrt(1.0 + scale * scale) + scale * z)
    inside = (chance > _CDF[0]) & (chance < _CDF[-1])
    return moved if inside.all() else np.where(inside, moved, chance)


class Crowd(Frozen):
    """Chances told in classes: ``size`` (B,) deals of each and their mean ``chance`` (B,). ``size`` need not be whole."""

    size: Array
    chance: Array

    @property
    def mean(self) -> float:
        return float(self.size @ self.chance)

    @property
    def slope(self) -> float:
        """By how much a small scale times z moves the sum."""
        return float(self.size @ density(probit(self.chance)))

    def variances(self, scales: Array) -> Array:
        """Variance over z of the sum of the shifted chances, for each scale."""
        each = shifted(self.chance[None, :, None], scales[:, None, None], _NODES)
        total = np.einsum("sbz,b->sz", each, self.size)
        mean = total @ _WEIGHTS
        found: Array = ((total - mean[:, None]) ** 2) @ _WEIGHTS
        return found

    def draw(self, scale: Array, z: Array, rng: np.random.Generator) -> Array:
        """How many of the deals get there, once for each pair of scale and z. Those above one half are counted by those who fail: each half
        as a binomial of the mean and the variance of the sum of its Bernoulli draws."""
        moved = shifted(self.chance, scale[:, None], z[:, None])
        likely = self.chance > 0.5
        wins = _binomial(moved[:, ~likely], self.size[~likely], rng)
        fails = _binomial(1.0 - moved[:, likely], self.size[likely], rng)
        drawn: Array = wins + round(float(self.size[likely].sum())) - fails
        return drawn


def _binomial(chance: Array, size: Array, rng: np.random.Generator) -> Array:
    mean, square = chance @ size, (chance * chance) @ size
    trials = np.maximum(np.ceil(mean * mean / np.maximum(square, 1e-300) - 1e-9), 1.0)
    found: Array = rng.binomial(trials.astype(np.int64), np.minimum(mean / trials, 1.0))
    return found


def crowd(chance: Array) -> Crowd:
    """One deal each."""
    which = np.searchsorted(_EDGES, chance, side="right") - 1
    size = np.bincount(which, minlength=len(_EDGES)).astype(np.float64)
    total = np.bincount(which, weights=chance, minlength=len(_EDGES))
    some = total > 0
    return Crowd(size[some], np.minimum(total[some] / size[some], 1.0))
