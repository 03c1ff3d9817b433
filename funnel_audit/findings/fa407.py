"""The stages are a guess.

*What it finds*
    A funnel that was made from the labels of the export, because there is no stages.yaml and the labels do not fit the packaged funnel or
    the CRM's default pipeline: more than a fifth of the deals that are neither won nor lost stand in labels that it does not know.

*Why it matters*
    Which stage follows which, and what means won or lost, was told by the export alone: every rate of a step hangs on it. And every
    label is a stage of such a funnel, so that one which is new or misspelt is never noticed. A gate over a guess judges nothing.

*When it is wrong*
    When the stages stand in the right order all the same. Write them down once: then they are no guess any more.

*Example*
    17 of 82 open deals stand in "Waiting", which the packaged funnel does not know; no stages.yaml says what it means.

*How to mend it*
    funnel-audit init writes the stages into a stages.yaml: check the order, and which labels mean won, lost and on hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("the stages are a guess")
SEVERITY = "error"
CONFIDENCE = "high"
ORDERS = {
    "history": N_("They stand in the order in which the deals pass them; which of them mean won or lost, their words tell."),
    "pipeline": N_("They stand in the order of the CRM's default pipeline; the places of labels that it does not have are a guess."),
    "packaged": N_("Known ones stand in the order of the funnel that funnel-audit brings along; the places of the others are a guess."),
    "dates": N_("They stand in the order that a column of dates tells."),
    "appearance": N_("Their order is a guess."),
}


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if evidence.funnel.source != "export":
        return
    n = len(evidence.funnel.stages)
    order = evidence.audit.input.order if evidence.audit is not None else None
    text = texts.count(
        "No stages.yaml says which stages there are: {n} stage was made from the labels of the export.",
        "No stages.yaml says which stages there are: {n} stages were made from the labels of the export.", n,
    )  # fmt: skip
    cure = texts.say(
        "funnel-audit init FILE -o stages.yaml writes them down: check the order, and which labels mean won, lost and on hold."
    )
    effect = texts.say("Every rate of a step hangs on it, and a label that is new or misspelt becomes a stage without a word.")
    yield Found(
        whole_file(evidence), f"{text} {texts.word(ORDERS[order or 'appearance'])}", cure, n, effect=effect,
        numbers={"stages": n, "order": order or "appearance"}, key="made",
    )  # fmt: skip
