"""How many new deals will come: the rate of the last twelve weeks with its trend and, where the past has one, its season.

A Poisson regression of the weekly counts, log rate = level + slope × weeks + season, the slope drawn towards 0 by a normal prior, because
most of the trend that twelve weeks seem to show is luck. The trend fades out in the future: it is no law. The season is one wave a year,
told from all weeks known, once there are SEASON_DAYS of them and luck alone would hardly make such a wave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY
from funnel_audit.frozen import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

WEEKS = 12
SLOPE_SD = 0.02
"""Prior standard deviation of the slope, per week: the rate doubles or halves in half a year at 1.3 of these."""
FADE_DAYS = 90.0
"""After so many days a trend has done 63 % of what it will ever do."""
SEASON_DAYS, SEASON_WEEKS, SEASON_SD, SEASON_WALD = 400.0, 156, 0.3, 9.2
"""A wave of a year needs more than a year behind it; of three years at most; prior of its two parts; luck makes such a one in a hundred."""
_YEAR = 365.25 * DAY


class Arrivals(Frozen):
    """``per_day`` is the rate at the origin, ``slope`` its relative growth a day, ``cov`` the covariance of (log level, slope a day).
    ``wave``: the season's two parts, at ``at_us``."""

    at_us: int
    per_day: float
    slope: float
    cov: Array
    wave: tuple[float, float] = (0.0, 0.0)

    def rate(self, days: Array) -> Array:
        """New deals a day, at times after the origin."""
        season = _season(self.wave, self.at_us + days * DAY)
        found: Array = self.per_day * np.exp(self.slope * FADE_DAYS * -np.expm1(-days / FADE_DAYS) + season)
        return found

    def cv(self, days: float) -> float:
        """Relative standard error of the rate, so many days ahead."""
        ahead = np.array([1.0, FADE_DAYS * -np.expm1(-days / FADE_DAYS)])
        return float(np.sqrt(max(ahead @ self.cov @ ahead, 0.0)))

    def coming(self, days: float) -> float:
        """New deals expected within so many days."""
        return float(self.reaching(np.ones((1, 33)), days)[0])

    def reaching(self, curve: Array, days: float) -> Array:
        """(D,) how many of the deals yet to come get there: ∫ rate(s) R(days - s) ds, ``curve`` (D, X) being R on an even grid of times."""
        grid = np.linspace(0.0, days, curve.shape[1])
        flow = self.rate(grid) * curve[:, ::-1]
        total: Array = (flow[:, :-1] + flow[:, 1:]).sum(axis=1) / 2 * days / (curve.shape[1] - 1)
        return total


def arrivals(arrived: Array, at_us: int) -> Arrivals:
    """The rate from the instants of arrival (ascending, none after the origin)."""
    if not len(arrived):
        return Arrivals(at_us, 0.0, 0.0, np.zeros((2, 2)))
    weeks = int(min(WEEKS, max((at_us - int(arrived[0])) / DAY // 7, 1)))
    counts, middle = _weekly(arrived, at_us, weeks)
    wave = season(arrived, at_us)
    design = np.stack([np.ones(weeks), np.arange(weeks) - weeks + 0.5], axis=1)
    start = np.array([np.log(max(counts.mean(), 0.5 / weeks)), 0.0])
    beta, cov = _poisson(design, counts, _season(wave, middle), np.array([1e-6, 1.0 / SLOPE_SD**2]), start)
    scale = np.array([1.0, 1.0 / 7])
    return Arrivals(at_us, float(np.exp(beta[0]) / 7), float(beta[1] / 7), cov * np.outer(scale, scale), wave)


def season(arrived: Array, at_us: int) -> tuple[float, float]:
    """Cosine and sine of the year's wave in the log rate, beside a level and a lasting growth; (0, 0) where none can be told."""
    weeks = int(min(SEASON_WEEKS, (at_us - int(arrived[0])) / DAY // 7))
    if weeks * 7 < SEASON_DAYS:
        return 0.0, 0.0
    counts, middle = _weekly(arrived, at_us, weeks)
    turn = 2 * np.pi * (middle % _YEAR) / _YEAR
    design = np.stack([np.ones(weeks), (middle - at_us) / _YEAR, np.cos(turn), np.sin(turn)], axis=1)
    start = np.array([np.log(max(counts.mean(), 0.1)), 0.0, 0.0, 0.0])
    beta, cov = _poisson(design, counts, np.zeros(weeks), np.array([1e-6, 1e-3, 1 / SEASON_SD**2, 1 / SEASON_SD**2]), start)
    if beta[2:] @ np.linalg.solve(cov[2:, 2:], beta[2:]) < SEASON_WALD:
        return 0.0, 0.0
    return float(beta[2]), float(beta[3])


def _season(wave: tuple[float, float], at_us: Array) -> Array:
    turn = 2 * np.pi * (at_us % _YEAR) / _YEAR
    found: Array = wave[0] * np.cos(turn) + wave[1] * np.sin(turn)
    return found


def _weekly(arrived: Array, at_us: int, weeks: int) -> tuple[Array, Array]:
    """Deals in each of the last weeks, the latest last, and the middles of these weeks."""
    cuts = at_us - np.arange(weeks, -1, -1) * 7 * DAY
    return np.diff(np.searchsorted(arrived, cuts, side="right")).astype(np.float64), cuts[:-1] + 3.5 * DAY


def _poisson(design: Array, counts: Array, offset: Array, prior: Array, beta: Array) -> tuple[Array, Array]:
    """Poisson regression with normal priors of mean 0 (``prior``: their precisions), the level's being free; (estimate, covariance)."""
    free, own = prior * np.append(0.0, np.ones(len(prior) - 1)), np.diag(prior)
    for _ in range(15):
        fitted = np.exp(np.minimum(np.maximum(design @ beta + offset, -20.0), 20.0))
        spread = _dispersion(counts, fitted)
        grip = design.T @ (design * fitted[:, None]) / spread + own
        step = np.linalg.solve(grip, design.T @ (counts - fitted) / spread - free * beta)
        beta = beta + np.minimum(np.maximum(step, -1.0), 1.0)
        if max(map(abs, step.tolist())) < 1e-9:
            break
    return beta, np.linalg.inv(grip)


def _dispersion(counts: Array, fitted: Array) -> float:
    """Variance of the weekly counts over what Poisson has, between 1 and 5, drawn towards 1."""
    if len(counts) < 4:
        return 1.0
    found = float(((counts - fitted) ** 2 / np.maximum(fitted, 0.2)).sum())
    return min(max((found + 6.0) / (len(counts) - 2 + 6.0), 1.0), 5.0)
