"""Negative amount.

*What it finds*
    Deals with an amount below zero.

*Why it matters*
    Added up, they would hide the money of other deals; so they stay out of all sums, as if the amount were missing.

*When it is wrong*
    When returns are kept as deals of their own on purpose: then the sums are before returns.

*Example*
    A budget of -45 000 for a refund.

*How to mend it*
    Correct the amount in the CRM; keep returns elsewhere, or exclude their deals in stages.yaml under exclude.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of, such_as
from funnel_audit.texts import N_, Texts

NAME = N_("negative amounts")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("negative_amount"):
        text = texts.count(
            "{n} amount in the column “{column}” is below zero{sample}; it is in no sum.",
            "{n} amounts in the column “{column}” are below zero{sample}; they are in no sum.",
            defect.count, column=str(defect.column), sample=such_as(texts, defect.sample),
        )  # fmt: skip
        cure = texts.say("Correct the amounts in the CRM, or leave such deals out in stages.yaml under exclude.")
        known = int(np.count_nonzero(evidence.journeys.facts.amount_known))
        effect = texts.count("The sums are those of the other {n} amount.", "The sums are those of the other {n} amounts.", known)
        numbers: dict[str, float | int | str] = {"cells": defect.count, "with_amount": known}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
