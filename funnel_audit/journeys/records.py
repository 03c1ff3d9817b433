"""The canonical tables of an audit: what intake found (``Facts``, ``Entries``) and what follows from it (``Journeys``).

Everything is numpy arrays over deal codes 0..n-1, because a report on five million stage changes must cost little more than reading them;
``Journeys.deals`` and ``Journeys.stays`` are the same as data frames, for people and for tests:

    >>> journeys.deals
      deal_id outcome  stage stage_now                   created                    closed  placed  has_history  on_hold ...
    0  D-0001     won      2      <NA> 2026-01-05 09:00:00+00:00 2026-01-20 17:00:00+00:00    True         True    False ...
    >>> journeys.stays
      deal_id  stage                   entered                      left  exit     to  days
    0  D-0001      0 2026-01-05 09:00:00+00:00 2026-01-08 12:00:00+00:00  advance   1  3.125
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import NAT, AsOf
from funnel_audit.frozen import Frozen
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from funnel_audit.journeys.order import Ordered

    Array = NDArray[Any]

STILL_OPEN = 62
"""Exit code of a stay that has not ended at as-of; an advance has the next stage's index, a loss has ``LOST``."""

NO_LABEL = 255
"""Label code of a deal row whose stage cell is empty or absent."""


class Outcome(IntEnum):
    """What a deal came to by as-of. UNKNOWN is only ever a claim that was not made, never a result."""

    UNKNOWN = -1
    OPEN = 0
    WON = 1
    LOST = 2


class Labels(Frozen):
    """A text column as codes: ``codes[i]`` indexes ``texts``; -1 is blank."""

    codes: Array
    texts: tuple[str, ...]

    def take(self, index: Array) -> Labels:
        return Labels(self.codes[index], self.texts)

    def text(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.texts[code]


class Column(Frozen):
    """A column of the export that ``--by`` names: ``labels``, or ``numbers`` (NaN where there is none); ``header`` as it is written.

    Neither for a field that the facts hold anyway: owner, source, currency, amount.
    """

    name: str
    header: str
    labels: Labels | None
    numbers: Array | None

    def take(self, index: Array) -> Column:
        return Column(
            self.name,
            self.header,
            None if self.labels is None else self.labels.take(index),
            None if self.numbers is None else self.numbers[index],
        )


class RowTexts(Frozen):
    """A text column that is read one cell at a time, for the few deals that are shown: a million titles are never made into strings."""

    read: Callable[[int], str | None]
    rows: Array
    known: Callable[[], Array] | None = None
    """Which rows of the export hold a text, all at once; None: none does."""

    def take(self, index: Array) -> RowTexts:
        return RowTexts(self.read, self.rows[index], self.known)

    def filled(self) -> Array:
        """(n,) bool: is there a text, without reading it?"""
        return np.zeros(len(self.rows), bool) if self.known is None else self.known()[self.rows]

    def text(self, row: int) -> str | None:
        return self.read(int(self.rows[row]))

    @staticmethod
    def none(n: int) -> RowTexts:
        return RowTexts(lambda row: None, np.zeros(n, np.int8))


class IdTexts(Frozen):
    """The ids of deals as text, made one at a time: ``IdTexts(name, codes)(deal)`` is ``name(codes[deal])``."""

    name: Callable[[int], str]
    codes: Array

    def __call__(self, deal: int) -> str:
        return self.name(int(self.codes[deal]))

    def take(self, index: Array) -> IdTexts:
        return IdTexts(self.name, self.codes[index])


class Moments(Frozen):
    """A date column: ``at`` in microseconds UTC (NAT: not known), ``day`` where it is only a date."""

    at: Array
    day: Array | bool = False

    def take(self, index: Array) -> Moments:
        return Moments(self.at[index], self.day[index] if isinstance(self.day, np.ndarray) else self.day)

    @staticmethod
    def unknown(n: int) -> Moments:
        return Moments(np.full(n, NAT, dtype=np.int64))


class Entries(Frozen):
    """Every recorded entry into a label, in any order: deal code, instant, label code (a stage's index, ON_HOLD, UNMAPPED, LOST).

    ``at`` is NAT where the deal is known to have stood in the label from before the data begin (the first snapshot). ``slack_us`` is the
    half-width of what is not known of the instant (a change seen between two snapshots), None where every instant is exact.
    """

    deal: Array
    at: Array
    label: Array
    day: Array | bool = False
    slack_us: Array | None = None

    def __len__(self) -> int:
        return len(self.deal)

    def take(self, index: Array) -> Entries:
        return Entries(
            self.deal[index],
            self.at[index],
            self.label[index],
            self.day[index] if isinstance(self.day, np.ndarray) else self.day,
            None if self.slack_us is None else self.slack_us[index],
        )

    @staticmethod
    def none() -> Entries:
        return Entries(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.uint8))


class Facts(Frozen):
    """What the deal rows say, one row a deal; every array has length n.

    ``label`` is the code of the current stage label (NO_LABEL when silent). ``status`` is the outcome a status column claims and
    ``status_decides`` that it stands above the stage (Pipedrive, Dynamics 365: there the label is where the deal was won or lost).
    ``flag`` is what IsWon and IsClosed claim. ``stage_before_loss`` is a stage index the row itself keeps for lost deals (EspoCRM's
    lastStage), else -1.
    ``amount`` is in minor units of ``currency``; ``amount_known`` where there is one and it may be summed.
    """

    n: int
    id_text: Callable[[int], str]
    label: Array
    created: Moments
    closed: Moments
    updated: Moments
    stage_changed: Moments
    status: Array
    flag: Array
    status_decides: bool
    amount: Array
    amount_known: Array
    currency: Labels
    owner: Labels
    source: Labels
    lost_reason: Labels
    company: RowTexts
    title: RowTexts
    excluded: Array
    row: Array
    file: Array
    stage_before_loss: Array
    begun_before: Array
    """Deals whose history begins after they did (the first of a series of snapshots): what they passed before is not known."""
    columns: tuple[Column, ...] = ()
    """Further columns that tell kinds of deals."""
    behind: Facts | None = None
    """The facts with their names, where these hold codes (``--anonymous``): for rules that compare names and quote none."""

    @property
    def named(self) -> Facts:
        return self if self.behind is None else self.behind

    def take(self, index: Array) -> Facts:
        """The facts of some deals, renumbered in the order given."""
        parts: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                parts[name] = value[index]
            elif isinstance(value, Labels | Moments | RowTexts):
                parts[name] = value.take(index)
        parts["columns"] = tuple(column.take(index) for column in self.columns)
        text = self.id_text
        ids = text.take(index) if isinstance(text, IdTexts) else IdTexts(text, index)
        return replace(self, n=len(index), id_text=ids, **parts)

    @staticmethod
    def blank(n: int, id_text: Callable[[int], str]) -> Facts:
        """Facts of n deals of which nothing is known but that they exist."""
        blank = Labels(np.full(n, -1, np.int32), ())
        return Facts(
            n=n,
            id_text=id_text,
            label=np.full(n, NO_LABEL, np.uint8),
            created=Moments.unknown(n),
            closed=Moments.unknown(n),
            updated=Moments.unknown(n),
            stage_changed=Moments.unknown(n),
            status=np.full(n, -1, np.int8),
            flag=np.full(n, -1, np.int8),
            status_decides=False,
            amount=np.zeros(n, np.int64),
            amount_known=np.zeros(n, bool),
            currency=blank,
            owner=blank,
            source=blank,
            lost_reason=blank,
            company=RowTexts.none(n),
            title=RowTexts.none(n),
            excluded=np.zeros(n, bool),
            row=np.full(n, -1, np.int64),
            file=np.zeros(n, np.int32),
            stage_before_loss=np.full(n, -1, np.int8),
            begun_before=np.zeros(n, bool),
        )


class Stays(Frozen, dict=True):
    """One row a stay: a deal standing in a stage that is further than any it entered before. The won stage has none.

    ``entered`` is NAT where the start is not known; ``us`` is the length up to the exit or to as-of, NAT where it is not known;
    ``exit`` is the next stage's index, STILL_OPEN or LOST. ``slack_us`` as in Entries, the sum of both ends.
    """

    deal: Array
    stage: Array
    entered: Array
    us: Array
    exit: Array
    slack_us: Array | None = None

    def __len__(self) -> int:
        return len(self.deal)

    @cached_property
    def moves(self) -> Array:
        """(64, 64) how many stays of a stage (row) ended in an exit (column)."""

        def counted(begin: int, end: int) -> Array:
            cell = self.stage[begin:end].astype(np.uint16) << 6
            cell |= self.exit[begin:end]
            return np.bincount(cell, minlength=1 << 12)

        found: Array = np.sum(in_pieces(edges(len(self)), counted), axis=0)
        return found.reshape(64, 64)


class Journeys(Frozen, dict=True):
    """All deals of one funnel up to ``as_of``.

    ``stage`` is the furthest stage reached (an index; at least 0: every deal has reached the first stage), ``stage_now`` the one an open
    deal stands in at as-of, ``since`` when it last changed stage (NAT: not known). ``placed`` is False for losses at no known step.
    ``seen`` and ``stayed`` are bit sets of stages (bit k): an entry exists; a stay began. ``won_at`` and ``lost_at`` are of outcomes that
    stand. ``back_into`` counts backward moves by the stage they led into, ``reopened`` undone losses.
    """

    facts: Facts
    stages: int
    as_of: AsOf
    timezone: str
    stays: Stays
    outcome: Array
    stage: Array
    stage_now: Array
    since: Moments
    placed: Array
    has_history: Array
    on_hold: Array
    unmapped: Array
    seen: Array
    stayed: Array
    won_at: Moments
    lost_at: Moments
    reopened: Array
    back_moves: Array
    back_into: Array
    pairs: Stays
    """The same for the pairs of stages the funnel declares: ``stage`` is the pair's index; an arrival's exit code is 0, or 1 by a jump
    over both."""
    excluded: int = 0
    not_yet: int = 0
    """Deals created after as-of: they do not exist yet."""
    unknown_history: int = 0
    """Ids of the history that no deal row has; they are in no figure."""
    unknown_ids: tuple[str, ...] = ()
    vanished: Array = msgspec.field(default_factory=lambda: np.empty(0, np.int64))
    """Deals that a series of snapshots no longer has: kept in their last state."""
    outcome_conflicts: Array = msgspec.field(default_factory=lambda: np.empty(0, np.int64))
    """Deals whose row claims another outcome than their history shows."""
    stage_conflicts: Array = msgspec.field(default_factory=lambda: np.empty(0, np.int64))
    """Deals whose current label is another than the last of their history."""
    entries: Ordered | None = None
    """All entries up to as-of in journey order, for rules that look at the changes themselves; None where the deals have no history."""

    @property
    def n(self) -> int:
        return self.facts.n

    @cached_property
    def deals(self) -> pd.DataFrame:
        """One row a deal; see the module's example."""
        from funnel_audit.journeys.frames import deals_frame  # pandas takes longer to import than a small export to count

        return deals_frame(self)

    @cached_property
    def stays_frame(self) -> pd.DataFrame:
        """One row a stay; ``to`` is the next stage of an advance, ``days`` NaN where the length is not known."""
        from funnel_audit.journeys.frames import stays_frame

        return stays_frame(self)
