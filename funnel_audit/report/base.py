"""What every part of the record is made of."""

from __future__ import annotations

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every part of the audit."""


class Interval(Record, frozen=True, kw_only=True):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


class Projected(Record, frozen=True, kw_only=True):
    """Aalen-Johansen incidence of advance against loss; ``unresolved`` is the share whose fate nobody has seen yet."""

    value: float
    low: float
    high: float
    unresolved: float
    ripe: bool


class Bounds(Record, frozen=True, kw_only=True):
    """What unplaced losses leave open: ``low`` had all of them been lost at this step, ``high`` had none."""

    low: float
    high: float


class Days(Record, frozen=True, kw_only=True):
    """Percentiles in days; None where the curve does not get there. ``n`` is the number of stays behind it."""

    p50: float | None
    p90: float | None
    n: int
    p75: float | None = None
