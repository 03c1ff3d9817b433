"""Impossible dates.

*What it finds*
    Dates of creation, closing or entering a stage before 1990: a zero that a spreadsheet or a program shows as 1900 or 1970.

*Why it matters*
    Such a deal is decades old: time in stages, days to win and what is stalled are wrong by it.

*When it is wrong*
    Never for sales that are kept in a CRM.

*Example*
    Created 01.01.1970 03:00.

*How to mend it*
    Clear the cell in the CRM or correct it: an empty date is only unknown, a date of 1970 is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.findings.effects import flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("impossible dates")
SEVERITY = "error"
CONFIDENCE = "high"
FIRST = 7305 * DAY
"""1 January 1990."""


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    bad = np.zeros(journeys.n, bool)
    for moments in (facts.created, facts.closed, facts.stage_changed):
        bad |= (moments.at != NAT) & (moments.at < FIRST)
    if journeys.entries is not None and journeys.entries.at.min(initial=FIRST) < FIRST:
        early = (journeys.entries.at != NAT) & (journeys.entries.at < FIRST)
        bad[journeys.entries.deal[early]] = True
    deals = np.flatnonzero(bad)
    if len(deals):
        text = texts.count(
            "{n} deal has a date before 1990: an empty date that a program wrote as 1900 or 1970.",
            "{n} deals have a date before 1990: empty dates that a program wrote as 1900 or 1970.", len(deals),
        )  # fmt: skip
        cure = texts.say("Clear or correct these dates in the CRM: an empty one is only unknown.")
        effect = texts.count("{n} deal counts as decades old.", "{n} deals count as decades old.", len(deals))
        yield flagged(evidence, deals, text, cure, effect)
