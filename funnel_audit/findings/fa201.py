"""Same id, different content.

*What it finds*
    Deal ids that stand in more than one row of the same file, with different stages, dates, amounts, owners or reasons.

*Why it matters*
    A deal is counted once. The last row of the file speaks for it; what the other rows say is not used, and may be the truth.

*When it is wrong*
    When the file has a row for every product or contact of a deal: then the stage is right, and only the amount is that of one product.

*Example*
    Deal 1042 stands in line 7 as "New lead" and in line 12 as "Meeting held".

*How to mend it*
    Export deals and not their products or contacts. Bitrix24: take the product columns out of the list before the export. If the rows are
    stages of one deal, export the history with its times.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("same id, different content")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("duplicate_id"):
        text = texts.count(
            "{n} deal stands in more than one row of the file with different content; its last row was taken.",
            "{n} deals stand in more than one row of the file with different content; the last row of each was taken.", defect.count,
        )  # fmt: skip
        cure = texts.say("Export one row a deal, without its products or contacts, or remove the rows that are out of date.")
        effect = texts.count(
            "Stage, amount or dates of {n} deal ({share}) may be those of a row that is out of date.",
            "Stage, amount or dates of {n} deals ({share}) may be those of a row that is out of date.",
            defect.count, share=share_of(texts, defect.count, evidence.journeys.n),
        )  # fmt: skip
        yield Found(
            place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect,
            numbers={"deals": defect.count, "of": evidence.journeys.n},
        )  # fmt: skip
