"""Rows that are no deals.

*What it finds*
    Rows that were left out because they are no deals: blank rows, titles above the header, totals and remarks below the table, and
    leftovers of a spreadsheet without an id, a stage and a date.

*Why it matters*
    Nothing may disappear unsaid: whoever compares the number of rows with the CRM's must see where the difference comes from.

*When it is wrong*
    When such a row was a deal after all, with nothing in it but a title or an amount.

*Example*
    "Report of 31 March" above the header, "Total: 1 250 000" at the end.

*How to mend it*
    Nothing has to be done. A deal among them needs an id, a stage or a date in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("rows that are no deals")
SEVERITY = "info"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("blank_rows", "junk_rows", "title_rows", "footer_rows"):
        n = defect.count
        if defect.kind == "blank_rows":
            text = texts.count("{n} blank row was left out.", "{n} blank rows were left out.", n)
        elif defect.kind == "junk_rows":
            text = texts.count(
                "{n} row without an id, a stage and a date was left out.", "{n} rows without an id, a stage and a date were left out.", n
            )
        elif defect.kind == "title_rows":
            text = texts.count(
                "{n} row above the header is a title and was left out.", "{n} rows above the header are titles and were left out.", n
            )
        else:
            text = texts.count(
                "{n} row below the table is a total or a remark and was left out.",
                "{n} rows below the table are totals or remarks and were left out.", n,
            )  # fmt: skip
        cure = texts.say("Nothing to do, unless one of them is a deal: then give it an id, a stage or a date in the CRM.")
        effect = in_question(evidence, texts, n) if defect.kind == "junk_rows" else texts.say("No figure is touched.")
        numbers: dict[str, float | int | str] = {"rows": n, "deals": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, n, effect=effect, numbers=numbers)
