"""Deals pile up in a stage.

*What it finds*
    A stage in which at least two fifths of all open deals stand (of 30 at least) and half of them for twice as long as is usual there: the
    median of the stays that ended; where fewer than ten did, the median from creation to the win. Where only the creation is known, the
    age of the deal is held against that.

*Why it matters*
    Either it is the bottleneck, or a store of deals that nobody has closed. Open deals and the forecast by stage weights look larger than
    they are.

*When it is wrong*
    When the stage waits for others by nature, such as delivery.

*Example*
    1,589 of 2,089 open deals stand in "Engaging", half of them for over 166 days; usual in this stage: 45.

*How to mend it*
    Go through the oldest: close what is over. Then find out what the stage waits for, and make two stages of it if it waits for two things.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.findings.effects import flagged, share_of, stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name
from funnel_audit.journeys import STILL_OPEN, Outcome
from funnel_audit.pieces import median
from funnel_audit.texts import N_, Texts

NAME = N_("deals pile up in a stage")
SEVERITY = "warning"
CONFIDENCE = "medium"
ENOUGH = 30
SHARE = 0.4
TIMES = 2.0


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, stays = evidence.journeys, evidence.journeys.stays
    waiting = (journeys.outcome == Outcome.OPEN) & ~journeys.on_hold & (journeys.stage_now < journeys.stages - 1)
    total = int(np.count_nonzero(waiting))
    if total < ENOUGH:
        return
    here = np.bincount(journeys.stage_now[waiting], minlength=journeys.stages)
    k = int(here.argmax())
    if here[k] < SHARE * total:
        return
    deals = np.flatnonzero(waiting & (journeys.stage_now == k))
    since = journeys.since.at[deals]
    created_only = 2 * int(np.count_nonzero(since != NAT)) < len(deals)  # then nothing says how long they have stood here
    since = journeys.facts.created.at[deals] if created_only else since
    ages = (journeys.as_of.us - since[since != NAT]) / DAY
    ended = stays.us[(stays.stage == k) & (stays.exit != STILL_OPEN) & (stays.us != NAT)]
    of_stage = len(ended) >= 10 and not created_only
    usual = median(ended) / DAY if of_stage else days_to_win(evidence)
    if usual is None or len(ages) < ENOUGH // 2 or median(ages) < TIMES * usual:
        return
    age = median(ages)
    said = {
        "n": len(deals), "total": total, "share": share_of(texts, len(deals), total), "stage": label_name(evidence, texts, k),
        "age": texts.days(age), "usual": texts.days(usual),
    }  # fmt: skip
    if created_only:
        text = texts.say(
            "{n} of {total} open deals ({share}) stand in “{stage}”, half of them created over {age} ago; "
            "from creation to the win it usually takes {usual}.",
            **said,
        )
    elif of_stage:
        text = texts.say(
            "{n} of {total} open deals ({share}) stand in “{stage}”, half of them for over {age}; usual in this stage: {usual}.", **said
        )
    else:
        text = texts.say(
            "{n} of {total} open deals ({share}) stand in “{stage}”, half of them for over {age}; "
            "the whole way from creation to the win usually takes {usual}.",
            **said,
        )
    cure = texts.say("Close what is over, the oldest first; then find out what this stage waits for.")
    effect = texts.say("What is open, and any forecast by stage weights, looks larger than it is.")
    numbers: dict[str, float | int | str] = {"open": total, "median_age": round(age, 1), "usual": round(usual, 1)}
    found = flagged(evidence, deals, text, cure, effect, numbers)
    stage = stage_place(evidence, k).stage
    yield Found(stage_place(evidence, k), found.text, cure, found.count, found.deals, effect=effect, numbers=found.numbers, key=stage or "")


def days_to_win(evidence: Evidence) -> float | None:
    """The median of days from creation to the win; None under ten wins."""
    journeys = evidence.journeys
    length = journeys.won_at.at - journeys.facts.created.at
    known = (journeys.outcome == Outcome.WON) & (journeys.won_at.at != NAT) & (journeys.facts.created.at != NAT) & (length >= 0)
    return median(length[known]) / DAY if np.count_nonzero(known) >= 10 else None
