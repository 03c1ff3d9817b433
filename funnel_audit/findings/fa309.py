"""Skipped stages.

*What it finds*
    Moves that jump over one or more stages, and deals whose history begins beyond the first stage. From a fifth of the moves on it is a
    warning. Of a series of exports it only says how many stages were passed between two of them, where nobody sees it.

*Why it matters*
    A skipped stage was reached, but has no entry: its conversion counts the deal, its days do not. Where many are skipped, days rest on the
    deals of careful people only.

*When it is wrong*
    When a deal may take a shorter way on purpose, such as a repeat order.

*Example*
    36 % of 7 451 moves skip a stage; most often "Needs Assessment".

*How to mend it*
    Let the CRM lead deals through the stages one by one (amoCRM: required fields by stage; Bitrix24: no jumps in the rights of the
    pipeline; HubSpot and Pipedrive: required properties), or take stages that nobody needs out of stages.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.journeys import STILL_OPEN
from funnel_audit.texts import N_, Texts

NAME = N_("skipped stages")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.2


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, counted = evidence.journeys, evidence.tally
    skipped = counted.skipped
    if evidence.journeys.entries is None or not skipped.any():
        return
    stays = journeys.stays
    jumps = np.flatnonzero((stays.exit < STILL_OPEN) & (stays.exit > stays.stage + np.uint8(1)))
    n, total = len(jumps), int(stays.moves[:, :STILL_OPEN].sum())
    has_way = journeys.has_history & (journeys.stayed != 0)
    late = has_way & (journeys.stage > 0) & (journeys.stayed & np.uint64(1) == 0) & ~journeys.facts.begun_before
    late_deals = int(np.count_nonzero(late))
    late[stays.deal[jumps]] = True
    deals = np.flatnonzero(late)
    if not len(deals):
        return
    most = int(skipped.argmax())
    stage = label_name(evidence, texts, most)
    seen = int(stays.moves[most].sum())
    effect = texts.say(
        "Days in “{stage}” rest on {seen} deals of {all} that were there or further.", stage=stage, seen=seen, all=seen + int(skipped[most])
    )
    numbers: dict[str, float | int | str] = {"moves": total, "skipping": n}
    if evidence.series:
        text = texts.count(
            "{n} move of {total} forward ({share}) went over a stage between two exports, unseen; most often over “{stage}” ({most}).",
            "{n} moves of {total} forward ({share}) went over a stage between two exports, unseen; most often over “{stage}” ({most}).",
            n, total=total, share=share_of(texts, n, total), stage=stage, most=int(skipped[most]),
        )  # fmt: skip
        cure = texts.say("Nothing to mend: whether they skipped it is not known. A history of stage changes as a further file would tell.")
        yield flagged(evidence, deals, text, cure, effect, numbers)
        return
    text = texts.count(
        "{n} move of {total} forward ({share}) skips a stage; {late} deals begin beyond the first one. Skipped most: “{stage}” ({most}).",
        "{n} moves of {total} forward ({share}) skip a stage; {late} deals begin beyond the first one. Skipped most: “{stage}” ({most}).",
        n, total=total, share=share_of(texts, n, total), late=late_deals, stage=stage, most=int(skipped[most]),
    )  # fmt: skip
    cure = texts.say("Let the CRM lead deals through the stages one by one, or take stages that nobody needs out of stages.yaml.")
    yield flagged(evidence, deals, text, cure, effect, numbers, "warning" if n >= GRAVE * max(total, 1) else None)
