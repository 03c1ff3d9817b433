"""The same row twice.

*What it finds*
    Deals that stand in more than one row of the same file, every row saying the same.

*Why it matters*
    A deal is counted once, so no figure is wrong; but the number of rows is not the number of deals, and whoever counts rows is misled.

*When it is wrong*
    When the export has a row for every product or contact, and only those differ.

*Example*
    Deal 1042 stands in lines 7 and 8, in the same words.

*How to mend it*
    Nothing has to be done. If two exports were put together by hand, give them as two files instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("the same row twice")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("duplicate_row"):
        text = texts.count(
            "{n} deal stands in the file more than once in the same words; it was counted once.",
            "{n} deals stand in the file more than once in the same words; each was counted once.", defect.count,
        )  # fmt: skip
        cure = texts.say("Nothing to do; if two exports were joined by hand, give them as two files.")
        effect = texts.say("No figure is touched.")
        numbers: dict[str, float | int | str] = {"deals": defect.count, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, defect.count, effect=effect, numbers=numbers)
