"""Stays without a length.

*What it finds*
    Stays of deals with a history that have ended, but whose length is not known: the closing date is earlier than the last entry, or
    missing, or the stay began before the history does. From a twentieth of all ended stays on it is a warning.

*Why it matters*
    The ledger counts them, the days and the projected rates cannot: they rest on the rest, and a step may have no projected rate at all.

*When it is wrong*
    Never; it says what cannot be told.

*Example*
    41 of 1 902 ended stays have no length: 38 were lost without a date.

*How to mend it*
    Export the history with the final stages in it (won and lost), or the closing date with its time of day.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import STILL_OPEN
from funnel_audit.pieces import distinct
from funnel_audit.texts import N_, Texts

NAME = N_("stays without a length")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.05


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, stays = evidence.journeys, evidence.journeys.stays
    if stays.us.min(initial=0) != NAT:
        return
    ended = (stays.exit != STILL_OPEN) & journeys.has_history[stays.deal]
    lengthless = ended & (stays.us == NAT)
    n, total = int(np.count_nonzero(lengthless)), int(np.count_nonzero(ended))
    if n:
        startless = int(np.count_nonzero(lengthless & (stays.entered == NAT)))
        text = texts.count(
            "{n} of {total} ended stays ({share}) has no length; of {startless} the start is not known, of the others the end.",
            "{n} of {total} ended stays ({share}) have no length; of {startless} the start is not known, of the others the end.",
            n, total=total, share=share_of(texts, n, total), startless=startless,
        )  # fmt: skip
        cure = texts.say("Export the history with the won and lost stages in it, or the closing date with its time of day.")
        effect = texts.say("Days and projected rates rest on the other {n} stays.", n=total - n)
        numbers: dict[str, float | int | str] = {"stays": n, "ended": total, "startless": startless}
        yield flagged(evidence, distinct(stays.deal[lengthless]), text, cure, effect, numbers, "warning" if n >= GRAVE * total else None)
