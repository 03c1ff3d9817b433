"""The newest date stands alone.

*What it finds*
    A newest date that is over 30 days later than every other: it was not taken for the day of the export.

*Why it matters*
    The audit looks from the newest date of the data. One mistyped year would make every open deal years old and stalled.

*When it is wrong*
    When the last deal really came a month after all others, because sales had paused.

*Example*
    One deal created on 5 May 2062, all others up to 31 March 2026.

*How to mend it*
    Correct the date in the CRM. If it is right, say so: --as-of with that date.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.clock import DAY, AsOf
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("newest date stands alone")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    as_of, timezone = evidence.journeys.as_of, evidence.journeys.timezone
    for defect in evidence.of_kind("lone_newest_date"):
        us = int(defect.sample or as_of.us)
        lone, used = AsOf(us, day=True).iso_local(timezone), as_of.iso_local(timezone)[:10]
        text = texts.say(
            "The newest date, {lone}, is {days} after {used}, the newest of the others. It was not used: the audit looks from {used}.",
            lone=texts.date(lone), used=texts.date(used), days=texts.days(round((us - as_of.us) / DAY)),
        )  # fmt: skip
        cure = texts.say("Correct that date in the CRM. If it is right, add --as-of {lone}.", lone=lone)
        days = round((us - as_of.us) / DAY)
        still_open = evidence.tally.outcome(Outcome.OPEN)
        effect = texts.count(
            "Had it been used, {n} open deal would count as {days} older.", "Had it been used, {n} open deals would count as {days} older.",
            still_open, days=texts.days(days),
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"newest": lone, "used": used, "days_apart": days, "open": still_open}
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers=numbers)
