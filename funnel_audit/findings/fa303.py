"""Status contradicts the history.

*What it finds*
    Deals whose status column says won, lost or open while their history shows another outcome.

*Why it matters*
    The history decides on the outcome: wins and losses of the report then differ from those of the CRM by these deals.

*When it is wrong*
    When the history was exported before the deals: it does not know the latest wins and losses yet. Where you look back with --as-of
    and later deals exist, nothing is said: the status is of a later day.

*Example*
    Status "Won", but the last entry of the history is "Contract sent".

*How to mend it*
    Export both on the same day, and correct the deals shown in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import flagged, win_rate_range
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import first_deals, looks_back
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("status contradicts the history")
SEVERITY = "warning"
CONFIDENCE = "high"
WORDS = {Outcome.OPEN: N_("open"), Outcome.WON: N_("won"), Outcome.LOST: N_("lost")}


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if looks_back(evidence):
        return
    journeys, deals = evidence.journeys, evidence.journeys.outcome_conflicts
    closed = journeys.facts.closed.at[deals]
    deals = deals[(closed == NAT) | (closed <= journeys.as_of.us)]
    if len(deals):
        deal = first_deals(evidence, deals)[0]
        status, outcome = (texts.word(WORDS[Outcome(int(column[deal]))]) for column in (journeys.facts.status, journeys.outcome))
        text = texts.count(
            "{n} deal of {total} with a history has another status than its history shows. Deal {id}: {status}, by history {outcome}.",
            "{n} deals of {total} with a history have another status than their history shows. Deal {id}: {status}, by history {outcome}.",
            len(deals), total=evidence.tally.with_history, id=journeys.facts.id_text(deal), status=status, outcome=outcome,
        )  # fmt: skip
        cure = texts.say("The history was counted. Export both on the same day and correct these deals in the CRM.")
        numbers: dict[str, float | int | str] = {"with_history": evidence.tally.with_history}
        yield flagged(evidence, deals, text, cure, win_rate_range(evidence, texts, deals), numbers)
