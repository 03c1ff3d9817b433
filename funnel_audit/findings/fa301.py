"""History of unknown deals.

*What it finds*
    Ids in the stage history that stand in no row of the deals.

*Why it matters*
    The deal rows say which deals exist: what the history tells of others is in no figure. Deleted or filtered deals are missing from
    conversion.

*When it is wrong*
    When the deals were filtered on purpose, such as one pipeline or one period, and the history was not.

*Example*
    The history has 640 deals, the export of deals 600: 40 were deleted as duplicates.

*How to mend it*
    Export deals and history with the same filter on the same day, deleted and archived deals included.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit import report
from funnel_audit.findings.effects import conversion_range
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("history of unknown deals")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    if journeys.unknown_history:
        ids = sorted(journeys.unknown_ids)
        text = texts.count(
            "{n} deal of the history ({ids}) stands in no row of the deals; its moves are in no figure.",
            "{n} deals of the history (such as {ids}) stand in no row of the deals; their moves are in no figure.",
            journeys.unknown_history, ids=", ".join(ids),
        )  # fmt: skip
        cure = texts.say("Export deals and history with the same filter on the same day, archived deals included.")
        effect = conversion_range(evidence, texts, np.empty(0, np.int64), beside=journeys.unknown_history)
        numbers: dict[str, float | int | str] = {"deals": journeys.unknown_history, "of": journeys.n}
        place = report.Place(file=evidence.files[-1])
        yield Found(place, text, cure, journeys.unknown_history, effect=effect, numbers=numbers)
