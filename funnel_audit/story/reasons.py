"""Which rule decided a deal's outcome, in words (the precedence of definitions, section 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.clock import NAT
from funnel_audit.journeys import NO_LABEL, Outcome
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED

if TYPE_CHECKING:
    from funnel_audit.journeys import Journeys
    from funnel_audit.texts import Texts


def decided_by(journeys: Journeys, deal: int, last_label: int | None) -> str:
    """status, history, label, flag, closing_date or nothing; ``last_label`` is the last entry's, None without a history."""
    facts, won_stage = journeys.facts, journeys.stages - 1
    label, status, flag = int(facts.label[deal]), int(facts.status[deal]), int(facts.flag[deal])
    by_label = (
        Outcome.LOST if label == LOST
        else Outcome.WON if label == won_stage
        else Outcome.OPEN if label < won_stage or label == ON_HOLD
        else None
    )  # fmt: skip
    if facts.status_decides and status >= 0:
        claim, source = Outcome(status), "status"
    elif by_label is not None:
        claim, source = by_label, "label"
    elif flag >= 0:
        claim, source = Outcome(flag), "flag"
    elif status >= 0:
        claim, source = Outcome(status), "status"
    else:
        claim, source = Outcome.OPEN, "nothing"
    if last_label is not None:
        recorded = journeys.entries.recorded(won_stage) if journeys.entries is not None else frozenset[int]()
        unrecorded = (claim == Outcome.LOST and LOST not in recorded) or (claim == Outcome.WON and won_stage not in recorded)
        above = source == "status" if facts.status_decides else unrecorded
        unclear = last_label == UNMAPPED and claim > Outcome.OPEN
        if not above and not unclear:
            return "history"
    closed = int(facts.closed.at[deal])
    if claim > Outcome.OPEN and closed != NAT and closed > journeys.as_of.us:
        return "closing_date"
    return source


def why(source: str, journeys: Journeys, deal: int, has_history: bool, texts: Texts) -> str:
    """The rule in a sentence."""
    if source == "status":
        return texts.say("The status column decides: the stage of this CRM says nothing of the outcome, or is silent.")
    if source == "history":
        return texts.say("The last entry of the history decides.")
    if source == "label":
        if has_history:
            return texts.say("The stage of the deal's row decides: the history of this export does not record such an end.")
        return texts.say("The stage of the deal's row decides: there is no history of the deal.")
    if source == "flag":
        return texts.say("The yes/no columns for won and closed decide: nothing else says anything.")
    if source == "closing_date":
        return texts.say("The row says closed, but on a day after the one that the audit looks from: then it was still open.")
    label = int(journeys.facts.label[deal])
    if label == UNMAPPED:
        return texts.say("Open, because no stage knows its label and nothing else says how it ended.")
    return texts.say("Open, because nothing says how it ended.") if label == NO_LABEL else texts.say("Open: nothing says otherwise.")
