"""No owner.

*What it finds*
    Deals without an owner, where the export has a column with the owner. Open ones make it a warning.

*Why it matters*
    Nobody moves a deal that is nobody's; in tables by owner such deals are missing.

*When it is wrong*
    When deals wait in a common queue on purpose and are young.

*Example*
    61 open deals have nothing under "Owner": the manager left, and the account was deleted.

*How to mend it*
    Give the deals to somebody in the CRM. HubSpot empties the owner when a user is deactivated; amoCRM and Bitrix24 keep the old name.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, joined, money_of, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("deals without an owner")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, codes = evidence.journeys, evidence.journeys.facts.owner.codes
    deals = np.flatnonzero(codes < 0)
    if not len(deals) or len(deals) == journeys.n:
        return
    still_open = int(np.count_nonzero(journeys.outcome[deals] == Outcome.OPEN))
    text = texts.count(
        "{n} deal of {total} ({share}) has no owner; open: {open}.", "{n} deals of {total} ({share}) have no owner; open: {open}.",
        len(deals), total=journeys.n, share=share_of(texts, len(deals), journeys.n), open=still_open,
    )  # fmt: skip
    cure = texts.say("Give these deals to somebody in the CRM; reassign deals before a user is deleted.")
    effect = joined(texts.say("In tables by owner they are missing, and nobody is told when they stall."), money_of(evidence, texts, deals))
    yield flagged(evidence, deals, text, cure, effect, {"open": still_open}, "warning" if still_open else None)
