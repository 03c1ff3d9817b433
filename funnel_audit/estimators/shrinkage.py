"""Rates of many small groups, drawn towards the whole, so that 1 of 1 is not 100 %."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats
from funnel_audit.frozen import Frozen


class Shrunk(Frozen):
    """``rates`` of shape (k,); ``mean`` they are drawn to, ``weight``: how many observations at the mean each group is given (inf: the
    groups differ no more than chance makes them differ, and every rate is the mean)."""

    rates: Floats
    mean: float
    weight: float


def beta_binomial(rates: ArrayLike, sizes: ArrayLike) -> Shrunk | None:
    """Empirical Bayes for shares: rate i of ``sizes[i]`` observations becomes (n r + w m) / (n + w); None without any observation.

    The groups' true shares are taken as draws from a Beta distribution of mean m and correlation rho = 1 / (w + 1), fitted by moments
    (Kleinman 1973): with weights u = n / Σn, m = Σ u r and S = Σ u (r - m)²,

        rho = (S - m (1 - m) Σ u (1 - u) / n) / (m (1 - m) Σ u (1 - u) (1 - 1 / n)), cut to 0 … 1.

    Sizes may be effective ones (not whole); groups of size 0 have the mean. Shapes (k,).
    """
    r, n = np.asarray(rates, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if r.ndim != 1 or r.shape != n.shape:
        raise ValueError(f"rates and sizes must be one-dimensional and equally long, got {r.shape} and {n.shape}")
    there = n > 0.0
    if (n < 0.0).any() or not ((r[there] >= 0.0) & (r[there] <= 1.0)).all():
        raise ValueError("rates must lie between 0 and 1, sizes must not be negative")
    if not there.any():
        return None
    rate, size = r[there], n[there]
    u = size / size.sum()
    mean = float((u * rate).sum())
    spread = mean * (1.0 - mean)
    by_chance = spread * float((u * (1.0 - u) / size).sum())
    room = spread * float((u * (1.0 - u) * np.maximum(1.0 - 1.0 / size, 0.0)).sum())
    rho = (float((u * (rate - mean) ** 2).sum()) - by_chance) / room if room > 0.0 else 0.0
    weight = inf if rho <= 0.0 else max(1.0 / min(rho, 1.0) - 1.0, 0.0)
    out = np.full(r.size, mean)
    out[there] = mean if weight == inf else (size * rate + weight * mean) / (size + weight)
    return Shrunk(out, mean, weight)
