"""The finished audit as one frozen record tree; its JSON is the machine format.

Nothing here computes. Shares are 0-1, lengths are days, money is in units of the named currency, missing is None and then a note says
why. The tree is language-neutral but for ``name``, ``text`` and ``summary``, which are in ``lang``.
"""

from __future__ import annotations

from typing import dataclass_transform

import msgspec

SCHEMA = "funnel-audit/1"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every part of the audit."""


class Interval(Record, frozen=True, kw_only=True):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


class Projected(Record, frozen=True, kw_only=True):
    """Aalen-Johansen incidence of advance against loss; ``unresolved`` is the share whose fate nobody has seen yet."""

    value: float
    low: float
    high: float
    unresolved: float
    ripe: bool


class Bounds(Record, frozen=True, kw_only=True):
    """What unplaced losses leave open: ``low`` had all of them been lost at this step, ``high`` had none."""

    low: float
    high: float


class Days(Record, frozen=True, kw_only=True):
    """Percentiles in days; None where the curve does not get there. ``n`` is the number of stays behind it."""

    p50: float | None
    p90: float | None
    n: int
    p75: float | None = None


class InputFile(Record, frozen=True, kw_only=True):
    name: str
    rows: int
    encoding: str | None
    delimiter: str | None
    shape: str
    dialect: str
    sheet: str | None = None


class Input(Record, frozen=True, kw_only=True):
    files: tuple[InputFile, ...]
    stages: str
    """Where the funnel comes from: a path, "packaged", or "export" when it was made from the data."""
    shape: str = ""
    """The shape of all files together: deal rows, dated columns, stage changes, deal rows with stage changes, snapshots."""
    order: str | None = None
    """How the stages of a made funnel were put in order: history, pipeline (the CRM's default), appearance (a guess)."""
    pipeline: str | None = None
    created_from: str | None = None
    created_to: str | None = None


class WinRate(Record, frozen=True, kw_only=True):
    so_far: Interval | None
    closed_only: Interval | None
    projected: Projected | None


class LossReason(Record, frozen=True, kw_only=True):
    """``reason`` None is the losses without one. ``amount`` is in the main currency."""

    reason: str | None
    lost: int
    amount: float | None = None


class CurrencySum(Record, frozen=True, kw_only=True):
    currency: str | None
    deals: int
    won_amount: float
    open_amount: float


class Totals(Record, frozen=True, kw_only=True):
    deals: int
    won: int
    lost: int
    open: int
    unplaced: int
    unmapped: int
    excluded: int
    on_hold: int
    reopened: int | None
    won_amount: float | None
    open_amount: float | None
    currency: str | None
    win_rate: WinRate
    days_to_win: Days
    loss_reasons: tuple[LossReason, ...]
    currencies: tuple[CurrencySum, ...] = ()
    """One row a currency, the main one first; amounts of different currencies are never added."""


class FunnelStage(Record, frozen=True, kw_only=True):
    """One stage; reached = advanced + lost + open (+ unplaced for the first), asserted where it is counted.

    ``seen``, ``skipped`` and ``back_moves`` are None where no deal has a history. ``days`` is Kaplan-Meier over all stays, any exit
    ending one; ``advance_days`` is over finished advances only: the figure that CRMs show, and that runs fast. ``open_days`` is the
    median age of the open deals standing here (since the last change of stage, else since creation; ``open_days_since`` says which).
    """

    stage: str
    name: str
    reached: int
    seen: int | None
    skipped: int | None
    advanced: int
    lost: int
    open: int
    on_hold: int
    back_moves: int | None
    so_far: Interval | None
    resolved: float | None
    projected: Projected | None
    from_start: Interval | None
    bounds: Bounds | None
    days: Days
    advance_days: Days
    lost_amount: float | None = None
    open_amount: float | None = None
    open_days: float | None = None
    open_days_since: str | None = None
    won: int | None = None


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
    """One step that loses deals. ``per_point`` = wins per 30 days gained by one percentage point more, where there is no reference."""

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
    """``days`` since the last change of stage; ``edited_days`` since the last edit: an edit is not progress."""

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


class Note(Record, frozen=True, kw_only=True):
    """Something that could not be evaluated: ``what`` (the key of the record), ``stage``, ``reason`` (a stable word) and one sentence."""

    what: str
    reason: str
    text: str
    stage: str | None = None


class Place(Record, frozen=True, kw_only=True):
    """Where a finding is: a file (and physical line, and column), or a stage."""

    file: str | None = None
    line: int | None = None
    column: str | None = None
    stage: str | None = None


class Finding(Record, frozen=True, kw_only=True):
    """One flaw of the data or of the funnel. ``deals`` holds the first five ids, ``count`` how many there are in all.

    ``effect`` is what it does to the audit, in words; ``numbers`` the figures compared. ``fingerprint`` is the same in the next export
    (rule and deal id, stage, column or file; never the row); under --anonymous it is another one. ``more`` counts the findings of the same
    rule that are not listed one by one; it stands at the last one that is.
    """

    code: str
    name: str
    severity: str
    confidence: str
    place: Place
    text: str
    cure: str
    count: int
    deals: tuple[str, ...] = ()
    effect: str = ""
    numbers: dict[str, float | int | str] = {}
    fingerprint: str = ""
    more: int = 0


class Capability(Record, frozen=True, kw_only=True):
    """One line of the doctor: can the export answer this? ``verdict`` is yes, partly or no; ``need`` names the export that would."""

    analysis: str
    verdict: str
    why: str
    need: str | None = None


class Audit(Record, frozen=True, kw_only=True):
    schema: str = SCHEMA
    title: str
    lang: str
    as_of: str
    """The instant the audit looks from, ISO 8601 in UTC."""
    as_of_local: str
    """The same in the timezone of stages.yaml, as a date (and time where it is not the end of a day)."""
    timezone: str
    input: Input
    summary: tuple[str, ...]
    """*In short*: three to five plain sentences in ``lang``."""
    totals: Totals
    funnel: tuple[FunnelStage, ...]
    leaks: tuple[Leak, ...]
    stalled: Stalled
    pairs: tuple[Pair, ...]
    capabilities: tuple[Capability, ...]
    notes: tuple[Note, ...]
    warnings: tuple[str, ...] = ()
    """What stands before every figure: signs that the export is only a selection of the deals; also among the findings."""
    findings: tuple[Finding, ...]

    def with_findings(self, findings: tuple[Finding, ...], warnings: tuple[str, ...]) -> Audit:
        """The same audit with what the rules found in the data and in its figures."""
        return msgspec.structs.replace(self, findings=findings, warnings=warnings)

    def with_summary(self, summary: tuple[str, ...]) -> Audit:
        """The same audit with its *In short*, which is written last, from the rest."""
        return msgspec.structs.replace(self, summary=summary)
