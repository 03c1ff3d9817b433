"""Every measure of one tally."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.frozen import Frozen
from funnel_audit.measures import conversion as conversion_
from funnel_audit.measures import leaks as leaks_
from funnel_audit.measures import pace as pace_
from funnel_audit.measures import pairs as pairs_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.tally import Tally

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel


class Measured(Frozen):
    """All measures of one tally, in funnel order."""

    tally: Tally
    currency: str | None
    steps: tuple[conversion_.Step, ...]
    paces: tuple[pace_.Pace, ...]
    leaks: tuple[leaks_.StepLeak, ...]
    limits: tuple[stalled_.Limit | None, ...]
    pairs: tuple[pairs_.PairRate, ...]


def measure(counted: Tally, funnel: Funnel) -> Measured:
    """Every measure of a tally."""
    currency = main_currency(counted, funnel)
    steps = conversion_.conversion(counted)
    targets = [stage.target for stage in funnel.stages]
    return Measured(
        counted,
        currency,
        steps,
        pace_.pace(counted),
        leaks_.leaks(counted, targets, [step.projected for step in steps], currency, funnel.timezone),
        stalled_.limits(counted, [stage.max_days for stage in funnel.stages]),
        pairs_.pair_rates(counted, len(funnel.pairs)),
    )


def main_currency(counted: Tally, funnel: Funnel) -> str | None:
    """The currency of stages.yaml, else the one that most deals with an amount are in."""
    if funnel.currency is not None:
        return funnel.currency
    return min(counted.money, key=lambda name: (-int(counted.money[name][0].sum()), name is None, name or ""), default=None)
