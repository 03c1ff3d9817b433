"""How many new deals will come: the rate of the last twelve weeks with its trend, both with their uncertainty.

A Poisson regression of the weekly counts, log rate = level + slope × weeks, the slope drawn towards 0 by a normal prior, because most
of the trend that twelve weeks seem to show is luck. The trend fades out in the future: it is no law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

WEEKS = 12
SLOPE_SD = 0.02
"""Prior standard deviation of the slope, per week: the rate doubles or halves in half a year at 1.3 of these."""
FADE_DAYS = 90.0
"""After so many days a trend has done 63 % of what it will ever do."""


@dataclass(frozen=True)
class Arrivals:
    """``per_day`` is the rate at the origin, ``slope`` its relative growth a day, ``cov`` the covariance of (log level, slope a day)."""

    per_day: float
    slope: float
    cov: Array

    def rate(self, days: Array) -> Array:
        """New deals a day, at times after the origin."""
        found: Array = self.per_day * np.exp(self.slope * FADE_DAYS * -np.expm1(-days / FADE_DAYS))
        return found

    def cv(self, days: float) -> float:
        """Relative standard error of the rate, so many days ahead."""
        ahead = np.array([1.0, FADE_DAYS * -np.expm1(-days / FADE_DAYS)])
        return float(np.sqrt(max(ahead @ self.cov @ ahead, 0.0)))

    def reaching(self, curve: Array, days: float) -> Array:
        """(D,) how many of the deals yet to come get there: ∫ rate(s) R(days - s) ds, ``curve`` (D, X) being R on an even grid of times."""
        grid = np.linspace(0.0, days, curve.shape[1])
        flow = self.rate(grid) * curve[:, ::-1]
        total: Array = (flow[:, :-1] + flow[:, 1:]).sum(axis=1) / 2 * days / (curve.shape[1] - 1)
        return total


def arrivals(arrived: Array, at_us: int) -> Arrivals:
    """The rate from the instants of arrival (ascending, none after the origin)."""
    if not len(arrived):
        return Arrivals(0.0, 0.0, np.zeros((2, 2)))
    span = (at_us - int(arrived[0])) / DAY
    weeks = int(min(WEEKS, max(span // 7, 1)))
    cuts = at_us - np.arange(weeks, -1, -1) * 7 * DAY
    counts = np.diff(np.searchsorted(arrived, cuts, side="right")).astype(np.float64)
    middle = np.arange(weeks) - weeks + 0.5
    design = np.stack([np.ones(weeks), middle], axis=1)
    prior = np.diag([1e-6, 1.0 / SLOPE_SD**2])
    beta = np.array([np.log(max(counts.mean(), 0.5 / weeks)), 0.0])
    for _ in range(12):
        fitted = np.exp(design @ beta)
        spread = _dispersion(counts, fitted)
        grip = design.T @ (design * fitted[:, None]) / spread + prior
        step = np.linalg.solve(grip, design.T @ (counts - fitted) / spread - prior @ np.array([0.0, beta[1]]))
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    cov = np.linalg.inv(grip)
    scale = np.array([1.0, 1.0 / 7])
    return Arrivals(float(np.exp(beta[0]) / 7), float(beta[1] / 7), cov * np.outer(scale, scale))


def _dispersion(counts: Array, fitted: Array) -> float:
    """Variance of the weekly counts over what Poisson has, between 1 and 5, drawn towards 1."""
    if len(counts) < 4:
        return 1.0
    found = float(((counts - fitted) ** 2 / np.maximum(fitted, 0.2)).sum())
    return float(np.clip((found + 6.0) / (len(counts) - 2 + 6.0), 1.0, 5.0))
