"""Deals that the history does not know.

*What it finds*
    Deals beyond the first stage, won or lost, that have no entry in the history, while others have. From a twentieth of the deals on it
    is a warning.

*Why it matters*
    Where they went and how long it took is not known: days rest on the others, and losses among them are at no known step.

*When it is wrong*
    When the history was switched on later: then it is right for what came after.

*Example*
    The deals go back to 2023, the list of events to 2025.

*How to mend it*
    Export the history for the whole time of the deals, or look only at the deals created since it exists: --from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import conversion_range, flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("deals that the history does not know")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.05


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    if not evidence.tally.with_history:
        return
    moved = (journeys.stage > 0) | (journeys.outcome != Outcome.OPEN)
    deals = np.flatnonzero(~journeys.has_history & moved)
    if len(deals):
        text = texts.count(
            "{n} deal of {total} ({share}) has moved, but the history has no entry of it.",
            "{n} deals of {total} ({share}) have moved, but the history has no entry of them.",
            len(deals), total=journeys.n, share=share_of(texts, len(deals), journeys.n),
        )  # fmt: skip
        cure = texts.say("Export the history for the whole time of the deals, or look at those created since it exists: --from.")
        severity = "warning" if len(deals) >= GRAVE * journeys.n else None
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals), severity=severity)
