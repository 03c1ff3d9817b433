"""Duplicate id.

*What it finds*
    Deal ids that stand in more than one row of the same file.

*Why it matters*
    A deal is counted once. The last row of the file speaks for it; what the other rows say of stage, amount or owner is not used.

*When it is wrong*
    When the file has a row for every product or contact of a deal, all with the same stage and the same total.

*Example*
    Deal 1042 stands in line 7 as "New lead" and in line 12 as "Meeting held".

*How to mend it*
    Export deals and not their products or contacts. If the rows are stages of one deal, export the history with its times.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("duplicate deal ids")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("duplicate_id"):
        text = texts.count(
            "{n} deal stands in more than one row of the file; its last row was taken.",
            "{n} deals stand in more than one row of the file; the last row of each was taken.", defect.count,
        )  # fmt: skip
        cure = texts.say("Export one row a deal, without its products or contacts, or remove the rows that are out of date.")
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count)
