"""Two exports of one CRM: what was rewritten, and what really changed. ``compared(old, new)`` puts it together and words it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import NAT, AsOf
from funnel_audit.compare_record import Change, Comparison, Effect, Export, Figure, LabelChange, Rewriting, Side
from funnel_audit.errors import Said, UsageError
from funnel_audit.intake.same_deals import place_in
from funnel_audit.journeys import earlier
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal
from funnel_audit.measured import main_currency
from funnel_audit.measures import rewritten as rewritten_
from funnel_audit.measures import since_then as since_then_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.recorded import read_input
from funnel_audit.tally import tally
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funnel_audit.intake.read import Reading

    Names = Callable[[int], str]

LISTED = 1000
"""So many ids of one kind are listed in the JSON; the rest is counted."""
SHIFTED = 0.9
"""Where so many of the changed creation dates moved by the same time, it is the export that changed, not the deals."""
REASONS = {
    "no_dates": N_("one of the exports has no such dates"),
    "no_entries": N_("one of the exports has neither a history nor the date of the last change of stage"),
    "snapshots": N_("between two snapshots the time of a change is not known exactly"),
    "no_amounts": N_("one of the exports has no amounts"),
}
WHATS = {
    "intake": N_("New deals in 30 days"),
    "wins": N_("Wins in 30 days"),
    "win_rate": N_("Won, of the deals created"),
    "amount": N_("Mean amount of a won deal"),
}


def compared(old: Reading, new: Reading, texts: Texts, *, listed: int = LISTED, names: tuple[Names, Names] | None = None) -> Comparison:
    """The finished record. Both are read with every deal kept (``keep``), and ``old`` against the funnel of ``new``.

    ``names`` are the ids to print, of the deals of either; without them their own.
    """
    _refuse_misfits(old, new)
    pair = _pair(old, new)
    funnel = new.funnel
    counted = tally(new.journeys, len(funnel.pairs))
    currency = main_currency(counted, funnel)
    kinds, effect, touched = rewritten_.rewritten(pair, currency, listed)
    print_ids = names or (old.journeys.facts.id_text, new.journeys.facts.id_text)
    whole = new.options.created_from is None and new.options.created_to is None
    found = since_then_.since_then(new.journeys, counted, old.journeys.as_of, currency, whole)
    changes = tuple(_change(one, new, texts) for one in found)
    backdated = next(one.deals for one in kinds if one.kind == "backdated")
    rewritten_deals = int(np.count_nonzero(touched)) + backdated
    labels = _labels(old, new, texts)
    figures = _figures(pair, effect, currency, _stalled(old), _stalled(new))
    made = tuple(_rewriting(one, print_ids, currency, old, texts) for one in kinds)
    return Comparison(
        title=funnel.title.in_lang(texts.lang),
        lang=texts.lang,
        timezone=funnel.timezone,
        currency=currency,
        old=_export(old),
        new=_export(new),
        summary=_summary(rewritten_deals, figures, changes, old, texts),
        rewritten_deals=rewritten_deals,
        rewritten=made,
        labels=labels,
        figures=figures,
        changes=changes,
        notes=_notes(pair, kinds, old, new, texts),
    )


def _refuse_misfits(old: Reading, new: Reading) -> None:
    if [stage.id for stage in old.funnel.stages] != [stage.id for stage in new.funnel.stages]:
        raise UsageError(
            Said("the two exports do not fit the same stages, so that nothing can be held against each other.")
            + Said("Make a stages file of the newer one with funnel-audit init, add the old labels as aliases, and give it: --stages FILE.")
        )
    if old.journeys.as_of.us > new.journeys.as_of.us:
        days = [one.journeys.as_of.iso_local(one.funnel.timezone) for one in (old, new)]
        raise UsageError(Said("OLD ({old}) is newer than NEW ({new}): swap them.", old=days[0], new=days[1]))


def _pair(old: Reading, new: Reading) -> rewritten_.Pair:
    """Which deal is which; and the newer export as at the older one's as-of."""
    assert old.uncut is not None and new.uncut is not None, "read with keep"
    mine, theirs = old.journeys, new.journeys
    in_new = place_in(mine.facts, theirs.facts)
    missing = np.flatnonzero(in_new == -1)
    if len(missing):
        anywhere = place_in(mine.facts.take(missing), new.uncut[0])
        in_new[missing[anywhere >= 0]] = -3
    if mine.n and not (in_new >= 0).any():
        raise UsageError(Said("no deal of the older export is in the newer one, by its id: they are not of the same CRM."))
    then = earlier(theirs, mine.as_of)
    in_then = np.full(mine.n, -1, np.int64)
    to_then = place_in(theirs.facts, then.facts)
    there = np.flatnonzero(in_new >= 0)
    in_then[there] = to_then[in_new[there]]
    known = np.zeros(theirs.n, bool)
    known[in_new[there]] = True
    fresh = np.flatnonzero(~known)
    if len(fresh):
        fresh = fresh[place_in(theirs.facts.take(fresh), old.uncut[0]) == -1]
    return rewritten_.Pair(
        mine, theirs, then, in_new, in_then, fresh, to_then[fresh], one_date_per_stage=new.shape == "dated columns",
        snapshots="snapshots" in (old.shape, new.shape),
    )  # fmt: skip


def _stalled(reading: Reading) -> int | None:
    j = reading.journeys
    limits = stalled_.limits(tally(j, len(reading.funnel.pairs)), [stage.max_days for stage in reading.funnel.stages])
    return stalled_.stalled(j, limits, None, 0).count


def _export(reading: Reading) -> Export:
    as_of = reading.journeys.as_of
    return Export(
        input=read_input(reading), as_of=as_of.iso_utc(), as_of_local=as_of.iso_local(reading.funnel.timezone), deals=reading.journeys.n
    )


def _rewriting(one: rewritten_.Rewriting, names: tuple[Names, Names], currency: str | None, old: Reading, texts: Texts) -> Rewriting:
    ids = tuple(names[one.of_new](int(code)) for code in one.positions)
    if one.why_not:
        return Rewriting(kind=one.kind, deals=None, text=_kind(one.kind, 0, old, texts), ids=(), more=0, effect=None,
                         reason=texts.word(REASONS[one.why_not]))  # fmt: skip
    e = one.effect
    effect = Effect(deals=e.deals, won=e.won, lost=e.lost, open=e.open, won_amount=e.won_amount / 100 if e.paid or e.won_amount else None)
    return Rewriting(
        kind=one.kind, deals=one.deals, text=_kind(one.kind, one.deals, old, texts), ids=ids, more=one.deals - len(ids), effect=effect
    )


def _kind(kind: str, n: int, old: Reading, texts: Texts) -> str:
    count, day = texts.count, _day(old, texts)
    return {
        "vanished": lambda: count("{n} deal is gone", "{n} deals are gone", n),
        "backdated": lambda: count(
            "{n} deal that was not there is created before {day}", "{n} deals that were not there are created before {day}", n, day=day
        ),
        "created_changed": lambda: count("{n} deal has another date of creation", "{n} deals have another date of creation", n),
        "closed_changed": lambda: count(
            "{n} deal has another closing date before {day}", "{n} deals have another closing date before {day}", n, day=day
        ),
        "entries_changed": lambda: count(
            "{n} deal has other entries into stages before {day}", "{n} deals have other entries into stages before {day}", n, day=day
        ),
        "reopened": lambda: count(
            "{n} deal was closed, and was reopened or closed again", "{n} deals were closed, and were reopened or closed again", n
        ),
        "outcome_changed": lambda: count(
            "{n} deal changed from won to lost or back", "{n} deals changed from won to lost or back", n
        ),
        "amount_changed": lambda: count(
            "{n} deal has another amount though it was closed", "{n} deals have another amount though they were closed", n
        ),
    }[kind]()  # fmt: skip


def _day(reading: Reading, texts: Texts) -> str:
    return texts.date(reading.journeys.as_of.iso_local(reading.funnel.timezone)[:10])


def _labels(old: Reading, new: Reading, texts: Texts) -> tuple[LabelChange, ...]:
    """Labels that only one of the exports has, by the stage that they mean. A stage that merely stands empty in one of them is no change:
    it takes a label that is gone and one that has come."""
    sides = [{normal(label.text): label for label in reading.labels} for reading in (old, new)]
    gone = [label for key, label in sides[0].items() if key not in sides[1]]
    came = [label for key, label in sides[1].items() if key not in sides[0]]
    found = []
    stages = new.funnel.stages
    for code in dict.fromkeys(label.code for label in gone):
        before, after = ([label for label in side if label.code == code] for side in (gone, came))
        if not after:
            continue
        stage = stages[code] if code < len(stages) else None
        special = {LOST: texts.say("lost"), ON_HOLD: texts.say("on hold"), UNMAPPED: None}
        found.append(
            LabelChange(
                stage=stage.id if stage else None, name=stage.name.in_lang(texts.lang) if stage else special[code],
                old=tuple(label.text for label in before), new=tuple(label.text for label in after),
                deals=sum(label.deals for label in before),
            )
        )  # fmt: skip
    return tuple(found)


def _figures(
    pair: rewritten_.Pair, effect: rewritten_.Effect, currency: str | None, stalled_old: int | None, stalled_new: int | None
) -> tuple[Figure, ...]:
    old, new = rewritten_.standing(pair.old, currency), rewritten_.standing(pair.new, currency)
    then = rewritten_.Effect(*(getattr(old, spec.name) + getattr(effect, spec.name) for spec in fields(old)))
    sides = (old, then, new)

    def row(what: str, of: Callable[[rewritten_.Effect], float | None]) -> Figure:
        values = [of(side) for side in sides]
        return Figure(what=what, old=values[0], then=values[1], new=values[2])

    rows = [row(name, lambda side, name=name: getattr(side, name)) for name in ("deals", "won", "lost", "open")]  # type: ignore[misc]
    rows.append(row("win_rate", lambda side: side.won / (side.won + side.lost) if side.won + side.lost else None))
    if any(side.paid for side in sides):
        rows.append(row("won_amount", lambda side: side.won_amount / 100))
        rows.append(row("mean_amount", lambda side: side.won_amount / 100 / side.paid if side.paid else None))
    if stalled_old is not None or stalled_new is not None:
        rows.append(Figure(what="stalled", old=stalled_old, then=None, new=stalled_new))
    return tuple(rows)


def _change(one: since_then_.Development, new: Reading, texts: Texts) -> Change:
    stage = None if one.stage is None else new.funnel.stages[one.stage]
    sides = [Side(value=side.value, low=side.low, high=side.high, n=side.n) for side in (one.before, one.after)]
    return Change(
        what=one.what, stage=stage.id if stage else None, text=stage.name.in_lang(texts.lang) if stage else texts.word(WHATS[one.what]),
        before=sides[0], after=sides[1], age_days=one.age_days, q_value=one.q, verdict=one.verdict,
    )  # fmt: skip


def _summary(rewritten_deals: int, figures: Sequence[Figure], changes: Sequence[Change], old: Reading, texts: Texts) -> tuple[str, ...]:
    """Was the past rewritten? Did anything change for better or worse?"""
    day = _day(old, texts)
    lines = []
    if not rewritten_deals:
        lines.append(texts.say("Nothing was rewritten: all that lies before {day} is as it was.", day=day))
    else:
        said = texts.count(
            "{n} deal was rewritten in what lies before {day}.", "{n} deals were rewritten in what lies before {day}.",
            rewritten_deals, day=day,
        )  # fmt: skip
        won = next(figure for figure in figures if figure.what == "won")
        if won.old != won.then and won.old is not None and won.then is not None:
            said += " " + texts.say("Its wins are now {then}, not {old}.", then=int(won.then), old=int(won.old))
        lines.append(said)
    better, worse = ([change.text for change in changes if change.verdict == verdict] for verdict in ("better", "worse"))
    if better:
        lines.append(texts.say("Since then better, beyond chance: {listed}.", listed=texts.listing(better)))
    if worse:
        lines.append(texts.say("Since then worse, beyond chance: {listed}.", listed=texts.listing(worse)))
    if not better and not worse:
        tested = [change for change in changes if change.q_value is not None]
        lines.append(
            texts.say("Since then nothing has changed beyond chance.")
            if tested
            else texts.say("Too little has happened since then to say whether anything changed.")
        )
    return tuple(lines)


def _notes(
    pair: rewritten_.Pair, kinds: Sequence[rewritten_.Rewriting], old: Reading, new: Reading, texts: Texts
) -> tuple[str, ...]:  # fmt: skip
    """What the reader should suspect the export of, not the people who work in the CRM."""
    notes = []
    counts = {one.kind: one.deals for one in kinds}
    born_old, born_new = pair.old.facts.created.at, pair.new.facts.created.at
    gone = born_old[pair.in_new == -1]
    if counts["vanished"] > 1 and (gone != NAT).all() and (born_new != NAT).any() and gone.max() < born_new[born_new != NAT].min():
        first = AsOf(int(born_new[born_new != NAT].min()), day=True).iso_local(new.funnel.timezone)
        notes.append(texts.say("All deals that are gone are older than the newer export, which begins on {day}: it was cut, it seems.",
                               day=texts.date(first)))  # fmt: skip
    fresh = born_new[pair.fresh]
    if counts["backdated"] > 1 and (born_old != NAT).any():
        before = np.count_nonzero((fresh != NAT) & (fresh < born_old[born_old != NAT].min()))
        if before:
            notes.append(texts.count(
                "{n} deal that was not there is older than the older export: that one was cut, it seems.",
                "{n} deals that were not there are older than the older export: that one was cut, it seems.", int(before)))  # fmt: skip
    both = np.flatnonzero(pair.in_new >= 0)
    moved = pair.new.facts.created.at[pair.in_new[both]] - born_old[both]
    moved = moved[(born_old[both] != NAT) & (moved != 0)]
    if counts["created_changed"] > 10 and len(moved):
        steps, times = np.unique(moved, return_counts=True)
        if times.max() >= SHIFTED * len(moved) and len(moved) >= len(both) / 2:
            hours = texts.amount(abs(int(steps[times.argmax()])) / 3_600_000_000)
            said = N_("Nearly all dates moved by {hours} hours: the timezone of the export changed, not the deals.")
            notes.append(texts.say(said, hours=hours))
    excluded = int(np.count_nonzero(pair.in_new == -3))
    if excluded:
        notes.append(texts.count(
            "{n} deal is in the newer export but in no figure of it (excluded, or created later than its as-of).",
            "{n} deals are in the newer export but in no figure of it (excluded, or created later than its as-of).", excluded))  # fmt: skip
    nameless = int(np.count_nonzero(pair.in_new == -2))
    if nameless:
        notes.append(texts.count(
            "{n} deal has no id and cannot be found again.", "{n} deals have no id and cannot be found again.", nameless))  # fmt: skip
    return tuple(notes)
