"""A quote that is never closed.

*What it finds*
    A line with an opening quote whose end is nowhere in the file.

*Why it matters*
    By the rules of CSV the rest of the file would be one cell. The line was read as plain text instead; its values may be in wrong columns.

*When it is wrong*
    When the quote is an inch sign or belongs to a name and no delimiter follows in that cell.

*Example*
    A title such as: "Sign 2 m, front

*How to mend it*
    Remove the quote in the CRM, or export as Excel.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("quote that is never closed")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("unclosed_quote"):
        text = texts.count(
            "{n} line opens a quote that is never closed; it was read as plain text.",
            "{n} lines open a quote that is never closed; they were read as plain text.", defect.count,
        )  # fmt: skip
        cure = texts.say("Look at that line: remove the quote in the CRM, or export as Excel.")
        effect = texts.say("Values may stand in the wrong column.") + " " + in_question(evidence, texts, defect.count)
        counted: dict[str, float | int | str] = {"rows": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=counted)
