"""A file that holds nothing for an audit.

*What it finds*
    A file that is known as part of the CRM's export, and has neither deals nor changes of stage in it; or a file of a folder or a pattern
    that is no table of deals.

*Why it matters*
    It is harmless and was left out; it is said because nothing may be dropped in silence.

*When it is wrong*
    When a table of deals has just the headers of such a file, or no column that is known as the stage: then its deals are missing.

*Example*
    Pipedrive's fields.csv, which explains the fields of its change log; an empty notes.csv beside deals.csv.

*How to mend it*
    Nothing has to be done. A file that is named outright is never left out: naming it shows why it cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

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
    for defect in evidence.of_kind("no_table"):
        name, why = PurePath(defect.file).name, defect.said.told(texts) if defect.said else ""
        text = texts.say("“{name}” is no table of deals and was left out: {why}.", name=name, why=why)
        cure = texts.say("Nothing to do, or move it elsewhere. If it does hold deals, export it again, or name its stage in stages.yaml.")
        effect = texts.say("If it holds deals, they are in no figure.")
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers={"files": defect.count})
