"""The newest date stands alone.

*What it finds*
    A newest date that is over 30 days later than every other: it was not taken for the day of the export. And a newest date that was
    taken for it, but over 14 days before which hardly anything happens any more, while the same number of days before that held ten
    creations or closings at least.

*Why it matters*
    The audit looks from the newest date of the data. One mistyped year would make every open deal years old and stalled; one date in
    the future makes them weeks older than they are.

*When it is wrong*
    When the last deal really came weeks after all others, because sales had paused.

*Example*
    One deal created on 5 May 2062, all others up to 31 March 2026.

*How to mend it*
    Correct the date in the CRM. If it is right, say so: --as-of with that date; else name the day of the export.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from funnel_audit.clock import DAY, AsOf
from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.latest import born_and_closed, count_within, moved, newest_few, newest_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from funnel_audit.journeys.records import Array

NAME = N_("newest date stands alone")
SEVERITY = "warning"
CONFIDENCE = "medium"
FAR_DAYS = 14
ENOUGH = 10
"""So much must have happened in as many days before for a silence to be one."""
FEWER = 4
"""Times less that happens after than before."""
STEPS = 5
"""At most so many of the newest instants may stand apart."""


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
    yield from resting(evidence, texts)


def resting(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    """The as-of that the data gave rests on a few late dates: it was used, and nothing else speaks for it."""
    as_of, timezone = evidence.journeys.as_of, evidence.journeys.timezone
    until = None if as_of.chosen or evidence.series or evidence.period else last_busy(evidence)
    if until is None:
        return
    after = count_within([*born_and_closed(evidence), *moved(evidence)], until, as_of.us)
    used, likely, days = as_of.iso_local(timezone)[:10], AsOf(until, day=True).iso_local(timezone), int((as_of.us - until) // DAY)
    text = texts.count(
        "The audit looks from {used}, the newest date, but {n} date only is later than {likely}, {days} before it.",
        "The audit looks from {used}, the newest date, but {n} dates only are later than {likely}, {days} before it.",
        after, used=texts.date(used), days=texts.days(days), likely=texts.date(likely),
    )  # fmt: skip
    cure = texts.say("If these dates lie in the future or are mistyped, add the day of the export: --as-of {likely}.", likely=likely)
    still_open = evidence.tally.outcome(Outcome.OPEN)
    effect = texts.count(
        "{n} open deal may count as up to {days} too old.", "{n} open deals may count as up to {days} too old.",
        still_open, days=texts.days(days),
    )  # fmt: skip
    numbers: dict[str, float | int | str] = {"used": used, "likely": likely, "days_apart": days, "dates": after, "open": still_open}
    yield Found(whole_file(evidence), text, cure, after, effect=effect, numbers=numbers, key="used")


def last_busy(evidence: Evidence) -> int | None:
    """The instant after which hardly anything happens, over 14 days before the as-of; None where the data go on to their end."""
    us, ours, others = evidence.journeys.as_of.us, born_and_closed(evidence), moved(evidence)
    both = [*ours, *others]
    last = newest_of(ours, us)
    if last is not None and silent(ours, last, us) and thin(both, last, us):
        return last
    for newest, before in pairwise(newest_few(both, us, STEPS + 1)):
        if newest - before > FAR_DAYS * DAY and silent(both, before, us) and thin(both, before, us):
            return before
    return None


def silent(columns: list[Array], last: int, us: int) -> bool:
    """Did enough happen in as many days before ``last`` as have passed since, of which there are over 14?"""
    return us - last > FAR_DAYS * DAY and count_within(columns, 2 * last - us, last) >= ENOUGH


def thin(columns: list[Array], last: int, us: int) -> bool:
    """Is what happened since ``last`` a small part of what did in as many days before?"""
    return FEWER * count_within(columns, last, us) <= count_within(columns, 2 * last - us, last)
