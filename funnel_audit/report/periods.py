"""How things went over time: flows by period, cohorts by creation, and what changed."""

from __future__ import annotations

from funnel_audit.report.base import Projected, Record


class StageFlow(Record, frozen=True, kw_only=True):
    """Deals that came to a stage in a period, and that left it in the period, onward or lost (whenever they came)."""

    stage: str
    entered: int
    advanced: int
    lost: int


class Period(Record, frozen=True, kw_only=True):
    """A calendar week, month or quarter, local days ``start`` to ``end`` inclusive; ``complete``: it is over at as-of.

    ``new`` deals by creation, ``won`` and ``lost`` by the day of it. ``stages`` is empty where too few deals have a history.
    """

    period: str
    start: str
    end: str
    complete: bool
    new: int
    won: int
    lost: int
    won_amount: float | None
    stages: tuple[StageFlow, ...]


class CohortStage(Record, frozen=True, kw_only=True):
    """Of a cohort's deals: ``reached`` the stage by as-of; ``resolved``, the share that reached it or were lost before; ``rate``, the share
    that will have reached it (None under ten deals). ``ripe_on``: the day from which ``resolved`` will be 95 %, going by all cohorts."""

    stage: str
    reached: int
    resolved: float
    rate: Projected | None
    ripe: bool
    ripe_on: str | None


class Cohort(Record, frozen=True, kw_only=True):
    """The deals created in a period; ``stages`` are those after the first whose times the export knows."""

    period: str
    complete: bool
    deals: int
    stages: tuple[CohortStage, ...]


class ChangeSide(Record, frozen=True, kw_only=True):
    """A figure before or after a change with its 95 % interval; ``n`` is what it is out of."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class ChangePart(Record, frozen=True, kw_only=True):
    """A part of a change, in its unit, with its 95 % interval."""

    value: float
    low: float
    high: float


class ChangeSegment(Record, frozen=True, kw_only=True):
    """The deals a change is about."""

    column: str
    value: str


class Change(Record, frozen=True, kw_only=True):
    """One history, and whether it changed; see docs/report.md for what ``what`` may be, with its unit and what ``n`` counts.

    ``survives``: the change is claimed, with the false-discovery rate of all claims at 5 %, and large enough to matter. Then ``since`` is
    the day it began, as a rule, ``since_first`` to ``since_last`` where that may lie (95 %), and ``before`` and ``after`` are its two
    sides; else they are all before the last full period, and that period. ``mix`` + ``rate`` = after - before, by ``split_by``.
    """

    what: str
    stage: str | None
    segment: ChangeSegment | None
    survives: bool
    direction: str | None
    before: ChangeSide | None
    after: ChangeSide | None
    since: str | None
    since_first: str | None
    since_last: str | None
    q_value: float
    age_days: float | None = None
    mix: ChangePart | None = None
    rate: ChangePart | None = None
    split_by: str | None = None
    verdict: str | None = None
    simpson: bool = False
