"""Where the forecast gets its stays: the stages' own, or, for exports without stage times, one stay from creation to won or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, elapsed_us
from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.labels import LOST
from funnel_audit.measures.forecast.past import usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

STAGES, CREATION = "stages", "age since creation"
MIN_TIMED = 0.9
"""Share of the closed deals whose last stay has a time, below which the stages cannot be used; the same for created to closed."""


@dataclass(frozen=True)
class Source:
    """Stays with a known start and length; ``exit`` is a later stage, STILL_OPEN or LOST. ``arrived`` and ``arrived_first``: each new
    deal's instant and first stage. ``reached`` (n,): when each deal reached the target, NAT: not yet, or not known. ``ageless``: open
    deals short of the target whose stay has no known start."""

    method: str
    stages: int
    as_of_us: int
    timezone: str
    deal: Array
    stage: Array
    entered: Array
    us: Array
    exit: Array
    by_day: bool
    arrived: Array
    arrived_first: Array
    reached: Array
    ageless: Array

    def length_at(self, rows: Array, at_us: int) -> Array:
        """Lengths up to an earlier instant, by the rule for dates without a time."""
        length = elapsed_us(self.entered[rows], self.by_day, np.full(len(rows), at_us), self.by_day, self.timezone)
        return np.maximum(length, 0)


def resolved(journeys: Journeys) -> int:
    return int(np.count_nonzero(journeys.outcome != Outcome.OPEN))


def from_stages(j: Journeys, target: int) -> Source | None:
    """The stays short of the target; None where too many closed deals have none with a time."""
    stays = j.stays
    fine = usable(stays.entered, stays.us)
    closed = resolved(j)
    ends = np.zeros(j.n, bool)
    ends[stays.deal[fine & ((stays.exit == LOST) | (stays.exit == j.stages - 1))]] = True
    straight = (j.outcome == Outcome.WON) & (j.stayed == 0) & (j.won_at.at != NAT) & j.has_history
    if not closed or np.count_nonzero((ends | straight) & (j.outcome != Outcome.OPEN)) < MIN_TIMED * closed:
        return None
    begins = np.ones(len(stays), bool)
    begins[1:] = stays.deal[1:] != stays.deal[:-1]
    begins &= fine & (j.has_history[stays.deal] | (stays.stage == 0))
    direct = np.flatnonzero(straight)
    arrived = np.concatenate([stays.entered[begins], j.won_at.at[direct]])
    first = np.concatenate([np.minimum(stays.stage[begins], target), np.full(len(direct), target)]).astype(np.int64)
    leaps = np.flatnonzero(fine & (stays.stage < target) & (stays.exit < STILL_OPEN) & (stays.exit >= target))
    reached = np.full(j.n, NAT, np.int64)
    reached[stays.deal[leaps]] = stays.entered[leaps] + stays.us[leaps]
    beyond = np.flatnonzero(begins & (stays.stage >= target))
    reached[stays.deal[beyond]] = stays.entered[beyond]
    reached[direct] = j.won_at.at[direct]
    keep = slice(None) if fine.all() and target == j.stages - 1 else np.flatnonzero(fine & (stays.stage < target))
    exit_code = stays.exit[keep]
    open_without_age = (j.outcome == Outcome.OPEN) & (j.stage < target)
    open_without_age[stays.deal[fine & (stays.exit == STILL_OPEN)]] = False
    return Source(
        STAGES, target + 1, j.as_of.us, j.timezone, stays.deal[keep], stays.stage[keep], stays.entered[keep], stays.us[keep],
        np.where(exit_code < STILL_OPEN, np.minimum(exit_code, target), exit_code), _only_dates(j), arrived, first, reached,
        np.flatnonzero(open_without_age),
    )  # fmt: skip


def from_creation(j: Journeys) -> Source | None:
    """One stay a deal, from creation to won (exit 1) or lost; None where too many closed deals lack a date."""
    created, won = j.facts.created, j.outcome == Outcome.WON
    open_ = j.outcome == Outcome.OPEN
    end = np.where(won, j.won_at.at, np.where(open_, j.as_of.us, j.lost_at.at))
    by_day = _any(created.day) or _any(j.won_at.day) or _any(j.lost_at.day)
    length = elapsed_us(created.at, by_day, end, by_day, j.timezone)
    length[length < 0] = NAT
    fine = usable(created.at, length)
    closed = resolved(j)
    if not closed or np.count_nonzero(fine & ~open_) < MIN_TIMED * closed:
        return None
    rows = np.flatnonzero(fine)
    code = np.where(won, 1, np.where(open_, STILL_OPEN, LOST)).astype(np.uint8)
    return Source(
        CREATION, 2, j.as_of.us, j.timezone, rows.astype(np.int32), np.zeros(len(rows), np.uint8), created.at[rows], length[rows],
        code[rows], by_day, created.at[rows], np.zeros(len(rows), np.int64), np.where(won, j.won_at.at, NAT), np.flatnonzero(open_ & ~fine),
    )  # fmt: skip


def _any(day: Array | bool) -> bool:
    return bool(np.any(day))


def _only_dates(j: Journeys) -> bool:
    """True where every stay starts at a local midnight and lasts whole days: the history holds dates, not instants."""
    from funnel_audit.clock import DAY, local_wall

    sample = j.stays.entered[:2000]
    sample = sample[sample != NAT]
    return bool(len(sample)) and bool((local_wall(sample, j.timezone) % DAY == 0).all())
