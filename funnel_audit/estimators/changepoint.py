"""When did a series change, if it did? The best split of a history, with the chance that a history without any change shows one as good.

A series is two arrays over equal steps of time: totals ``y`` and what they are out of, ``m``. Families: "binomial" (y successes of m
trials, which may be fractions), "poisson" (y events in the exposure m), "normal" (y the sum of m values of variance 1).
"""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt
from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import ArrayLike, NDArray

from funnel_audit.estimators.spans import Floats
from funnel_audit.frozen import Frozen

Family = Literal["binomial", "poisson", "normal"]
NEARLY_AS_GOOD = 7.352
"""Splits whose z² is within this of the best one's are a 95 % region of the date: P(2 log LR > x) = 1 - (1 - e^(-x/2))², Siegmund 1988."""


class Split(Frozen):
    """``at`` is the first position after the change; ``z`` later minus earlier, in standard errors; ``p`` see ``scan_p``.

    ``first`` and ``last`` are the earliest and the latest position that are nearly as good (95 %); ``base`` is where the history that
    was scanned begins: after an earlier change, where there was one.
    """

    at: int
    z: float
    p: float
    first: int
    last: int
    base: int = 0
    dispersion: float = 1.0


def two_sided(z: float) -> float:
    """P(|Z| >= |z|) of a standard normal Z."""
    return erfc(abs(z) / sqrt(2.0))


def scan_p(z: float, early: float, late: float, splits: int) -> float:
    """P(max |z| over all splits >= |z|) where nothing changed; ``early`` and ``late``: the shares of the information that lie before
    the first and before the last split tried.

    Miller & Siegmund (1982) for maximally selected χ²: φ(b) (b - 1/b) log(t1 (1 - t0) / (t0 (1 - t1))) + 4 φ(b) / b, or Bonferroni's
    bound where that is less (few splits). Never below the p of the one split.
    """
    b, alone = abs(z), two_sided(z)
    if splits <= 1 or b <= 1.0 or not 0.0 < early < late < 1.0:
        return min(1.0, alone * max(splits, 1))
    density = exp(-b * b / 2) / sqrt(2 * pi)
    scanned = density * ((b - 1 / b) * log(late * (1 - early) / (early * (1 - late))) + 4 / b)
    return min(1.0, max(alone, min(scanned, alone * splits)))


def contrast(family: Family, y0: ArrayLike, m0: ArrayLike, y1: ArrayLike, m1: ArrayLike) -> Floats:
    """Signed roots of the likelihood ratio of two parts having rates of their own (shape as given): later minus earlier.

    Better than Wald's z where rates are near 0 or 1. For "normal": the difference of the means in standard errors.
    """
    a, b, c, d = (np.asarray(part, np.float64) for part in (y0, m0, y1, m1))
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = np.sign(c / d - a / b)
        if family == "normal":
            return _numbers((c / d - a / b) / np.sqrt(1 / b + 1 / d))
        deviance = _entropy(a, b) + _entropy(c, d) - _entropy(a + c, b + d)
        if family == "binomial":
            deviance = deviance + _entropy(b - a, b) + _entropy(d - c, d) - _entropy(b + d - a - c, b + d)
    return _numbers(rise * np.sqrt(2 * np.maximum(deviance, 0.0)))


def _numbers(z: Floats) -> Floats:
    """0 where a part is empty."""
    found: Floats = np.where(np.isfinite(z), z, 0.0)
    return found


def _entropy(y: Floats, m: Floats) -> Floats:
    """y log(y / m), 0 at y <= 0."""
    safe = np.where(y > 0, y, 1.0)
    found: Floats = np.where(y > 0, safe * np.log(safe / np.where(m > 0, m, 1.0)), 0.0)
    return found


def dispersion(family: Family, y: Floats, m: Floats, at: int) -> float:
    """Variance within the two parts over what the family has: real series vary more than dice. Pearson's χ² over its degrees of freedom,
    where that is more than chance makes it in 95 of 100 series, else 1."""
    squares, steps = 0.0, 0
    for part in (slice(None, at), slice(at, None)):
        ys, ms = y[part], m[part]
        total = float(ms.sum())
        if total <= 0:
            continue
        rate = float(ys.sum()) / total
        variance = {"binomial": rate * (1 - rate), "poisson": rate, "normal": 1.0}[family]
        kept = ms > 0
        if variance > 0 and kept.any():
            squares += float(((ys[kept] - ms[kept] * rate) ** 2 / (ms[kept] * variance)).sum())
            steps += int(kept.sum()) - 1
    if steps <= 0:
        return 1.0
    found = squares / steps
    return found if found > 1.0 + 1.645 * sqrt(2.0 / steps) else 1.0


def best_split(z: Floats, before: Floats, enough: NDArray[np.bool_]) -> Split | None:
    """The split of the largest |z|. ``z[i]`` is of the split before position i + 1; ``before`` the share of the information in the earlier
    part, ``enough`` whether both parts hold enough to be tried; all of shape (steps - 1,)."""
    tried = np.flatnonzero(enough)
    if not tried.size:
        return None
    best = int(tried[np.argmax(np.abs(z[tried]))])
    near = tried[(z[best] ** 2 - z[tried] ** 2 <= NEARLY_AS_GOOD) & (np.sign(z[tried]) == np.sign(z[best]))]
    p = scan_p(float(z[best]), float(before[tried[0]]), float(before[tried[-1]]), tried.size)
    return Split(at=best + 1, z=float(z[best]), p=p, first=int(near[0]) + 1, last=int(near[-1]) + 1)


def latest_change(family: Family, y: ArrayLike, m: ArrayLike, least: float, news: int = 0, sure: float = 0.01) -> Split | None:
    """The latest change of a series at position ``news`` or later; None where there is no room for one.

    Binary segmentation: where the best split of all lies before ``news`` and is ``sure``, the history begins anew after it; then the best
    of the later splits, and as long as that is sure, the best one after it that is sure too. ``least``: the m that both parts must have.
    The z is divided by the root of the dispersion; positions are those of the whole series.
    """
    ys, ms = np.asarray(y, np.float64), np.asarray(m, np.float64)
    base = 0
    while (old := _split(family, ys[base:], ms[base:], least, 0)) is not None and old.at + base < news and old.p <= sure:
        base += old.at
    found = _split(family, ys[base:], ms[base:], least, news - base)
    if found is None:
        return None
    found = _moved(found, base)
    while found.p <= sure:
        later = _split(family, ys[found.at :], ms[found.at :], least, 0)
        if later is None or later.p > sure:
            break
        found = _moved(later, found.at)
    return found


def _moved(split: Split, by: int) -> Split:
    return replace(split, at=split.at + by, first=split.first + by, last=split.last + by, base=by)


def _split(family: Family, y: Floats, m: Floats, least: float, earliest: int) -> Split | None:
    """The best split at position ``earliest`` or later."""
    if len(y) < 2:
        return None
    upto, total = np.cumsum(m)[:-1], float(m.sum())
    enough = (upto >= least) & (total - upto >= least) & (m[1:] > 0)
    enough[: max(earliest - 1, 0)] = False
    if not enough.any():
        return None
    had = np.cumsum(y)[:-1]
    z = contrast(family, had, upto, y.sum() - had, total - upto)
    found = best_split(z, upto / total, enough)
    if found is not None and (spread := dispersion(family, y, m, found.at)) > 1.0:
        found = best_split(z / sqrt(spread), upto / total, enough)
        assert found is not None
        found = replace(found, dispersion=spread)
    return found


Four = tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]
"""y and m before, y and m after."""


def apart(own: Four, rest: Four) -> Floats:
    """z of the difference in differences: how much more the log odds of a part moved than those of the rest; shape as given.

    Each one's move is its ``contrast`` times the standard error that log odds have where nothing changed, so that rates near 0 or 1 are
    judged as well as there.
    """
    z, doubt = zip(*((contrast("binomial", *four), _doubt(*four)) for four in (own, rest)), strict=True)
    found: Floats = (z[0] * doubt[0] - z[1] * doubt[1]) / np.maximum(np.hypot(doubt[0], doubt[1]), 1e-12)
    return found


def _doubt(y0: ArrayLike, m0: ArrayLike, y1: ArrayLike, m1: ArrayLike) -> Floats:
    """Standard error of the difference of two log odds that are the same."""
    a, b, c, d = (np.asarray(part, np.float64) for part in (y0, m0, y1, m1))
    trials = np.maximum(b + d, 1e-9)
    rate = np.clip((a + c) / trials, 0.5 / (trials + 1), 1 - 0.5 / (trials + 1))
    found: Floats = np.sqrt((1 / np.maximum(b, 1e-9) + 1 / np.maximum(d, 1e-9)) / (rate * (1 - rate)))
    return found
