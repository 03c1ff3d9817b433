"""Every step's history, day by day, as successes of trials: what all tests of a change are made on.

A stay counts as a success when it advances within the step's own *common age* (the age by which 95 % of all advances have come). Of a stay
that is younger, and open, the outcome is not known; it counts as what stays of its age came to, over all time:

    Y = 1 advanced, 0 lost, g(c) = (F(τ) - F(c)) / S(c) open at age c < τ, 0 open at τ;

F the Aalen-Johansen incidence of advance over all stays, S the share still there. Where nothing changed, E[Y] is F(τ) at every age, so the
newest stays are neither better nor worse than old ones for being new. What a stay can say is ρ(c) = Var Y / (F(τ) (1 - F(τ))), from 0
on its first day to 1 at τ; n stays of a day are m = n ρ trials with y = m F(τ) + Σ (Y - F(τ)) successes, whose variance is that of a
binomial. Cells add up over days and over parts, and y / m estimates the conversion by τ.

The same with "left by the median time" as the success gives the history of a step's pace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import STILL_OPEN
from funnel_audit.labels import LOST
from funnel_audit.measures.rates import UNTIMED_LIMIT, window_incidence
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.estimators import Incidence
    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

COMMON = 0.95
"""The common age is that by which this share of all advances has come."""
ROUNDING = 1.0007
"""Lengths are rounded in a tally by up to half of 0.14 %; here they are exact."""
LATE, ADVANCED, LOST_BY_THEN = 0, 1, 2


class Part(Frozen):
    """A column that deals are told apart by: ``codes`` (deals,) into ``names``; every other deal has ``len(names)``.

    ``claims``: whether a single value of it may be named as what changed; else it serves to take changes apart. ``comes``: whether its
    share of the new deals is a figure of its own (a source), or a matter of who works here (an owner).
    """

    column: str
    codes: Array
    names: tuple[str, ...]
    claims: bool = True
    comes: bool = False


class Cells(Frozen):
    """Successes ``y`` of ``m`` trials by (step, day), or (value, step, day) for a part."""

    y: Array
    m: Array


class History(Frozen):
    """``conversion`` and ``pace``: (K - 1, days); ``by_part``: one Cells of (values + 1, K - 1, days) a part. ``age_days`` and
    ``median_days``: (K - 1,), NaN where the step cannot be tested."""

    conversion: Cells
    pace: Cells
    by_part: tuple[Cells, ...]
    age_days: Array
    median_days: Array


class Credit(Frozen):
    """At one age: the rate of success, and for each day what an open stay is worth and what a stay can say; see the module."""

    age: float
    rate: float
    open_worth: Array
    weight: Array


def count_history(journeys: Journeys, tally: Tally, days: Axis, parts: Sequence[Part]) -> History:
    """All cells in one pass over the stays; stays without a known start or length are in none."""
    steps = journeys.stages - 1
    advance, leave = zip(*(_credits(tally, k, days.follow_up) for k in range(steps)), strict=True) if steps else ((), ())
    ages, medians = (np.array([np.nan if one is None else one.age for one in kind]) for kind in (advance, leave))
    place, kind, quick, deal = _sorted_out(journeys, days, ages, medians)
    size = steps * days.n
    totals = np.bincount(place * 6 + kind * 2 + quick, minlength=size * 6).reshape(steps, days.n, 3, 2)
    left = totals.sum(axis=2)
    by_part = []
    for part in parts:
        slots = len(part.names) + 1
        codes = part.codes.astype(np.int64)[deal]
        codes *= size
        codes += place
        codes *= 3
        codes += kind
        by_part.append(_cells(np.bincount(codes, minlength=slots * size * 3).reshape(slots, steps, days.n, 3), advance))
    pace = np.stack([left[..., 0], left[..., 1], np.zeros_like(left[..., 0])], axis=-1)
    return History(_cells(totals.sum(axis=3), advance), _cells(pace, leave), tuple(by_part), ages, medians)


def _credits(tally: Tally, k: int, follow_up: Array) -> tuple[Credit | None, Credit | None]:
    """For advancing out of stage k, and for leaving it at all; None where too many exits have no time, or nothing is to be told apart."""
    for untimed, (_, timed) in ((tally.untimed_advances[k], tally.stays.advances(k)), (tally.untimed_losses[k], tally.stays.losses(k))):
        if untimed > UNTIMED_LIMIT * (untimed + timed.sum()):
            return None, None
    curve = window_incidence(tally.stays, k, None)
    if curve is None:
        return None, None
    advance = leave = None
    if curve.cif[-1] > 0:
        advance = _credit(curve, curve.cif, float(curve.ages[np.argmax(curve.cif >= COMMON * curve.cif[-1])]), follow_up)
    if curve.surv[-1] <= 0.5:
        leave = _credit(curve, 1.0 - curve.surv, float(curve.ages[np.argmax(curve.surv <= 0.5 + 1e-9)]), follow_up)
    return advance, leave


def _credit(curve: Incidence, success: Array, age: float, follow_up: Array) -> Credit | None:
    place = np.searchsorted(curve.ages, np.minimum(follow_up, age), side="right")
    came, there = np.append(0.0, success)[place], np.append(1.0, curve.surv)[place]
    rate = float(success[np.searchsorted(curve.ages, age, side="right") - 1])
    if not 0.0 < rate < 1.0:
        return None
    known = follow_up >= age
    worth = np.where(known, 0.0, (rate - came) / np.maximum(there, 1e-12))
    weight = (came + there * worth**2 - rate**2) / (rate * (1.0 - rate))
    return Credit(age, rate, worth, np.where(known, 1.0, np.clip(weight, 0.0, 1.0)))


def _sorted_out(journeys: Journeys, days: Axis, ages: Array, medians: Array) -> tuple[Array, Array, Array, Array]:
    """Of every stay that counts: step × day, its fate at the common age, whether it was left by the median time, and its deal."""
    stays = journeys.stays
    day = days.position(stays.entered)
    limits = [np.nan_to_num(age * DAY * ROUNDING, nan=-1.0).astype(np.int64) for age in (ages, medians)]

    def fates(begin: int, end: int) -> tuple[Array, ...]:
        part = slice(begin, end)
        us, exit_code, stage = stays.us[part], stays.exit[part], stays.stage[part]
        counts = (day[part] >= 0) & (us != NAT) & (stage < len(ages))
        rows = slice(None) if counts.all() else np.flatnonzero(counts)
        us, exit_code, stage = us[rows], exit_code[rows], stage[rows]
        in_time = us <= limits[0][stage]
        kind = (exit_code < STILL_OPEN) * in_time * np.int8(ADVANCED)
        kind += (exit_code == LOST) * in_time * np.int8(LOST_BY_THEN)
        quick = (us <= limits[1][stage]) & (exit_code != STILL_OPEN)
        return stage * np.int64(days.n) + day[part][rows], kind, quick, stays.deal[part][rows]

    found = in_pieces(edges(len(stays)), fates)
    place, kind, quick, deal = (np.concatenate(column) for column in zip(*found, strict=True))
    return place, kind, quick, deal


def _cells(counts: Array, credit: Sequence[Credit | None]) -> Cells:
    """Counts (…, steps, days, fate) as successes of trials; no trials at a step without a credit."""
    n, advanced = counts.sum(axis=-1), counts[..., ADVANCED]
    still_open = counts[..., LATE]
    nothing = np.zeros(n.shape[-1])
    weight = np.array([nothing if one is None else one.weight for one in credit])
    worth = np.array([nothing if one is None else one.open_worth for one in credit])
    rate = np.array([0.0 if one is None else one.rate for one in credit])[:, None]
    m = n * weight
    y = np.where(np.array([one is not None for one in credit])[:, None], rate * m + advanced + still_open * worth - n * rate, 0.0)
    return Cells(y, m)
