"""History rows without a time or a stage.

*What it finds*
    Rows of the stage history whose time is missing or unreadable, or whose stage is empty.

*Why it matters*
    Such a row cannot be placed and is left out: a step may look skipped, and the stay before it too long.

*When it is wrong*
    When the row records something other than a move, such as a comment.

*Example*
    Deal 1042, "Meeting held", and nothing in the column with the time.

*How to mend it*
    Export the history again, with the time of every change; leave rows that are no moves out by the filter of the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("history rows that cannot be placed")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("no_time", "no_label"):
        if defect.kind == "no_time":
            text = texts.count(
                "{n} row of the history has no readable time in “{column}” and was left out.",
                "{n} rows of the history have no readable time in “{column}” and were left out.", defect.count, column=str(defect.column),
            )  # fmt: skip
        else:
            text = texts.count(
                "{n} row of the history has no stage in “{column}” and was left out.",
                "{n} rows of the history have no stage in “{column}” and were left out.", defect.count, column=str(defect.column),
            )  # fmt: skip
        cure = texts.say("Export the history again with the stage and the time of every change.")
        kept = len(evidence.journeys.entries.deal) if evidence.journeys.entries is not None else 0
        effect = texts.count(
            "Journeys are made of the other {n} row; a stage may look skipped.",
            "Journeys are made of the other {n} rows; a stage may look skipped.", kept,
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"rows": defect.count, "kept": kept}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
