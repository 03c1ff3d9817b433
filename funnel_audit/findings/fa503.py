"""Too many losses at no known stage.

*What it finds*
    A share of losses at no known stage above checks: max_unplaced_share. Under ten losses nothing is judged.

*Why it matters*
    You asked for it: as many losses could belong to any step.

*When it is wrong*
    Never; it is counted.

*Example*
    370 of 370 losses; demanded are at most 5 %.

*How to mend it*
    As for FA304: add the history of stage changes, or a date column a stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.demands import share_at_most
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("too many losses at no known stage")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded, counted = evidence.checks.max_unplaced_share, evidence.tally
    if demanded is not None:
        found = share_at_most(
            evidence, texts, texts.say("losses at no known stage"), counted.unplaced, counted.outcome(Outcome.LOST), demanded,
            texts.say("Add the history of stage changes as a second file, or a date column for each stage to the export."), "unplaced",
        )  # fmt: skip
        if found is not None:
            yield found
