"""Vanished deals.

*What it finds*
    Deals that an earlier snapshot has and the last one has not.

*Why it matters*
    They are kept as they were last seen, mostly open: open deals and their money look larger than they are.

*When it is wrong*
    When the last snapshot was exported with a narrower filter on purpose.

*Example*
    Deal 1042 is in deals_2026-03-01.csv and not in deals_2026-03-31.csv: it was deleted or merged.

*How to mend it*
    Export every snapshot with the same filter, closed and archived deals included; close deals as lost instead of deleting them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import conversion_range, flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("vanished deals")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, deals = evidence.journeys, evidence.journeys.vanished
    if len(deals):
        still_open = int(np.count_nonzero(journeys.outcome[deals] == Outcome.OPEN))
        text = texts.count(
            "{n} deal of {total} is missing from the last snapshot; it stays as it was last seen, open: {open}.",
            "{n} deals of {total} are missing from the last snapshot; they stay as they were last seen, open: {open}.",
            len(deals), total=journeys.n, open=still_open,
        )  # fmt: skip
        cure = texts.say("Export every snapshot with the same filter, closed and archived deals included; close, do not delete.")
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals), {"open": still_open})
