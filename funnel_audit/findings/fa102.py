"""Mixed date orders in one column.

*What it finds*
    A date column in which some cells can only be day first and others only month first.

*Why it matters*
    One program writes one order. The minority is not read, and cells such as 03/04 in the same column may be wrong by months unnoticed.

*When it is wrong*
    When a single cell was mistyped (31/12 for 12/31): then only that cell is wrong.

*Example*
    "13/02/2026" beside "02/25/2026" in the column "Created".

*How to mend it*
    Export straight from the CRM, without Excel in between, or write all dates as 2026-03-31.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of, such_as
from funnel_audit.texts import N_, Texts

NAME = N_("mixed date orders")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("mixed_date_order"):
        text = texts.count(
            "The column “{column}” has dates day first and dates month first. {n} cell{sample} contradicts most and counts as empty.",
            "The column “{column}” has dates day first and dates month first. {n} cells{sample} contradict most and count as empty.",
            defect.count, column=str(defect.column), sample=such_as(texts, defect.sample),
        )  # fmt: skip
        cure = texts.say("Export straight from the CRM, without Excel in between, or write all dates as 2026-03-31.")
        effect = in_question(evidence, texts, defect.count) + " " + texts.say(
            "Dates of the same column that can be read both ways may be off by months."
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"cells": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
