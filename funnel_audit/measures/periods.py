"""What happened in each calendar period: new deals, wins, losses, and for every stage entries, advances and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.labels import LOST
from funnel_audit.measures.calendar import of_day
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis, Period

    Array = NDArray[Any]


class Flows(Frozen):
    """By period (P): ``new`` deals by creation, ``won`` and ``lost`` deals by the day of it, ``won_amount`` in minor units of one currency
    (None: no won deal has one). By period and stage (P, K): ``entered``, ``advanced``, ``lost_there``, each by the day it happened.

    A stay that has no known start or end is in neither; a stage that was jumped over was not entered.
    """

    new: Array
    won: Array
    lost: Array
    won_amount: Array | None
    entered: Array
    advanced: Array
    lost_there: Array


def flows(journeys: Journeys, days: Axis, spans: tuple[Period, ...], currency: str | None) -> Flows:
    """Counts by period; everything that lies before the axis of days is in none."""
    j, size, k = journeys, len(spans), journeys.stages
    of = np.append(of_day(spans, days), size)  # day -1: in no period

    def by_period(at: Array, weights: Array | None = None) -> Array:
        found: Array = np.bincount(of[days.position(at)], weights=weights, minlength=size + 1)[:size]
        return found

    outcome, facts = j.outcome, j.facts
    won = np.flatnonzero(outcome == Outcome.WON)
    entered, advanced, lost_there = _of_stages(journeys, days, of, size)
    entered[:, k - 1] = by_period(j.won_at.at[won])
    code = facts.currency.texts.index(currency) if currency in facts.currency.texts else -1
    priced = won[facts.amount_known[won] & (facts.currency.codes[won] == code)]
    amount = np.rint(by_period(j.won_at.at[priced], facts.amount[priced])).astype(np.int64) if len(priced) else None
    return Flows(
        by_period(facts.created.at), by_period(j.won_at.at[won]), by_period(j.lost_at.at[np.flatnonzero(outcome == Outcome.LOST)]),
        amount, entered, advanced, lost_there,
    )  # fmt: skip


def _of_stages(journeys: Journeys, days: Axis, of: Array, size: int) -> tuple[Array, Array, Array]:
    stays, k = journeys.stays, journeys.stages

    def count(begin: int, end: int) -> Array:
        part = slice(begin, end)
        stage, entered, us, code = stays.stage[part].astype(np.int64), stays.entered[part], stays.us[part], stays.exit[part]
        came = np.bincount(of[days.position(entered)] * k + stage, minlength=(size + 1) * k)
        fate = ((code == STILL_OPEN) | (us == NAT) | (entered == NAT)) * np.int64(2)  # 0 advanced, 1 lost, from 2 on neither
        fate += code == LOST
        fate += (of[days.position(entered + us)] * k + stage) * 4
        left = np.bincount(fate, minlength=(size + 1) * k * 4).reshape(-1, 4)
        return np.stack([came, left[:, 0], left[:, 1]])

    total = np.sum(in_pieces(edges(len(stays)), count), axis=0).reshape(3, size + 1, k)[:, :size]
    return total[0], total[1], total[2]
