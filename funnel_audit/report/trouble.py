"""What to act on: leaks, stalled deals, pairs of stages."""

from __future__ import annotations

import msgspec

from funnel_audit.report.base import Days, Projected, Record
from funnel_audit.report.figures import LossReason


class Reference(Record, frozen=True, kw_only=True):
    """What the step is held against: ``source`` is "target" or "best quarter 2026Q1"."""

    value: float
    source: str


class Recoverable(Record, frozen=True, kw_only=True):
    """Per 30 days, were the step at its reference; low and high are the 95 % interval of ``wins``."""

    wins: float
    low: float
    high: float
    amount: float | None


class Window(Record, frozen=True, kw_only=True):
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class Leak(Record, frozen=True, kw_only=True):
    """One step that loses deals. ``per_point`` = wins per 30 days gained by one percentage point more, where there is no reference.

    ``whole``: the window begins with the data, and its rate tells nothing beside that of all deals.
    """

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    lost: int
    lost_amount: float | None
    share_of_losses: float | None
    reasons: tuple[LossReason, ...]
    rate: Projected | None
    reference: Reference | None
    recoverable: Recoverable | None
    per_point: float | None
    window: Window | None
    ranked_first: float | None
    whole: bool = False

    @property
    def matters(self) -> bool:
        """Something can be won here: not a step at its reference, nor one where nobody is lost."""
        return self.recoverable.wins >= 0.05 if self.recoverable is not None else self.lost > 0


class StalledStage(Record, frozen=True, kw_only=True):
    stage: str
    name: str
    open: int
    stalled: int
    amount: float | None
    limit: float | None
    limit_source: str | None
    median_days: float | None


class StalledDeal(Record, frozen=True, kw_only=True):
    """``days`` since the last change of stage; ``edited_days`` since the last edit: an edit is not progress.

    ``chance`` to be won within the forecast's horizon, and ``chance_at_entry``, had it just come into its stage; None without a forecast.
    """

    deal_id: str
    stage: str
    days: float
    limit: float
    limit_source: str
    owner: str | None
    amount: float | None
    currency: str | None = None
    title: str | None = None
    edited_days: float | None = None
    chance: float | None = None
    chance_at_entry: float | None = None


class Stalled(Record, frozen=True, kw_only=True):
    """``unknown`` counts open deals whose stay has no known start: they can be neither called stalled nor cleared."""

    count: int | None
    amount: float | None
    on_hold_count: int
    unknown: int
    by_stage: tuple[StalledStage, ...]
    deals: tuple[StalledDeal, ...]


class Pair(Record, frozen=True, kw_only=True):
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    name: str
    reached: int
    projected: Projected | None
    days: Days
