"""Where the forecast gets its stays: the stages' own, or, for exports without stage times, one stay from creation to won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, elapsed_us
from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.labels import LOST
from funnel_audit.measures.forecast.past import usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

STAGES, CREATION = "stages", "age since creation"
MIN_TIMED = 0.9
"""Share of the closed deals whose last stay has a time, below which the stages cannot be used; the same for created to closed."""


class Undone(Frozen):
    """Losses that were undone: deal code, instant of the loss, instant at which the deal was taken up again."""

    deal: Array
    lost_at: Array
    back_at: Array

    @staticmethod
    def none() -> Undone:
        empty = np.empty(0, np.int64)
        return Undone(empty, empty, empty)


class Source(Frozen):
    """Stays with a known start and length; ``exit`` is a later stage, STILL_OPEN or LOST. ``arrived`` and ``arrived_first``: each new
    deal's instant and first stage. ``ageless``: open deals whose stay has no known start. ``undone``: losses that do not stand: before the
    deal was taken up again nobody knew that. ``begins``: positions, in the journeys' stays, of the first one of each deal; ``fine``: of
    all of these, which have a known start and length."""

    method: str
    stages: int
    as_of_us: int
    timezone: str
    deal: Array
    stage: Array
    entered: Array
    us: Array
    exit: Array
    by_day: bool
    arrived: Array
    arrived_first: Array
    ageless: Array
    undone: Undone
    begins: Array
    fine: Array

    def length_at(self, rows: Array, at_us: int) -> Array:
        """Lengths up to an earlier instant, by the rule for dates without a time."""
        length = elapsed_us(self.entered[rows], self.by_day, np.full(len(rows), at_us), self.by_day, self.timezone)
        return np.maximum(length, 0)


def resolved(journeys: Journeys) -> int:
    return int(np.count_nonzero(journeys.outcome != Outcome.OPEN))


class Basis(Frozen):
    """What a forecast can rest on: ``method`` (None: on nothing), ``closed`` deals, of these the ``timed``: the last stay has a time."""

    method: str | None
    closed: int
    timed: int


def basis(j: Journeys, fine: Array | None = None) -> Basis:
    """Stays of the stages where the last one of nine closed deals in ten has a time, else the time from creation to the end. ``fine``:
    which stays have a known start and length, where the caller has it."""
    closed, timed = resolved(j), timed_closed(j, usable(j.stays.entered, j.stays.us) if fine is None else fine)
    if closed and timed >= MIN_TIMED * closed:
        return Basis(STAGES, closed, timed)
    return Basis(CREATION if from_creation(j) is not None else None, closed, timed)


def timed_closed(j: Journeys, fine: Array) -> int:
    """Closed deals whose last stay has a time."""
    stays = j.stays
    last = (stays.exit == LOST) | (stays.exit == j.stages - 1)
    ends = np.zeros(j.n, bool)
    ends[stays.deal[np.flatnonzero(last & fine)]] = True
    return int(np.count_nonzero((ends | won_at_once(j)) & (j.outcome != Outcome.OPEN)))


def from_stages(j: Journeys, fine: Array) -> Source:
    """The stays of the stages."""
    stays = j.stays
    begins = _begins(j, fine)
    direct = np.flatnonzero(won_at_once(j))
    ageless = (j.outcome == Outcome.OPEN) & (j.stage < j.stages - 1)
    ageless[stays.deal[np.flatnonzero(fine & (stays.exit == STILL_OPEN))]] = False
    keep = slice(None) if fine.all() else np.flatnonzero(fine)
    return Source(
        STAGES, j.stages, j.as_of.us, j.timezone, stays.deal[keep], stays.stage[keep], stays.entered[keep], stays.us[keep],
        stays.exit[keep], _only_dates(j), np.concatenate([stays.entered[begins], j.won_at.at[direct]]),
        np.concatenate([stays.stage[begins], np.full(len(direct), j.stages - 1)]).astype(np.int64), np.flatnonzero(ageless),
        undone_losses(j), begins, fine,
    )  # fmt: skip


def undone_losses(j: Journeys) -> Undone:
    """From the entries: a loss that another entry of the same deal follows."""
    entries = j.entries
    if entries is None or not j.reopened.any():
        return Undone.none()
    lost = np.flatnonzero(entries.label[:-1] == LOST)
    lost = lost[entries.deal[lost + 1] == entries.deal[lost]]
    return Undone(entries.deal[lost], entries.at[lost], entries.at[lost + 1])


def reached_at(j: Journeys, source: Source, target: int) -> Array:
    """(n,) when each deal got to the target stage or beyond it; NAT: it has not, or nobody knows when."""
    reached = np.full(j.n, NAT, np.int64)
    if source.method == CREATION:
        return np.where(j.outcome == Outcome.WON, j.won_at.at, NAT)
    stays = j.stays
    leaps = np.flatnonzero(source.fine & (stays.stage < target) & (stays.exit < STILL_OPEN) & (stays.exit >= target))
    reached[stays.deal[leaps]] = stays.entered[leaps] + stays.us[leaps]
    beyond = source.begins[stays.stage[source.begins] >= target]
    reached[stays.deal[beyond]] = stays.entered[beyond]
    direct = np.flatnonzero(won_at_once(j))
    reached[direct] = j.won_at.at[direct]
    return reached


def won_at_once(j: Journeys) -> Array:
    """Deals whose only known stage is the won one: they have no stay."""
    found: Array = (j.outcome == Outcome.WON) & (j.stayed == 0) & (j.won_at.at != NAT) & j.has_history
    return found


def _begins(j: Journeys, fine: Array) -> Array:
    """Positions of the stays that are the first of their deals."""
    deal = j.stays.deal
    first = np.append(np.zeros(min(len(deal), 1), np.int64), np.flatnonzero(deal[1:] != deal[:-1]) + 1)
    told: Array = first[fine[first] & (j.has_history[deal[first]] | (j.stays.stage[first] == 0))]
    return told


def from_creation(j: Journeys) -> Source | None:
    """One stay a deal, from creation to won (exit 1) or lost; None where too many closed deals lack a date."""
    created, won = j.facts.created, j.outcome == Outcome.WON
    open_ = j.outcome == Outcome.OPEN
    end = np.where(won, j.won_at.at, np.where(open_, j.as_of.us, j.lost_at.at))
    by_day = _any(created.day) or _any(j.won_at.day) or _any(j.lost_at.day)
    length = elapsed_us(created.at, by_day, end, by_day, j.timezone)
    length[length < 0] = NAT
    fine = usable(created.at, length)
    closed = resolved(j)
    if not closed or np.count_nonzero(fine & ~open_) < MIN_TIMED * closed:
        return None
    rows = np.flatnonzero(fine)
    code = np.where(won, 1, np.where(open_, STILL_OPEN, LOST)).astype(np.uint8)
    return Source(
        CREATION, 2, j.as_of.us, j.timezone, rows.astype(np.int32), np.zeros(len(rows), np.uint8), created.at[rows], length[rows],
        code[rows], by_day, created.at[rows], np.zeros(len(rows), np.int64), np.flatnonzero(open_ & ~fine), Undone.none(),
        np.empty(0, np.int64), np.empty(0, bool),
    )  # fmt: skip


def _any(day: Array | bool) -> bool:
    return bool(np.any(day))


def _only_dates(j: Journeys) -> bool:
    """True where every stay starts at a local midnight and lasts whole days: the history holds dates, not instants."""
    from funnel_audit.clock import DAY, local_wall

    sample = j.stays.entered[:2000]
    sample = sample[sample != NAT]
    return bool(len(sample)) and bool((local_wall(sample, j.timezone) % DAY == 0).all())
