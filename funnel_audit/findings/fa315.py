"""Import on one day.

*What it finds*
    Days on which at least 20 deals were created, ten times as many as on a usual day with any, and three times what one such day in
    twenty exceeds; and the same for the first entries of the history, where the deals were created on other days.

*Why it matters*
    The deals were moved in from elsewhere: their creation is the day of the import, and days to win are too short. Where the history
    begins on one day, what happened before is missing.

*When it is wrong*
    When so many deals come on one day indeed, such as after an exhibition or a mailing.

*Example*
    1,204 deals created on 14 March; 9 on a usual day.

*How to mend it*
    Export the original creation date if the CRM keeps it, or look only at the deals created after the import: --from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.findings.calendar_counts import bins, crowded, day_text, wall_offset
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.pieces import distinct
from funnel_audit.texts import N_, Texts

NAME = N_("imported on one day")
SEVERITY = "warning"
CONFIDENCE = "medium"
LEAST = 20
TIMES = 10


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, entries, created = evidence.journeys, evidence.journeys.entries, evidence.journeys.facts.created
    offset = wall_offset(evidence)
    cure = texts.say("Export the original dates if the CRM keeps them; until then look at the deals created later: --from.")
    known = np.flatnonzero(created.at != NAT)
    number, begin, counts = bins(created.at[known], DAY, offset)
    days, usual = crowded(counts, LEAST, TIMES)
    if len(days):
        deals = known[np.isin(number, days)]
        worst = int(days[counts[days].argmax()])
        text = texts.say(
            "{n} deals were created on {day}; on a usual day it is {usual}.", n=int(counts[worst]),
            day=texts.short_date(day_text(begin + worst)), usual=usual,
        )  # fmt: skip
        if len(days) > 1:
            text += " " + texts.count("There is {n} more such day.", "There are {n} more such days.", len(days) - 1)
        effect = texts.say(
            "The creation of {n} deals ({share}) may be the day of an import: their days to win are too short.",
            n=len(deals), share=share_of(texts, len(deals), journeys.n),
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"most": int(counts[worst]), "usual": usual, "days": len(days)}
        yield flagged(evidence, deals, text, cure, effect, numbers, key="created")
    if entries is None:
        return
    first = entries.starts[entries.at[entries.starts] != NAT]
    who = entries.deal[first]
    elsewhere = (created.at[who] == NAT) | ((created.at[who] + offset) // DAY != (entries.at[first] + offset) // DAY)
    first, who = first[elsewhere], who[elsewhere]
    number, begin, counts = bins(entries.at[first], DAY, offset)
    most = int(counts.argmax()) if len(counts) else 0
    if len(counts) and counts[most] >= LEAST and counts[most] >= 0.5 * len(first):
        deals = distinct(who[number == most])
        text = texts.say(
            "The history of {n} deals begins on {day}, though they were created on other days.",
            n=len(deals), day=texts.short_date(day_text(begin + most)),
        )  # fmt: skip
        effect = texts.say("What these deals went through before that day is missing.")
        yield flagged(evidence, deals, text, cure, effect, key="history")
