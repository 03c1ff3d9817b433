"""Characters that could not be decoded.

*What it finds*
    Cells with bytes that are no text in the encoding of the file: usually two files of different encodings pasted together.

*Why it matters*
    The broken letters become question marks. A stage, an owner or a loss reason that is spelled so counts as another one.

*When it is wrong*
    When the broken cell is one that nobody counts, such as a comment.

*Example*
    A UTF-8 export to which rows of an old Windows-1251 table were added.

*How to mend it*
    Export all deals at once as UTF-8. In Excel: Save as, "CSV UTF-8".
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("characters that could not be read")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("bad_encoding"):
        text = texts.count(
            "{n} cell holds characters of another encoding than the file; they were replaced by question marks.",
            "{n} cells hold characters of another encoding than the file; they were replaced by question marks.", defect.count,
        )  # fmt: skip
        cure = texts.say("Export all deals at once as UTF-8; in Excel: Save as, “CSV UTF-8”.")
        effect = texts.say("A stage, an owner or a reason among them counts as another one.") + " " + in_question(
            evidence, texts, defect.count
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"cells": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
