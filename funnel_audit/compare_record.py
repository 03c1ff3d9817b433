"""Two exports of one CRM compared, as a frozen record tree; its JSON is the machine format. Nothing here computes."""

from __future__ import annotations

from funnel_audit.report import ChangePart, Input, Record

SCHEMA = "funnel-audit-compare/1"


class Export(Record, frozen=True, kw_only=True):
    """One of the two: what was read, the instant that it shows, and how many deals."""

    input: Input
    as_of: str
    as_of_local: str
    deals: int


class Effect(Record, frozen=True, kw_only=True):
    """What some deals change of the older export's figures: their state on its day by the newer export, less that by the older one."""

    deals: int
    won: int
    lost: int
    open: int
    won_amount: float | None


class Rewriting(Record, frozen=True, kw_only=True):
    """One kind of rewriting. ``deals`` None: the exports cannot tell, and ``reason`` says why. ``ids`` of the first."""

    kind: str
    deals: int | None
    text: str
    ids: tuple[str, ...]
    more: int
    effect: Effect | None
    reason: str | None = None


class LabelChange(Record, frozen=True, kw_only=True):
    """Labels of one stage (None: of none that is known) that only one of the exports has; ``deals`` stand, or stood, in the old ones."""

    stage: str | None
    name: str | None
    old: tuple[str, ...]
    new: tuple[str, ...]
    deals: int


class Figure(Record, frozen=True, kw_only=True):
    """``old``, as the older export has it; ``then``, for the same day by the newer one; ``new``. What lies between the first two was
    rewritten, between the last two it happened. ``what``: deals, won, lost, open, win_rate (of closed deals), won_amount, mean_amount,
    stalled. ``reason``: why an export has no such amount, which is null then."""

    what: str
    old: float | None
    then: float | None
    new: float | None
    reason: str | None = None


class Side(Record, frozen=True, kw_only=True):
    """A figure with its 95 % interval; ``n`` is what it is out of."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Change(Record, frozen=True, kw_only=True):
    """A figure of the 180 days before the older export's as-of, and of the time since; ``what``: intake, wins (per 30 days), win_rate,
    conversion (both by ``age_days``), amount. ``verdict``: better, worse, no_evidence, too_few.

    Of a step that is better or worse, where a column can tell: ``mix`` + ``rate`` = after - before by ``split_by`` (owner, source,
    amount); ``makeup``: mix (other deals than before), rate (the same kind does otherwise), both; ``simpson``: each kind by itself went
    the other way.
    """

    what: str
    stage: str | None
    text: str
    before: Side
    after: Side
    age_days: float | None
    q_value: float | None
    verdict: str
    mix: ChangePart | None = None
    rate: ChangePart | None = None
    split_by: str | None = None
    makeup: str | None = None
    simpson: bool = False


class Comparison(Record, frozen=True, kw_only=True):
    schema: str = SCHEMA
    title: str
    lang: str
    timezone: str
    currency: str | None
    old: Export
    new: Export
    summary: tuple[str, ...]
    rewritten_deals: int
    """Deals that anything was rewritten of, each once."""
    rewritten: tuple[Rewriting, ...]
    labels: tuple[LabelChange, ...]
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
