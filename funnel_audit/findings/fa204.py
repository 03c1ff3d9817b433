"""Later than the audit looks.

*What it finds*
    Deals created after the day the audit looks from (as-of), and deals closed or moved to their stage after it.

*Why it matters*
    Nothing after as-of is known to any figure: a deal created later is in none of them, one closed or moved later counts as open, unless
    a history says that it had been won or lost before.

*When it is wrong*
    When you look back on purpose with --as-of: then this only says how much has happened since.

*Example*
    A deal created on 1 April 2062 in an export of 31 March 2026.

*How to mend it*
    Correct the dates in the CRM. If the export is younger than as-of, choose the day of the export: --as-of.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit import report
from funnel_audit.clock import NAT
from funnel_audit.findings.effects import conversion_range, flagged, win_rate_range
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.labels import LOST
from funnel_audit.texts import N_, Texts

NAME = N_("later than the audit looks")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    as_of = texts.date(journeys.as_of.iso_local(journeys.timezone)[:10])
    cure = (
        texts.say("If you look back on purpose, all is well; else leave out --as-of or choose the day of the export.")
        if journeys.as_of.chosen
        else texts.say("Correct these dates in the CRM. If they are right, choose the day of the export with --as-of.")
    )
    if evidence.tally.not_yet:
        text = texts.count(
            "{n} deal was created after {as_of}, the day the audit looks from; it is in no figure.",
            "{n} deals were created after {as_of}, the day the audit looks from; they are in no figure.",
            evidence.tally.not_yet, as_of=as_of,
        )  # fmt: skip
        yield Found(
            report.Place(file=evidence.files[0]), text, cure, evidence.tally.not_yet,
            effect=texts.say("The figures are those of the other {n} deals.", n=journeys.n),
            numbers={"deals": evidence.tally.not_yet, "of": evidence.tally.not_yet + journeys.n}, key="created",
        )  # fmt: skip
    over = (facts.label == journeys.stages - 1) | (facts.label == LOST) | (facts.status > Outcome.OPEN) | (facts.flag > Outcome.OPEN)
    past = over & (facts.closed.at != NAT) & (facts.closed.at > journeys.as_of.us)
    late, ended = np.flatnonzero(past & (journeys.outcome == Outcome.OPEN)), np.flatnonzero(past & (journeys.outcome != Outcome.OPEN))
    if len(late):
        text = texts.count(
            "{n} deal was closed after {as_of}, the day the audit looks from; it counts as open.",
            "{n} deals were closed after {as_of}, the day the audit looks from; they count as open.", len(late), as_of=as_of,
        )  # fmt: skip
        yield flagged(evidence, late, text, cure, win_rate_range(evidence, texts, late), key="closed")
    if len(ended):
        text = texts.count(
            "{n} deal has a closing date after {as_of}, the day the audit looks from, but its history ends before: "
            "it counts as won or lost.",
            "{n} deals have a closing date after {as_of}, the day the audit looks from, but their history ends before: "
            "they count as won or lost.",
            len(ended), as_of=as_of,
        )  # fmt: skip
        effect = win_rate_range(evidence, texts, ended)
        yield flagged(evidence, ended, text, cure, effect, key="ended")
    moved = np.flatnonzero((facts.stage_changed.at != NAT) & (facts.stage_changed.at > journeys.as_of.us))
    if len(moved):
        text = texts.count(
            "{n} deal came to its stage after {as_of}, the day the audit looks from; that move is not counted.",
            "{n} deals came to their stage after {as_of}, the day the audit looks from; those moves are not counted.",
            len(moved), as_of=as_of,
        )  # fmt: skip
        yield flagged(evidence, moved, text, cure, conversion_range(evidence, texts, moved), key="moved")
