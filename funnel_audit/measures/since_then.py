"""What has come of the time after an earlier as-of, held against the half year before it: real development, tested.

Both sides are read from the newer export, so that nothing that was rewritten is taken for a change. Conversion is compared at a common
age (definitions, section 4): of stays begun in the half year before, and of those begun since.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.estimators import Z95, benjamini_hochberg, incidence_at
from funnel_audit.estimators.two_groups import means_differ, normal_p, shares_differ
from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Outcome
from funnel_audit.measures.rates import MIN_REACHED, fit, window_incidence
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.clock import AsOf
    from funnel_audit.estimators import Incidence
    from funnel_audit.journeys import Journeys
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

BEFORE_DAYS = 180
"""The time before the older as-of that the time since is held against."""
FDR = 0.05
SEEN_SHARE = 0.5
"""The common age, as a share of the time since: by then half of the stays of a steady stream have been seen for so long. At the longest age
itself a handful of stays decide, and luck passes for change."""
PER_DAYS = 30
WEEK = 7 * DAY
LEAST_EVENTS = 5
"""With fewer in all, a count says nothing."""


class Side(Frozen):
    """A figure with its 95 % interval; ``n``: stays, deals, won deals that it is out of, or counted."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Development(Frozen):
    """``what`` and unit: intake and wins (per 30 days), amount (mean of won deals), conversion (of the step out of ``stage``, by
    ``age_days``), win_rate (of deals created, by ``age_days``). ``q`` None: too few to be tested. ``verdict``: better, worse,
    no_evidence, too_few."""

    what: str
    stage: int | None
    before: Side
    after: Side
    age_days: float | None
    p: float | None
    q: float | None = None
    verdict: str = "too_few"


def since_then(j: Journeys, tally: Tally, then: AsOf, currency: str | None, all_deals: bool = True) -> list[Development]:
    """Every figure that there is, tested together. ``all_deals``: none were left out by their creation, so that their number counts."""
    if j.as_of.us <= then.us:
        return []
    begin = then.us - BEFORE_DAYS * DAY
    found = []
    if all_deals:
        found += [_counted("intake", j.facts.created.at, begin, then.us, j.as_of.us)]
        found += [_counted("wins", j.won_at.at[j.outcome == Outcome.WON], begin, then.us, j.as_of.us)]
    age = (j.as_of.us - then.us) / DAY * SEEN_SHARE
    found.append(_win_rate(tally, begin, then.us, age))
    found += [_conversion(tally, k, begin, then.us, age) for k in range(j.stages - 1)]
    found.append(_amount(j, currency, begin, then.us))
    made = [one for one in found if one is not None]
    tested = [one.p if one.p is not None else float("nan") for one in made]
    return [_judged(one, float(q)) for one, q in zip(made, benjamini_hochberg(tested), strict=True)]


def _judged(one: Development, q: float) -> Development:
    if q != q:
        return one
    rises = (one.after.value or 0.0) > (one.before.value or 0.0)
    verdict = "no_evidence" if q > FDR else "better" if rises else "worse"
    return Development(one.what, one.stage, one.before, one.after, one.age_days, one.p, q, verdict)


def _counted(what: str, at: Array, begin: int, cut: int, end: int) -> Development | None:
    """Counts per 30 days before and after the cut. Where weeks differ by more than luck, the interval and the test are as much wider."""
    at = at[(at != NAT) & (at > begin) & (at <= end)]
    if not len(at):
        return None
    begin = max(begin, int(at.min()))
    lengths = [max(stop - start, 0) / DAY for start, stop in ((begin, cut), (cut, end))]
    counts = [int(np.count_nonzero(at <= cut)), int(np.count_nonzero(at > cut))]
    weeks = np.bincount((cut - at[at <= cut]) // WEEK)[: max((cut - begin) // WEEK, 0)]
    spread = max(1.0, float(weeks.var(ddof=1) / weeks.mean())) if len(weeks) >= 4 and weeks.mean() > 0 else 1.0
    sides = []
    for n, days in zip(counts, lengths, strict=True):
        if days <= 0:
            sides.append(Side(None, None, None, n))
            continue
        root, step = sqrt(n + 0.25), Z95 / 2 * sqrt(spread)  # on the root's scale counts vary alike
        low, high = max(root - step, 0.0) ** 2, (root + step) ** 2
        sides.append(Side(n / days * PER_DAYS, low / days * PER_DAYS, high / days * PER_DAYS, n))
    p = None
    if min(lengths) > 0 and sum(counts) >= LEAST_EVENTS:
        expected = [sum(counts) * days / sum(lengths) for days in lengths]
        g = 2 * sum(n * log(n / e) for n, e in zip(counts, expected, strict=True) if n)
        p = float(normal_p(sqrt(max(g, 0.0) / spread)))
    return Development(what, None, sides[0], sides[1], None, p)


def _conversion(tally: Tally, k: int, begin: int, cut: int, age: float) -> Development | None:
    before, after = window_incidence(tally.stays, k, begin, cut), window_incidence(tally.stays, k, cut)
    return _compared("conversion", k, before, after, age)


def _win_rate(tally: Tally, begin: int, cut: int, age: float) -> Development | None:
    """Won of the deals created, against lost: the whole funnel."""
    sides = []
    for window in ((begin, cut), (cut, None)):
        tracks = range(tally.stages)
        wins = merge([tally.lives.group(k, 0, *window) for k in tracks])
        losses = merge([tally.lives.losses(k, *window) for k in tracks])
        sides.append(fit(wins, losses, merge([tally.lives.still_open(k, *window) for k in tracks])))
    return _compared("win_rate", None, sides[0], sides[1], age)


def _compared(what: str, stage: int | None, before: Incidence | None, after: Incidence | None, age: float) -> Development | None:
    """Two incidences at one age."""
    if before is None or after is None:
        return None
    read = [incidence_at(one, age) for one in (before, after)]
    if not any(one.value for one in read):
        return None  # nobody can have come so far by that age
    sides = [Side(one.value, one.low, one.high, one.n) for one in read]
    if min(one.n for one in read) < MIN_REACHED:
        few = [side if side.n >= MIN_REACHED else Side(None, None, None, side.n) for side in sides]
        return Development(what, stage, few[0], few[1], age, None)
    sizes = [_as_good_as(one) for one in read]
    p = float(shares_differ([read[1].value], [sizes[1]], [read[0].value], [sizes[0]])[0])
    return Development(what, stage, sides[0], sides[1], age, None if p != p else p)


def _as_good_as(one: Incidence) -> float:
    """How many plain trials would be as sure as this estimate; of 0 and 1 the stays themselves."""
    width = (one.high - one.low) / (2 * Z95)
    if not 0.0 < one.value < 1.0 or width <= 0:
        return float(one.n)
    return min(float(one.n), one.value * (1 - one.value) / width**2)


def _amount(j: Journeys, currency: str | None, begin: int, cut: int) -> Development | None:
    """Mean amount of the deals won before and after the cut, in the main currency."""
    facts = j.facts
    code = -1 if currency is None else facts.currency.texts.index(currency) if currency in facts.currency.texts else -2
    rows = np.flatnonzero((j.outcome == Outcome.WON) & facts.amount_known & (facts.currency.codes == code))
    at, amount = j.won_at.at[rows], facts.amount[rows] / 100
    groups = [amount[(at > begin) & (at <= cut)], amount[at > cut]]
    if not len(groups[0]) and not len(groups[1]):
        return None
    sides, variances = [], []
    for values in groups:
        if len(values) < MIN_REACHED:
            sides.append(Side(None, None, None, len(values)))
            variances.append(float("nan"))
            continue
        mean, variance = float(values.mean()), float(values.var(ddof=1) / len(values))
        half = Z95 * sqrt(variance)
        sides.append(Side(mean, max(mean - half, 0.0), mean + half, len(values)))
        variances.append(variance)
    p = None
    if sides[0].value is not None and sides[1].value is not None:
        p = float(means_differ([sides[1].value], [variances[1]], [sides[0].value], [variances[0]])[0])
        p = None if p != p else p
    return Development("amount", None, sides[0], sides[1], None, p)
