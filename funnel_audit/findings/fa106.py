"""Ragged rows.

*What it finds*
    Rows with more or fewer cells than the table has columns.

*Why it matters*
    From the surplus or missing cell on, every value of the row may stand one column off: an owner where the stage should be.

*When it is wrong*
    When only empty cells at the end of the row are missing: then nothing has moved.

*Example*
    Seven columns, but eight cells in line 12, because a comment holds a comma and is not quoted.

*How to mend it*
    Export again as Excel, or as CSV with texts in quotes; or correct the lines by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("ragged rows")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("ragged_rows"):
        numbers = re.findall(r"\d+", defect.sample or "")
        if len(numbers) == 2:
            example = " " + texts.say("(such as {cells} instead of {width})", cells=int(numbers[0]), width=int(numbers[1]))
        else:
            example = ""
        text = texts.count(
            "{n} row has more or fewer cells than the table has columns{example}. Missing cells are empty, surplus ones are cut off.",
            "{n} rows have more or fewer cells than the table has columns{example}. Missing cells are empty, surplus ones are cut off.",
            defect.count, example=example,
        )  # fmt: skip
        cure = texts.say("Usually a text holds the delimiter and is not quoted: export again as Excel, or correct these lines.")
        effect = texts.say("Values may stand in the wrong column.") + " " + in_question(evidence, texts, defect.count)
        counted: dict[str, float | int | str] = {"rows": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=counted)
