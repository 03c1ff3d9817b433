"""What is to come: the key stage, the forecast, and how the same code would have done in the past. Counts are deals."""

from __future__ import annotations

from funnel_audit.report.base import Interval, Record

LEAST_ORIGINS = 5
"""Of fewer past periods it is not said that the range held too rarely."""


class KeyStageCandidate(Record, frozen=True, kw_only=True):
    """One intermediate stage: ``jump`` is its chance to win less that of the stage before (``before``), a share."""

    stage: str
    name: str
    reached: int
    win_chance: Interval | None
    before: Interval | None
    jump: float | None
    median_days_to_win: float | None
    r2: float | None
    resampled_share: float | None


class KeyStage(Record, frozen=True, kw_only=True):
    """The stage that decides: ``found`` in the data, ``declared`` in stages.yaml; ``agree`` None where either is missing."""

    declared: str | None
    found: str | None
    agree: bool | None
    candidates: tuple[KeyStageCandidate, ...]


class Expected(Record, frozen=True, kw_only=True):
    """80 % range, median and mean of a count or a sum; the mean is ``from_open`` + ``from_new``."""

    p10: float
    p50: float
    p90: float
    mean: float
    from_open: float
    from_new: float


class CrmWeighted(Record, frozen=True, kw_only=True):
    """What a CRM's fixed weight per stage promises, "whenever they close"."""

    wins: float
    amount: float | None


class KeyStageNeeded(Record, frozen=True, kw_only=True):
    """``deals`` have to get to the key stage from as-of on, by ``by``, to meet the plan with 80 %; None: ``why``, "nothing_needed" (there
    are 80 % without any more) or "unreachable" (far more than ever got there in so long a time).

    ``expected``: how many will get there by then as things are.
    """

    stage: str
    deals: int | None
    by: str
    expected: float
    why: str | None = None


class PlanOutlook(Record, frozen=True, kw_only=True):
    """``since`` is when the plan's period begins, ``period_end`` its last day; ``until`` the forecast's, which may be another: then the
    chance is to have what the plan asks for by that day. ``already``: what the period has brought by as-of."""

    since: str
    until: str
    wins: float | None
    amount: float | None
    already: int
    already_amount: float | None
    chance: float | None
    chance_wins: float | None
    chance_amount: float | None
    key_stage_needed: KeyStageNeeded | None
    period_end: str | None = None


class StageExpectation(Record, frozen=True, kw_only=True):
    """Open deals of a stage, and how many of them are expected to get to the target in time."""

    stage: str
    name: str
    open: int
    expected: float


class DealOutlook(Record, frozen=True, kw_only=True):
    """``chance`` and ``chance_at_entry`` to get to the target within the horizon: at this age, and had it just come into its stage.

    With the method "age since creation" ``age_days`` is the age of the deal, and there is no ``chance_at_entry``.
    """

    deal_id: str
    stage: str
    age_days: float | None
    chance: float
    chance_at_entry: float | None
    amount: float | None
    owner: str | None = None
    title: str | None = None
    on_hold: bool = False


class BacktestOrigin(Record, frozen=True, kw_only=True):
    """What would have been forecast at ``as_of``, and what came: ``naive``, ``stage_only`` and ``crm_weighted`` are the rivals."""

    as_of: str
    p10: float
    p50: float
    p90: float
    mean: float
    actual: int
    naive: int
    stage_only: float
    crm_weighted: float


class Backtest(Record, frozen=True, kw_only=True):
    """``coverage80``: how often the 80 % range held; ``mae``: mean absolute error, in deals.

    ``doubt``: why a forecast so far ahead is not to be trusted: "range" (it held too rarely for bad luck), "no_better" (no nearer than the
    period before); None where nothing speaks against it.
    """

    origins: tuple[BacktestOrigin, ...]
    coverage80: float
    mae: float
    mae_naive: float
    mae_stage_only: float
    mae_crm: float
    doubt: str | None = None

    @property
    def held(self) -> int:
        """In how many past periods the 80 % range held."""
        return round(self.coverage80 * len(self.origins))

    @property
    def rarely_held(self) -> bool:
        """The range held in fewer than two of three past periods, of five or more: bad luck perhaps, but no eight in ten either."""
        return len(self.origins) >= LEAST_ORIGINS and 3 * self.held < 2 * len(self.origins)


class MonthCount(Record, frozen=True, kw_only=True):
    """How many deals got to the target in a month (``2026-03``); the last one may not be over."""

    month: str
    reached: int


class Forecast(Record, frozen=True, kw_only=True):
    """How many deals, and how much money, get to ``target`` from ``as_of`` to ``until``.

    ``method``: "stages" (by stage and age in it) or "age since creation" (weaker, for exports without stage times: of ``closed`` deals
    only ``timed`` have a last stay with a time). ``amount_drawn``: open deals without an amount, for which won amounts were drawn.
    ``deals``: the largest expected value; ``slipping``: the largest loss of it.
    """

    as_of: str
    until: str
    days: float
    target: str
    target_name: str
    method: str
    wins: Expected
    amount: Expected | None
    amount_drawn: int
    currency: str | None
    crm_weighted: CrmWeighted
    plan: PlanOutlook | None
    by_stage: tuple[StageExpectation, ...]
    deals: tuple[DealOutlook, ...]
    slipping: tuple[DealOutlook, ...]
    backtest: Backtest | None
    history: tuple[MonthCount, ...]
    key: Expected | None = None
    """The same for the key stage as the target, where there is one."""
    closed: int = 0
    timed: int = 0
