"""Where one deal counts: each stage of the funnel, the leak, stalled or not, win rate, days, money, pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import DAY, NAT, AsOf, elapsed_us
from funnel_audit.deal_record import Count, Standing
from funnel_audit.journeys import STILL_OPEN, Outcome
from funnel_audit.labels import LOST
from funnel_audit.tally.count import jumped_over

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.journeys import Journeys, Moments
    from funnel_audit.report import Audit
    from funnel_audit.story.walk import Step
    from funnel_audit.texts import Texts


def standings(single: Journeys, funnel: Funnel, texts: Texts) -> tuple[Standing, ...]:
    """One row a stage: reached or not, and how the deal left it."""
    outcome, furthest = Outcome(int(single.outcome[0])), int(single.stage[0])
    placed, history = bool(single.placed[0]), bool(single.has_history[0])
    seen, over = int(single.seen[0]), int(jumped_over(single)[0])
    rows = {int(stage): row for row, stage in enumerate(single.stays.stage)}
    out = []
    for k, stage in enumerate(funnel.stages):
        reached = k <= furthest
        how = None
        if reached:
            last = {Outcome.WON: "won", Outcome.LOST: "lost" if placed else "unplaced", Outcome.OPEN: "open"}[outcome]
            how = "advanced" if k < furthest else last
        row = rows.get(k)
        entered = left = days = None
        if row is not None:
            start, length = int(single.stays.entered[row]), int(single.stays.us[row])
            entered = None if start == NAT else AsOf(start, False).iso_local(single.timezone)
            days = None if length == NAT else length / DAY
            closed = int(single.stays.exit[row]) != STILL_OPEN
            left = AsOf(start + length, False).iso_local(single.timezone) if closed and start != NAT and length != NAT else None
        passed_by = history and bool(over >> k & 1)
        out.append(
            Standing(
                stage=stage.id,
                name=stage.name.in_lang(texts.lang) or stage.id,
                reached=reached,
                seen=bool(seen >> k & 1) if history else None,
                skipped=passed_by if history else None,
                how=how,
                entered=entered,
                left=left,
                days=days,
            )
        )
    return tuple(out)


def counts(single: Journeys, funnel: Funnel, audit: Audit, steps: Sequence[Step], texts: Texts) -> tuple[Count, ...]:
    """What the deal is in each table of the report, one sentence each."""
    return tuple(
        Count(table=table, text=text)
        for table, text in (
            *_funnel(single, funnel, steps, texts),
            *_leaks(single, funnel, texts),
            *_stalled(single, funnel, audit, texts),
            *_win_rate(single, texts),
            *_money(single, audit, texts),
            *_pairs(single, audit, texts),
        )
    )


def _name(funnel: Funnel, k: int, texts: Texts) -> str:
    return funnel.stages[k].name.in_lang(texts.lang) or funnel.stages[k].id


def _funnel(single: Journeys, funnel: Funnel, steps: Sequence[Step], texts: Texts) -> Iterator[tuple[str, str]]:
    furthest = _name(funnel, int(single.stage[0]), texts)
    if not single.placed[0]:
        yield (
            "funnel",
            texts.say("Lost at no known step: it counts as reached in the first stage only, and widens the range of every step."),
        )
    else:
        yield "funnel", texts.say("Counts as reached in every stage up to “{stage}”, the furthest one.", stage=furthest)
    if single.back_moves[0]:
        n = int(single.back_moves[0])
        yield (
            "funnel",
            texts.count("{n} move back, counted in the stage that it led into.", "{n} moves back, counted where they led to.", n),
        )
    if single.reopened[0]:
        yield (
            "funnel",
            texts.count("{n} loss was undone: a reopened deal.", "{n} losses were undone: a reopened deal.", int(single.reopened[0])),
        )
    late = sum(step.rule == "after_as_of" for step in steps)
    if late:
        yield "funnel", texts.count("{n} entry after the as-of is left out.", "{n} entries after the as-of are left out.", late)


def _leaks(single: Journeys, funnel: Funnel, texts: Texts) -> Iterator[tuple[str, str]]:
    if single.outcome[0] != Outcome.LOST or not single.placed[0]:
        return
    k = int(single.stage[0])
    if k + 1 < len(funnel.stages):
        step = f"{_name(funnel, k, texts)} → {_name(funnel, k + 1, texts)}"
        reason = single.facts.lost_reason.text(0)
        if reason:
            yield "leaks", texts.say("Lost at the step {step}, for the reason “{reason}”.", step=step, reason=reason)
        else:
            yield "leaks", texts.say("Lost at the step {step}, without a reason.", step=step)


def _stalled(single: Journeys, funnel: Funnel, audit: Audit, texts: Texts) -> Iterator[tuple[str, str]]:
    if single.outcome[0] != Outcome.OPEN:
        return
    if single.on_hold[0]:
        yield "stalled", texts.say("On hold: counted apart, never stalled.")
        return
    k = int(single.stage_now[0])
    since = int(elapsed_us(single.since.at, single.since.day, np.array([single.as_of.us]), False, single.timezone)[0])
    row = next((row for row in audit.stalled.by_stage if row.stage == funnel.stages[k].id), None)
    name = _name(funnel, k, texts)
    if since == NAT:
        yield "stalled", texts.say("Open in “{stage}”; since when is not known, so it is neither stalled nor cleared.", stage=name)
        return
    days = texts.days(since / DAY)
    if row is None or row.limit is None:
        yield "stalled", texts.say("Open in “{stage}” for {days}; the stage has no limit.", stage=name, days=days)
        return
    limit, source = texts.days(row.limit), _source(row.limit_source or "", texts)
    if since / DAY > row.limit:
        said = texts.say(
            "Stalled: in “{stage}” for {days}; the limit is {limit} ({source}).", stage=name, days=days, limit=limit, source=source
        )
    else:
        said = texts.say(
            "Not stalled: in “{stage}” for {days}; the limit is {limit} ({source}).", stage=name, days=days, limit=limit, source=source
        )
    yield "stalled", said


def _source(word: str, texts: Texts) -> str:
    return {
        "max_days": texts.say("max_days of stages.yaml"),
        "p85 of the stage": texts.say("by which 85% have left this stage"),
        "p85 of all stages": texts.say("by which 85% have left any stage"),
    }.get(word, word)


def _win_rate(single: Journeys, texts: Texts) -> Iterator[tuple[str, str]]:
    outcome = Outcome(int(single.outcome[0]))
    if outcome == Outcome.OPEN:
        yield "win_rate", texts.say("Not decided yet: not won in “so far”, left out of “closed only”.")
        return
    end = single.won_at if outcome == Outcome.WON else single.lost_at
    length = _length(single, end)
    counts_as = texts.say("Counts as won.") if outcome == Outcome.WON else texts.say("Counts as lost.")
    yield "win_rate", counts_as
    if length is None:
        yield "days_to_win", texts.say("Its days from creation to the end are not known.")
    else:
        days = texts.days(length)
        yield "days_to_win", (
            texts.say("Won {days} after it was created.", days=days) if outcome == Outcome.WON
            else texts.say("Lost {days} after it was created.", days=days)
        )  # fmt: skip


def _length(single: Journeys, end: Moments) -> float | None:
    created = single.facts.created
    day = end.day if isinstance(end.day, bool) else np.asarray(end.day)
    length = int(elapsed_us(created.at, created.day, end.at, day, single.timezone)[0])
    return None if length == NAT or length < 0 else length / DAY


def _money(single: Journeys, audit: Audit, texts: Texts) -> Iterator[tuple[str, str]]:
    facts = single.facts
    if not facts.amount_known[0]:
        yield "money", texts.say("No amount: in no sum of money.")
        return
    currency = facts.currency.text(0)
    amount = texts.money(int(facts.amount[0]) / 100, currency)
    if currency != audit.totals.currency:
        yield "money", texts.say("{amount}: in the sums of its own currency, not of the main one.", amount=amount)
    else:
        yield "money", texts.say("{amount} in the sums of its stage and outcome.", amount=amount)


def _pairs(single: Journeys, audit: Audit, texts: Texts) -> Iterator[tuple[str, str]]:
    for row in range(len(single.pairs)):
        name = audit.pairs[int(single.pairs.stage[row])].name
        code, length = int(single.pairs.exit[row]), int(single.pairs.us[row])
        days = None if length == NAT else texts.days(length / DAY)
        if code == LOST:
            said = texts.say("{pair}: lost on the way.", pair=name)
        elif code == STILL_OPEN:
            said = texts.say("{pair}: on the way.", pair=name)
        elif code == 1:
            said = texts.say("{pair}: arrived by one jump over both, in no time.", pair=name)
        elif days is None:
            said = texts.say("{pair}: arrived, in an unknown time.", pair=name)
        else:
            said = texts.say("{pair}: arrived after {days}.", pair=name, days=days)
        yield "pairs", said
