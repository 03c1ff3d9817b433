"""The finished audit as one frozen record tree; its JSON is the machine format.

Nothing here computes. Shares are 0-1, lengths are days, money is in units of the named currency, missing is None and then a note says
why. The tree is language-neutral but for ``name``, ``text`` and ``summary``, which are in ``lang``.
"""

from __future__ import annotations

import msgspec

from funnel_audit.report.ahead import (
    Backtest,
    BacktestOrigin,
    CrmWeighted,
    DealOutlook,
    Expected,
    Forecast,
    KeyStage,
    KeyStageCandidate,
    KeyStageNeeded,
    MonthCount,
    PlanOutlook,
    StageExpectation,
)
from funnel_audit.report.base import Bounds, Days, Interval, Projected, Record
from funnel_audit.report.figures import CurrencySum, FunnelStage, Input, InputFile, LossReason, PipelineCount, Totals, WinRate
from funnel_audit.report.flaws import Capability, Finding, Note, Place
from funnel_audit.report.periods import Change, ChangePart, ChangeSegment, ChangeSide, Cohort, CohortStage, Period, StageFlow
from funnel_audit.report.segments import Difference, Mean, SameMix, Segment, SegmentStep
from funnel_audit.report.trouble import Leak, Pair, Recoverable, Reference, Stalled, StalledDeal, StalledStage, Window

__all__ = [
    "SCHEMA",
    "Audit",
    "Backtest",
    "BacktestOrigin",
    "Bounds",
    "Capability",
    "Change",
    "ChangePart",
    "ChangeSegment",
    "ChangeSide",
    "Cohort",
    "CohortStage",
    "CrmWeighted",
    "CurrencySum",
    "Days",
    "DealOutlook",
    "Difference",
    "Expected",
    "Finding",
    "Forecast",
    "FunnelStage",
    "Input",
    "InputFile",
    "Interval",
    "KeyStage",
    "KeyStageCandidate",
    "KeyStageNeeded",
    "Leak",
    "LossReason",
    "Mean",
    "MonthCount",
    "Note",
    "Pair",
    "Period",
    "PipelineCount",
    "Place",
    "PlanOutlook",
    "Projected",
    "Record",
    "Recoverable",
    "Reference",
    "SameMix",
    "Segment",
    "SegmentStep",
    "StageExpectation",
    "StageFlow",
    "Stalled",
    "StalledDeal",
    "StalledStage",
    "Totals",
    "WinRate",
    "Window",
]

SCHEMA = "funnel-audit/1"


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
    key_stage: KeyStage | None = None
    forecast: Forecast | None = None
    segments: tuple[Segment, ...] = ()
    """The deals by owner, by source, by what ``--by`` names; of each column all deals."""
    periods: tuple[Period, ...] = ()
    """By week, month or quarter (``--period``): what happened in it. The last one is as a rule not over."""
    cohorts: tuple[Cohort, ...] = ()
    """The deals by the period of their creation."""
    changes: tuple[Change, ...] = ()
    """Every history that was looked at, those that changed first."""
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
