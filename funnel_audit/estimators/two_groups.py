"""Is this group different from that one? p-values for two shares, two sets of lengths, two means; many pairs at once.

All are two-sided. Arrays have one element a pair; NaN stands where there is nothing to compare.
"""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats

EXACT_BELOW = 10.0
"""With fewer expected than this in any of the four cells, the shares are compared exactly."""


def normal_p(z: ArrayLike) -> Floats:
    """P(|Z| > |z|) of a standard normal."""
    flat = np.asarray(z, dtype=np.float64)
    return np.array([erfc(abs(one) / sqrt(2.0)) if one == one else np.nan for one in flat.ravel().tolist()]).reshape(flat.shape)


def shares_differ(rate: ArrayLike, n: ArrayLike, other_rate: ArrayLike, other_n: ArrayLike) -> Floats:
    """p of two shares being one: rate of n against other_rate of other_n, shape (m,) each.

    The likelihood-ratio test of the two-by-two table (G, one degree of freedom). Where fewer than ``EXACT_BELOW`` are expected in a cell:
    given both margins, twice the smaller tail, with half the probability of the table itself (mid-p; Lancaster 1961), numbers rounded
    to whole ones. Sizes may be effective ones of a projected rate: the size at which a plain share would be as sure.
    """
    p1, n1, p2, n2 = (np.asarray(column, dtype=np.float64) for column in (rate, n, other_rate, other_n))
    out = np.full(p1.shape, np.nan)
    made = (n1 > 0.0) & (n2 > 0.0) & ~np.isnan(p1) & ~np.isnan(p2)
    x1, x2 = p1 * n1, p2 * n2
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (x1 + x2) / (n1 + n2)
        expected = np.minimum(n1, n2) * np.minimum(pooled, 1.0 - pooled)
        cells = ((x1, n1, pooled), (n1 - x1, n1, 1.0 - pooled), (x2, n2, pooled), (n2 - x2, n2, 1.0 - pooled))
        g = 2.0 * np.sum([_part(seen, size * share) for seen, size, share in cells], axis=0)
    large = made & (expected >= EXACT_BELOW)
    out[large] = normal_p(np.sqrt(np.maximum(g[large], 0.0)))
    small = np.flatnonzero(made & ~large)
    whole = [np.rint(column[small]).astype(np.int64).tolist() for column in (x1, n1, x2, n2)]
    logs = np.concatenate(
        [[0.0], np.cumsum(np.log(np.arange(1, max((a + b for a, b in zip(whole[1], whole[3], strict=True)), default=0) + 1)))]
    )
    for index, a, size, c, other in zip(small.tolist(), *whole, strict=True):
        out[index] = _mid_p(a, size, c, other, logs)
    return out


def _part(seen: Floats, expected: Floats) -> Floats:
    found: Floats = np.where(seen > 0.0, seen * np.log(np.where(seen > 0.0, seen, 1.0) / expected), 0.0)
    return found


def _mid_p(a: int, n1: int, c: int, n2: int, logs: Floats) -> float:
    """Twice the smaller tail of the hypergeometric distribution, its own value by half; ``logs`` holds the logarithms of factorials."""
    if not n1 or not n2:
        return float("nan")
    hits, total = a + c, n1 + n2
    x = np.arange(max(0, hits - n2), min(n1, hits) + 1)
    log_p = logs[n1] - logs[x] - logs[n1 - x] + logs[n2] - logs[hits - x] - logs[n2 - hits + x]
    p = np.exp(log_p - (logs[total] - logs[hits] - logs[total - hits]))
    here = float(p[a - x[0]])
    return min(1.0, 2.0 * min(float(p[x < a].sum()), float(p[x > a].sum())) + here)


def lengths_differ(values: ArrayLike, group: ArrayLike, groups: int, stratum: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Each group's lengths against those of all others: (p, share of pairs in which the group's is the shorter), (groups,).

    Wilcoxon's rank-sum test in its normal form, corrected for ties; of a pair that ties, half counts. With a ``stratum`` for each value,
    only values of one stratum are compared, and each stratum of N weighs 1 / (N + 1) (van Elteren 1960). ``values``, ``group`` (0 …
    groups - 1) and ``stratum`` have shape (n,).
    """
    v, code = np.asarray(values, dtype=np.float64), np.asarray(group, dtype=np.int64)
    block = np.zeros(v.size, np.int64) if stratum is None else np.unique(np.asarray(stratum), return_inverse=True)[1]
    blocks = int(block.max(initial=0)) + 1
    size = np.bincount(block, minlength=blocks).astype(np.float64)
    order = np.lexsort((v, block))
    new = np.ones(v.size, np.bool_)
    new[1:] = (v[order][1:] != v[order][:-1]) | (block[order][1:] != block[order][:-1])
    place = np.cumsum(new) - 1
    ties = np.bincount(place) if v.size else np.zeros(0, np.int64)
    rank = np.empty(v.size)
    rank[order] = (np.cumsum(ties) - (ties - 1) / 2.0)[place] - (np.cumsum(size) - size)[block[order]]
    tied = np.bincount(block[order][new], weights=ties.astype(np.float64) ** 3 - ties, minlength=blocks)
    cell = code * blocks + block
    own = np.bincount(cell, minlength=groups * blocks).reshape(groups, blocks).astype(np.float64)
    ranks = np.bincount(cell, weights=rank, minlength=groups * blocks).reshape(groups, blocks)
    longer, pairs = ranks - own * (own + 1.0) / 2.0, own * (size - own)
    spread = pairs / 12.0 * (size + 1.0 - tied / np.maximum(size * (size - 1.0), 1.0))
    weight = 1.0 / (size + 1.0)
    total = (spread * weight**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = ((longer - pairs / 2.0) * weight).sum(axis=1) / np.sqrt(total)
        shorter = 1.0 - (longer * weight).sum(axis=1) / (pairs * weight).sum(axis=1)
    return normal_p(np.where(total > 0.0, z, np.nan)), shorter


def means_differ(mean: ArrayLike, variance: ArrayLike, other_mean: ArrayLike, other_variance: ArrayLike) -> Floats:
    """p of two means being one, from their own variances (of the means, not of the values), by the normal distribution."""
    m1, v1, m2, v2 = (np.asarray(column, dtype=np.float64) for column in (mean, variance, other_mean, other_variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        return normal_p(np.where(v1 + v2 > 0.0, (m1 - m2) / np.sqrt(v1 + v2), np.nan))
