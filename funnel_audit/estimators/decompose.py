"""A change of a rate in two: other parts than before (mix), and the same parts doing otherwise (rate)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.shares import Z95
from funnel_audit.estimators.spans import Floats
from funnel_audit.frozen import Frozen


class Decomposition(Frozen):
    """``mix`` + ``rate`` = ``change``; half-widths of the 95 % intervals beside them. ``simpson``: every part went the other way."""

    change: float
    mix: float
    mix_within: float
    rate: float
    rate_within: float
    simpson: bool


def kitagawa(y0: ArrayLike, m0: ArrayLike, y1: ArrayLike, m1: ArrayLike, least: float = 10.0) -> Decomposition | None:
    """Kitagawa (1955, JASA 50: 1168-1194): with the shares w and the rates r of the parts, before (0) and after (1),

        mix = Σ (w1 - w0) (r0 + r1) / 2,    rate = Σ (r1 - r0) (w0 + w1) / 2.

    Four arrays of one element a part: ``y`` of ``m``. A part that is missing on one side has no rate there; the other side's stands in,
    so that it counts for the mix only. None where a side is empty. The intervals take the shares as drawn from a multinomial (rates
    held), and the rates from binomials (shares held). ``simpson``: at least two parts of ``least`` on both sides, those hold nine tenths
    of both sides, and the rate of each of them moved against the total.
    """
    a, b, c, d = (np.asarray(part, np.float64) for part in (y0, m0, y1, m1))
    total0, total1 = float(b.sum()), float(d.sum())
    if total0 <= 0 or total1 <= 0:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        r0, r1 = np.where(b > 0, a / b, np.nan), np.where(d > 0, c / d, np.nan)
    first, last = np.where(np.isnan(r0), np.nan_to_num(r1), r0), np.where(np.isnan(r1), np.nan_to_num(r0), r1)
    w0, w1 = b / total0, d / total1
    middle = (first + last) / 2
    mix, rate = float(((w1 - w0) * middle).sum()), float(((last - first) * (w0 + w1) / 2).sum())
    change = float(c.sum()) / total1 - float(a.sum()) / total0
    mix_variance = sum(float((w * middle**2).sum() - (w * middle).sum() ** 2) / n for w, n in ((w0, total0), (w1, total1)))
    weight = ((w0 + w1) / 2) ** 2
    both = (b > 0) & (d > 0)
    rate_variance = float((weight * (_variance(first, b) + _variance(last, d)))[both].sum())
    large = (b >= least) & (d >= least)
    simpson = bool(
        large.sum() >= 2
        and min(w0[large].sum(), w1[large].sum()) >= 0.9
        and change != 0
        and (np.sign(last - first)[large] == -np.sign(change)).all()
    )
    return Decomposition(
        change, mix, Z95 * float(np.sqrt(max(mix_variance, 0.0))), rate, Z95 * float(np.sqrt(max(rate_variance, 0.0))), simpson
    )


def _variance(rate: Floats, n: Floats) -> Floats:
    held = np.clip(rate, 0.0, 1.0)
    found: Floats = held * (1 - held) / np.maximum(n, 1.0)
    return found
