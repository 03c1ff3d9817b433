"""Entries before creation.

*What it finds*
    Deals whose history begins before the deal was created. A date and a time are compared as dates.

*Why it matters*
    One of the two is wrong: the first stay is too long, or created to won too short.

*When it is wrong*
    When deals are made from leads and the history keeps the stages of the lead: then the history is right.

*Example*
    Created on 5 March 2026, "Qualification passed" on 20 February 2026.

*How to mend it*
    After an import, export the original creation date. Salesforce: take CreatedDate of the opportunity, not of the account. Check that
    both files are in the same time zone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT, elapsed_us
from funnel_audit.findings.effects import flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Moments
from funnel_audit.texts import N_, Texts

NAME = N_("entered before created")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, entries, created = evidence.journeys, evidence.journeys.entries, evidence.journeys.facts.created
    if entries is None:
        return
    first = entries.starts.copy()
    unknown = np.flatnonzero(entries.at[first] == NAT)  # stood there from before the data begin: the next entry is the first with a time
    first[unknown] = np.minimum(first[unknown] + 1, entries.ends()[unknown])
    at, deal = entries.at[first], entries.deal[first]
    early = np.flatnonzero((at != NAT) & (created.at[deal] != NAT) & (at < created.at[deal]))
    start, end = created.take(deal[early]), Moments(entries.at, entries.day).take(first[early])
    length = elapsed_us(start.at, start.day, end.at, end.day, journeys.timezone)
    deals = deal[early][length < 0]
    if len(deals):
        text = texts.count(
            "{n} deal of {total} with a history has an entry before it was created, by {days}.",
            "{n} deals of {total} with a history have an entry before they were created, by up to {days}.",
            len(deals), total=evidence.tally.with_history, days=texts.days(-int(length.min()) / DAY),
        )  # fmt: skip
        cure = texts.say("Export the original creation date, and both files in the same time zone.")
        effect = texts.say("Their days from creation to the win are too short, or their first stay is too long.")
        yield flagged(evidence, deals, text, cure, effect, {"with_history": evidence.tally.with_history})
