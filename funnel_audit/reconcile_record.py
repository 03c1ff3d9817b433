"""Step rates under several counting rules as a frozen record tree; its JSON is the machine format. Nothing here computes."""

from __future__ import annotations

from funnel_audit.report import Input, Record

SCHEMA = "funnel-audit-reconcile/1"


class DealsBehind(Record, frozen=True, kw_only=True):
    """Deals that count otherwise at one step, under this rule than under ``against``; ``ids`` of the first ones, ``more`` are not listed.

    ``effect``: undecided_no (undecided there, not gone on here), undecided_out (undecided there, left out here), left_out (in neither
    number here), not_gone_on (counted at the stage, not at the next), added (counted at the next stage, but not at this one).
    """

    cause: str
    effect: str
    deals: int
    ids: tuple[str, ...]
    more: int


class RuleStep(Record, frozen=True, kw_only=True):
    """``gone_on`` of ``base`` deals at the step from ``start`` to ``end``. ``low`` and ``high``: the 95 % interval, where the one are among
    the other. ``difference``: the rate less that of ``against``, as a share."""

    start: str
    end: str
    base: int
    gone_on: int
    rate: float | None
    low: float | None
    high: float | None
    difference: float | None
    behind: tuple[DealsBehind, ...] = ()


class RuleStage(Record, frozen=True, kw_only=True):
    """Deals that the rule counts at a stage; ``cumulative``: their share of all deals, or of the first stage's (docs/reconcile.md)."""

    stage: str
    deals: int
    cumulative: float | None


class RuleCause(Record, frozen=True, kw_only=True):
    """All deals that count otherwise for one reason, each once however many steps it differs at; ``text`` says it in ``lang``."""

    cause: str
    deals: int
    text: str
    ids: tuple[str, ...]
    more: int


class Rule(Record, frozen=True, kw_only=True):
    """One counting rule, its ``name`` in ``lang``. ``crm`` is the product that counts so. ``against`` is the rule it is held against;
    ``same_as`` an earlier rule of the list that gives the same numbers throughout. ``reason`` says why there are none. ``deals`` are those
    the rule could look at."""

    rule: str
    name: str
    crm: str | None
    text: str
    against: str | None
    against_name: str | None
    deals: int
    same_as: str | None = None
    reason: str | None = None
    stages: tuple[RuleStage, ...] = ()
    steps: tuple[RuleStep, ...] = ()
    causes: tuple[RuleCause, ...] = ()


class StageName(Record, frozen=True, kw_only=True):
    stage: str
    name: str


class Reconciliation(Record, frozen=True, kw_only=True):
    schema: str = SCHEMA
    title: str
    lang: str
    as_of: str
    as_of_local: str
    timezone: str
    input: Input
    deals: int
    summary: tuple[str, ...]
    funnel: tuple[StageName, ...]
    rules: tuple[Rule, ...]
