"""How long does each stage take? (definitions, section 5)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.estimators import Survival, kaplan_meier, weighted_quantile
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import UNTIMED_LIMIT, days_of
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from funnel_audit.tally import Tally

NO_DAYS = report.Days(p50=None, p90=None, n=0)


class Pace(Frozen):
    """Time in one stage. ``days`` is Kaplan-Meier over all stays, ``advance_days`` over finished advances only.

    ``open_days`` is the median age of the deals that stand in the stage now, counted from ``open_since``: "stage" (entered it),
    "created" (only that is known), or None.
    """

    days: report.Days
    advance_days: report.Days
    open_days: float | None
    open_since: str | None


def pace(tally: Tally) -> tuple[Pace, ...]:
    """One Pace a stage, in funnel order; the won stage has no stays, so no days."""
    out = []
    for k in range(tally.stages):
        curve = stay_curve(tally, k)
        advances = tally.stays.advances(k)
        untimed = int(tally.untimed_advances[k])
        finished = days_of(advances) if untimed <= UNTIMED_LIMIT * (untimed + int(advances[1].sum())) else NO_DAYS
        lengths, counts = tally.stays.still_open(k)
        since: str | None = "stage"
        if int(counts.sum()) <= int(tally.unknown_starts[k]):
            lengths, counts = tally.lives.still_open(k)
            since = "created"
        age = weighted_quantile(lengths, counts, 0.5)
        days = NO_DAYS
        if curve is not None:
            days = report.Days(p50=curve.percentile(0.5), p75=curve.percentile(0.75), p90=curve.percentile(0.9), n=curve.n)
        out.append(Pace(days, finished, age, since if age is not None else None))
    return tuple(out)


def stay_curve(tally: Tally, k: int) -> Survival | None:
    """Kaplan-Meier of the stays of stage k, any exit being the end; None without stays, or where too many exits have no time."""
    ends = merge([tally.stays.advances(k), tally.stays.losses(k)])
    still_open = tally.stays.still_open(k)
    untimed = int(tally.untimed_advances[k] + tally.untimed_losses[k])
    known = int(ends[1].sum())
    if known + int(still_open[1].sum()) == 0 or untimed > UNTIMED_LIMIT * (untimed + known):
        return None
    return kaplan_meier(*ends, *still_open)


def days_to_win(tally: Tally) -> report.Days:
    """Created to won, of the deals that are won."""
    return days_of(merge([tally.lives.group(track, 0) for track in range(tally.stages)]))
