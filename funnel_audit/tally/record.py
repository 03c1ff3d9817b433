"""What the counting pass hands on. ``a + b`` is the tally of both, for disjoint deals at the same as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.journeys.records import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.clock import AsOf
    from funnel_audit.tally.spans import Spans

    Array = NDArray[Any]

ReasonKey = tuple[str | None, str | None, int]
"""(loss reason, currency, slot): a slot is the stage of the loss, or ``stages`` for an unplaced one."""


class Tally(Frozen):
    """Counts of all deals of one funnel at one as-of. K stages; slot K of a slotted axis is "at no known step".

    ``ledger``            (3, K + 1)  deals by outcome (open, won, lost) and furthest stage; unplaced losses in slot K
    ``on_hold``           (K,)        of the open ones, those that are parked
    ``seen``, ``skipped`` (K,)        of deals with a history: an entry exists; jumped over
    ``back_into``         (K,)        backward moves by the stage they led into
    ``untimed_advances``  (K,)        exits whose time is not known: they have left the stage and are in no span
    ``untimed_losses``    (K,)
    ``unknown_starts``    (K,)        open stays whose start is not known
    ``startless_exits``   (K,)        stays that ended but began, as far as one can see, before the data do
    ``money``             currency -> (2, 3, K + 1)  deals with an amount, and the sum in minor units
    ``reasons``           (reason, currency, slot) -> (lost deals, of them with amount, sum in minor units)
    ``wins_by_day``       (currency, local day) -> (won deals, of them with amount, sum in minor units); day None: not known
    ``stays``, ``lives``, ``pairs``  spans: time in a stage (track: stage); created to won, lost or open (track: the stage stood in);
                          start to end of a declared pair (track: its index)
    ``untimed_lives``     (3,)        by outcome: deals whose creation or closing is not known
    ``untimed_pairs``     (2, P)      advances, losses
    """

    as_of: AsOf
    stages: int
    deals: int
    with_history: int
    excluded: int
    not_yet: int
    unmapped: int
    reopened: int
    ledger: Array
    on_hold: Array
    seen: Array
    skipped: Array
    back_into: Array
    untimed_advances: Array
    untimed_losses: Array
    unknown_starts: Array
    startless_exits: Array
    money: dict[str | None, Array]
    reasons: dict[ReasonKey, tuple[int, int, int]]
    wins_by_day: dict[tuple[str | None, int | None], tuple[int, int, int]]
    stays: Spans
    lives: Spans
    pairs: Spans
    untimed_lives: Array
    untimed_pairs: Array

    def __add__(self, other: Tally) -> Tally:
        if (self.as_of, self.stages) != (other.as_of, other.stages):
            raise ValueError("tallies of different as-of or funnels cannot be added")
        sums: dict[str, Any] = {"as_of": self.as_of, "stages": self.stages}
        for name in self.__struct_fields__:
            if name in sums:
                continue
            mine, theirs = getattr(self, name), getattr(other, name)
            if name == "money":
                sums["money"] = {key: mine.get(key, 0) + theirs.get(key, 0) for key in mine.keys() | theirs.keys()}
            elif name in ("reasons", "wins_by_day"):
                keys = mine.keys() | theirs.keys()
                sums[name] = {
                    key: tuple(a + b for a, b in zip(mine.get(key, (0, 0, 0)), theirs.get(key, (0, 0, 0)), strict=True)) for key in keys
                }
            else:
                sums[name] = mine + theirs
        return Tally(**sums)

    def outcome(self, outcome: Outcome) -> int:
        """All deals of one outcome."""
        return int(self.ledger[outcome].sum())

    @property
    def unplaced(self) -> int:
        return int(self.ledger[Outcome.LOST, self.stages])

    def reached(self) -> Array:
        """(K,) deals whose furthest stage is k or later; the first stage has all, the unplaced among them."""
        beyond = self.ledger[:, : self.stages].sum(axis=0)[::-1].cumsum()[::-1]
        reached: Array = beyond.astype(np.int64)
        reached[0] += self.unplaced
        return reached

    def advanced(self) -> Array:
        """(K,) deals whose furthest stage is beyond k."""
        reached = self.reached()
        return np.append(reached[1:], 0)

    def check(self) -> None:
        """Every deal is somewhere, once (definitions, section 3); a difference is a defect of the program, never of the data."""
        reached, advanced = self.reached(), self.advanced()
        here = self.ledger[:, : self.stages].sum(axis=0)
        left = advanced + here
        left[0] += self.unplaced
        if not (reached == left).all() or self.deals != int(self.ledger.sum()) or self.ledger[Outcome.WON, :-2].any():
            raise AssertionError(f"the ledger does not add up: reached {reached.tolist()}, accounted for {left.tolist()}")
        in_spans = self.stays.per_track(self.stages)
        told = in_spans + self.skipped + self.untimed_advances + self.untimed_losses + self.unknown_starts + self.startless_exits
        told[0] += self.unplaced
        if (told != reached)[:-1].any():
            raise AssertionError(f"stays do not add up: reached {reached.tolist()}, accounted for {told.tolist()}")
        if self.ledger[Outcome.OPEN, self.stages] or self.ledger[Outcome.WON, self.stages]:
            raise AssertionError("only a loss can be at no known step")
