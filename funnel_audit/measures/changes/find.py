"""What changed: every step's conversion and pace, the intake and the mean amount, each against its own history.

Two looks at each history: the last full period against all before it, and the best split of it by weeks into before and after, which share
the error between them. Parts of the deals (a source, an owner) are named where they changed and the rest did not, or otherwise. Over all
of it together the false-discovery rate is held at 5 %; one half of it is for the few histories of all deals, the other for the many of
their parts (weighted Benjamini-Hochberg: Genovese, Roeder & Wasserman 2006). What began more than a year before as-of is no news: then
the history begins after it.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.estimators import benjamini_hochberg
from funnel_audit.estimators.changepoint import Family, Split, apart, best_split, contrast, dispersion, latest_change, two_sided
from funnel_audit.frozen import Frozen
from funnel_audit.measures.changes.cells import History
from funnel_audit.measures.changes.records import AMOUNT, CONVERSION, INTAKE, MIX, PACE, Change
from funnel_audit.measures.changes.totals import Totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.measures.calendar import Axis, Period
    from funnel_audit.measures.changes.cells import Cells, Part

    Array = NDArray[Any]

FDR = 0.05
LEAST = {"binomial": 20.0, "poisson": 28.0, "normal": 15.0}
"""What both sides of a split must have: stays (as good as decided), days, won deals."""
LEAST_EVENTS = 5.0
"""With fewer successes, or failures, in all the history tells nothing."""
NEWS_DAYS = 365
WEIGHT_OF_SPLIT = 0.8
"""The share of a history's error that its best split may use; the rest is for the last full period."""
SURE = 1.96
"""A part is named only where its change and that of the rest are so far apart; the rest is still where it changed less surely."""


class Weeks(Frozen):
    """Weeks on the axis of days: where each begins, and how the days of the last full period lie."""

    first_day: Array
    days: Axis
    last: Period | None
    news: int
    """The first week that is news."""

    def sums(self, by_day: Array) -> Array:
        """By week, over the last dimension."""
        found: Array = np.add.reduceat(by_day, self.first_day, axis=-1)
        return found


def weeks_of(days: Axis, last: Period | None) -> Weeks:
    first_day = np.flatnonzero(np.diff(days.weeks, prepend=-1))
    return Weeks(first_day, days, last, int(np.searchsorted(first_day, days.n - NEWS_DAYS)))


def find(history: History, totals: Totals, weeks: Weeks, parts: Sequence[Part]) -> tuple[Change, ...]:
    """Every history that could be tested, in the order of the evidence: those that are claimed first."""
    whole: list[Change] = []
    for what, cells in ((CONVERSION, history.conversion), (PACE, history.pace)):
        for k in range(len(cells.m)):
            whole += [found] if (found := _judged(what, k, "binomial", cells.y[k], cells.m[k], weeks)) else []
    for what, family, series in ((INTAKE, "poisson", totals.intake), (AMOUNT, "normal", totals.amount)):
        if series is not None:
            whole += [found] if (found := _judged(what, None, family, *series, weeks)) else []  # type: ignore[arg-type]
    bases = {change.stage: change.base for change in whole if change.what == CONVERSION}
    of_parts: list[Change] = []
    for part, cells, new in zip(parts, history.by_part, totals.by_part, strict=True):
        if part.claims:
            of_parts += _parted(part, cells, weeks, bases)
        if part.comes:
            shares = [_judged(MIX, None, "binomial", count, totals.new, weeks) for count in new[:-1]]
            named = [replace(one, value=name) for one, name in zip(shares, part.names, strict=True) if one is not None]
            of_parts += _first_of(named, part.column)
    tested = [*whole, *of_parts]
    weights = np.array([len(tested) / (2 * len(family)) for family in (whole, of_parts) for _ in family])
    p_values = np.array([change.p for change in tested])
    q_values = benjamini_hochberg(np.minimum(p_values / weights, 1.0) if of_parts else p_values)
    judged = [replace(change, q=float(q), claimed=bool(q <= FDR)) for change, q in zip(tested, q_values, strict=True)]
    return _ordered([change if change.claimed else _undated(change) for change in _named_once(judged, history, parts)])


def _judged(what: str, stage: int | None, family: Family, y: Array, m: Array, weeks: Weeks) -> Change | None:
    """One history; None where it is too short to be tested."""
    if family == "binomial" and min(y.sum(), (m - y).sum()) < LEAST_EVENTS:
        return None
    split = latest_change(family, weeks.sums(y), weeks.sums(m), LEAST[family], weeks.news)
    if split is None:
        return None
    z, p_last = _last_period(family, y, m, weeks, split.base, split.dispersion)
    p = min(1.0, split.p / WEIGHT_OF_SPLIT, p_last / (1 - WEIGHT_OF_SPLIT))
    found = Change(what, stage, p, z, base=int(weeks.first_day[split.base]))
    return _dated(replace(found, z=split.z), split, weeks) if split.p <= FDR else found


def _dated(change: Change, split: Split, weeks: Weeks) -> Change:
    since, first, last = (int(weeks.first_day[place]) for place in (split.at, split.first, split.last))
    return replace(change, since=since, since_first=first, since_last=last)


def _last_period(family: Family, y: Array, m: Array, weeks: Weeks, base: int, spread: float) -> tuple[float, float]:
    """z and p of the last full period against all days before it, from the week ``base`` on; (0, 1) where one of the two is too thin."""
    if weeks.last is None:
        return 0.0, 1.0
    begin, cut, end = int(weeks.first_day[base]), weeks.last.first, weeks.last.last
    if begin >= cut:
        return 0.0, 1.0
    sides = [float(series[span].sum()) for span in (slice(begin, cut), slice(cut, end)) for series in (y, m)]
    if min(sides[1], sides[3]) < LEAST[family] * (0.25 if family == "poisson" else 1.0):
        return 0.0, 1.0
    z = float(contrast(family, *sides)) / spread**0.5
    return z, two_sided(z)


def _parted(part: Part, cells: Cells, weeks: Weeks, bases: dict[int | None, int]) -> list[Change]:
    """For each step, the value of a part whose conversion most surely changed; whether the rest did too is asked of those that are sure."""
    y, m = weeks.sums(cells.y), weeks.sums(cells.m)
    steps, first = y.shape[1], weeks.first_day
    counts = np.arange(len(first)) >= np.searchsorted(first, [bases.get(k, weeks.days.n) for k in range(steps)])[:, None]
    y, m = y * counts, m * counts
    own = _sides(y, m)
    rest = tuple(side.sum(axis=0) - side for side in own)
    z = contrast("binomial", *own)
    enough = np.minimum.reduce([own[1], own[3], rest[1], rest[3]]) >= LEAST["binomial"]
    enough[..., : max(weeks.news - 1, 0)] = False
    found: list[Change] = []
    for k in range(steps):
        named = []
        for value, name in enumerate(part.names):
            n, yes = float(m[value, k].sum()), float(y[value, k].sum())
            if not enough[value, k].any() or min(yes, n - yes) < LEAST_EVENTS:
                continue
            split = best_split(z[value, k], own[1][value, k] / n, enough[value, k])
            assert split is not None
            if (spread := dispersion("binomial", y[value, k], m[value, k], split.at)) > 1.0:
                split = best_split(z[value, k] / spread**0.5, own[1][value, k] / n, enough[value, k])
                assert split is not None
            named.append(_dated(Change(CONVERSION, k, split.p, split.z, value=name, base=bases[k]), split, weeks))
        found += _first_of(named, part.column)
    return found


def _sides(y: Array, m: Array) -> tuple[Array, Array, Array, Array]:
    """Before and after every split, over the last dimension: y and m, y and m."""
    had, upto = np.cumsum(y, axis=-1)[..., :-1], np.cumsum(m, axis=-1)[..., :-1]
    return had, upto, y.sum(axis=-1, keepdims=True) - had, m.sum(axis=-1, keepdims=True) - upto


def _first_of(values: list[Change], column: str) -> list[Change]:
    """The surest of a column's values, at the price of having chosen it (Bonferroni): one test a column. Of two equally sure ones (where
    there are only two, each is the other's rest) the one that moved more."""
    if not values:
        return []
    least = min(one.p for one in values)
    first = max((one for one in values if one.p <= least * 1.01), key=lambda one: abs(one.z))
    return [replace(first, column=column, p=min(1.0, first.p * len(values)))]


def too_small(change: Change) -> Change:
    """Sure, but nothing to act on: not claimed."""
    return replace(_undated(change), claimed=False, makeup=None)


def _undated(change: Change) -> Change:
    """Where nothing is claimed there is no day on which it began."""
    return replace(change, since=None, since_first=None, since_last=None)


def _named_once(judged: list[Change], history: History, parts: Sequence[Part]) -> list[Change]:
    """A change is claimed once: for a part where the rest did not change, else for all deals."""
    out = [change for change in judged if change.value is None]
    named: dict[int | None, Change] = {}  # what is said of a step by owner and by source is one thing
    explained: set[tuple[int | None, bool]] = set()
    for change in judged:
        if change.value is None or not change.claimed:
            continue
        if change.what == MIX:
            out.append(change)
            continue
        rise, rest_rise, rest_z, apart_z = _rises(change, history, parts)
        still = abs(rest_z) < SURE
        if abs(apart_z) < SURE or not (still or rest_rise * rise < 0 or abs(rest_rise) < abs(rise) / 3):
            continue
        if change.stage not in named or abs(change.z) > abs(named[change.stage].z):
            named[change.stage] = change
        if still:
            explained.add((change.stage, change.z > 0))
    out = [replace(one, claimed=False) if _is_explained(one, explained) else one for one in out]
    return [*out, *named.values()]


def _is_explained(change: Change, explained: set[tuple[int | None, bool]]) -> bool:
    return change.what == CONVERSION and change.value is None and (change.stage, change.z > 0) in explained


def _rises(change: Change, history: History, parts: Sequence[Part]) -> tuple[float, float, float, float]:
    """At a part's change: the difference of its rates, that of the rest, z of the rest's, and z of the two being apart."""
    place = next(index for index, part in enumerate(parts) if part.column == change.column)
    cells, value = history.by_part[place], parts[place].names.index(change.value or "")
    assert change.since is not None and change.stage is not None
    own, rest = [], []
    for span in (slice(change.base, change.since), slice(change.since, None)):
        for series in (cells.y, cells.m):
            of_step = series[:, change.stage, span].sum(axis=1)
            own.append(float(of_step[value]))
            rest.append(float(of_step.sum() - of_step[value]))
    rises = [four[2] / four[3] - four[0] / four[1] for four in (own, rest)]
    z = float(contrast("binomial", *rest))
    return rises[0], rises[1], z, float(apart((own[0], own[1], own[2], own[3]), (rest[0], rest[1], rest[2], rest[3])))


def _ordered(changes: list[Change]) -> tuple[Change, ...]:
    """By the evidence; a step's pace after its conversion, where both changed: deals that are lost later linger."""
    claimed = {change.stage: change for change in changes if change.claimed and change.what == CONVERSION}

    def rank(change: Change) -> tuple[bool, float, float, str, int]:
        lead = claimed.get(change.stage) if change.what == PACE and change.claimed else None
        p, z = (lead.p, abs(lead.z)) if lead is not None and lead.p > change.p else (change.p, abs(change.z))
        later = lead is not None and p == lead.p
        return not change.claimed, p, -z, change.what + ("z" if later else ""), change.stage if change.stage is not None else -1

    return tuple(sorted((change for change in changes if isfinite(change.z)), key=rank))
