"""Moves back.

*What it finds*
    Deals that were moved back to an earlier stage. From a tenth of the deals with a history on it is a warning.

*Why it matters*
    A completed state cannot be undone: what was moved back had not been completed, or the stages are processes. The furthest stage counts,
    so rates of early steps look better than the work is.

*When it is wrong*
    When a click was wrong and mended at once.

*Example*
    72 moves back; most into "Qualification".

*How to mend it*
    Name stages by what has been done ("Offer sent"), so that there is no reason to go back. Agree what a deal needs before it is moved on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.texts import N_, Texts

NAME = N_("moves back")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.1


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, total = evidence.journeys, evidence.tally.with_history
    deals = np.flatnonzero(journeys.back_moves > 0)
    if len(deals):
        most = int(journeys.back_into.argmax())
        text = texts.count(
            "{n} deal of {total} with a history ({share}) was moved back; {moves} moves in all, most into “{stage}” ({most}).",
            "{n} deals of {total} with a history ({share}) were moved back; {moves} moves in all, most into “{stage}” ({most}).",
            len(deals), total=total, share=share_of(texts, len(deals), total), moves=int(journeys.back_moves.sum()),
            stage=label_name(evidence, texts, most), most=int(journeys.back_into[most]),
        )  # fmt: skip
        cure = texts.say("Name stages by what has been done, and agree what a deal needs before it is moved on.")
        effect = texts.say("They count at the furthest stage they had reached, not where they stand now.")
        numbers: dict[str, float | int | str] = {"moves": int(journeys.back_moves.sum()), "with_history": total}
        yield flagged(evidence, deals, text, cure, effect, numbers, "warning" if len(deals) >= GRAVE * total else None)
