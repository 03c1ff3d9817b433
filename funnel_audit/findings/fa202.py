"""Missing id.

*What it finds*
    Rows of a deal table without an id; each of them is counted as a deal of its own, called by its file and line.

*Why it matters*
    Without an id a row cannot be matched with a history or with the export of another day, and a deal that stands twice counts twice.

*When it is wrong*
    When every row is a deal and neither a history nor a second export will be added.

*Example*
    A spreadsheet to which three deals were added by hand, without numbers.

*How to mend it*
    Add the column with the id of the deal to the export (in amoCRM and Bitrix24 it is called ID).
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("missing deal ids")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("missing_id"):
        text = texts.count(
            "{n} row has no deal id; it counts as a deal of its own, called by its file and line.",
            "{n} rows have no deal id; each counts as a deal of its own, called by its file and line.", defect.count,
        )  # fmt: skip
        cure = texts.say("Add the column with the deal's id to the export.")
        effect = texts.say("No history and no export of another day can be matched with them.")
        numbers: dict[str, float | int | str] = {"rows": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
