"""One id, two deals.

*What it finds*
    Ids that the CRM's log of changes has created more than once, at different times.

*Why it matters*
    The changes of two deals are counted as those of one: it seems to go back, to be lost and opened again, and to take far too long.

*When it is wrong*
    When the CRM writes a second creation where a deal is restored or copied.

*Example*
    Deal 399956 is created on 6 April and again on 29 June, each time followed by a way of its own to a loss.

*How to mend it*
    Export the deals with ids that are never used again. Where two tables were joined, put a mark of the table before each id.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of
from funnel_audit.texts import N_, Texts

NAME = N_("one id, two deals")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("reused_id"):
        n = defect.count
        text = texts.count(
            "{n} id was created more than once by the log: the changes of two deals are counted as those of one.",
            "{n} ids were created more than once by the log: the changes of two deals are counted as those of one.", n,
        )  # fmt: skip
        cure = texts.say("Export with ids that are never used again; where tables were joined, put a mark of the table before each id.")
        numbers: dict[str, float | int | str] = {"deals": n, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, n, effect=in_question(evidence, texts, n), numbers=numbers)
