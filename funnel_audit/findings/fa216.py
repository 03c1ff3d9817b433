"""No source.

*What it finds*
    Deals without a source, where other deals have one. From a fifth of the deals on it is a warning.

*Why it matters*
    Where the good deals come from cannot be told of these; a comparison of sources is of the rest only.

*When it is wrong*
    When deals of a kind, such as repeat orders, have no source on purpose.

*Example*
    3 100 of 8 800 deals have nothing under "Lead Source".

*How to mend it*
    Let the form, the telephony and the mail robot fill in the source; make it required for deals that are entered by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("deals without a source")
SEVERITY = "info"
CONFIDENCE = "high"
GRAVE = 0.2


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    deals = np.flatnonzero(journeys.facts.source.codes < 0)
    if not len(deals) or len(deals) == journeys.n:
        return
    text = texts.count(
        "{n} deal of {total} ({share}) has no source.", "{n} deals of {total} ({share}) have no source.",
        len(deals), total=journeys.n, share=share_of(texts, len(deals), journeys.n),
    )  # fmt: skip
    cure = texts.say("Let forms, telephony and mail fill in the source; make it required for deals entered by hand.")
    effect = texts.say("Any comparison of sources rests on {n} deals.", n=journeys.n - len(deals))
    yield flagged(evidence, deals, text, cure, effect, severity="warning" if len(deals) >= GRAVE * journeys.n else None)
