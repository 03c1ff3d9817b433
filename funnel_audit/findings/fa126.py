"""Deals of other pipelines.

*What it finds*
    Deals that are in no figure, because only one of the export's pipelines is audited: the one asked for with --pipeline, else the one
    whose deals stand in the stages of stages.yaml, or of the CRM's default pipeline.

*Why it matters*
    The stages of one pipeline say nothing of the deals of another. Nothing may be left out unsaid: whoever compares the number of deals
    with the CRM's must see where the difference comes from.

*When it is wrong*
    When another pipeline was meant, or several pipelines have the same stages under other names.

*Example*
    "Sales" (420 deals) is audited, "Service" (180 deals) is left out.

*How to mend it*
    Nothing has to be done. For another pipeline: --pipeline NAME, with stages of its own. funnel-audit inspect lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("deals of other pipelines left out")
SEVERITY = "info"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("pipelines_left_out"):
        n, all_deals = defect.count, evidence.journeys.n + defect.count
        text = texts.count(
            "{n} deal of other pipelines is left out; audited is the pipeline asked for, or the one that fits the stages best.",
            "{n} deals of other pipelines are left out; audited is the pipeline asked for, or the one that fits the stages best.", n,
        )  # fmt: skip
        cure = texts.say("For another pipeline: --pipeline NAME, with stages of its own; funnel-audit inspect tells their names.")
        effect = texts.say("{share} of the deals are in no figure.", share=share_of(texts, n, all_deals))
        numbers: dict[str, float | int | str] = {"deals": n, "of": all_deals, "pipelines": len(evidence.pipelines)}
        yield Found(place_of(defect), text, cure, n, effect=effect, numbers=numbers)
