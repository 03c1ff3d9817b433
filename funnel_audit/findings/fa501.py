"""Conversion below the demand.

*What it finds*
    Steps for which stages.yaml demands a conversion (checks: min_conversion) that the data miss: the whole 95 % interval of the projected
    rate lies below it. "Not enough evidence" where the estimate lies below but the interval does not, where there is no rate or an unripe
    one, and where the interval is wider than ten percentage points to either side.

*Why it matters*
    You asked for it: the step is worse than what the plan needs.

*When it is wrong*
    In one case of forty by chance alone, if the true rate is just the demanded one.

*Example*
    "Offer sent": 31 % (27-35 %) of 612 deals move on; demanded are 40 %.

*How to mend it*
    Look at the step's losses and their reasons in the report. If the demand was a wish, lower it.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.demands import PRECISE, undecided
from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import cut
from funnel_audit.texts import N_, Texts

NAME = N_("conversion below the demand")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if evidence.audit is None:
        return
    for stage_id, demanded in evidence.checks.min_conversion.items():
        k = evidence.funnel.index(stage_id)
        step = evidence.audit.funnel[k]
        place, key = stage_place(evidence, k), stage_id
        rate = step.projected or (step.so_far if step.bounds is None else None)
        if rate is None:
            why = texts.say("no conversion can be had for “{stage}”.", stage=cut(step.name))
            yield undecided(evidence, texts, why, demanded, step.reached, place, key)
            continue
        interval = texts.percent_range(rate.low, rate.high, None)
        limit, n = texts.percent(demanded, None), step.reached
        numbers: dict[str, float | int | str] = {"value": rate.value, "low": rate.low, "high": rate.high, "demanded": demanded, "n": n}
        if rate.high < demanded:
            text = texts.say(
                "“{stage}”: {rate} ({interval}) of {n} deals move on; demanded are at least {limit}.",
                stage=cut(step.name), rate=texts.percent(rate.value, None), interval=interval, n=n, limit=limit,
            )  # fmt: skip
            cure = texts.say("See where and why this step loses deals, in the report under the leaks; or lower the demand.")
            effect = texts.say("About {n} deals fewer than demanded have moved on.", n=max(round((demanded - rate.value) * n), 1))
            yield Found(place, text, cure, 1, effect=effect, numbers=numbers | {"verdict": "missed"}, key=key)
            continue
        unripe = step.projected is not None and not step.projected.ripe
        wide = max(rate.high - rate.value, rate.value - rate.low) > PRECISE
        if rate.value < demanded or (rate.low < demanded and (unripe or wide)):
            value = texts.percent(rate.value, None)
            why = texts.say("“{stage}”: {rate} ({interval}).", stage=cut(step.name), rate=value, interval=interval)
            yield undecided(evidence, texts, why, demanded, step.reached, place, key)
