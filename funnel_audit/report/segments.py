"""Who and what is different: the deals by owner, source and other columns, each kind of them held against all others."""

from __future__ import annotations

from funnel_audit.report.base import Days, Interval, Projected, Record
from funnel_audit.report.figures import WinRate


class SegmentStep(Record, frozen=True, kw_only=True):
    """The step out of ``stage``, for the deals of a segment. ``shrunk`` is the projected rate drawn to that of all segments, the more the
    fewer deals are behind it; ``from_start`` the product of this step's rate and those before it."""

    stage: str
    reached: int
    advanced: int
    lost: int
    open: int
    projected: Projected | None
    shrunk: float | None
    from_start: Interval | None


class Mean(Record, frozen=True, kw_only=True):
    """A mean of ``deals`` deals in the main currency with its 95 % interval."""

    value: float
    low: float
    high: float
    deals: int


class SameMix(Record, frozen=True, kw_only=True):
    """Share won, were the owner's deals of the sources and amounts of all: ``rate`` with its interval, ``others`` on the same mix,
    ``shrunk`` as above. Of the ``deals`` that are old enough to be settled."""

    rate: Interval
    others: float
    shrunk: float
    deals: int


class Difference(Record, frozen=True, kw_only=True):
    """Something in which the segment differs from all other deals, false discoveries held at 5 %.

    ``what``: win_rate, step (out of ``stage``), days_to_win, value_per_lead; ``value`` and ``others`` are shares, days (medians), money.
    ``basis``: projected (at a common age), closed (of the closed deals), same mix, or settled (the deals old enough). ``others`` are the
    deals with another value; those without any are left out.
    """

    what: str
    stage: str | None
    value: float
    others: float
    direction: str
    q_value: float
    basis: str


class Segment(Record, frozen=True, kw_only=True):
    """The deals with one value of one column. The segments of a column are all deals.

    ``kind``: value, band (of numbers: ``low`` <= x < ``high``), rest (``values`` rare values together), blank (``value`` None).
    ``verdict``: better, worse, mixed, same (no difference found), few (not enough data), not compared; ``q_value`` is the smallest of its
    tests. ``stalled_share`` is of its open deals that are not on hold.
    """

    column: str
    header: str | None
    value: str | None
    kind: str
    low: float | None
    high: float | None
    values: int
    deals: int
    won: int
    lost: int
    open: int
    steps: tuple[SegmentStep, ...]
    win_rate: WinRate
    win_rate_shrunk: float | None
    same_mix: SameMix | None
    days_to_win: Days
    mean_amount: float | None
    won_amount: float | None
    value_per_lead: Mean | None
    stalled_share: float | None
    verdict: str
    q_value: float | None
    differences: tuple[Difference, ...]
