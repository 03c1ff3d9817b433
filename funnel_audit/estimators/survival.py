"""How long a stay lasts: Kaplan-Meier, and the finished-only quantile that CRMs show."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats, group, line_up, still_there

_ROUNDING = 1e-9
"""Slack for `S <= 1 - p`: the running product of a million factors is off by far less, one stay in a million is far more."""


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier curve. `surv[i]` is the share of stays that last longer than `ages[i]`; `n` counts all stays, open ones included."""

    ages: Floats = field(repr=False, compare=False)
    surv: Floats = field(repr=False, compare=False)
    n: int

    def percentile(self, p: float) -> float | None:
        """Smallest age with S(age) <= 1 - p, 0 < p < 1, in the unit of the ages; None where the curve does not get there."""
        if not 0.0 < p < 1.0:
            raise ValueError(f"p must lie between 0 and 1, got {p}")
        reached = self.surv <= 1.0 - p + _ROUNDING
        first = int(np.argmax(reached)) if reached.size else 0
        return float(self.ages[first]) if reached.size and reached[first] else None


def kaplan_meier(end_ages: ArrayLike, end_counts: ArrayLike, censor_ages: ArrayLike, censor_counts: ArrayLike) -> Survival:
    """Survival of the stay against any exit, open stays right-censored: S(t) = Π (1 - dj / Yj) over exit ages tj <= t.

    Exits come before the censorings of the same age. The curve has shape (m,), one point for each distinct exit age; with no
    exit at all it is empty and every percentile is None.
    """
    ages, (ends, censored) = line_up(group(end_ages, end_counts), group(censor_ages, censor_counts))
    at_risk = still_there(ends + censored)
    kept = ends > 0.0
    surv = np.cumprod(1.0 - ends[kept] / at_risk[kept], dtype=np.float64)
    return Survival(ages=ages[kept], surv=surv, n=int(at_risk[0]) if ages.size else 0)


def median_limits(ages: ArrayLike, surv: ArrayLike, at_risk: ArrayLike, exits: ArrayLike) -> tuple[float | None, float | None]:
    """95 % limits of a curve's median (Brookmeyer & Crowley 1982): the ages at which S ± 1.96 standard errors (Greenwood) pass 1/2.

    All of shape (m,), as in ``Incidence``; None where a limit's curve does not get there.
    """
    t, s, y, d = (np.asarray(part, np.float64) for part in (ages, surv, at_risk, exits))
    left = y - d
    spread = 1.959963984540054 * s * np.sqrt(np.cumsum(np.where(left > 0, d / np.maximum(y * left, 1.0), 0.0)))
    limits: list[float | None] = []
    for curve in (s - spread, s + spread):
        below = curve <= 0.5 + _ROUNDING
        limits.append(float(t[np.argmax(below)]) if below.any() else None)
    return limits[0], limits[1]


def weighted_quantile(values: ArrayLike, counts: ArrayLike, q: float) -> float | None:
    """Quantile q (0 to 1) of finished spans only: np.quantile(np.repeat(values, counts), q) without expanding; None without any.

    Linear interpolation between the order statistics around (n - 1) q (Hyndman & Fan 7). Values may be negative.
    """
    if not 0.0 <= q <= 1.0:
        raise ValueError(f"q must lie in 0 to 1, got {q}")
    v, c = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.int64)
    if v.ndim != 1 or v.shape != c.shape:
        raise ValueError(f"values and counts must be one-dimensional and equally long, got {v.shape} and {c.shape}")
    if c.size and c.min() < 0:
        raise ValueError("counts must not be negative")
    order = np.argsort(v, kind="stable")
    v, ends = v[order], np.cumsum(c[order])
    n = int(ends[-1]) if ends.size else 0
    if n == 0:
        return None
    position = (n - 1) * q
    rank = floor(position)
    low, high = (float(v[i]) for i in np.searchsorted(ends, [rank, min(rank + 1, n - 1)], side="right"))
    part = position - rank
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part
