"""Losses at no known stage.

*What it finds*
    Lost deals of which nothing tells the stage they had reached: the CRM has overwritten the stage by the lost label.

*Why it matters*
    Nobody can say which step loses them: the conversion of every step is a range, as wide as their share.

*When it is wrong*
    Never; only where deals are lost in truth before the first step is the range known to be at its end.

*Example*
    370 of 370 losses in a plain amoCRM export stand in "Closed and not realised".

*How to mend it*
    amoCRM: export the list of events (stage changes) as a second file. Bitrix24: the stage history of the deals. HubSpot: the columns
    "Date entered ...". Salesforce: the report "Opportunity History". Any CRM: one date column a stage.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from funnel_audit.findings.effects import conversion_range, flagged, whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("losses at no known stage")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, counted = evidence.journeys, evidence.tally
    if not counted.unplaced:
        return
    lost = counted.outcome(Outcome.LOST)
    text = texts.count(
        "{n} of {lost} lost deals ({share}) is at no known stage: conversion of every step is a range.",
        "{n} of {lost} lost deals ({share}) are at no known stage: conversion of every step is a range.",
        counted.unplaced, lost=lost, share=texts.percent(counted.unplaced / lost, None),
    )  # fmt: skip
    cure = (
        texts.say("Export the history from the first day of these deals: what they passed before the loss is missing from it.")
        if counted.with_history
        else texts.say("Add the history of stage changes as a second file, or a date column for each stage to the export.")
    )
    deals = np.flatnonzero((journeys.outcome == Outcome.LOST) & ~journeys.placed)
    found = flagged(evidence, deals, text, cure, conversion_range(evidence, texts, deals, lost=True), {"lost": lost})
    yield replace(found, place=whole_file(evidence))
