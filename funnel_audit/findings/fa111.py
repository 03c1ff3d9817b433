"""Doubtful header.

*What it finds*
    A table without a row that looks like a header: the first row as wide as the others was taken for it.

*Why it matters*
    If that row was a deal, it is missing, and its values were taken for the names of the columns.

*When it is wrong*
    When the headers are numbers or codes on purpose.

*Example*
    An export that was saved without its header row.

*How to mend it*
    Export again with headers, or put the names of the columns into the first row.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("doubtful header")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("doubtful_header"):
        text = texts.say("No row looks like a header. Line {line} was taken for it; a deal there is not counted.", line=str(defect.line))
        cure = texts.say("Export again with headers, or write the names of the columns into the first row.")
        effect = texts.say("If that line is a deal, one deal is missing, and the columns go by its values.")
        numbers: dict[str, float | int | str] = {"line": defect.line or 0, "deals": evidence.journeys.n}
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers=numbers)
