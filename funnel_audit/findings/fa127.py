"""A file that holds nothing for an audit.

*What it finds*
    A file that is known as part of the CRM's export, and has neither deals nor changes of stage in it.

*Why it matters*
    It is harmless and was left out; it is said because nothing may be dropped in silence.

*When it is wrong*
    When a table of deals has just the headers of such a file.

*Example*
    Pipedrive's fields.csv, which explains the fields of its change log.

*How to mend it*
    Nothing has to be done.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("a file that holds nothing for an audit")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("ignored_table"):
        text = texts.say("The file has neither deals nor changes of stage in it and was left out.")
        cure = texts.say("Nothing to do. If it does hold deals, name the columns in stages.yaml under columns, or give a --dialect.")
        effect = texts.say("No figure is touched.")
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers={"files": defect.count})
