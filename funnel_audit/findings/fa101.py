"""Unreadable cell.

*What it finds*
    Cells of a date or amount column with a text that is no date and no amount, one finding a column.

*Why it matters*
    Such a cell counts as empty: the deal stays, but its days or its money are missing from the figures.

*When it is wrong*
    When the text means "not yet" (a dash, "n/a"): the cell is empty on purpose and nothing is lost.

*Example*
    The column "Created" holds "31.02.2026" or "yesterday"; the column "Budget" holds "on request".

*How to mend it*
    Correct the cells in the CRM and export again. After a round trip through Excel, format the column as date or number first.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of, such_as
from funnel_audit.texts import N_, Texts

NAME = N_("unreadable cells")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    deals = evidence.journeys.n
    for defect in evidence.of_kind("unreadable_date", "unreadable_amount"):
        column, sample = str(defect.column), such_as(texts, defect.sample)
        if defect.kind == "unreadable_date":
            text = texts.count(
                "{n} cell of the column “{column}” is no date{sample}; it counts as empty.",
                "{n} cells of the column “{column}” are no dates{sample}; they count as empty.",
                defect.count, column=column, sample=sample,
            )  # fmt: skip
            cure = texts.say("Correct the dates in the CRM, best as 2026-03-31, and export again.")
            effect = texts.count(
                "Lengths of time that begin or end with this date rest on the rows other than this {n} ({share} of all deals).",
                "Lengths of time that begin or end with this date rest on the rows other than these {n} ({share} of all deals).",
                defect.count, share=share_of(texts, min(defect.count, deals), deals),
            )  # fmt: skip
        else:
            text = texts.count(
                "{n} cell of the column “{column}” is no amount{sample}; it counts as empty.",
                "{n} cells of the column “{column}” are no amounts{sample}; they count as empty.",
                defect.count, column=column, sample=sample,
            )  # fmt: skip
            cure = texts.say("Leave only the number in the cell, and the currency if there are several, and export again.")
            effect = texts.count(
                "The money of {n} deal ({share} of all) is in no sum.", "The money of {n} deals ({share} of all) is in no sum.",
                defect.count, share=share_of(texts, min(defect.count, deals), deals),
            )  # fmt: skip
        numbers: dict[str, float | int | str] = {"cells": defect.count, "of": deals}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
