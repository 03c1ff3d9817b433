"""A stage that nobody enters.

*What it finds*
    Stages before the won one into which the history records no entry at all and in which no deal stands, while at least 20 deals have a
    history.

*Why it matters*
    Every deal passes over such a stage: it has no days, its conversion is that of the next one, and whoever looks for the leak looks in
    vain.

*When it is wrong*
    When the stage is new, or belongs to another pipeline.

*Example*
    "Meeting scheduled" is in stages.yaml, but the CRM has no such stage; only "Meeting held".

*How to mend it*
    Give the stage the label that the CRM uses (aliases in stages.yaml), or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("a stage that nobody enters")
SEVERITY = "warning"
CONFIDENCE = "medium"
ENOUGH = 20


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    counted = evidence.tally
    if counted.with_history < ENOUGH or evidence.series:  # in a series a stage passed between two exports is not seen
        return
    reached, advanced = counted.reached(), counted.advanced()
    for k in range(counted.stages - 1):
        if counted.seen[k] or counted.ledger[Outcome.OPEN, k]:
            continue  # deals that stand in it now have come there, though the history does not say when
        stage = label_name(evidence, texts, k)
        n = int(advanced[k])
        if n:
            text = texts.count(
                "No deal has ever entered “{stage}”; {n} passed over it.", "No deal has ever entered “{stage}”; {n} passed over it.",
                n, stage=stage,
            )  # fmt: skip
        else:
            text = texts.say("No deal has ever entered “{stage}”, and none has come further.", stage=stage)
        cure = texts.say("Give it the label that the CRM uses (aliases in stages.yaml), or take the stage out.")
        effect = texts.say("It has no days, and its conversion says nothing.")
        numbers: dict[str, float | int | str] = {"reached": int(reached[k]), "passed_over": n, "with_history": counted.with_history}
        yield Found(stage_place(evidence, k), text, cure, max(n, 1), effect=effect, numbers=numbers, key=evidence.funnel.stages[k].id)
