"""How many deals will be won, and which, by a given day? (definitions, section 9; the method and its grades: docs/forecast.md)

    past      the stays as they were known at every month end, from one pass      sources    where the stays come from
    hazards   how fast deals leave a stage, and where to, by age                  chances    ... to reach the target within the horizon
    arrivals  new deals to come                                                   outlook    all of it at one origin, and the rivals
    spread    the range: luck, uncertain rates, the period effect                 probit     the scale on which that acts
    backtest  the same at past origins, graded
    amounts   money          plan   will it be met          single   deal by deal          make   puts it together
"""

from funnel_audit.measures.forecast.ground import Ground, survey
from funnel_audit.measures.forecast.make import forecast
from funnel_audit.measures.forecast.records import (
    Backtest,
    Band,
    DealChance,
    Forecast,
    KeyStageNeeded,
    Month,
    OpenChances,
    Origin,
    Plan,
    PlanOutlook,
    Range,
    StageExpectation,
    Weighted,
    Why,
)
from funnel_audit.measures.forecast.sources import CREATION, STAGES, Basis, basis

__all__ = [
    "CREATION",
    "STAGES",
    "Backtest",
    "Band",
    "Basis",
    "DealChance",
    "Forecast",
    "Ground",
    "KeyStageNeeded",
    "Month",
    "OpenChances",
    "Origin",
    "Plan",
    "PlanOutlook",
    "Range",
    "StageExpectation",
    "Weighted",
    "Why",
    "basis",
    "forecast",
    "survey",
]
