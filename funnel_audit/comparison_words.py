"""The sentences of a comparison: kinds of rewriting, renamed labels, the summary, and what the reader should suspect the export of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import NAT, AsOf
from funnel_audit.compare_record import Change, Figure, LabelChange
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funnel_audit.intake.read import Reading
    from funnel_audit.measures import rewritten as rewritten_

SHIFTED = 0.9
"""Where so many of the changed creation dates moved by the same time, it is the export that changed, not the deals."""
REASONS = {
    "no_dates": N_("one of the exports has no such dates"),
    "no_entries": N_("one of the exports has neither a history nor the date of the last change of stage"),
    "snapshots": N_("between two snapshots the time of a change is not known exactly"),
    "no_amounts": N_("one of the exports has no amounts"),
    "no_currency": N_("one of the exports does not say in which currency its amounts are"),
    "other_currency": N_("one of the exports has no amounts in the main currency"),
}
IN_A_SENTENCE = {
    "intake": N_("the number of new deals"),
    "wins": N_("the number of wins"),
    "win_rate": N_("the share won"),
    "amount": N_("the mean amount of a won deal"),
}
WHATS = {
    "intake": N_("New deals in 30 days"),
    "wins": N_("Wins in 30 days"),
    "win_rate": N_("Won, of the deals created"),
    "amount": N_("Mean amount of a won deal"),
}


def kind(kind: str, n: int, old: Reading, texts: Texts) -> str:
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


def labels(old: Reading, new: Reading, texts: Texts) -> tuple[LabelChange, ...]:
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
    left = [label for label in gone if not any(label.text in one.old for one in found)]
    arrived = [label for label in came if not any(label.text in one.new for one in found)]
    nobodys = [label for label in arrived if label.code == UNMAPPED]
    before, after = (left, nobodys) if nobodys else ([label for label in left if label.code == UNMAPPED], arrived)
    if before and after:  # the one name is known, the other nobody has mapped
        known = {label.code for label in (*before, *after) if label.code < len(stages)}
        stage = stages[known.pop()] if len(known) == 1 else None
        found.append(
            LabelChange(
                stage=stage.id if stage else None, name=stage.name.in_lang(texts.lang) if stage else None,
                old=tuple(label.text for label in before), new=tuple(label.text for label in after),
                deals=sum(label.deals for label in before),
            )
        )  # fmt: skip
    return tuple(found)


def _figure(change: Change, texts: Texts) -> str:
    """What a change is of, within a sentence."""
    if change.what == "conversion":
        return texts.say("the step from “{stage}”", stage=change.text)
    return texts.word(IN_A_SENTENCE[change.what])


def summary(
    rewritten_deals: int, labels: Sequence[LabelChange], figures: Sequence[Figure], changes: Sequence[Change], old: Reading, texts: Texts
) -> tuple[str, ...]:  # fmt: skip
    """Was the past rewritten? Did anything change for better or worse? Another name of a stage is told, but rewrites no deal."""
    day = _day(old, texts)
    lines = []
    if not rewritten_deals and labels:
        lines.append(texts.say("No deal was rewritten: what lies before {day} is as it was.", day=day))
    elif not rewritten_deals:
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
    if labels:
        lines.append(texts.count(
            "{n} stage has another name, which is no rewriting.", "{n} stages have another name, which is no rewriting.",
            len(labels)))  # fmt: skip
    better, worse = ([_figure(change, texts) for change in changes if change.verdict == verdict] for verdict in ("better", "worse"))
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


def taken_currency(taken: str | None, currency: str | None, texts: Texts) -> tuple[str, ...]:
    """That the amounts of one export (``taken``: old, new) are taken to be in the currency of the other."""
    said = {
        "old": N_("The older export names no currency: its amounts are taken to be in that of the newer one ({currency})."),
        "new": N_("The newer export names no currency: its amounts are taken to be in that of the older one ({currency})."),
    }
    return () if taken is None or currency is None else (texts.say(said[taken], currency=currency),)


def notes(
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
