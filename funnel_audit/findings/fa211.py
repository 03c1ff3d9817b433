"""Open with a closing date that has passed.

*What it finds*
    Open deals with a closing date before the day the audit looks from. Over 30 days past it is a warning, else only said.

*Why it matters*
    Either the deal is over and nobody has closed it, or the planned date was never moved: what is open is less than it looks.

*When it is wrong*
    When the column holds planned dates (HubSpot, Salesforce, Zoho) and deals run late by a few days.

*Example*
    An open deal of June with the closing date 12 February.

*How to mend it*
    Close the deals that are over. In CRMs where the date is a plan, move it. Where a reopened deal keeps its old closing date
    (amoCRM, Bitrix24), clear it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT, elapsed_us
from funnel_audit.findings.effects import flagged, joined, money_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import looks_back
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("open, but the closing date has passed")
SEVERITY = "info"
CONFIDENCE = "high"
LONG = 30
"""Days."""


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, closed = evidence.journeys, evidence.journeys.facts.closed
    if looks_back(evidence):
        return  # the row's closing date is of a later day
    deals = np.flatnonzero((journeys.outcome == Outcome.OPEN) & (closed.at != NAT) & (closed.at <= journeys.as_of.us))
    if not len(deals):
        return
    past = closed.take(deals)
    as_of = np.full(len(deals), journeys.as_of.us, np.int64)
    days = elapsed_us(past.at, past.day, as_of, journeys.as_of.day, journeys.timezone)
    long = int(np.count_nonzero(days > LONG * DAY))
    open_now = int(np.count_nonzero(journeys.outcome == Outcome.OPEN))
    text = texts.count(
        "{n} open deal of {total} has a closing date in the past; {long} of them by more than {limit}.",
        "{n} open deals of {total} have a closing date in the past; {long} of them by more than {limit}.",
        len(deals), total=open_now, long=long, limit=texts.days(LONG),
    )  # fmt: skip
    cure = texts.say("Close the deals that are over, or move their dates; clear the date of deals that were reopened.")
    effect = joined(
        texts.say("They count as open, in what is stalled and in what is still to come."), money_of(evidence, texts, deals)
    )  # fmt: skip
    numbers: dict[str, float | int | str] = {"open": open_now, "long_past": long}
    yield flagged(evidence, deals, text, cure, effect, numbers, "warning" if long else None)
