"""What the forecast hands on: numbers only, and a word for every reason why there is none. Counts are deals, days are days, chances 0-1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from funnel_audit.frozen import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


class Why(Frozen, kw_only=True):
    """Why there is no forecast: "few_closed" (under 30), "no_times", "no_stage_times" (a stage as target), "no_horizon"."""

    reason: str


class Plan(Frozen, kw_only=True):
    """What is to be reached from ``since_us`` to the forecast's end: deals, or money in the main currency, or both."""

    since_us: int
    wins: float | None = None
    amount: float | None = None


class Range(Frozen, kw_only=True):
    """80 % range, median and mean; the mean is ``from_open`` + ``from_new``."""

    p10: float
    p50: float
    p90: float
    mean: float
    from_open: float
    from_new: float


class Weighted(Frozen, kw_only=True):
    """What a CRM's stage weights promise, "whenever they close"."""

    wins: float
    amount: float | None


class KeyStageNeeded(Frozen, kw_only=True):
    """``deals`` must get to the key stage from now on, by ``by_us``, for 80 %; each of them then gets there in time with ``chance``. None:
    ``why`` ("nothing_needed", "unreachable"). ``expected``: how many are expected to get to the key stage by then; ``most``: the most that
    ever did in so long a time."""

    deals: int | None
    why: str | None
    by_us: int
    chance: float
    expected: float
    most: int


class PlanOutlook(Frozen, kw_only=True):
    """``already``: what the plan's period has brought by as-of. ``chance_wins``, ``chance_amount``: None where the plan names none;
    ``chance``: of both together. ``already_amount``: None without amounts."""

    wins: float | None
    amount: float | None
    already: int
    already_amount: float | None
    chance: float | None
    chance_wins: float | None
    chance_amount: float | None
    key_stage_needed: KeyStageNeeded | None


class StageExpectation(Frozen, kw_only=True):
    stage: int
    open: int
    expected: float


class DealChance(Frozen, kw_only=True):
    """``deal`` is its code. ``age_days`` None: how long it stands there is not known, and the chance is the stage's alone. By age since
    creation there is no ``chance_at_entry``."""

    deal: int
    stage: int
    age_days: float | None
    chance: float
    chance_at_entry: float | None
    amount: float | None
    on_hold: bool


class OpenChances(Frozen, kw_only=True):
    """All open deals short of the target, side by side: deal code, chance within the horizon now, and of one that enters its stage now."""

    deal: Array
    chance: Array
    at_entry: Array


class Origin(Frozen, kw_only=True):
    """One row of the backtest. ``open``, ``from_open`` and ``actual_of_open``: the part of the deals that were open then."""

    as_of_us: int
    p10: int
    p50: int
    p90: int
    mean: float
    actual: int
    naive: int
    stage_only: float
    crm_weighted: float
    open: int
    from_open: float
    actual_of_open: int


class Band(Frozen, kw_only=True):
    """Of ``deals`` open deals with a chance in [low, high), ``expected`` should have got there and ``actual`` did; over all origins."""

    low: float
    high: float
    deals: int
    expected: float
    actual: int


class Backtest(Frozen, kw_only=True):
    """``doubt``: why a forecast so far ahead is not to be trusted ("range", "no_better"), None where nothing speaks against it."""

    origins: tuple[Origin, ...]
    coverage80: float
    doubt: str | None
    mae: float
    mae_naive: float
    mae_stage_only: float
    mae_crm: float
    bands: tuple[Band, ...]
    brier: float | None
    brier_stage_only: float | None
    brier_crm: float | None


class Month(Frozen, kw_only=True):
    """How many deals got to the target in a local month, which begins at ``start_us``; the last one may not be over."""

    start_us: int
    reached: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``target``: index of the stage to be reached. ``method``: "stages" or "age since creation". ``amount`` None: ``why_no_amount``
    ("no_amounts", "target_is_no_win"). ``amount_drawn``: open deals without an amount, for which won amounts were drawn.
    ``deals``: of the largest expected value; ``slipping``: of the largest loss of it since they entered their stage.
    ``chance`` and ``chance_at_entry`` of the deals are within the horizon. ``backtest`` None: ``why_no_backtest`` ("not_asked",
    "short_history"). ``naive`` and ``stage_only`` are what the rivals say of this period."""

    as_of_us: int
    until_us: int
    days: float
    target: int
    method: str
    wins: Range
    amount: Range | None
    why_no_amount: str | None
    amount_drawn: int
    crm_weighted: Weighted
    naive: int
    stage_only: float
    plan: PlanOutlook | None
    by_stage: tuple[StageExpectation, ...]
    deals: tuple[DealChance, ...]
    slipping: tuple[DealChance, ...]
    backtest: Backtest | None
    why_no_backtest: str | None
    history: tuple[Month, ...]
    open_chances: OpenChances = field(compare=False, repr=False)
    """For other lists of deals (the stalled ones); not part of the record."""
