"""The file may be cut off.

*What it finds*
    A file with exactly as many rows as its CRM exports at most, or with a round number of thousands.

*Why it matters*
    Then the rest of the deals is missing, as a rule the oldest or the newest of them: totals are too small, and rates are of a part that
    nobody chose.

*When it is wrong*
    When there happen to be so many deals: one export in a thousand has a round number of thousands by chance.

*Example*
    10,000 rows, while the CRM's list says 14,210 deals.

*How to mend it*
    Compare with the number of deals in the CRM. If it has more, export them in parts (by year of creation) and give all files together.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("the file may be cut off")
SEVERITY = "warning"
CONFIDENCE = "low"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for sign in evidence.signs:
        if sign.kind == "cap":
            text = texts.count(
                "The file holds exactly {n} row, as many as this CRM exports at most: the rest of the deals may be missing.",
                "The file holds exactly {n} rows, as many as this CRM exports at most: the rest of the deals may be missing.", sign.n,
            )  # fmt: skip
        elif sign.kind == "round":
            text = texts.count(
                "The file holds exactly {n} row: it may have been cut off at a limit, and the rest of the deals be missing.",
                "The file holds exactly {n} rows: it may have been cut off at a limit, and the rest of the deals be missing.", sign.n,
            )  # fmt: skip
        else:
            continue
        cure = texts.say(
            "Compare with the number of deals in the CRM; if it has more, export them in parts (by year of creation) and give all files."
        )
        effect = texts.say("How many deals are missing the file cannot tell: totals are the least there can be.")
        yield Found(report.Place(file=sign.file), text, cure, sign.n, effect=effect, numbers={"rows": sign.n, "kind": sign.kind})
