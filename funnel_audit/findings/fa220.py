"""Won or lost contradicts itself.

*What it finds*
    Deals whose row says two things: the flags (IsWon, IsClosed and their like) or the status against the stage. Won against lost is an
    error, open against closed a warning. Deals with a history are in FA302 and FA303.

*Why it matters*
    One of the two is wrong. The stage is believed (in Pipedrive and Dynamics 365 the status); if it is the wrong one, wins and losses are.

*When it is wrong*
    When the flag column means something else, such as "archived".

*Example*
    Stage "Closed Won", IsWon FALSE.

*How to mend it*
    Look at the deals shown in the CRM. In Salesforce the flags follow from the stage: if they differ, the export was edited, or stage
    names were reused; export again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import conversion_range, flagged
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import looks_back
from funnel_audit.journeys import Outcome
from funnel_audit.labels import LOST, ON_HOLD
from funnel_audit.texts import N_, Texts

NAME = N_("won or lost contradicts itself")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    if looks_back(evidence):
        return
    journeys, facts = evidence.journeys, evidence.journeys.facts
    if (facts.flag == Outcome.UNKNOWN).all() and (facts.status == Outcome.UNKNOWN).all():
        return
    won_stage = journeys.stages - 1
    stage = np.full(journeys.n, Outcome.UNKNOWN, np.int8)
    stage[(facts.label < won_stage) | (facts.label == ON_HOLD)] = Outcome.OPEN
    stage[facts.label == won_stage] = Outcome.WON
    stage[facts.label == LOST] = Outcome.LOST
    later = (facts.closed.at != NAT) & (facts.closed.at > journeys.as_of.us)
    status = np.where(journeys.has_history, Outcome.UNKNOWN, facts.status)
    against = np.zeros(journeys.n, bool)
    grave = np.zeros(journeys.n, bool)
    pairs = [(facts.flag, stage)]
    if facts.status_decides:  # there an open stage of a won or lost deal is as it should be
        grave |= (status > Outcome.OPEN) & (stage > Outcome.OPEN) & (status != stage)
    else:
        pairs.append((status, stage))
    for first, second in pairs:
        known = (first != Outcome.UNKNOWN) & (second != Outcome.UNKNOWN) & ~later
        against |= known & (first != second)
        grave |= known & (first > Outcome.OPEN) & (second > Outcome.OPEN) & (first != second)
    cure = texts.say("Look at these deals in the CRM and export again; the stage is believed, unless the CRM keeps the outcome apart.")
    deals = np.flatnonzero(grave)
    if len(deals):
        text = texts.count(
            "{n} deal is won by its stage and lost by its flag or status, or the other way round.",
            "{n} deals are won by their stage and lost by their flag or status, or the other way round.", len(deals),
        )  # fmt: skip
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals), severity="error", key="won-lost")
    deals = np.flatnonzero(against & ~grave)
    if len(deals):
        text = texts.count(
            "{n} deal is open by its stage and closed by its flag or status, or the other way round.",
            "{n} deals are open by their stage and closed by their flag or status, or the other way round.", len(deals),
        )  # fmt: skip
        yield flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals), key="open-closed")
