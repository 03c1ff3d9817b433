"""Lost without a reason.

*What it finds*
    Lost deals without a loss reason, where other losses have one. From a fifth of the losses on it is a warning.

*Why it matters*
    The table of loss reasons speaks for the others only; a reason that nobody likes to enter is the one that is missing.

*When it is wrong*
    When the reason is asked for only from some stage on.

*Example*
    412 of 900 lost deals have nothing under "Lost Reason".

*How to mend it*
    Make the reason a required field for the lost stage. amoCRM: settings of the pipeline, loss reasons. Bitrix24: required field of the
    stage. HubSpot and Pipedrive: required property for Closed Lost.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("losses without a reason")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.2


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    lost, codes = journeys.outcome == Outcome.LOST, journeys.facts.lost_reason.codes
    deals, total = np.flatnonzero(lost & (codes < 0)), int(np.count_nonzero(lost))
    if len(deals) and len(deals) < total:
        text = texts.count(
            "{n} lost deal of {total} ({share}) has no loss reason.", "{n} lost deals of {total} ({share}) have no loss reason.",
            len(deals), total=total, share=share_of(texts, len(deals), total),
        )  # fmt: skip
        cure = texts.say("Make the loss reason a required field of the lost stage in the CRM.")
        effect = texts.say("The table of loss reasons speaks for {share} of the losses.", share=texts.percent(1 - len(deals) / total, 1))
        severity = "warning" if len(deals) >= GRAVE * total else None
        yield flagged(evidence, deals, text, cure, effect, {"lost": total}, severity)
