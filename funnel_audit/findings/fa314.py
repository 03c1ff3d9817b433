"""Month-end cluster.

*What it finds*
    Changes of stage (without a history: closings) of which at least three times as many as by chance lie on the last two days of a month,
    in three months at least.

*Why it matters*
    Deals are moved for the monthly report, not when something happens: every length is off by up to a month, and losses look as if
    they came at month's end.

*When it is wrong*
    When clients sign at month's end indeed, because of plans, discounts or budgets.

*Example*
    412 of 1 180 changes are on the last two days of a month; 78 were to be expected.

*How to mend it*
    Let deals be moved the day something happens: a task a stage, and a look at deals without a task once a week.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.findings.calendar_counts import bins, wall_offset
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.pieces import distinct
from funnel_audit.texts import N_, Texts

NAME = N_("changes cluster at month's end")
SEVERITY = "info"
CONFIDENCE = "low"
ENOUGH = 60
TIMES = 3.0


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, entries = evidence.journeys, evidence.journeys.entries
    changes = evidence.changes
    if entries is not None and len(changes.deal):
        total, who, number = len(changes.deal), changes.deal, changes.hour
        begin, counts = changes.by_day()
    else:
        ended = np.where(journeys.outcome == Outcome.WON, journeys.won_at.at, journeys.lost_at.at)
        who = np.flatnonzero((journeys.outcome > Outcome.OPEN) & (ended != NAT))
        total = len(who)
        number, begin, counts = bins(ended[who], DAY, wall_offset(evidence))
    if total < ENOUGH or len(counts) < 80:
        return
    days = np.arange(begin, begin + len(counts)).astype("M8[D]")
    last = days.astype("M8[M]") != (days + 2).astype("M8[M]")  # the last two days of their month
    n, expected = int(counts[last].sum()), total * float(last.mean())
    crowd = counts >= TIMES * total / len(counts)
    months = len(distinct(days[last & crowd].astype("M8[M]")))
    if n < TIMES * expected or months < 3:
        return
    if number is changes.hour:
        number = number // 24 - begin
    deals = distinct(who[last[number]])
    text = texts.say(
        "{n} of {total} changes ({share}) are on the last two days of a month; by chance it would be about {expected}.",
        n=n, total=total, share=share_of(texts, n, total), expected=round(expected),
    )  # fmt: skip
    cure = texts.say("Let deals be moved the day something happens, not for the monthly report: a task a stage helps.")
    effect = texts.say("Days in a stage may be off by up to a month.")
    yield flagged(evidence, deals, text, cure, effect, {"at_months_end": n, "changes": total, "expected": expected})
