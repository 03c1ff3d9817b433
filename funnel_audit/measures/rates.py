"""What several measures share: from a tally's spans to an estimate, and the rule for exits whose time nobody wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.estimators import aalen_johansen, weighted_quantile, wilson
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from funnel_audit.estimators import HasInterval, Incidence
    from funnel_audit.tally import Spans, Tally
    from funnel_audit.tally.spans import Group

MIN_REACHED = 10
"""Under this many deals no rate is shown, only counts."""
UNTIMED_LIMIT = 0.05
"""Above this share of a kind of exits without a time, a rate is not projected (see ``with_untimed``)."""


def interval(estimate: HasInterval | None) -> report.Interval | None:
    """An estimate as a record."""
    return None if estimate is None else report.Interval(value=estimate.value, low=estimate.low, high=estimate.high)


def share(successes: int, n: int) -> report.Interval | None:
    """successes / n with Wilson's 95 % interval; None below ``MIN_REACHED``."""
    return interval(wilson(int(successes), int(n))) if n >= MIN_REACHED else None


def projected(incidence: Incidence | None) -> report.Projected | None:
    """An incidence as a record."""
    if incidence is None:
        return None
    i = incidence
    return report.Projected(value=i.value, low=i.low, high=i.high, unresolved=i.unresolved, ripe=i.ripe)


def with_untimed(group: Group, untimed: int) -> Group | None:
    """A kind of exits with those whose time is not known; None where they are more than ``UNTIMED_LIMIT`` of the kind.

    A few untimed exits are put at the median age of their kind: their outcome counts in full, and their time matters only against
    the stays still open. To leave them out would bias the rate; above the limit the placing would carry too much of it.
    """
    lengths, counts = group
    if not untimed:
        return group
    timed = int(counts.sum())
    if untimed > UNTIMED_LIMIT * (timed + untimed):
        return None
    median = weighted_quantile(lengths, counts, 0.5) or 0.0
    return merge([group, (np.array([median]), np.array([untimed]))])


def step_incidence(tally: Tally, k: int) -> Incidence | None:
    """Chance of the stays of stage k to advance, the deals that jumped over it being advances at age 0; None where it cannot be had."""
    advances = with_untimed(tally.stays.advances(k), int(tally.untimed_advances[k]))
    losses = with_untimed(tally.stays.losses(k), int(tally.untimed_losses[k]))
    if advances is None or losses is None:
        return None
    jumped = (np.zeros(1), tally.skipped[k : k + 1])
    return fit(merge([jumped, advances]), losses, tally.stays.still_open(k))


def window_incidence(spans: Spans, k: int, since_us: int | None, before_us: int | None = None) -> Incidence | None:
    """The same for the stays that began in [since, before), without jumps."""
    within: Any = (k, since_us, before_us)
    return fit(spans.advances(*within), spans.losses(*within), spans.still_open(*within))


def fit(advances: Group, losses: Group, still_open: Group) -> Incidence | None:
    """Aalen-Johansen on three groups."""
    return aalen_johansen(*advances, *losses, *still_open)


def days_of(group: Group) -> report.Days:
    """Percentiles of finished lengths only: what CRMs show."""
    lengths, counts = group
    return report.Days(p50=weighted_quantile(lengths, counts, 0.5), p90=weighted_quantile(lengths, counts, 0.9), n=int(counts.sum()))
