"""What a change is."""

from __future__ import annotations

from funnel_audit.frozen import Frozen

CONVERSION, PACE, INTAKE, AMOUNT, MIX = "conversion", "pace", "intake", "amount", "mix"
LEAST_MOVE = {CONVERSION: 0.02, MIX: 0.03, PACE: 0.1, INTAKE: 0.1, AMOUNT: 0.1}
LEAST_DAYS = 2 / 24


class Side(Frozen):
    """A figure before or after, with its 95 % interval, and ``n``, what it is out of: see ``Change``."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Piece(Frozen):
    """Part of a change, in the change's own unit, with its 95 % interval."""

    value: float
    low: float
    high: float


class Makeup(Frozen):
    """A change of conversion taken apart by ``column``: ``mix`` (other deals than before) and ``rate`` (the same kind does otherwise).

    ``verdict``: "mix" or "rate" where one of them carries more than half of the change and is sure of its sign, else "both".
    ``simpson``: every part went the other way than the whole.
    """

    column: str
    mix: Piece
    rate: Piece
    verdict: str
    simpson: bool


class Change(Frozen):
    """One history looked at, and whether it changed.

    ``what`` and its unit: "conversion" of the step out of ``stage`` (share of the stays, Aalen-Johansen at the common ``age_days``; n:
    stays begun), "pace" (median days in the stage, Kaplan-Meier; n: stays begun), "intake" (new deals per 30 days; n: new deals), "mix"
    (share of the value among the new deals; n: new deals) and "amount" (mean amount of won deals, the outermost twentieths drawn in; n: won
    deals). ``column`` and ``value`` name the part of
    the deals it is about; None: all of them.

    ``claimed``: it survives the false-discovery control (``q``; ``p`` for this history alone) and ``matters``. ``since``: the local day on
    which it began (position on the axis of days), ``since_first`` to ``since_last`` where that may lie; None where nothing changed.
    ``before`` and ``after`` are the two sides of that day (``base``: where the earlier one begins); without it, all before the last full
    period, and that period.
    """

    what: str
    stage: int | None
    p: float
    z: float
    before: Side | None = None
    after: Side | None = None
    column: str | None = None
    value: str | None = None
    q: float = 1.0
    claimed: bool = False
    since: int | None = None
    since_first: int | None = None
    since_last: int | None = None
    base: int = 0
    age_days: float | None = None
    makeup: Makeup | None = None
    good: bool | None = None
    """Of a "mix": whether deals of the value do better than the others at winning; None where that is not sure."""

    @property
    def better(self) -> bool | None:
        """A rise is for the better (of pace z is that more deals have left by the median time); more of a value, where that does better."""
        if self.what == MIX:
            return None if self.good is None else (self.z > 0) == self.good
        return self.z > 0

    @property
    def matters(self) -> bool:
        """Large enough to act on: two points of a rate, three of a share, a tenth of an intake, an amount or days (and two hours)."""
        if self.before is None or self.after is None or self.before.value is None or self.after.value is None:
            return False
        moved = abs(self.after.value - self.before.value)
        least = LEAST_MOVE[self.what]
        return moved >= (max(least * self.before.value, LEAST_DAYS * (self.what == PACE)) if self.what in (PACE, INTAKE, AMOUNT) else least)
