"""Bulk edit.

*What it finds*
    Hours with at least 30 changes of stage, ten times what an hour with any changes usually has, and three times what one such hour in
    twenty exceeds.

*Why it matters*
    Somebody tidied up: the changes say when that was done, not when anything happened. Days in the stages that were left then are too
    long, those entered too short.

*When it is wrong*
    When many deals truly move at once, such as after a webinar or an exhibition.

*Example*
    214 changes on 30 December between 17:00 and 18:00; usually there are 3 an hour.

*How to mend it*
    Nothing mends the past: look at the stages with and without these deals (--from, --to). For the future, let deals be moved the day
    something happens.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.calendar_counts import crowded, hour_text
from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.pieces import distinct
from funnel_audit.texts import N_, Texts

NAME = N_("bulk edits")
SEVERITY = "warning"
CONFIDENCE = "medium"
LEAST = 30
TIMES = 10


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    changes = evidence.changes
    begin, counts = changes.begin, changes.counts
    hours, usual = crowded(counts, LEAST, TIMES)
    if not len(hours):
        return
    theirs = changes.deal[np.isin(changes.hour, hours + begin)]
    deals = distinct(theirs)
    worst = int(hours[counts[hours].argmax()])
    day, hour = hour_text(begin + worst)
    text = texts.count(
        "{n} hour has many times the usual changes of stage ({usual}): {day} at {hour}, {most} changes.",
        "{n} hours have many times the usual changes of stage ({usual}); most {day} at {hour}, {most} changes.",
        len(hours), usual=usual, day=texts.short_date(day), hour=hour, most=int(counts[worst]),
    )  # fmt: skip
    cure = texts.say("Somebody tidied up then; look at the figures without these deals, and let deals be moved the day something happens.")
    effect = texts.say(
        "{share} of all changes tell when it was tidied up: days in the stages left then are too long.",
        share=share_of(texts, len(theirs), len(changes.deal)),
    )  # fmt: skip
    numbers: dict[str, float | int | str] = {"hours": len(hours), "usual": usual, "most": int(counts[worst]), "changes": len(theirs)}
    yield flagged(evidence, deals, text, cure, effect, numbers, key=f"{day} {hour}")
