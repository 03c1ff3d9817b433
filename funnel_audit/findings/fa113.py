"""Empty column without a name.

*What it finds*
    Columns at the right end of the table with no header and nothing below it.

*Why it matters*
    They are harmless and were left out; it is said because nothing may be dropped in silence.

*When it is wrong*
    When such a column is filled only further down, below the rows that were looked at.

*Example*
    Every line of the file ends in a semicolon.

*How to mend it*
    Nothing has to be done. If the column holds something, give it a header.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("empty columns without a name")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("empty_column"):
        text = texts.count(
            "{n} empty column without a header at the end of the table was left out.",
            "{n} empty columns without a header at the end of the table were left out.", defect.count,
        )  # fmt: skip
        cure = texts.say("Nothing to do; if such a column holds something further down, give it a header.")
        effect = texts.say("No figure is touched.")
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers={"columns": defect.count})
