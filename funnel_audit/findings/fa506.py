"""Too many deals without an owner.

*What it finds*
    A share of deals without an owner above checks: max_missing_owner_share. Under ten deals nothing is judged.

*Why it matters*
    You asked for it: nobody moves a deal that is nobody's.

*When it is wrong*
    When the export has no column with the owner: then all of them count as missing.

*Example*
    61 of 600 deals have no owner; demanded are at most 2 %.

*How to mend it*
    Give the deals to somebody in the CRM; add the column with the owner to the export.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.demands import share_at_most
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("too many deals without an owner")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded, journeys = evidence.checks.max_missing_owner_share, evidence.journeys
    if demanded is None:
        return
    found = share_at_most(
        evidence, texts, texts.say("deals without an owner"), int(np.count_nonzero(journeys.facts.owner.codes < 0)), journeys.n, demanded,
        texts.say("Give these deals to somebody in the CRM; add the column with the owner to the export."), "owner",
    )  # fmt: skip
    if found is not None:
        yield found
