"""What a change of some steps between two given times is made of: other deals than before, or the same kind doing otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from funnel_audit.measures.calendar import axis, first_instant
from funnel_audit.measures.changes.cells import count_history
from funnel_audit.measures.changes.parts import parts_of
from funnel_audit.measures.changes.records import CONVERSION, Change, Makeup, Piece
from funnel_audit.measures.changes.sides import Sides
from funnel_audit.measures.changes.totals import totals_of
from funnel_audit.segments_of import segments_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from funnel_audit.journeys import Journeys
    from funnel_audit.tally import Tally


def made_of(
    journeys: Journeys, tally: Tally, steps: Mapping[int, float], begin_us: int, cut_us: int, currency: str | None
) -> dict[int, Makeup]:
    """For each step (stage -> its change, after less before) mix and rate in the units of that change, by owner, source or size.

    The times are taken as local days; the day of the cut is the last one before. A step that no column can take apart, or whose change by
    whole days goes the other way, is left out.
    """
    first = first_instant(journeys.facts.created.at, journeys.stays.entered)
    if first is None or not steps:
        return {}
    days = axis(first, journeys.as_of, journeys.timezone)
    parts = parts_of(journeys, segments_of(journeys, currency), currency)
    begin, cut = (int(np.searchsorted(days.starts, us, side="right")) for us in (begin_us, cut_us))
    if not parts or cut >= days.n:
        return {}
    history = count_history(journeys, tally, days, parts)
    sides = Sides(journeys, tally, history, totals_of(journeys, days, currency, False, parts), days, None, parts)
    found = {}
    for stage, size in steps.items():
        change = Change(CONVERSION, stage, p=0.0, z=0.0, base=max(begin - 1, 0), since=cut, claimed=True)
        makeup = sides.filled(change).makeup
        whole = 0.0 if makeup is None else makeup.mix.value + makeup.rate.value
        if makeup is not None and whole * size > 0:
            found[stage] = replace(makeup, mix=_scaled(makeup.mix, size / whole), rate=_scaled(makeup.rate, size / whole))
    return found


def _scaled(piece: Piece, factor: float) -> Piece:
    return Piece(piece.value * factor, piece.low * factor, piece.high * factor)
