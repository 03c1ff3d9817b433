"""Amount missing where it is due.

*What it finds*
    Deals without an amount at a stage where there has to be one: from the stage named in stages.yaml under checks: amount_due, else won
    deals. Nothing is said where no deal has an amount.

*Why it matters*
    A missing amount is not 0: the money of the stage, of leaks and of the forecast is of the other deals only.

*When it is wrong*
    When deals without money are won on purpose: trials, guarantee work.

*Example*
    24 of 858 won deals have no amount.

*How to mend it*
    Make the amount a required field of that stage. amoCRM exports 0 for an empty budget; it counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("amount missing where it is due")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    if not facts.amount_known.any():
        return  # no column with amounts: FA118
    due = journeys.stages - 1 if evidence.checks.amount_due is None else evidence.funnel.index(evidence.checks.amount_due)
    there = (journeys.stage >= due) & (journeys.outcome != Outcome.LOST)
    deals, total = np.flatnonzero(there & ~facts.amount_known), int(np.count_nonzero(there))
    if len(deals):
        stage = label_name(evidence, texts, due)
        text = texts.count(
            "{n} deal of {total} that came to “{stage}” or further ({share}) has no amount.",
            "{n} deals of {total} that came to “{stage}” or further ({share}) have no amount.",
            len(deals), total=total, stage=stage, share=share_of(texts, len(deals), total),
        )  # fmt: skip
        cure = texts.say("Enter the amounts in the CRM and make the field a required one from this stage on.")
        effect = texts.say("Money is counted for the other {n}; the sums are too small by what is missing.", n=total - len(deals))
        yield flagged(evidence, deals, text, cure, effect, {"due": total})
