"""What was read, and what the counts say: input, totals, funnel."""

from __future__ import annotations

from funnel_audit.report.base import Bounds, Days, Interval, Projected, Record

MANY_UNPLACED = 0.05
"""Where more of the lost deals than this have no stage, the shares of the steps are of those that have one."""


class InputFile(Record, frozen=True, kw_only=True):
    """``name`` without its folder, ``path`` as it was typed. ``crm``: the title of the dialect; None where no CRM was recognised."""

    name: str
    rows: int
    encoding: str | None
    delimiter: str | None
    shape: str
    dialect: str
    crm: str | None = None
    sheet: str | None = None
    path: str | None = None


class PipelineCount(Record, frozen=True, kw_only=True):
    """A pipeline of the export: its rows, and whether it is in the figures."""

    name: str
    deals: int
    audited: bool


class Input(Record, frozen=True, kw_only=True):
    files: tuple[InputFile, ...]
    stages: str
    """Where the funnel comes from: a path, "packaged", "dialect" (the CRM's default pipeline), or "export" (made from the data)."""
    shape: str = ""
    """The shape of all files together: deal rows, dated columns, stage changes, deal rows with stage changes, snapshots."""
    order: str | None = None
    """How the stages of a made funnel were put in order: history, pipeline (the CRM's default), packaged (the
    funnel brought along; labels that it does not know come after its first stage), dates (of a column that is not read), appearance (a
    guess)."""
    pipeline: str | None = None
    created_from: str | None = None
    created_to: str | None = None
    by: tuple[str, ...] = ()
    """The columns that ``--by`` names, as typed."""
    pipelines: tuple[PipelineCount, ...] = ()
    """All pipelines where the export names several; those that are not audited are in no figure."""


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

    @property
    def lost_with_a_stage(self) -> int | None:
        """Lost deals whose stage is known, where those without one are so many that a share of all losses would mislead; else None."""
        known = self.lost - self.unplaced
        return known if known and self.unplaced > MANY_UNPLACED * self.lost else None


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
