"""Too many missing amounts.

*What it finds*
    A share of deals without an amount above checks: max_missing_amount_share, among those that came to the stage of checks: amount_due
    (without it: among won deals) and are not lost. Under ten such deals nothing is judged.

*Why it matters*
    You asked for it: money is counted for the others only.

*When it is wrong*
    Never; it is counted.

*Example*
    24 of 120 deals from "Offer sent" on have no amount; demanded are at most 5 %.

*How to mend it*
    Make the amount a required field of that stage in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.demands import share_at_most
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("too many missing amounts")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded, journeys = evidence.checks.max_missing_amount_share, evidence.journeys
    if demanded is None:
        return
    due = journeys.stages - 1 if evidence.checks.amount_due is None else evidence.funnel.index(evidence.checks.amount_due)
    there = (journeys.stage >= due) & (journeys.outcome != Outcome.LOST)
    missing = int(np.count_nonzero(there & ~journeys.facts.amount_known))
    found = share_at_most(
        evidence, texts, texts.say("deals without an amount where one is due"), missing, int(np.count_nonzero(there)), demanded,
        texts.say("Enter the amounts in the CRM and make the field a required one from this stage on."), "amount",
    )  # fmt: skip
    if found is not None:
        yield found
