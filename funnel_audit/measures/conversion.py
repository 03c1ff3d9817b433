"""Where do deals get to? Counts and rates of every step, and from the start (definitions, sections 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.estimators import win_product
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import MIN_REACHED, UNTIMED_LIMIT, fit, interval, projected, share, step_incidence, with_untimed
from funnel_audit.tally import Outcome
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from funnel_audit.tally import Tally


class Step(Frozen):
    """Stage k and the step out of it. ``why_not`` is a word for a missing projection: few, untimed_advances, untimed_losses, no_stays."""

    reached: int
    advanced: int
    lost: int
    open: int
    won: int
    on_hold: int
    seen: int | None
    skipped: int | None
    back_moves: int | None
    so_far: report.Interval | None
    resolved: float | None
    projected: report.Projected | None
    from_start: report.Interval | None
    bounds: report.Bounds | None
    why_not: str | None
    known_stays: int
    """Stays behind the projection, and ``startless`` those left out because they began before the data do."""
    startless: int


def conversion(tally: Tally) -> tuple[Step, ...]:
    """One Step a stage, in funnel order; the won stage has counts and no step."""
    reached, advanced = tally.reached(), tally.advanced()
    history = tally.with_history > 0
    steps: list[Step] = []
    rates: list[report.Projected | None] = []
    for k in range(tally.stages):
        n, on = int(reached[k]), int(advanced[k])
        lost, open_ = int(tally.ledger[Outcome.LOST, k]), int(tally.ledger[Outcome.OPEN, k])
        is_step = k < tally.stages - 1
        rate, why_not, stays = _projection(tally, k, n) if is_step else (None, None, 0)
        from_start = win_product(rates) if all(rates) else None
        steps.append(
            Step(
                reached=n,
                advanced=on,
                lost=lost,
                open=open_,
                won=int(tally.ledger[Outcome.WON, k]),
                on_hold=int(tally.on_hold[k]),
                seen=int(tally.seen[k]) if history else None,
                skipped=int(tally.skipped[k]) if history else None,
                back_moves=int(tally.back_into[k]) if history else None,
                so_far=share(on, n) if is_step else None,
                resolved=(on + lost) / n if is_step and n else None,
                projected=rate,
                from_start=interval(from_start) if tally.deals >= MIN_REACHED else None,
                bounds=_bounds(tally, k, n, on) if is_step else None,
                why_not=why_not,
                known_stays=stays,
                startless=int(tally.startless_exits[k] + tally.unknown_starts[k]) if is_step else 0,
            )
        )
        rates.append(rate)
    return tuple(steps)


def _projection(tally: Tally, k: int, reached: int) -> tuple[report.Projected | None, str | None, int]:
    if reached < MIN_REACHED:
        return None, "few", 0
    incidence = step_incidence(tally, k)
    if incidence is None:
        advances = int(tally.stays.advances(k)[1].sum()) + int(tally.skipped[k])
        losses = int(tally.stays.losses(k)[1].sum())
        for word, untimed, timed in (
            ("untimed_advances", int(tally.untimed_advances[k]), advances),
            ("untimed_losses", int(tally.untimed_losses[k]), losses),
        ):
            if untimed > UNTIMED_LIMIT * (timed + untimed):
                return None, word, 0
        return None, "no_stays", 0
    if incidence.n < MIN_REACHED:
        return None, "few", incidence.n
    if not incidence.advances.any() and not incidence.losses.any():
        return None, "no_exits", incidence.n
    return projected(incidence), None, incidence.n


def _bounds(tally: Tally, k: int, reached: int, advanced: int) -> report.Bounds | None:
    """The range that unplaced losses leave: all of them lost at this step, or all of them lost later (before it, for the last step)."""
    unplaced = tally.unplaced
    pool = reached if k == 0 else reached + unplaced
    if not unplaced or pool < MIN_REACHED:
        return None
    last = k == tally.stages - 2
    low = advanced / pool
    high = (advanced + unplaced) / pool if not last else advanced / max(reached - (unplaced if k == 0 else 0), 1)
    return report.Bounds(low=low, high=min(high, 1.0))


def whole_funnel(tally: Tally) -> tuple[report.WinRate, str | None]:
    """Win rate of every deal, placed or not; and why there is no projection, if there is none."""
    won, lost = tally.outcome(Outcome.WON), tally.outcome(Outcome.LOST)
    tracks = range(tally.stages)
    wins, losses = merge([tally.lives.group(t, 0) for t in tracks]), merge([tally.lives.losses(t) for t in tracks])
    timed_wins = with_untimed(wins, int(tally.untimed_lives[Outcome.WON]))
    timed_losses = with_untimed(losses, int(tally.untimed_lives[Outcome.LOST]))
    ageless = int(tally.untimed_lives[Outcome.OPEN])
    rate, why_not = None, None
    if tally.deals < MIN_REACHED:
        why_not = "few"
    elif lost and not won:
        why_not = "no_wins"  # closed deals and not one is won: a selection or an unknown label, and no rate of 0
    elif timed_wins is None or timed_losses is None:
        why_not = "untimed_advances" if timed_wins is None else "untimed_losses"
    elif ageless > UNTIMED_LIMIT * tally.outcome(Outcome.OPEN):
        why_not = "untimed_open"
    else:
        rate = projected(fit(timed_wins, timed_losses, merge([tally.lives.still_open(t) for t in tracks])))
    return report.WinRate(so_far=share(won, tally.deals), closed_only=share(won, won + lost), projected=rate), why_not
