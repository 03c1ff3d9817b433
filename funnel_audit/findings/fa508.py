"""The plan is not likely enough.

*What it finds*
    A forecast chance of reaching the plan of stages.yaml below checks: min_plan_chance. "Not enough evidence" where there is no plan or no
    forecast, with the reason in the report.

*Why it matters*
    You asked for it: there is still time to do something about the plan.

*When it is wrong*
    As often as the forecast is: the report prints how often its range held in the past.

*Example*
    The plan of 20 wins has a chance of 31 %; demanded are 50 %.

*How to mend it*
    The forecast says how many deals must reach the key stage to meet the plan. If the plan was a wish, lower it.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.demands import no_evidence
from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("the plan is not likely enough")
SEVERITY = "error"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded = evidence.checks.min_plan_chance
    if demanded is None:
        return
    plan = getattr(getattr(evidence.audit, "forecast", None), "plan", None)
    chance = getattr(plan, "chance", None)
    limit = texts.percent(demanded, None)
    numbers: dict[str, float | int | str] = {"demanded": demanded}
    if chance is None:
        text = texts.say("Not enough evidence: there is no forecast of the plan. Demanded: a chance of at least {limit}.", limit=limit)
        cure = texts.say("Write a plan in stages.yaml; a forecast needs 30 decided deals and their dates.")
        effect = texts.say("The demand was neither met nor missed.")
        verdict = numbers | {"verdict": "no evidence"}
        yield Found(whole_file(evidence), text, cure, 1, effect=effect, numbers=verdict, key="plan", severity=no_evidence(evidence))
    elif chance < demanded:
        text = texts.say("The chance to meet the plan is {chance}; demanded are {limit}.", chance=texts.percent(chance, None), limit=limit)
        cure = texts.say("See in the forecast how many deals must reach the key stage; or lower the plan.")
        already = int(getattr(plan, "already", 0))
        effect = texts.count("{n} win of the period is there already.", "{n} wins of the period are there already.", already)
        missed = numbers | {"chance": chance, "already": already, "verdict": "missed"}
        yield Found(whole_file(evidence), text, cure, 1, effect=effect, numbers=missed, key="plan")
