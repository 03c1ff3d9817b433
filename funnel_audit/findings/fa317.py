"""A stage that nearly everybody skips.

*What it finds*
    Stages that at least half of the deals going past them jump over; at least 20 deals must have come past.

*Why it matters*
    The days of the stage are those of the few who use it, and its conversion is close to 100 % for everybody else.

*When it is wrong*
    When the stage is meant for some deals only: then it is no stage of this funnel but a mark.

*Example*
    420 of 741 deals that came past "Negotiation" were never in it.

*How to mend it*
    Take the stage out of stages.yaml (its label then goes to the aliases of the stage before), or make it required in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import share_of, stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.journeys import STILL_OPEN
from funnel_audit.texts import N_, Texts

NAME = N_("a stage that nearly everybody skips")
SEVERITY = "warning"
CONFIDENCE = "medium"
ENOUGH = 20
SHARE = 0.5


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if evidence.series:
        return  # a stage passed between two exports is not seen: nobody knows who skipped it
    counted, stays = evidence.tally, evidence.journeys.stays
    through = stays.moves[:, :STILL_OPEN].sum(axis=1)
    for k in range(1, counted.stages - 1):
        skipped = int(counted.skipped[k])
        past = skipped + int(through[k])
        if not counted.seen[k] or past < ENOUGH or skipped < SHARE * past:
            continue
        text = texts.say(
            "{n} of {past} deals that came past “{stage}” ({share}) were never in it.",
            n=skipped, past=past, stage=label_name(evidence, texts, k), share=share_of(texts, skipped, past),
        )  # fmt: skip
        cure = texts.say("Take the stage out of stages.yaml, its label to the aliases of the stage before; or make it required in the CRM.")
        effect = texts.say("Its days rest on {n} deals; its conversion is 100% for those that skip it.", n=past - skipped)
        numbers: dict[str, float | int | str] = {"skipped": skipped, "past": past}
        yield Found(stage_place(evidence, k), text, cure, skipped, effect=effect, numbers=numbers, key=evidence.funnel.stages[k].id)
