"""Shares and their intervals: Wilson, Jeffreys draws, products of shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats
from funnel_audit.frozen import Frozen

Z95 = 1.959963984540054


class HasInterval(Protocol):
    """Anything with an estimate and its limits: Interval, Incidence."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Interval(Frozen):
    """An estimate and its confidence limits, all on the same scale (shares: 0 to 1)."""

    value: float
    low: float
    high: float


def wilson(successes: int, n: int, z: float = Z95) -> Interval | None:
    """Share successes / n with Wilson's score interval; None for n == 0.

    centre = (p + z²/2n) / (1 + z²/n), half = z √(p(1-p)/n + z²/4n²) / (1 + z²/n), cut to 0 and 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n, got {successes} of {n}")
    if n == 0:
        return None
    p, square = successes / n, z * z
    scale = 1.0 + square / n
    centre = (p + square / (2 * n)) / scale
    half = z * sqrt(p * (1.0 - p) / n + square / (4.0 * n * n)) / scale
    return Interval(
        p,
        0.0 if successes == 0 else max(0.0, centre - half),
        1.0 if successes == n else min(1.0, centre + half),
    )


def beta_posterior_draws(successes: ArrayLike, failures: ArrayLike, draws: int, seed: int) -> Floats:
    """Draws of k shares from their posteriors Beta(successes + 1/2, failures + 1/2) (Jeffreys prior), shape (draws, k).

    `successes` and `failures` have shape (k,). The same seed gives the same draws.
    """
    s, f = np.asarray(successes, dtype=np.float64), np.asarray(failures, dtype=np.float64)
    if s.ndim != 1 or s.shape != f.shape:
        raise ValueError(f"successes and failures must be one-dimensional and equally long, got {s.shape} and {f.shape}")
    if s.size and not (s.min() >= 0.0 and f.min() >= 0.0):
        raise ValueError("successes and failures must not be negative")
    return np.random.default_rng(seed).beta(s + 0.5, f + 0.5, size=(draws, s.size))


def win_products(values: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats, Floats]:
    """``win_product`` of the first step, the first two, … of every row: value, low and high, shape (rows, steps) as the arguments.

    From the first step without a rate (NaN) on, the row has none.
    """
    dead = np.logical_or.accumulate(values <= 0.0, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = np.cumprod(values, axis=1)
        above = np.sqrt(np.cumsum(np.log(highs / values) ** 2, axis=1))
        below = np.sqrt(np.cumsum(np.log(values / lows) ** 2, axis=1))
        high = np.where(dead, np.cumprod(highs, axis=1), np.minimum(1.0, product * np.exp(above)))
        low = np.where(dead | np.logical_or.accumulate(lows <= 0.0, axis=1), 0.0, product * np.exp(-below))
    missing: Floats = np.where(np.logical_or.accumulate(np.isnan(values), axis=1), np.nan, 0.0)
    found: tuple[Floats, Floats, Floats] = (product + missing, low + missing, high + missing)
    return found


def win_product(rates: Sequence[HasInterval | None]) -> Interval | None:
    """Product of step rates, with 95 % limits by the delta method on the log scale; None if any rate is None, 1 for no rates.

    The steps are taken as independent: each is estimated from the stays that got there. The standard error of log(rate) is read off
    the step's own limits, each side by itself (Zou & Donner): log low = Σ log p - √Σ (log p - log l)², log high = Σ log p +
    √Σ (log u - log p)². So skew, and the wider upper limit of an unripe rate, carry over. Cut to 1. A rate of 0 has no
    logarithm: then the product is 0, its low is 0 and its high the product of the upper limits, which is wider than 95 %.
    """
    steps = [rate for rate in rates if rate is not None]
    if len(steps) < len(rates):
        return None
    if any(step.value <= 0.0 for step in steps):
        return Interval(0.0, 0.0, float(np.prod([step.high for step in steps])))
    value = float(np.prod([step.value for step in steps]))
    above = sqrt(sum(log(step.high / step.value) ** 2 for step in steps))
    if any(step.low <= 0.0 for step in steps):
        return Interval(value, 0.0, min(1.0, value * exp(above)))
    below = sqrt(sum(log(step.value / step.low) ** 2 for step in steps))
    return Interval(value, value * exp(-below), min(1.0, value * exp(above)))
