"""The projected rate: Aalen-Johansen cumulative incidence of advance against the competing risk loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.shares import Z95, Interval, wilson
from funnel_audit.estimators.spans import Floats, group, line_up, still_there

UNRESOLVED_LIMIT = 0.10
"""Above this share of undecided mass a rate is unripe."""
_ABOVE = UNRESOLVED_LIMIT + 1e-9  # a tenth that comes out of a long product is a tenth, not more
AT_RISK_LIMIT = 5
"""With fewer stays at risk than this, and more than UNRESOLVED_LIMIT of the mass undecided, a rate is unripe."""


@dataclass(frozen=True)
class Incidence:
    """The chance that a stay ends in an advance, by the age it is read at. Made by `aalen_johansen`, re-read by `incidence_at`.

    value, low, high   cumulative incidence at `age` and its 95 % limits, 0 to 1
    unresolved         S(age): share of the mass whose fate is not known at `age`
    at_risk_end        stays known to have lasted at least `age`
    longest            longest observed age in the data, whatever `age` is
    ripe               see `aalen_johansen`
    age                the age it is read at, never above `longest`
    n                  stays, of any fate
    ages, cif, surv    the whole curve at every distinct observed age, shape (m,): incidence and overall survival just after it
    at_risk, advances, losses, censored   counts at the same ages, shape (m,); at_risk is just before the age
    """

    value: float
    low: float
    high: float
    unresolved: float
    at_risk_end: int
    longest: float
    ripe: bool
    age: float
    n: int
    ages: Floats = field(repr=False, compare=False)
    cif: Floats = field(repr=False, compare=False)
    surv: Floats = field(repr=False, compare=False)
    at_risk: Floats = field(repr=False, compare=False)
    advances: Floats = field(repr=False, compare=False)
    losses: Floats = field(repr=False, compare=False)
    censored: Floats = field(repr=False, compare=False)


def aalen_johansen(
    advance_ages: ArrayLike,
    advance_counts: ArrayLike,
    loss_ages: ArrayLike,
    loss_counts: ArrayLike,
    censor_ages: ArrayLike,
    censor_counts: ArrayLike,
    *,
    upto: float | None = None,
) -> Incidence | None:
    """Cumulative incidence of advance against the competing risk loss, open stays right-censored; None without stays.

    F(t) = Σ S(tj-) aj / Yj over ages tj <= t, S(t) = Π (1 - (aj + lj) / Yj); aj advances and lj losses share the risk set Yj, which
    holds every stay of length >= tj, the stays censored at tj included. Read at the longest observed age, or at `upto` if that is less.
    Denominator: every stay that was passed in.

    95 % limits: F ± z √V on the scale log(-log(1 - F)), with the delta-method variance for grouped ties (Marubini & Valsecchi; the
    same as CumIncidenceRight in statsmodels)

        V(t) = Σ (F(t) - F(tj))² dj / (Yj (Yj - dj)) + Σ S(tj-)² aj (Yj - aj) / Yj³ - 2 Σ (F(t) - F(tj)) S(tj-) aj / Yj²,

    dj = aj + lj, a term with Yj = dj in the first sum being 0. Without censoring V is exactly F(1 - F) / n. Wilson's limits are used

    * when no stay was censored at or before the age read: of advances / n, and the estimate is that quotient, exactly;
    * at an estimate of 0 or 1: of 0 or all of the stays whose fate at the age read is known (n less those censored before it). They
      are what the estimate rests on; all n stays would make it look surer than it is.

    Unripe, when some stay was censored at or before the age read, is

    * S(longest) > 0.10, if read at the longest age (at an earlier age the mass beyond it is no gap but part of the question), or
    * an advance or a loss, up to the age read, at which fewer than 5 were at risk while S just before it was above 0.10.

    Read at the longest age, with any stay censored, the upper limit is raised by `unresolved`, to 1 at most, ripe or not: the truth
    when all of the undecided mass advances. Without it the limits would speak of the chance to advance by the longest age only; where
    advances come much later than losses, the long-run chance lies above that, by `unresolved` at most. (Where nothing is censored,
    no stay is open, nothing is unresolved and the estimate is never unripe.)
    """
    ages, (advances, losses, censored) = line_up(
        group(advance_ages, advance_counts), group(loss_ages, loss_counts), group(censor_ages, censor_counts)
    )
    return _estimate(ages, advances, losses, censored, upto)


def incidence_of_table(advances: ArrayLike, losses: ArrayLike, censored: ArrayLike) -> Incidence | None:
    """What `aalen_johansen` gives for three counts at each of the ages 0, 1, 2, …, shape (k,) each: lined up already."""
    table = np.array([advances, losses, censored], dtype=np.float64)
    ages = np.flatnonzero(table.any(axis=0))
    came, gone, waiting = table[:, ages]
    return _estimate(ages.astype(np.float64), came, gone, waiting, None)


def _estimate(ages: Floats, advances: Floats, losses: Floats, censored: Floats, upto: float | None) -> Incidence | None:
    """On one axis of ages, ascending; at each of them there is somebody."""
    if not ages.size:
        return None
    exits = advances + losses
    at_risk = still_there(exits + censored)
    surv = exits / at_risk
    np.cumprod(np.subtract(1.0, surv, out=surv), out=surv)
    cif = _before(surv)
    cif *= advances
    cif /= at_risk
    np.minimum(np.cumsum(cif, out=cif), 1.0, out=cif)
    return _read(ages, cif, surv, at_risk, advances, losses, censored, upto)


def incidence_at(incidence: Incidence, age: float) -> Incidence:
    """The same curve read at another age, with its own interval: what `aalen_johansen(..., upto=age)` gives.

    For two cells compared at a common age: `age = min(a.longest, b.longest)`.
    """
    i = incidence
    if age == i.age:
        return i
    return _read(i.ages, i.cif, i.surv, i.at_risk, i.advances, i.losses, i.censored, age)


def _before(curve: Floats) -> Floats:
    """A survival curve just before each age."""
    return np.concatenate(([1.0], curve[:-1]))


def _read(
    ages: Floats,
    cif: Floats,
    surv: Floats,
    at_risk: Floats,
    advances: Floats,
    losses: Floats,
    censored: Floats,
    upto: float | None,
) -> Incidence:
    n, longest = int(at_risk[0]), float(ages[-1])
    age = longest if upto is None else min(float(upto), longest)
    if not age >= 0.0:
        raise ValueError(f"upto must not be negative, got {upto}")
    m = int(np.searchsorted(ages, age, side="right"))  # the curve up to and at `age`
    strictly = int(np.searchsorted(ages, age, side="left"))
    risk, adv, lost, before = at_risk[:m], advances[:m], losses[:m], _before(surv)[:m]
    advanced, gone, shut = int(adv.sum()), int(lost.sum()), int(censored[:m].sum())
    value = float(cif[m - 1]) if m else 0.0
    unresolved = float(surv[m - 1]) if m else 1.0
    known = n - int(censored[:strictly].sum())
    if shut == 0:
        value, unresolved = advanced / n, (n - advanced - gone) / n
    if advanced == 0:
        value = 0.0
    elif gone == 0 and unresolved == 0.0:
        value = 1.0
    if shut == 0:
        limits = wilson(advanced, n)
    elif value in (0.0, 1.0):
        limits = wilson(known if value == 1.0 else 0, known)
    else:
        limits = _cloglog_limits(value, _variance(value, cif[:m], before, risk, adv, adv + lost))
    assert limits is not None, "at least the longest stay has a known fate"
    few = at_risk.size - int(np.searchsorted(at_risk[::-1], AT_RISK_LIMIT, side="left"))  # the first age with too few at risk
    thin = bool(((adv + lost)[few:] > 0.0)[before[few:] > _ABOVE].any())
    at_end = age == longest
    ripe = shut == 0 or not (thin or (at_end and unresolved > _ABOVE))
    return Incidence(
        value=value,
        low=limits.low,
        high=min(1.0, limits.high + unresolved) if at_end and shut else limits.high,
        unresolved=unresolved,
        at_risk_end=int(at_risk[strictly]),
        longest=longest,
        ripe=ripe,
        age=age,
        n=n,
        ages=ages,
        cif=cif,
        surv=surv,
        at_risk=at_risk,
        advances=advances,
        losses=losses,
        censored=censored,
    )


def _variance(value: float, cif: Floats, before: Floats, risk: Floats, adv: Floats, exits: Floats) -> float:
    """V of `aalen_johansen`, for arrays of shape (m,) up to the age read.

    With the jumps fj = S(tj-) aj / Yj the terms of V are fj² / aj + (F - Fj)² / (Yj - dj) - (F - Fj-1)² / Yj, and the last two
    telescope: all that is left of them is -F² / n at the start and what censoring takes from the risk set between two ages,

        V = Σ S(tj-)² aj / Yj² - F² / n - Σ (F - Fj)² (1 / Yj+1 - 1 / (Yj - dj)).
    """
    share = before / risk
    by_advance = share * share
    by_advance *= adv
    to_come = value - cif[:-1]
    to_come *= to_come
    stayed, next_risk = risk[:-1] - exits[:-1], risk[1:]
    to_come *= stayed - next_risk
    stayed *= next_risk
    to_come /= stayed
    return max(0.0, float(by_advance.sum()) - value * value / float(risk[0]) - float(to_come.sum()))


def _cloglog_limits(value: float, variance: float) -> Interval:
    """95 % limits 1 - (1 - F)^exp(± z √V / ((1 - F) |log(1 - F)|)), for 0 < F < 1."""
    log_rest = float(np.log1p(-value))
    spread = min(Z95 * sqrt(variance) / ((1.0 - value) * -log_rest), 700.0)
    return Interval(value, -float(np.expm1(log_rest * exp(-spread))), -float(np.expm1(log_rest * exp(spread))))
