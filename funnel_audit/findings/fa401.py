"""A stage is named as a process.

*What it finds*
    Stages whose name says what is going on ("Negotiation", "In progress", «Думают», «На оформлении») where it should say what has been
    done ("Terms agreed", «Договор подписан»). The words are a list, in Russian and English; a name with a completed word passes.

*Why it matters*
    Nobody can say when a process is over: the same deal stands in it with one manager and is past it with another. Conversion and days of
    the stage measure habits.

*When it is wrong*
    When the name is short for something completed: write it out, for the others too.

*Example*
    "Negotiation/Review"; «Принимают решение».

*How to mend it*
    Rename the stage in the CRM and in stages.yaml by the result that ends it: «Переговоры» → «Условия согласованы», "In progress" →
    "Order sent to production". The old label stays under aliases.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import cut, label_name
from funnel_audit.process_names import process_word
from funnel_audit.texts import N_, Texts

NAME = N_("a stage is named as a process")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if evidence.funnel.source == "packaged":
        return  # completed states all of them
    reached = evidence.tally.reached()
    for k, stage in enumerate(evidence.funnel.stages):
        names = dict.fromkeys(name for name in (stage.name.in_lang(texts.lang), stage.name.en, stage.name.ru) if name)
        word = next((word for word in map(process_word, names) if word), None)
        if word is None:
            continue
        text = texts.say(
            "The stage “{stage}” says what is going on (“{word}”), not what has been done.",
            stage=label_name(evidence, texts, k), word=cut(word),
        )  # fmt: skip
        cure = texts.say("Name it by the result that ends it, such as “Offer sent”; keep the old name under aliases in stages.yaml.")
        effect = texts.count(
            "When a deal has passed it is a matter of opinion; {n} deal has reached it.",
            "When a deal has passed it is a matter of opinion; {n} deals have reached it.", int(reached[k]),
        )  # fmt: skip
        yield Found(stage_place(evidence, k), text, cure, max(int(reached[k]), 1), effect=effect, numbers={"reached": int(reached[k])})
