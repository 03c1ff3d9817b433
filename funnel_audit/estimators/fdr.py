"""Many tests at once: which differences survive when a twentieth of those that are claimed may be false."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """q-values of p-values, shape (m,) each, in the order given: claim every test with q <= 0.05, and at most 5 % of the claims are
    expected to be false, for independent or positively dependent tests.

    q of the i-th smallest p of m is the least of m p_j / j over j >= i (Benjamini & Hochberg 1995; as adjusted p-values, Yekutieli &
    Benjamini 1999), at most 1. A NaN is a test that was not made: it counts in no m and stays NaN.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"p-values must be one-dimensional, got {p.shape}")
    made = np.flatnonzero(~np.isnan(p))
    if made.size and not (p[made].min() >= 0.0 and p[made].max() <= 1.0):
        raise ValueError("p-values must lie between 0 and 1")
    q = np.full(p.size, np.nan)
    order = made[np.argsort(p[made], kind="stable")]
    scaled = p[order] * made.size / np.arange(1, made.size + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
