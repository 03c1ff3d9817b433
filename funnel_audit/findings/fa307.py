"""Stays with no known start.

*What it finds*
    Open deals of which it is not known since when they stand in their stage.

*Why it matters*
    Their age in the stage is in no figure, and they cannot be called stalled however long they have been there.

*When it is wrong*
    Never; it says what the export does not hold.

*Example*
    A plain export shows "Contract sent" but not since when.

*How to mend it*
    Add the column with the date of the last change of stage to the export, or the history of stage changes as a second file.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import flagged, joined, money_of, whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.journeys import Outcome
from funnel_audit.journeys.records import STILL_OPEN
from funnel_audit.texts import N_, Texts

NAME = N_("stays with no known start")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    unknown, stays = evidence.tally.unknown_starts, evidence.journeys.stays
    n = int(unknown.sum())
    if n:
        most, still_open = int(unknown.argmax()), evidence.tally.outcome(Outcome.OPEN)
        text = texts.count(
            "For {n} of {open} open deals it is not known since when it stands in its stage; most in “{stage}” ({most}).",
            "For {n} of {open} open deals it is not known since when they stand in their stage; most in “{stage}” ({most}).",
            n, open=still_open, stage=label_name(evidence, texts, most), most=int(unknown[most]),
        )  # fmt: skip
        cure = texts.say("Add the date of the last change of stage to the export, or the history of stage changes as a second file.")
        deals = stays.deal[(stays.us == NAT) & (stays.exit == STILL_OPEN)]
        effect = joined(texts.say("None of them can be called stalled."), money_of(evidence, texts, deals))
        found = flagged(evidence, deals, text, cure, effect, {"open": still_open, "most": int(unknown[most])})
        yield replace(found, place=whole_file(evidence), count=n)
