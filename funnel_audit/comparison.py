"""Two exports of one CRM: what was rewritten, and what really changed. ``compared(old, new)`` puts it together and words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from funnel_audit import comparison_words as words
from funnel_audit.clock import DAY
from funnel_audit.compare_record import Change, Comparison, Effect, Export, Figure, Rewriting, Side
from funnel_audit.errors import Said, UsageError
from funnel_audit.intake.same_deals import place_in
from funnel_audit.journeys import earlier
from funnel_audit.measured import main_currency
from funnel_audit.measures import rewritten as rewritten_
from funnel_audit.measures import since_then as since_then_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.measures.changes.between import made_of
from funnel_audit.recorded import read_input
from funnel_audit.report import ChangePart
from funnel_audit.tally import tally
from funnel_audit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.intake.read import Reading
    from funnel_audit.measures.changes import Makeup
    from funnel_audit.tally import Tally

    Names = Callable[[int], str]

LISTED = 1000
"""So many ids of one kind are listed in the JSON; the rest is counted."""


def compared(old: Reading, new: Reading, texts: Texts, *, listed: int = LISTED, names: tuple[Names, Names] | None = None) -> Comparison:
    """The finished record. Both are read with every deal kept (``keep``), and ``old`` against the funnel of ``new``.

    ``names`` are the ids to print, of the deals of either; without them their own.
    """
    _refuse_misfits(old, new)
    old, new, taken = _same_currency(old, new)
    pair = _pair(old, new)
    funnel = new.funnel
    counted = tally(new.journeys, len(funnel.pairs))
    currency = main_currency(counted, funnel)
    kinds, effect, touched = rewritten_.rewritten(pair, currency, listed)
    print_ids = names or (old.journeys.facts.id_text, new.journeys.facts.id_text)
    whole = new.options.created_from is None and new.options.created_to is None
    found = since_then_.since_then(new.journeys, counted, old.journeys.as_of, currency, whole)
    makeups = _makeups(found, new, counted, old.journeys.as_of.us, currency)
    changes = tuple(_change(one, makeups, new, texts) for one in found)
    backdated = next(one.deals for one in kinds if one.kind == "backdated")
    rewritten_deals = int(np.count_nonzero(touched)) + backdated
    labels = words.labels(old, new, texts)
    figures = _figures(pair, effect, currency, _stalled(old), _stalled(new), texts)
    money = not any(rewritten_.no_money(j, currency) for j in (pair.old, pair.new))
    made = tuple(_rewriting(one, print_ids, money, old, texts) for one in kinds)
    return Comparison(
        title=funnel.title.in_lang(texts.lang),
        lang=texts.lang,
        timezone=funnel.timezone,
        currency=currency,
        old=_export(old),
        new=_export(new),
        summary=words.summary(rewritten_deals, labels, figures, changes, old, texts),
        rewritten_deals=rewritten_deals,
        rewritten=made,
        labels=labels,
        figures=figures,
        changes=changes,
        notes=(*words.notes(pair, kinds, old, new, texts), *words.taken_currency(taken, currency, texts)),
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


def _same_currency(old: Reading, new: Reading) -> tuple[Reading, Reading, str | None]:
    """Where one export has amounts without any currency, and all amounts of the other are in one: both in that one. The third says which
    export was taken so: old, new or None."""
    named = [set(j.facts.currency.codes[j.facts.amount_known].tolist()) for j in (old.journeys, new.journeys)]
    for mine, other, side in ((0, 1, "old"), (1, 0, "new")):
        if named[mine] == {-1} and len(named[other]) == 1 and named[other] != {-1}:
            source = (old, new)[other].journeys.facts.currency
            reading = (old, new)[mine]
            facts = reading.journeys.facts
            codes = np.where(facts.amount_known, 0, -1).astype(facts.currency.codes.dtype)
            currency = replace(facts.currency, codes=codes, texts=(source.texts[named[other].pop()],))
            alike = replace(reading, journeys=replace(reading.journeys, facts=replace(facts, currency=currency)))
            return (alike, new, side) if side == "old" else (old, alike, side)
    return old, new, None


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


def _rewriting(one: rewritten_.Rewriting, names: tuple[Names, Names], money: bool, old: Reading, texts: Texts) -> Rewriting:
    ids = tuple(names[one.of_new](int(code)) for code in one.positions)
    if one.why_not:
        return Rewriting(kind=one.kind, deals=None, text=words.kind(one.kind, 0, old, texts), ids=(), more=0, effect=None,
                         reason=texts.word(words.REASONS[one.why_not]))  # fmt: skip
    e = one.effect
    amount = e.won_amount / 100 if money and (e.paid or e.won_amount) else None
    effect = Effect(deals=e.deals, won=e.won, lost=e.lost, open=e.open, won_amount=amount)
    return Rewriting(
        kind=one.kind, deals=one.deals, text=words.kind(one.kind, one.deals, old, texts), ids=ids, more=one.deals - len(ids), effect=effect
    )


def _figures(
    pair: rewritten_.Pair, effect: rewritten_.Effect, currency: str | None, stalled_old: int | None, stalled_new: int | None, texts: Texts
) -> tuple[Figure, ...]:  # fmt: skip
    old, new = rewritten_.standing(pair.old, currency), rewritten_.standing(pair.new, currency)
    then = rewritten_.Effect(*(getattr(old, name) + getattr(effect, name) for name in old.__struct_fields__))
    sides = (old, then, new)

    def row(what: str, of: Callable[[rewritten_.Effect], float | None]) -> Figure:
        values = [of(side) for side in sides]
        return Figure(what=what, old=values[0], then=values[1], new=values[2])

    rows = [row(name, lambda side, name=name: getattr(side, name)) for name in ("deals", "won", "lost", "open")]  # type: ignore[misc]
    rows.append(row("win_rate", lambda side: side.won / (side.won + side.lost) if side.won + side.lost else None))
    if any(side.paid for side in sides):
        why = [rewritten_.no_money(j, currency) for j in (pair.old, pair.new)]
        unknown = [one for one, reason in zip((old, new), why, strict=True) if reason] + [then] * any(why)
        reason = next((texts.word(words.REASONS[one]) for one in why if one), None)

        def money(what: str, of: Callable[[rewritten_.Effect], float | None]) -> Figure:
            values = [None if any(side is one for one in unknown) else of(side) for side in sides]
            return Figure(what=what, old=values[0], then=values[1], new=values[2], reason=reason)

        rows.append(money("won_amount", lambda side: side.won_amount / 100))
        rows.append(money("mean_amount", lambda side: side.won_amount / 100 / side.paid if side.paid else None))
    if stalled_old is not None or stalled_new is not None:
        rows.append(Figure(what="stalled", old=stalled_old, then=None, new=stalled_new))
    return tuple(rows)


def _makeups(
    found: list[since_then_.Development], new: Reading, counted: Tally, cut_us: int, currency: str | None
) -> dict[int, Makeup]:
    """What each step that is better or worse is made of."""
    begin_us = cut_us - since_then_.BEFORE_DAYS * DAY
    steps = {
        one.stage: (one.after.value or 0.0) - (one.before.value or 0.0)
        for one in found
        if one.what == "conversion" and one.stage is not None and one.verdict in ("better", "worse")
    }
    return made_of(new.journeys, counted, steps, begin_us, cut_us, currency)


def _change(one: since_then_.Development, makeups: dict[int, Makeup], new: Reading, texts: Texts) -> Change:
    makeup = makeups.get(one.stage) if one.what == "conversion" and one.stage is not None else None
    stage = None if one.stage is None else new.funnel.stages[one.stage]
    name = stage.name.in_lang(texts.lang) if stage else texts.word(words.WHATS[one.what])
    sides = [Side(value=side.value, low=side.low, high=side.high, n=side.n) for side in (one.before, one.after)]
    pieces = [ChangePart(value=part.value, low=part.low, high=part.high) for part in (makeup.mix, makeup.rate)] if makeup else [None, None]
    return Change(
        what=one.what, stage=stage.id if stage else None, text=name, before=sides[0], after=sides[1], age_days=one.age_days,
        q_value=one.q, verdict=one.verdict, mix=pieces[0], rate=pieces[1], split_by=makeup.column if makeup else None,
        makeup=makeup.verdict if makeup else None, simpson=bool(makeup and makeup.simpson),
    )  # fmt: skip
