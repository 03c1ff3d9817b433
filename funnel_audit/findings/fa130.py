"""The audit looks long after the data end.

*What it finds*
    An --as-of that is later than the newest date of the data: by over 14 days it is a remark, by over 30 days a warning.

*Why it matters*
    Every open deal ages to the as-of: looked at long after the export was made, all of them are stalled, and the forecast begins on a day
    of which nothing is known.

*When it is wrong*
    When nothing has happened in the CRM since, because sales rested: then the day of the export is right, however late.

*Example*
    --as-of 2030-01-01 on an export whose newest date is 30 June 2026: 1,281 days.

*How to mend it*
    Leave out --as-of, name the day of the export, or export the deals anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.clock import DAY, AsOf
from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.latest import born_and_closed, moved, newest_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("looked at long after the data end")
SEVERITY = "warning"
CONFIDENCE = "high"
REMARK_DAYS, WARNING_DAYS = 14, 30


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    as_of, timezone = evidence.journeys.as_of, evidence.journeys.timezone
    if not as_of.chosen or evidence.period:
        return
    us = newest_of([*born_and_closed(evidence), *moved(evidence)], as_of.us)
    days = 0 if us is None else int((as_of.us - us) // DAY)
    if us is None or days <= REMARK_DAYS:
        return
    newest, asked = AsOf(us, day=True).iso_local(timezone), as_of.iso_local(timezone)[:10]
    text = texts.say(
        "The audit looks from {asked}, {days} after {newest}, the newest date of the data.",
        asked=texts.date(asked), days=texts.days(days), newest=texts.date(newest),
    )  # fmt: skip
    cure = texts.say("Leave out --as-of, name the day of the export, or export the deals anew.")
    still_open = evidence.tally.outcome(Outcome.OPEN)
    effect = texts.count(
        "{n} open deal counts as {days} older than the data tell.", "{n} open deals count as {days} older than the data tell.",
        still_open, days=texts.days(days),
    )  # fmt: skip
    numbers: dict[str, float | int | str] = {"as_of": asked, "newest": newest, "days_apart": days, "open": still_open}
    yield Found(whole_file(evidence), text, cure, 1, effect=effect, numbers=numbers, severity=None if days > WARNING_DAYS else "info")
