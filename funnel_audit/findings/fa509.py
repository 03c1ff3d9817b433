"""The export is old.

*What it finds*
    A newest date of the data (created, changed, entered, updated) more days before today than checks: max_age_days allows. Only `check`
    knows today: the system's date, or --today.

*Why it matters*
    A job whose export has stopped goes on auditing the same file, and stays green.

*When it is wrong*
    When nothing happened for so long: holidays, a small pipeline.

*Example*
    The newest date is 2 March, today is 31 March; demanded are at most 3 days.

*How to mend it*
    See whether the export still runs, and whether it writes to the place that is read.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import NAT, AsOf, local_days
from funnel_audit.findings.demands import no_evidence
from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("the export is old")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded, today = evidence.checks.max_age_days, evidence.today_us
    if demanded is None or today is None:
        return
    newest, zone = newest_date(evidence, today), evidence.journeys.timezone
    limit, day = texts.days(demanded), texts.short_date(AsOf(today, day=True).iso_local(zone))
    if newest is None:
        text = texts.say("Not enough evidence: no date says how old the export is. Demanded: at most {limit}.", limit=limit)
        cure = texts.say("Add the date of the last change to the export.")
        yield Found(
            whole_file(evidence), text, cure, 1, numbers={"demanded": demanded, "verdict": "no evidence"}, key="age",
            severity=no_evidence(evidence), effect=texts.say("The demand was neither met nor missed."),
        )  # fmt: skip
        return
    first, last = local_days(np.array([newest, today], np.int64), zone).tolist()
    age = last - first
    if age > demanded:
        text = texts.say(
            "The newest date of the export is {newest}, {age} before {today}; demanded are at most {limit}.",
            newest=texts.short_date(AsOf(newest, day=True).iso_local(zone)), age=texts.days(age), today=day, limit=limit,
        )  # fmt: skip
        cure = texts.say("See whether the export still runs and writes to the place that is read.")
        effect = texts.say("What happened since is in no figure.")
        numbers: dict[str, float | int | str] = {"age_days": age, "demanded": demanded, "verdict": "missed"}
        yield Found(whole_file(evidence), text, cure, 1, effect=effect, numbers=numbers, key="age")


def newest_date(evidence: Evidence, today: int) -> int | None:
    """The newest date of the data that is not in the future; the as-of, unless somebody chose it."""
    journeys = evidence.journeys
    if not journeys.as_of.chosen:
        return min(journeys.as_of.us, today)
    facts = journeys.facts
    found = [moments.at for moments in (facts.created, facts.updated, facts.stage_changed)]
    if journeys.entries is not None:
        found.append(journeys.entries.at)
    newest = [int(at[at <= today].max(initial=NAT)) for at in found]
    return max(newest) if max(newest) != NAT else None
