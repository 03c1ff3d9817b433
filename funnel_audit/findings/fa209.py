"""Closed without a closing date.

*What it finds*
    Won and lost deals of which neither a closing date nor a history says when they were closed, while others have a date.

*Why it matters*
    They are in the counts but in no length of time: days to win and the projected rates rest on the other deals alone.

*When it is wrong*
    Never; deals that were closed by an import may have no date of their own.

*Example*
    337 of 858 won deals have nothing under "Closing Date".

*How to mend it*
    Fill in the dates. amoCRM and Bitrix24 set the date themselves when the stage is a final one; where a robot or an import closes
    deals, let it set the date too. Salesforce: Close Date is never empty; a blank one means that another column was exported.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("closed without a closing date")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    if not (journeys.facts.closed.at != NAT).any():
        return  # the column is missing altogether: FA118
    cure = texts.say("Fill in the closing dates in the CRM; if robots or imports close deals, let them set the date too.")
    won = journeys.outcome == Outcome.WON
    deals = np.flatnonzero(won & (journeys.won_at.at == NAT))
    if len(deals):
        total = int(np.count_nonzero(won))
        text = texts.count(
            "{n} won deal of {total} ({share}) has no closing date.", "{n} won deals of {total} ({share}) have no closing date.",
            len(deals), total=total, share=share_of(texts, len(deals), total),
        )  # fmt: skip
        effect = texts.say("Days to win rest on the other {n}.", n=total - len(deals))
        yield flagged(evidence, deals, text, cure, effect, {"won": total}, key="won")
    lost = journeys.outcome == Outcome.LOST
    deals = np.flatnonzero(lost & (journeys.lost_at.at == NAT))
    if len(deals):
        total = int(np.count_nonzero(lost))
        text = texts.count(
            "{n} lost deal of {total} ({share}) has no closing date.", "{n} lost deals of {total} ({share}) have no closing date.",
            len(deals), total=total, share=share_of(texts, len(deals), total),
        )  # fmt: skip
        effect = texts.say("When they were lost is not known: projected rates cannot place them at an age.")
        yield flagged(evidence, deals, text, cure, effect, {"lost": total}, key="lost")
