"""Too many days in a stage.

*What it finds*
    Stages in which half of the deals need more days than stages.yaml demands (checks: max_days). Judged are the stays that began so long
    ago that they could have taken those days; the demand is missed when the 95 % interval of the share that took longer lies above one
    half. "Not enough evidence" where it does not decide, and under ten stays.

*Why it matters*
    You asked for it: every day in a stage is a day later to the money.

*When it is wrong*
    In one case of forty by chance alone, if the true median is just the demanded one.

*Example*
    "Offer sent": 214 of 340 deals took longer than 14 days.

*How to mend it*
    Look at the stalled deals of the stage and at what it waits for. If the demand was a wish, raise it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.estimators import wilson
from funnel_audit.findings.demands import FEW, PRECISE, undecided
from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.texts import N_, Texts

NAME = N_("too many days in a stage")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, stays = evidence.journeys, evidence.journeys.stays
    for stage_id, days in evidence.checks.max_days.items():
        k, limit = evidence.funnel.index(stage_id), int(days * DAY)
        judged = (stays.stage == k) & (stays.us != NAT) & (stays.entered != NAT) & (stays.entered <= journeys.as_of.us - limit)
        n, longer = int(np.count_nonzero(judged)), int(np.count_nonzero(judged & (stays.us > limit)))
        stage, most = label_name(evidence, texts, k), texts.days(days)
        share = wilson(longer, n)
        place = stage_place(evidence, k)
        if n < FEW or share is None:
            why = texts.count(
                "“{stage}”: {n} stay began long enough ago to take {days}.", "“{stage}”: {n} stays began long enough ago to take {days}.",
                n, stage=stage, days=most,
            )  # fmt: skip
            yield undecided(evidence, texts, why, 0.5, n, place, stage_id, at_least=False)
        elif share.low > 0.5:
            text = texts.say(
                "“{stage}”: {longer} of {n} deals ({share}) took longer than {days}; demanded: at most half.",
                stage=stage, longer=longer, n=n, share=texts.percent(share.value, None), days=most,
            )  # fmt: skip
            cure = texts.say("Look at the stalled deals of this stage and at what it waits for; or raise the demand.")
            effect = texts.count("{n} deal too many.", "{n} deals too many.", longer - n // 2)
            numbers: dict[str, float | int | str] = {"longer": longer, "n": n, "demanded_days": days, "verdict": "missed"}
            yield Found(place, text, cure, longer, effect=effect, numbers=numbers, key=stage_id)
        elif share.value > 0.5 or (share.high > 0.5 and share.high - share.value > PRECISE):
            why = texts.say(
                "“{stage}”: {longer} of {n} deals took longer than {days} ({interval}).",
                stage=stage, longer=longer, n=n, days=most, interval=texts.percent_range(share.low, share.high, None),
            )  # fmt: skip
            yield undecided(evidence, texts, why, 0.5, n, place, stage_id, at_least=False)
