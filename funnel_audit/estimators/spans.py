"""Grouped spans: checked, and lined up on one axis of ages."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def group(ages: ArrayLike, counts: ArrayLike) -> tuple[Floats, Floats]:
    """Checked (ages, counts) as floats without empty groups, shape (k,) each; whole numbers stay exact up to 2**53."""
    a, given = np.asarray(ages, dtype=np.float64), np.asarray(counts)
    c = given.astype(np.float64, copy=False)
    if a.ndim != 1 or a.shape != c.shape:
        raise ValueError(f"ages and counts must be one-dimensional and equally long, got {a.shape} and {c.shape}")
    if not a.size:
        return a, c
    if not (a.min() >= 0.0 and a.max() < inf):
        raise ValueError("ages must be finite and not negative")
    least = c.min()
    if not (least >= 0.0 and (given.dtype.kind in "iu" or (c == np.floor(c)).all())):
        raise ValueError("counts must be whole and not negative")
    if least == 0.0:
        keep = c > 0.0
        a, c = a[keep], c[keep]
    return a, c


def line_up(*groups: tuple[Floats, Floats]) -> tuple[Floats, list[Floats]]:
    """All distinct ages, ascending, shape (m,), and each group's counts at them, each shape (m,)."""
    together = np.concatenate([a for a, _ in groups])
    order = np.argsort(together, kind="stable")  # joins runs that are sorted already in linear time
    ages = together[order]
    new = np.ones(ages.size, dtype=np.bool_)
    np.not_equal(ages[1:], ages[:-1], out=new[1:])
    ages = ages[new]
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.cumsum(new)
    place -= 1
    counts: list[Floats] = []
    start = 0
    for a, c in groups:
        counts.append(np.bincount(place[start : start + a.size], weights=c, minlength=ages.size).astype(np.float64, copy=False))
        start += a.size
    return ages, counts


def still_there(leaving: Floats) -> Floats:
    """Stays still there just before each age, from the number that leave at each; both shape (m,)."""
    staying = np.empty_like(leaving)
    np.cumsum(leaving[::-1], out=staying[::-1])
    return staying
