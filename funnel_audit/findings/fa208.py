"""No stage.

*What it finds*
    Deal rows whose stage cell is empty, although the export has a column with the stage, and no history tells where the deal is.

*Why it matters*
    Such a deal counts as open in the first stage: the first step looks worse, and every later one may lack a deal.

*When it is wrong*
    When a status beside it says won or lost: then only the step is unknown.

*Example*
    37 of 600 rows have nothing under "Stage".

*How to mend it*
    Give the deals a stage in the CRM. Bitrix24 leaves the cell empty for stages that were deleted from the pipeline, HubSpot for deals of
    a pipeline that was left out of the export.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import conversion_range, flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import NO_LABEL
from funnel_audit.texts import N_, Texts

NAME = N_("deals without a stage")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    blank = facts.label == NO_LABEL
    if blank.all():
        return  # no column with the stage, or none that is filled
    later = (facts.stage_changed.at != NAT) & (facts.stage_changed.at > journeys.as_of.us)  # its label is of a day not known yet
    deals = np.flatnonzero(blank & ~later & ~journeys.has_history & (facts.row >= 0))
    if len(deals):
        text = texts.count(
            "{n} deal of {total} ({share}) has no stage; it counts as being in the first one.",
            "{n} deals of {total} ({share}) have no stage; they count as being in the first one.",
            len(deals), total=journeys.n, share=share_of(texts, len(deals), journeys.n),
        )  # fmt: skip
        cure = texts.say("Give these deals a stage in the CRM, and export them again with every stage and pipeline.")
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals))
