"""Ids broken by a float.

*What it finds*
    Ids that a spreadsheet or a program has held as a number with a point: 5.805028E+18 has lost its last digits, 1042.0 has one zero too
    many.

*Why it matters*
    Such an id matches no history and no other export. Two deals may have become one.

*When it is wrong*
    When your ids look like this by themselves.

*Example*
    5.8050280000439e+18 among 5805028000056864695.

*How to mend it*
    Export from the CRM anew and do not save the file in Excel or Google Sheets in between; there, format the column as text first. Zoho's
    ids have 19 digits, a float keeps 15.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("ids broken by a float")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("broken_id"):
        text = texts.count(
            "{n} id was held as a number by a spreadsheet and has lost its digits.",
            "{n} ids were held as numbers by a spreadsheet and have lost their digits.", defect.count,
        )  # fmt: skip
        cure = texts.say("Export anew without Excel or Google Sheets in between, or format the column as text first.")
        effect = texts.count(
            "{n} row of {of} can be matched with no history, and may be two deals in one.",
            "{n} rows of {of} can be matched with no history, and may be two deals in one.", defect.count, of=evidence.journeys.n,
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"rows": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
