"""Amount zero.

*What it finds*
    Deals with the amount 0. Among won deals it is a warning, else only said.

*Why it matters*
    A zero is in every sum and mean: it pulls the mean won amount down, and the forecast of money with it.

*When it is wrong*
    When the deal brought no money indeed.

*Example*
    A won deal with the amount 0.00.

*How to mend it*
    Enter the amount, or leave the cell empty where it is not known yet: an empty amount is missing, not 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("amounts of zero")
SEVERITY = "info"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    zero = facts.amount_known & (facts.amount == 0)
    deals = np.flatnonzero(zero)
    if not len(deals):
        return
    won = journeys.outcome == Outcome.WON
    won_zero = int(np.count_nonzero(zero & won))
    text = texts.count(
        "{n} deal of {total} with an amount has the amount 0; won: {won}.",
        "{n} deals of {total} with an amount have the amount 0; won: {won}.",
        len(deals), total=int(np.count_nonzero(facts.amount_known)), won=won_zero,
    )  # fmt: skip
    cure = texts.say("Enter the amount, or leave the cell empty where it is not known: empty is missing, 0 is a number.")
    effect = texts.say("A mean amount that counts open and lost deals counts these zeros.")
    rest = won & facts.amount_known & ~zero
    if won_zero and rest.any():
        share = won_zero / (won_zero + int(np.count_nonzero(rest)))
        effect = texts.say("The mean amount of won deals is {share} lower by them.", share=texts.percent(share, None))
    yield flagged(evidence, deals, text, cure, effect, {"won": won_zero}, "warning" if won_zero else None)
