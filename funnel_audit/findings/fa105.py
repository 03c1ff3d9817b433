"""Duplicate header.

*What it finds*
    Two columns of one table with the same header.

*Why it matters*
    Only the first of them is read. If the second is the one that is kept up to date, the figures rest on the wrong column.

*When it is wrong*
    When the column is one that the audit does not use, such as a second phone number.

*Example*
    "Amount" stands twice: once for the deal, once for its products.

*How to mend it*
    Rename or leave out one of the two in the export. To choose another column, name it in stages.yaml under columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("duplicate header")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("duplicate_header"):
        text = texts.count(
            "The header “{column}” stands {n} time; only the first of the columns is read.",
            "The header “{column}” stands {n} times; only the first of the columns is read.", defect.count + 1, column=str(defect.column),
        )  # fmt: skip
        cure = texts.say("If the other column is meant, rename it and name it in stages.yaml under columns.")
        effect = texts.say(
            "If the right column is another of them, every figure that is made of “{column}” is wrong.", column=str(defect.column)
        )  # fmt: skip
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers={"columns": defect.count + 1, "read": 1})
