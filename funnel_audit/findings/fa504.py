"""Too many deals in unknown labels.

*What it finds*
    A share of deals in labels that no stage knows above checks: max_unmapped_share. Without such a demand FA203 decides by itself.

*Why it matters*
    Such deals count as open at the furthest stage that is known of them: where they are many, no rate can be trusted.

*When it is wrong*
    When the labels belong to another pipeline: choose yours with --pipeline.

*Example*
    212 of 1 200 deals stand in "Meeting held (zoom)" and "Call back".

*How to mend it*
    As for FA203: put the labels under aliases, lost, on_hold or exclude in stages.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.demands import share_at_most
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("too many deals in unknown labels")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded, counted = evidence.checks.max_unmapped_share, evidence.tally
    if demanded is None:
        return
    found = share_at_most(
        evidence, texts, texts.say("deals in labels that no stage knows"), counted.unmapped, counted.deals,
        demanded, texts.say("Put these labels under aliases, lost, on_hold or exclude in stages.yaml."), "unmapped",
    )  # fmt: skip
    if found is not None:
        yield found
