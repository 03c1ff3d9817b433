"""What all forecasts of one set of journeys share: the source of the stays, and the cut past with its month ends."""

from __future__ import annotations

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Journeys
from funnel_audit.measures.forecast.backtest import MIN_CLOSED
from funnel_audit.measures.forecast.origins import month_starts
from funnel_audit.measures.forecast.past import NEVER, Past, usable
from funnel_audit.measures.forecast.records import Why
from funnel_audit.measures.forecast.sources import STAGES, Basis, Source, basis, from_creation, from_stages, resolved


class Ground(Frozen):
    """Made once by ``survey`` and handed to every ``forecast`` of the same journeys."""

    journeys: Journeys
    source: Source
    past: Past
    first_us: int
    basis: Basis


def survey(journeys: Journeys) -> Ground | Why:
    """Where the stays come from, cut at every month end; or why there can be no forecast at all."""
    if resolved(journeys) < MIN_CLOSED:
        return Why(reason="few_closed")
    fine = usable(journeys.stays.entered, journeys.stays.us)
    rests = basis(journeys, fine)
    source = from_stages(journeys, fine) if rests.method == STAGES else from_creation(journeys)
    if source is None or not len(source.entered) or not len(source.arrived):
        return Why(reason="no_times")
    first = int(min(source.arrived.min(), source.entered.min()))
    starts = month_starts(first, journeys.as_of.us, journeys.timezone)[-(NEVER - 2) :]
    stage = journeys.stage[source.ageless] if source.stages == journeys.stages else np.zeros(len(source.ageless), np.int8)
    return Ground(journeys, source, Past(source, starts, stage), first, rests)
