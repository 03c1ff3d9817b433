"""Closed before created.

*What it finds*
    Won or lost deals whose closing is earlier than their creation. A date and a time are compared as dates: closed on the day of
    creation is in order.

*Why it matters*
    Such a deal has no length: it is in neither the days to win nor the projected win rate.

*When it is wrong*
    When deals were moved from another system: creation is then the day of the import, and the closing date is right.

*Example*
    Created on 5 March 2026, won on 1 March 2026.

*How to mend it*
    Correct the dates in the CRM; after an import, export the original creation date as the creation date.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT, elapsed_us
from funnel_audit.findings.effects import flagged, joined, money_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("closed before created")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, created = evidence.journeys, evidence.journeys.facts.created
    won, lost = journeys.outcome == Outcome.WON, journeys.outcome == Outcome.LOST
    found, lengths = [], []
    for mine, closed in ((won, journeys.won_at), (lost, journeys.lost_at)):
        rows = np.flatnonzero(mine & (closed.at < created.at) & (closed.at != NAT))
        start, end = created.take(rows), closed.take(rows)
        length = elapsed_us(start.at, start.day, end.at, end.day, journeys.timezone)
        found.append(rows[length < 0])
        lengths.append(length[length < 0])
    deals, length = np.sort(np.concatenate(found)), np.concatenate(lengths)
    if len(deals):
        over, most = int(np.count_nonzero(won | lost)), -int(length.min()) / DAY
        text = texts.count(
            "{n} deal of {closed} was closed before it was created, by {days}.",
            "{n} deals of {closed} were closed before they were created, by up to {days}.",
            len(deals), closed=over, days=texts.days(most),
        )  # fmt: skip
        cure = texts.say("Correct the dates in the CRM; after an import, export the original date as the creation date.")
        effect = texts.say("Days to win and the projected win rate rest on the other {n} closed deals.", n=over - len(deals))
        numbers: dict[str, float | int | str] = {"closed": over, "most_days": round(most, 2)}
        yield flagged(evidence, deals, text, cure, joined(effect, money_of(evidence, texts, deals)), numbers)
