"""Last stage of the history differs from the deal row.

*What it finds*
    Deals whose row shows another stage than their history ends in. A row that tells a loss, a win or a rest which no history of the file
    records is no contradiction.

*Why it matters*
    The history decides: if it is incomplete, the deal is counted at a stage that it has left.

*When it is wrong*
    When the two files were exported on different days: then the deal moved in between. Where you look back with --as-of and later
    deals exist, nothing is said: the rows show a later day.

*Example*
    The row says "Meeting held", the history ends in "Qualification passed".

*How to mend it*
    Export both on the same day. If it stays, somebody changes stages past the log, by import or robot: look at the deals shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import conversion_range, flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import first_deals, label_name, looks_back
from funnel_audit.journeys import Outcome
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED
from funnel_audit.texts import N_, Texts

NAME = N_("history ends in another stage")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if looks_back(evidence):
        return
    journeys, deals = evidence.journeys, evidence.journeys.stage_conflicts
    label, outcome = journeys.facts.label[deals], journeys.outcome[deals]
    recorded = int(np.bitwise_or.reduce(journeys.seen, initial=np.uint64(0)))
    unseen = [code for code in (ON_HOLD, UNMAPPED) if not recorded >> code & 1]
    agreed = (label == LOST) & (outcome == Outcome.LOST) | (label == journeys.stages - 1) & (outcome == Outcome.WON)
    closed, ended = journeys.facts.closed.at[deals], (label == LOST) | (label == journeys.stages - 1)
    not_yet = ended & (closed != NAT) & (closed > journeys.as_of.us)  # the row shows what is not known at as-of: FA204
    deals = deals[~agreed & ~not_yet & ~np.isin(label, unseen)]
    if len(deals):
        deal = first_deals(evidence, deals)[0]
        text = texts.count(
            "{n} deal of {total} with a history shows another stage than its history ends in. Deal {id}: “{row}”, by history “{last}”.",
            "{n} deals of {total} with a history show another stage than their history ends in. Deal {id}: “{row}”, by history “{last}”.",
            len(deals), total=evidence.tally.with_history, id=journeys.facts.id_text(deal),
            row=label_name(evidence, texts, int(journeys.facts.label[deal])), last=label_name(evidence, texts, _last(evidence, deal)),
        )  # fmt: skip
        cure = texts.say("Export deals and history on the same day. If it stays, find out what moves deals past the log.")
        numbers: dict[str, float | int | str] = {"with_history": evidence.tally.with_history}
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals), numbers)


def _last(evidence: Evidence, deal: int) -> int:
    """The label that the history ends in, as far as the journey keeps it."""
    journeys = evidence.journeys
    if journeys.on_hold[deal]:
        return ON_HOLD
    if journeys.unmapped[deal]:
        return UNMAPPED
    return LOST if journeys.outcome[deal] == Outcome.LOST else int(journeys.stage_now[deal])
