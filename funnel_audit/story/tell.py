"""Puts the story of one deal together from a reading that was kept whole, and its finished audit."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf
from funnel_audit.deal_record import DealStory, Entry
from funnel_audit.errors import Said, UsageError
from funnel_audit.findings import Evidence, run
from funnel_audit.journeys import NO_LABEL, Outcome
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED
from funnel_audit.story.alone import alone
from funnel_audit.story.counts import counts, standings
from funnel_audit.story.reasons import decided_by, why
from funnel_audit.story.walk import Step, walk
from funnel_audit.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.funnel import Funnel
    from funnel_audit.intake.read import Reading
    from funnel_audit.journeys import Facts, Journeys, Moments
    from funnel_audit.report import Audit, Finding
    from funnel_audit.texts import Texts

OUTCOMES = {Outcome.OPEN: "open", Outcome.WON: "won", Outcome.LOST: "lost"}
MOST_ALIKE = 20_000
"""So many ids at most are compared with one that is not there."""
ALIKE, PART = 0.8, 4
"""From this likeness on an id is a slip of another one; from so many characters on it may be a part of one."""


def find_deal(id_text: Callable[[int], str], n: int, wanted: str) -> int | None:
    """The code of a deal by the text of its id."""
    wanted = wanted.strip()
    return next((code for code in range(n) if id_text(code) == wanted), None)


def unknown_id(wanted: str, facts: Facts) -> UsageError:
    """There is no such deal; the ids that it may be a slip of, else how an id of this export looks."""
    wanted = wanted.strip()
    ids = (facts.id_text(code) for code in range(facts.n))
    alike = [one for one in ids if one[:2] == wanted[:2] or one[-3:] == wanted[-3:] or wanted in one][:MOST_ALIKE]
    close = difflib.get_close_matches(wanted, alike, n=3, cutoff=ALIKE)
    if len(wanted) >= PART and not close:
        close = sorted((one for one in alike if wanted in one), key=lambda one: (len(one), one))[:3]
    hint = Said("Did you mean {names}?", names=close) if close else Said("An id of this export looks like this: {id}.", id=facts.id_text(0))
    return UsageError(Said("there is no deal “{id}” in the export.", id=wanted), cure=hint)


def tell(reading: Reading, audit: Audit, wanted: str, texts: Texts) -> DealStory:
    """The story of the deal with this id. UsageError where there is none; ``reading`` has to be kept whole (``Options.keep``)."""
    assert reading.uncut is not None
    facts, told = reading.uncut
    row = find_deal(facts.id_text, facts.n, wanted)
    if row is None:
        raise unknown_id(wanted, facts)
    journeys, funnel = reading.journeys, reading.funnel
    raw = []
    if told is not None:
        coded = told.coded(funnel)
        kept = np.flatnonzero(told.deal >= 0)
        mine = np.flatnonzero(coded.deal == row)
        for index in mine:
            at = int(coded.at[index])
            day = bool(coded.day[index]) if isinstance(coded.day, np.ndarray) else coded.day
            raw.append((at, day, told.label.text(int(kept[index])) or "", int(coded.label[index])))
    deal = find_deal(journeys.facts.id_text, journeys.n, wanted)
    return _story(reading, audit, texts, facts, row, raw, deal)


def _story(
    reading: Reading, audit: Audit, texts: Texts, facts: Facts, row: int, raw: list[tuple[int, bool, str, int]], deal: int | None
) -> DealStory:
    journeys, funnel = reading.journeys, reading.funnel
    won_stage, as_of = journeys.stages - 1, journeys.as_of
    lost = deal is not None and int(journeys.outcome[deal]) == Outcome.LOST
    steps = walk(raw, as_of.us, won_stage, lost)
    entries = tuple(_entry(step, funnel, texts) for step in steps)
    place = _place(reading, facts, row)
    base: dict[str, Any] = {
        "lang": texts.lang, "deal_id": facts.id_text(row), "as_of_local": audit.as_of_local, "timezone": funnel.timezone,
        "title": facts.title.text(row), "company": facts.company.text(row), "owner": facts.owner.text(row),
        "source": facts.source.text(row), "loss_reason": facts.lost_reason.text(row),
        "amount": int(facts.amount[row]) / 100 if facts.amount_known[row] else None, "currency": facts.currency.text(row),
        "file": place[0] if place else None, "line": place[1] if place else None, "label": _label(int(facts.label[row]), funnel, texts),
        "created": moment(facts.created, row, funnel.timezone), "closed": moment(facts.closed, row, funnel.timezone), "entries": entries,
    }  # fmt: skip
    if deal is None:
        not_yet = facts.created.at[row] != NAT and facts.created.at[row] > as_of.us
        said = (
            texts.say("In no figure: it was created after the day that the audit looks from.") if not_yet
            else texts.say("In no figure: stages.yaml excludes it, by its loss reason, its source or its label.")
        )  # fmt: skip
        return DealStory(scope="not_yet" if not_yet else "excluded", outcome="none", decided_by="nothing", why=said, **base)
    last = [step.code for step in steps if step.rule not in ("after_as_of", "repeated")]
    source = decided_by(journeys, deal, last[-1] if last else None)
    single = alone(journeys, deal)
    return DealStory(
        scope="in",
        outcome=OUTCOMES[Outcome(int(journeys.outcome[deal]))],
        decided_by=source,
        why=why(source, journeys, deal, bool(last), texts),
        stages=standings(single, funnel, texts),
        counts=counts(single, funnel, audit, steps, texts),
        findings=findings(reading, audit, single, deal, place, texts),
        **base,
    )


def _entry(step: Step, funnel: Funnel, texts: Texts) -> Entry:
    stage = funnel.stages[step.code] if step.code < len(funnel.stages) else None
    at = None if step.at == NAT else AsOf(step.at, step.day).iso_local(funnel.timezone)
    return Entry(at=at, label=step.label, stage=stage.id if stage else None, rule=step.rule, text=_said(step, funnel, texts))


def _said(step: Step, funnel: Funnel, texts: Texts) -> str:
    """What became of an entry, in words."""
    name = _label(step.code, funnel, texts) or ""
    sayings = {
        "won": texts.say("won"),
        "again": texts.say("seen again, but not further than before: no new stay"),
        "repeated": texts.say("the same stage again: one with the entry before"),
        "on_hold": texts.say("on hold: the stay goes on"),
        "unmapped": texts.say("no stage of stages.yaml knows this label: it changes nothing"),
        "lost": texts.say("lost: ends the stay"),
        "loss_undone": texts.say("a loss that was undone later: the deal was reopened, the stay goes on"),
        "after_as_of": texts.say("after the day that the audit looks from: ignored"),
    }
    if step.rule == "begins_stay":
        said = texts.say("stay in “{stage}” begins", stage=name)
    elif step.rule == "back_move":
        since = _label(step.since if step.since is not None else NO_LABEL, funnel, texts) or ""
        said = texts.say("moved back from “{stage}”: it keeps the furthest stage it had reached", stage=since)
    else:
        said = sayings[step.rule]
    if step.skipped:
        names = texts.listing([texts.say("“{label}”", label=_label(k, funnel, texts)) for k in step.skipped])
        said = texts.say("{what}; skips {stages}", what=said, stages=names)
    return said


def _label(code: int, funnel: Funnel, texts: Texts) -> str | None:
    """A label's code in words."""
    if code < len(funnel.stages):
        return funnel.stages[code].name.in_lang(texts.lang) or funnel.stages[code].id
    words = {LOST: texts.say("lost"), ON_HOLD: texts.say("on hold"), UNMAPPED: texts.say("a label that stages.yaml does not know")}
    return words.get(code)


def moment(column: Moments, row: int, timezone: str) -> str | None:
    """A date of the deal's row, local."""
    at = int(column.at[row])
    if at == NAT:
        return None
    day = bool(column.day[row]) if isinstance(column.day, np.ndarray) else column.day
    return AsOf(at, day).iso_local(timezone)


def _place(reading: Reading, facts: Facts, row: int) -> tuple[str, int] | None:
    at = int(facts.row[row])
    tables = [part for part in reading.tables if part.outline.found.shape == "deals"]
    if at < 0 or not tables:
        return None
    table = tables[int(facts.file[row])]
    return table.outline.head.file, int(table.table.line_of(np.array([at]))[0])


def findings(
    reading: Reading, audit: Audit, single: Journeys, deal: int, place: tuple[str, int] | None, texts: Texts
) -> tuple[Finding, ...]:
    """Findings that name the deal or its row; and those that the deal would raise if it were alone, in the words of all deals."""
    name = reading.journeys.facts.id_text(deal)
    named = {
        finding.code: finding
        for finding in reversed(audit.findings)
        if name in finding.deals or (place is not None and (finding.place.file, finding.place.line) == place)
    }
    files = tuple(part.outline.head.file for part in reading.tables)
    evidence = Evidence(
        single, tally(single, len(reading.funnel.pairs)), reading.funnel, (), (), (), files, lambda _: place, (), audit,
        reading.shape == "snapshots",
    )  # fmt: skip
    whole = {finding.code: finding for finding in reversed(audit.findings)}
    for finding in run(evidence, texts):
        if name in finding.deals and finding.code in whole:
            named.setdefault(finding.code, whole[finding.code])
    return tuple(named[code] for code in sorted(named))
