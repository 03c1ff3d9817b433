"""The declared key stage is not the one of the data.

*What it finds*
    A key_stage in stages.yaml, while in the data reaching another stage changes the chance to win more.

*Why it matters*
    The forecast looks ahead from the key stage: from a stage that decides little it says little.

*When it is wrong*
    When few deals have reached either stage: the share of resamples that agree is in the report.

*Example*
    Declared: "Meeting held"; the largest jump is at "Layout approved".

*How to mend it*
    Declare the stage that the data show, or delete the line key_stage and let the data tell. Where the standard funnel is in use, make a
    stages.yaml of your own with `funnel-audit init` first.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import cut
from funnel_audit.texts import N_, Texts

NAME = N_("the declared key stage is not that of the data")
SEVERITY = "info"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    key = getattr(evidence.audit, "key_stage", None)
    funnel = evidence.funnel
    if key is None or funnel.key_stage is None or getattr(key, "agree", None) is not False:
        return
    found = getattr(key, "found", None)
    names = {stage.id: cut(stage.name.in_lang(texts.lang)) for stage in funnel.stages}
    told = {"declared": names[funnel.key_stage], "found": names.get(str(found), str(found))}
    if funnel.source == "packaged":
        text = texts.say("The standard funnel has “{declared}” as the key stage; in the data it is “{found}”.", **told)
        cure = texts.say("Make a stages.yaml of your own with funnel-audit init, and declare there the stage that the data show.")
    else:
        text = texts.say("stages.yaml declares “{declared}” as the key stage; in the data it is “{found}”.", **told)
        cure = texts.say("Declare the stage that the data show, or delete the line key_stage.")
    effect = texts.say("The forecast is made for the declared stage, which decides less.")
    yield Found(report.Place(stage=funnel.key_stage), text, cure, 1, effect=effect, numbers={"found": str(found)}, key="key_stage")
