"""No company.

*What it finds*
    Deals without a company (account, organisation), where the export has a column with it and at least half of the deals have one. From a
    tenth of the deals on it is a warning.

*Why it matters*
    Which clients buy again, and whether two deals are of one client, cannot be told of these. Duplicates hide among them.

*When it is wrong*
    When you also sell to private persons: their deals have a contact and no company.

*Example*
    1,425 of 8,800 deals have nothing under "account"; all of them are still open.

*How to mend it*
    Make the company a required field from the first talk on. amoCRM and Bitrix24: link the company to the deal, not only to the contact.
    HubSpot: switch on the automatic association of companies. Salesforce: an opportunity made from a lead gets its account at conversion.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, joined, money_of, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("deals without a company")
SEVERITY = "info"
CONFIDENCE = "medium"
MOST = 0.5
GRAVE = 0.1


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    filled = journeys.facts.named.company.filled()
    deals = np.flatnonzero(~filled & (journeys.facts.row >= 0))
    if not len(deals) or np.count_nonzero(filled) < MOST * journeys.n:
        return
    still_open = int(np.count_nonzero(journeys.outcome[deals] == Outcome.OPEN))
    text = texts.count(
        "{n} deal of {total} ({share}) has no company; open: {open}.", "{n} deals of {total} ({share}) have no company; open: {open}.",
        len(deals), total=journeys.n, share=share_of(texts, len(deals), journeys.n), open=still_open,
    )  # fmt: skip
    cure = texts.say("Link a company to these deals in the CRM, and make the field a required one.")
    severity = "warning" if len(deals) >= GRAVE * journeys.n else None
    effect = joined(
        texts.say("Which clients come back, and which deals are doubles, cannot be told of them."), money_of(evidence, texts, deals)
    )  # fmt: skip
    yield flagged(evidence, deals, text, cure, effect, {"open": still_open}, severity)
