"""Where are deals lost that need not be, and what would it bring to stop it? (definitions, section 6)"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from funnel_audit import report
from funnel_audit.clock import DAY, QUARTER_HOUR, calendar_quarter, quarter_start
from funnel_audit.estimators import Incidence, beta_posterior_draws, incidence_at
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import MIN_REACHED, UNTIMED_LIMIT, fit, projected, window_incidence
from funnel_audit.pieces import quantiles
from funnel_audit.tally import Outcome

if TYPE_CHECKING:
    from funnel_audit.tally import Tally

WINDOW_DAYS, WIDE_WINDOW_DAYS = 180, 365
MIN_RESOLVED = 30
"""Fewer resolved stays than this in the window: the wide one is taken; in a quarter: it is no reference."""
DRAWS, SEED = 2000, 20_260_101
TOP_REASONS = 3


class StepLeak(Frozen):
    """The step out of stage ``k``. ``window`` is (from, to) in microseconds; ``entries`` the stays that began in it; ``whole``: there are
    none before it."""

    k: int
    lost: int
    lost_amount: float | None
    share_of_losses: float | None
    reasons: tuple[report.LossReason, ...]
    rate: report.Projected | None = None
    reference: report.Reference | None = None
    recoverable: report.Recoverable | None = None
    per_point: float | None = None
    window: tuple[int, int] | None = None
    entries: int = 0
    ranked_first: float | None = None
    whole: bool = False


class _Cell(Frozen):
    """What one step's window says: its rate at the age it can be compared at, and the reference there."""

    incidence: Incidence
    since_us: int
    days: float
    entries: int
    reference: report.Reference | None
    whole: bool

    @property
    def resolved(self) -> float:
        return float(self.incidence.advances.sum() + self.incidence.losses.sum())


def leaks(
    tally: Tally, targets: Sequence[float | None], rates: Sequence[report.Projected | None], currency: str | None, timezone: str
) -> tuple[StepLeak, ...]:
    """Every step that loses deals or falls short of its reference, the costliest first.

    ``targets`` has one element a stage; ``rates`` are the projected conversions of all steps (``conversion``), for the chance to win
    from the next stage on. Money is the mean won amount of the window in ``currency``.
    """
    all_lost = tally.outcome(Outcome.LOST)
    steps = [_losses(tally, k, all_lost, currency) for k in range(tally.stages - 1)]
    cells = [_cell(tally, k, targets[k], timezone) for k in range(tally.stages - 1)]
    gains = _draw_gains(cells, rates)
    first = _first_share(gains, [cell is not None and cell.reference is not None for cell in cells])
    out = []
    for step, cell, draws, firsts in zip(steps, cells, gains, first, strict=True):
        if cell is None:
            out.append(step)
            continue
        onward = _onward(rates, step.k)
        per_30 = cell.entries / cell.days * 30
        window = (cell.since_us, tally.as_of.us)
        per_point = per_30 * 0.01 * onward if onward is not None and cell.reference is None else None
        recoverable = None
        if cell.reference is not None and onward is not None and draws is not None:
            wins = max(cell.reference.value - cell.incidence.value, 0.0) * per_30 * onward
            mean = mean_won_amount(tally, currency, cell.since_us, timezone)
            low, high = quantiles(draws, [0.025, 0.975])
            recoverable = report.Recoverable(
                wins=wins, low=min(low, wins), high=max(high, wins), amount=None if mean is None else wins * mean
            )
        out.append(
            replace(
                step,
                rate=projected(cell.incidence),
                reference=cell.reference,
                recoverable=recoverable,
                per_point=per_point,
                window=window,
                entries=cell.entries,
                ranked_first=firsts,
                whole=cell.whole,
            )
        )
    shown = [step for step in out if step.lost or (step.recoverable is not None and step.recoverable.wins > 0)]
    return tuple(sorted(shown, key=_rank))


def _rank(step: StepLeak) -> tuple[float, float, int, int]:
    wins = step.recoverable.wins if step.recoverable else 0.0
    money = (step.recoverable.amount or 0.0) if step.recoverable else 0.0
    return (-money, -wins, -step.lost, step.k)


def _losses(tally: Tally, k: int, all_lost: int, currency: str | None) -> StepLeak:
    lost = int(tally.ledger[Outcome.LOST, k])
    money = tally.money.get(currency)
    amount = None if money is None or not money[0, Outcome.LOST, k] else int(money[1, Outcome.LOST, k]) / 100
    reasons = loss_reasons(tally, currency, k)
    return StepLeak(k, lost, amount, lost / all_lost if all_lost else None, reasons[:TOP_REASONS])


def loss_reasons(tally: Tally, currency: str | None, slot: int | None = None) -> tuple[report.LossReason, ...]:
    """Loss reasons by number of deals, of one slot or of all lost deals; amounts in ``currency``."""
    lost: dict[str | None, int] = defaultdict(int)
    amounts: dict[str | None, int] = defaultdict(int)
    priced: set[str | None] = set()
    for (reason, money, place), (deals, with_amount, cents) in tally.reasons.items():
        if slot is None or place == slot:
            lost[reason] += deals
            if money == currency and with_amount:
                amounts[reason] += cents
                priced.add(reason)
    order = sorted(lost, key=lambda reason: (-lost[reason], reason is None, reason or ""))
    return tuple(
        report.LossReason(reason=reason, lost=lost[reason], amount=amounts[reason] / 100 if reason in priced else None) for reason in order
    )


def mean_won_amount(tally: Tally, currency: str | None, since_us: int, timezone: str) -> float | None:
    """Mean amount of the deals won since an instant, in ``currency``; None where none of them has one."""
    from funnel_audit.clock import local_days

    first = int(local_days(np.array([since_us]), timezone)[0])
    wins = [
        (count, cents)
        for (name, day), (_, count, cents) in tally.wins_by_day.items()
        if name == currency and day is not None and day >= first
    ]
    count = sum(count for count, _ in wins)
    return sum(cents for _, cents in wins) / count / 100 if count else None


def _onward(rates: Sequence[report.Projected | None], k: int) -> float | None:
    """P(win | reached the stage after k): the product of the projected rates from there on; None where it is 0 (nothing is to be won)."""
    product = 1.0
    for rate in rates[k + 1 : -1] if len(rates) else ():
        if rate is None:
            return None
        product *= rate.value
    return product or None


def _cell(tally: Tally, k: int, target: float | None, timezone: str) -> _Cell | None:
    """The step's window: 180 days, 365 where fewer than 30 stays of it are resolved; None where exits have no time, or too few stays."""
    for untimed, (_, timed) in ((tally.untimed_advances[k], tally.stays.advances(k)), (tally.untimed_losses[k], tally.stays.losses(k))):
        if untimed > UNTIMED_LIMIT * (untimed + timed.sum()):
            return None
    for days in (WINDOW_DAYS, WIDE_WINDOW_DAYS):
        since = tally.as_of.us - days * DAY
        incidence = window_incidence(tally.stays, k, since)
        if incidence is not None and incidence.advances.sum() + incidence.losses.sum() >= MIN_RESOLVED:
            break
    if incidence is None or incidence.n < MIN_REACHED or not (incidence.advances.any() or incidence.losses.any()):
        return None  # nothing has been decided: no rate, and not one of 0 either
    oldest = _oldest(tally, k)
    whole = oldest >= since
    since = max(since, oldest)
    covered = min(float(days), max((tally.as_of.us - oldest) / DAY, 1.0))
    if target is not None:
        return _Cell(incidence, since, covered, incidence.n, report.Reference(value=target, source="target"), whole)
    best = _best_quarter(tally, k, incidence, since, oldest, timezone)
    reference, at_age = best if best is not None else (None, incidence)
    return _Cell(at_age, since, covered, incidence.n, reference, whole)


def _oldest(tally: Tally, k: int) -> int:
    """When the entries into a stage begin to be known, in microseconds: with the data; where deals stood in it before those begin (a
    series of snapshots), with the first entry that is seen."""
    known = tally.stays.first_start(k) if tally.startless_exits[k] or tally.unknown_starts[k] else None
    return (int(tally.stays.start.min()) if known is None else known) * QUARTER_HOUR


def _best_quarter(
    tally: Tally, k: int, window: Incidence, since: int, oldest: int, timezone: str
) -> tuple[report.Reference, Incidence] | None:
    """The quarter with the highest lower bound, both rates read at the smaller of the two longest observed ages."""
    best: tuple[report.Reference, Incidence] | None = None
    year, quarter = calendar_quarter(oldest, timezone)
    if quarter_start(year, quarter, timezone) < oldest - DAY:
        quarter += 1  # the data begin inside it: not a full one
    cuts = [quarter_start(year, quarter, timezone)]
    while (after := quarter_start(year, quarter + len(cuts), timezone)) <= since:
        cuts.append(after)
    for groups in tally.stays.windows(k, cuts):
        cell = fit(*groups)
        if cell is not None and cell.advances.sum() + cell.losses.sum() >= MIN_RESOLVED:
            age = min(cell.longest, window.longest)
            then, now = incidence_at(cell, age), incidence_at(window, age)
            if best is None or then.low > best[0].value:
                calendar = divmod(quarter - 1, 4)
                name = f"best quarter {year + calendar[0]}Q{calendar[1] + 1}"
                best = report.Reference(value=then.low, source=name), now
        quarter += 1
    return best


def _draw_gains(cells: Sequence[_Cell | None], rates: Sequence[report.Projected | None]) -> list[np.ndarray | None]:
    """Recoverable wins per 30 days of each step in each resample: every step's rate drawn from its Beta posterior (seeded)."""
    size = len(cells)
    windows = [0.0 if cell is None else cell.resolved for cell in cells]
    now = [0.5 if cell is None else cell.incidence.value for cell in cells]
    now_draws = beta_posterior_draws(
        [v * n for v, n in zip(now, windows, strict=True)], [(1 - v) * n for v, n in zip(now, windows, strict=True)], DRAWS, SEED
    )
    values = [0.5 if rate is None else rate.value for rate in rates[:size]]
    weights = [0.0 if rate is None else _effective(rate) for rate in rates[:size]]
    onward_draws = beta_posterior_draws(
        [v * n for v, n in zip(values, weights, strict=True)], [(1 - v) * n for v, n in zip(values, weights, strict=True)], DRAWS, SEED + 1
    )
    gains: list[np.ndarray | None] = []
    for k, cell in enumerate(cells):
        if cell is None or cell.reference is None or _onward(rates, k) is None:
            gains.append(None)
            continue
        onward = onward_draws[:, k + 1 : size].prod(axis=1)
        gains.append(np.maximum(cell.reference.value - now_draws[:, k], 0.0) * cell.entries / cell.days * 30 * onward)
    return gains


def _effective(rate: report.Projected) -> float:
    """The number of resolved deals whose binomial interval would be as wide as the rate's."""
    spread = (rate.high - rate.low) / (2 * 1.959963984540054)
    return min(rate.value * (1 - rate.value) / spread**2, 1e9) if spread > 0 and 0 < rate.value < 1 else 1e3


def _first_share(gains: Sequence[np.ndarray | None], compared: Sequence[bool]) -> list[float | None]:
    """In what share of the resamples each step recovers the most; None where it has no reference to be compared by."""
    rows = [g for g in gains if g is not None]
    if not rows:
        return [None for _ in gains]
    stacked = np.vstack(rows)
    winner = np.where(stacked.max(axis=0) > 0, stacked.argmax(axis=0), -1)
    shares = iter([float((winner == index).mean()) for index in range(len(rows))])
    return [None if g is None or not ok else next(shares) for g, ok in zip(gains, compared, strict=True)]
