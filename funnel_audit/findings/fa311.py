"""Reopened deals.

*What it finds*
    Deals that were lost and are open or won again. From a tenth of the losses on it is a warning.

*Why it matters*
    The loss was no loss: its stage and its reason are forgotten, and the time between belongs to no stage. Where it is a habit, "lost"
    means "later", and rates of losses by age are wrong.

*When it is wrong*
    When the client came back after months: that is better a new deal.

*Example*
    61 deals were closed as lost in December and reopened in January.

*How to mend it*
    Park such deals in a stage that stages.yaml lists under on_hold, and keep "lost" for what is over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("reopened deals")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.1


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    deals = np.flatnonzero(journeys.reopened > 0)
    if len(deals):
        won = int(np.count_nonzero(journeys.outcome[deals] == Outcome.WON))
        all_losses = evidence.tally.outcome(Outcome.LOST) + int(journeys.reopened.sum())
        text = texts.count(
            "{n} deal was reopened after a loss: {share} of all losses; won since: {won}.",
            "{n} deals were reopened after a loss: {share} of all losses; won since: {won}.",
            len(deals), share=share_of(texts, int(journeys.reopened.sum()), all_losses), won=won,
        )  # fmt: skip
        cure = texts.say("Park such deals in a stage listed under on_hold in stages.yaml; keep the lost one for what is over.")
        effect = texts.say("The losses that were undone are in no figure; the time they took counts for the stage before.")
        numbers: dict[str, float | int | str] = {"losses": all_losses, "won_since": won}
        yield flagged(evidence, deals, text, cure, effect, numbers, "warning" if len(deals) >= GRAVE * all_losses else None)
