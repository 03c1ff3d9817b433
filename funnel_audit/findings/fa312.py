"""Clicked through.

*What it finds*
    Deals that went through three or more stages within one minute. From a twentieth of the deals with a history on it is a warning.

*Why it matters*
    Nobody meets a client and signs a contract in a minute: the stages were entered afterwards. Their days are zero, those of the stage
    before are too long.

*When it is wrong*
    When a robot does several steps at once by design.

*Example*
    Five stages between 18:02:11 and 18:02:40, on the day of payment.

*How to mend it*
    Let people move deals on the day something happens; reminders by stage help. Take out stages that only exist to be clicked through.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT, SECOND
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.pieces import distinct, edges, in_pieces
from funnel_audit.texts import N_, Texts

NAME = N_("clicked through")
SEVERITY = "info"
CONFIDENCE = "medium"
WITHIN = 60 * SECOND
GRAVE = 0.05


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, entries = evidence.journeys, evidence.journeys.entries
    if entries is None or entries.day is True or len(entries.deal) < 3:
        return
    deal, at, label = entries.deal, entries.at, entries.label

    def close(begin: int, end: int) -> np.typing.NDArray[np.int64]:
        return np.flatnonzero(at[begin + 2 : end + 2] - at[begin:end] <= WITHIN) + begin

    quick = np.concatenate(in_pieces(edges(len(at) - 2), close))  # sorted by deal, then time; an unknown time is far off
    same = (deal[quick] == deal[quick + 2]) & (at[quick] != NAT) & (label[quick + 2] < journeys.stages)
    same &= (label[quick] < label[quick + 1]) & (label[quick + 1] < label[quick + 2])
    if isinstance(entries.day, np.ndarray):
        same &= ~(entries.day[quick] | entries.day[quick + 1] | entries.day[quick + 2])
    if entries.slack_us is not None:
        same &= entries.slack_us[quick + 2] == 0
    deals = distinct(deal[quick[same]])
    if len(deals):
        total = evidence.tally.with_history
        text = texts.count(
            "{n} deal of {total} with a history ({share}) went through three or more stages within a minute.",
            "{n} deals of {total} with a history ({share}) went through three or more stages within a minute.",
            len(deals), total=total, share=share_of(texts, len(deals), total),
        )  # fmt: skip
        cure = texts.say("Move deals on the day something happens; take out stages that are only clicked through.")
        effect = texts.say("The days of these stages are zero for them, and too many in the stage before.")
        yield flagged(evidence, deals, text, cure, effect, {"with_history": total}, "warning" if len(deals) >= GRAVE * total else None)
