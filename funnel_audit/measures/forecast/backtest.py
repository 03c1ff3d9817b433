"""The same code at past origins, graded by what came: no figure of an origin uses anything later than it."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.frozen import Frozen
from funnel_audit.measures.forecast.outlook import Outlook, look
from funnel_audit.measures.forecast.past import Past
from funnel_audit.measures.forecast.records import Backtest, Band, Origin
from funnel_audit.measures.forecast.spread import Ended, draw, ended, quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MIN_CLOSED = 30
DRAW_EVERY = 4
MIN_GRADED, UNLUCKY = 3, 0.05
BANDS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


class Graded(Frozen):
    """One origin: its outlook, and what its horizon brought. ``got`` marks the open deals that got there in time; ``taught`` is what the
    forecasts after it learn from that."""

    outlook: Outlook
    until_us: int
    actual: int
    naive: int
    got: Array
    taught: Ended


def grade(past: Past, reached_at: Array, target: int, origins: Sequence[int], days: float, seed: int) -> list[Graded]:
    """Every origin (a position in the past's boundaries) with 30 closed deals behind it, in order of time.

    The rates' standard error is drawn at every fourth origin; from one to the next it is taken to fall with the root of the exits seen.
    """
    when = np.sort(reached_at[reached_at != NAT])
    out: list[Graded] = []
    sure: tuple[float, float] | None = None
    for index in origins:
        known = past.known(index)
        at = known.at_us
        before = count_upto(when, at)
        if before + int(known.counts.exits[:target, -1].sum()) < MIN_CLOSED:
            continue
        until = at + round(days * DAY)
        exits = float(known.recent.exits.sum())
        fresh = len(out) % DRAW_EVERY == 0 or sure is None
        outlook = look(known, days, target, before, seed, None if sure is None or fresh else sure[0] * (sure[1] / exits) ** 0.5)
        sure = (outlook.rate_cv, exits)
        mine = reached_at[outlook.known.deal]
        got = (mine != NAT) & (mine <= until)
        naive = before - count_upto(when, at - round(days * DAY))
        came = count_upto(when, until) - before
        arrived = count_upto(past.arrived, until) - len(known.arrived)
        out.append(Graded(outlook, until, came, naive, got, ended(outlook, came, arrived)))
    return out


def count_upto(when: Array, at_us: int) -> int:
    """How many of the ascending instants are not after ``at_us``."""
    return int(np.searchsorted(when, at_us, side="right"))


def ended_by(graded: Sequence[Graded], at_us: int) -> list[Ended]:
    """The origins whose whole horizon had ended by an instant."""
    return [one.taught for one in graded if one.until_us <= at_us]


def backtest(graded: Sequence[Graded], seed: int) -> Backtest | None:
    """The table of origins and what it comes to; None without any."""
    if not graded:
        return None
    rows = []
    for one in graded:
        outlook = one.outlook
        drawn = draw(outlook, ended_by(graded, outlook.known.at_us), seed).total
        rows.append(
            Origin(
                as_of_us=outlook.known.at_us,
                p10=quantile(drawn, 0.1),
                p50=quantile(drawn, 0.5),
                p90=quantile(drawn, 0.9),
                mean=outlook.mean,
                actual=one.actual,
                naive=one.naive,
                stage_only=outlook.stage_only,
                crm_weighted=outlook.crm_weighted,
                open=len(outlook.chance),
                from_open=outlook.from_open,
                actual_of_open=int(one.got.sum()),
            )
        )
    held = sum(row.p10 <= row.actual <= row.p90 for row in rows)
    mae, mae_naive = _mae([row.mean - row.actual for row in rows]), _mae([row.naive - row.actual for row in rows])
    chance = np.concatenate([one.outlook.chance for one in graded])
    got = np.concatenate([one.got for one in graded]).astype(np.float64)
    alone = np.concatenate([one.outlook.ageless[one.outlook.known.stage] for one in graded])
    crm = np.concatenate([one.outlook.crm[one.outlook.known.stage] for one in graded])
    return Backtest(
        origins=tuple(rows),
        coverage80=held / len(rows),
        doubt=doubt(held, len(rows), mae, mae_naive),
        mae=mae,
        mae_naive=mae_naive,
        mae_stage_only=_mae([row.stage_only - row.actual for row in rows]),
        mae_crm=_mae([row.crm_weighted - row.actual for row in rows]),
        bands=_bands(chance, got),
        brier=_brier(chance, got),
        brier_stage_only=_brier(alone, got),
        brier_crm=_brier(crm, got),
    )


def doubt(held: int, origins: int, mae: float, mae_naive: float) -> str | None:
    """Why not to trust such a forecast: its range held too rarely for an 80 % one to be bad luck (one in twenty), or it was no nearer than
    the period before. Under MIN_GRADED origins nothing is said."""
    if origins < MIN_GRADED:
        return None
    luck = sum(comb(origins, n) * 0.8**n * 0.2 ** (origins - n) for n in range(held + 1))
    if luck < UNLUCKY:
        return "range"
    return "no_better" if mae > mae_naive else None


def _mae(errors: Sequence[float]) -> float:
    return float(np.mean(np.abs(errors)))


def _brier(chance: Array, got: Array) -> float | None:
    return float(np.mean((chance - got) ** 2)) if len(chance) else None


def _bands(chance: Array, got: Array) -> tuple[Band, ...]:
    """The reliability table: of the deals given such a chance, how many got there."""
    which = np.clip(np.searchsorted(BANDS, chance, side="right") - 1, 0, len(BANDS) - 2)
    size = len(BANDS) - 1
    deals = np.bincount(which, minlength=size)
    expected, came = np.bincount(which, weights=chance, minlength=size), np.bincount(which, weights=got, minlength=size)
    return tuple(
        Band(low=BANDS[i], high=BANDS[i + 1], deals=int(deals[i]), expected=float(expected[i]), actual=int(came[i]))
        for i in range(size)
        if deals[i]
    )
