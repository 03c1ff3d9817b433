"""A stages file for an export: its own labels in order, with what a person has to decide said in comments. ``funnel-audit init``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from funnel_audit.forgiving import read_anyway
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import MAX_STAGES
from funnel_audit.intake.read import Options, Reading
from funnel_audit.intake.unread_dates import Unread, unread_dates
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal
from funnel_audit.measures.stalled import limits
from funnel_audit.process_names import process_word
from funnel_audit.stages_file import packaged_text, parse_funnel
from funnel_audit.tally import Outcome, Tally, tally
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.journeys import Journeys
    from funnel_audit.journeys.records import Labels

ORDERS = {
    None: N_("The order is that of the funnel that funnel-audit brings along; it knows the labels of this export."),
    "packaged": N_(
        "The order is that of the funnel that funnel-audit brings along, where it knows the labels; the places of the others are a GUESS: "
        "put them where deals pass them."
    ),
    "history": N_("The order is that in which the deals pass the stages."),
    "pipeline": N_("The order is that of the CRM's default pipeline: check it against yours."),
    "dates": N_("The order is what a column of dates tells, which deals have from a stage on: check it."),
    "appearance": N_("The order is a GUESS: the export does not tell it. Put the stages in the order in which deals pass them."),
}
NO_DEALS = re.compile(
    r"\b(dup(e|es|licate[sd]?|lication)?|doubles?|spam|tests?|testing|junk|bots?|fake|mistake|"
    r"дубл\w*|задво\w*|повтор(ная|ный)? заявк\w*|спам\w*|тест\w*|ошибочн\w*|по ошибке|бот(ы|ов)?)\b"
)
"""Loss reasons and sources that say that a deal is none: duplicates, spam, tests."""
_PLAIN = re.compile(r"[^\W\d_][\w ./()%+«»–-]*(?<![ ])")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g u".replace("-", "").split(" "),
        strict=True,
    )
)


def starter(paths: Sequence[str], options: Options, stdin: bytes | None, texts: Texts) -> str:
    """The stages file as text; it loads, and an audit with it counts as one without any stages file does."""
    found = read_anyway(paths, parse_funnel(packaged_text(), source="packaged"), options, stdin)
    text = "\n".join(_lines(found.reading, texts, day_known=found.no_as_of is None)) + "\n"
    parse_funnel(text)
    return text


def _lines(reading: Reading, texts: Texts, *, day_known: bool) -> Iterator[str]:
    t, journeys = texts, reading.journeys
    plan, counted = placed(reading, texts), tally(journeys)
    names = ", ".join(dict.fromkeys(Path(part.outline.head.file).name for part in reading.tables))
    yield _comment(
        t.count(
            "A funnel made by funnel-audit init from {n} deal: {files}", "A funnel made by funnel-audit init from {n} deals: {files}",
            journeys.n, files=quoted(names),
        )
    )  # fmt: skip
    yield _comment(t.word(ORDERS[reading.order_source]))
    yield _comment(t.say("Check the order, the names, and which labels mean won, lost and on hold. Every key: docs/stages.md"))
    if len(reading.pipelines) > 1 and reading.options.pipeline is None:
        shown = reading.pipelines[:8]
        listed = ", ".join(f"{quoted(name)} ({t.number(count)})" for name, count in shown if name in reading.audited)
        others = ", ".join(f"{quoted(name)} ({t.number(count)})" for name, count in shown if name not in reading.audited)
        if others:
            yield _comment(t.say("It is for the pipeline that fits best: {listed}. Left out: {others}", listed=listed, others=others))
        else:
            yield _comment(t.say("The export holds several pipelines; this is one file for all of them: {listed}", listed=listed))
        yield _comment(t.say("For a file of one pipeline: funnel-audit init FILE --pipeline NAME"))
    yield ""
    yield _line("timezone: UTC", t.say("of dates without an offset, such as Europe/Moscow; write yours"))
    currency, named, unnamed = _currency(counted)
    if currency and named < unnamed:
        yield _line(
            f"# currency: {currency}",
            t.count("{n} amount names it, the others name none: check it", "{n} amounts name it, the others name none: check it", named),
        )
    elif currency:
        yield _line(f"currency: {currency}", t.say("the most frequent one of the export"))
    else:
        yield _line("# currency: RUB", t.say("the export does not say it; write yours"))
    yield ""
    yield "stages:"
    yield from _stages(plan, reading, counted, texts, day_known=day_known)
    yield ""
    yield from _listed("lost", plan.lost, t.say("labels that mean the deal is lost"))
    yield from _listed("on_hold", plan.on_hold, t.say("labels that park a deal: it stays open where it was"))
    if plan.left:
        yield ""
        yield _comment(t.say("Labels that have no place yet. Write each as a stage, under aliases of one, or under lost or on_hold:"))
        yield from (f"#   {scalar(label)}" for label in plan.left)
    yield from _columns(reading, plan, texts)
    yield from _exclude(journeys, texts)


class Place(Frozen):
    """One stage of the file: its name and the labels of the export that mean it, mostly one of them the name; the stage it comes from."""

    name: str
    labels: tuple[str, ...]
    index: int
    id: str
    won: bool = False


class Plan(Frozen):
    stages: tuple[Place, ...]
    lost: tuple[str, ...]
    on_hold: tuple[str, ...]
    left: tuple[str, ...]


def placed(reading: Reading, texts: Texts) -> Plan:
    """Where each label of the export belongs by the funnel that it was read against; ids are ASCII and no label of another stage.

    Stages of the CRM's default pipeline are all kept, those of another funnel where a label of the export means them.
    """
    funnel = reading.funnel
    index = funnel.label_index()
    by_code: dict[int, list[str]] = {}
    for label in sorted(reading.labels, key=lambda label: -label.deals):
        if normal(label.text):
            by_code.setdefault(index.get(normal(label.text), UNMAPPED), []).append(label.text)
    by_code = {code: list({normal(text): text for text in reversed(labels)}.values())[::-1] for code, labels in by_code.items()}
    taken = {normal(text): code for code, labels in by_code.items() for text in labels}
    last = len(funnel.stages) - 1
    stages = []
    for code, stage in enumerate(funnel.stages):
        labels = by_code.get(code, [])
        default = stage.name.in_lang(texts.lang) if reading.order_source == "pipeline" else ""
        if labels or code in (0, last) or default:
            name = labels[0] if labels else default or _free_name(code == last, taken, texts)
            named = reading.order_source is None and normal(name) in map(normal, filter(None, (stage.name.en, stage.name.ru)))
            wanted = stage.id if named else "won" if code == last else ascii_id(name)
            stages.append(Place(name, tuple(labels), code, _free_id(wanted or f"stage_{code + 1}", code, taken), won=code == last))
            taken.setdefault(normal(name), code)
    return Plan(tuple(stages), *(tuple(by_code.get(code, ())) for code in (LOST, ON_HOLD, UNMAPPED)))


def _free_name(won: bool, taken: Collection[str], texts: Texts) -> str:
    wanted = texts.say("Deal won") if won else texts.say("New deal")
    return next(name for name in (wanted, *(f"{wanted} {number}" for number in range(2, MAX_STAGES + 9))) if normal(name) not in taken)


def _free_id(wanted: str, code: int, taken: dict[str, int]) -> str:
    """The id, numbered where it is a label of another stage or its id; noted in ``taken``."""
    names = (wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3)))
    found = next(name for name in names if taken.get(name, code) == code and name not in _ids(taken))
    taken.setdefault(found, code)
    taken[_ID + found] = code
    return found


_ID = "id: "


def _ids(taken: Collection[str]) -> set[str]:
    return {text.removeprefix(_ID) for text in taken if text.startswith(_ID)}


def _stages(plan: Plan, reading: Reading, counted: Tally, texts: Texts, *, day_known: bool) -> Iterator[str]:
    t = texts
    usual = _usual_days(counted) if day_known else {}
    dead_ends, all_won = _dead_ends(counted), _all_won(counted)
    unnamed = any(stage.won and not stage.labels for stage in plan.stages)

    def process(word: str) -> str:
        return t.say("“{word}” is a process: write here what has been done by then, and this name under aliases", word=word)

    by_status = any("status" in part.outline.fields for part in reading.tables)
    for stage in plan.stages:
        name = stage.name
        yield f"  - id: {scalar(stage.id)}"
        comment = ""
        if not stage.labels and not stage.won and reading.order_source == "pipeline":
            comment = t.say("no deal of the export is here: delete it if you have no such stage")
            if word := process_word(name):
                comment = process(word) + "; " + comment
        elif not stage.labels and not stage.won:
            comment = t.say("no label of the export is the first stage")
        elif not stage.labels:
            comment = (
                t.say("the column of the status says which deals are won, no label was taken for it: if one above means it, move it here")
                if by_status
                else t.say("the CRM's name for a won deal; the export has none")
                if reading.order_source == "pipeline"
                else t.say("no label of the export is known to mean won: if one above does, move it here")
            )
        elif stage.won:
            comment = t.say("taken for the won stage; if another label means it, put that last, with won: true")
        elif unnamed and stage.index in all_won:
            came = all_won[stage.index]
            comment = t.say("all {n} deals that came here are won: if this is the win, move it down to the won stage", n=came)
        elif word := process_word(name):
            comment = process(word)
        elif stage.index in dead_ends:
            comment = t.say("no deal has gone on from here: if this means won or lost, move it there")
        yield _line(f"    name: {scalar(name)}", comment)
        if stage.labels[1:]:
            yield "    aliases:"
            yield from (f"      - {scalar(alias)}" for alias in stage.labels[1:])
        if stage.index in usual and not stage.won:
            yield _line(f"    # max_days: {usual[stage.index]}", t.say("85% of the deals leave sooner"))
        if stage.won:
            yield "    won: true"


def _usual_days(counted: Tally) -> dict[int, int]:
    """Stage -> days by which 85 % of its stays have ended, rounded up; only where at least 20 stays say so."""
    found = limits(counted, [None] * counted.stages)
    return {k: rounded_up(limit.days) for k, limit in enumerate(found) if limit and limit.source == "p85 of the stage"}


def _dead_ends(counted: Tally) -> set[int]:
    """Stages that at least 20 deals are known to have entered, and none to have left."""
    left = [int(counted.stays.advances(k)[1].sum() + counted.stays.losses(k)[1].sum()) for k in range(counted.stages)]
    return {k for k in range(1, counted.stages) if counted.seen[k] >= 20 and not left[k]}


def _all_won(counted: Tally) -> dict[int, int]:
    """The last stage before the won one, with its deals, where at least 20 came to it and (nearly) all of them are won."""
    came = counted.ledger[:, -3:-1].sum(axis=1)
    sure = counted.stages > 2 and came.sum() >= 20 and came[Outcome.WON] >= 0.98 * came.sum()
    return {counted.stages - 2: int(came.sum())} if sure else {}


def rounded_up(days: float) -> int:
    """Whole days; fives from 30 on, tens from 100 on: a limit, not a measurement."""
    step = 1 if days <= 30 else 5 if days <= 100 else 10
    return max(1, ceil(days / step - 1e-9) * step)


def _currency(counted: Tally) -> tuple[str | None, int, int]:
    """The currency that most amounts are in, how many; and how many amounts are in none."""
    deals = {name: int(table[0].sum()) for name, table in counted.money.items()}
    codes = [name for name in deals if name and re.fullmatch("[A-Z]{3}", name) and deals[name]]
    best = min(codes, key=lambda name: (-deals[name], name), default=None)
    return best, deals.get(best, 0), deals.get(None, 0)


def _listed(key: str, labels: Iterable[str], what: str) -> Iterator[str]:
    some = [label for label in labels if normal(label)]
    yield _line(f"{key}:" if some else f"{key}: []", what)
    yield from (f"  - {scalar(label)}" for label in some)


def _columns(reading: Reading, plan: Plan, texts: Texts) -> Iterator[str]:
    """Date columns that are not read, each with the lines that would have it read, commented out."""
    ids = {stage.index: stage.id for stage in plan.stages}
    for part in reading.tables:
        for column in unread_dates(part.outline, reading.funnel):
            yield ""
            yield _comment(texts.say("“{column}” holds dates and is not read. Take the # from the line that fits:", column=column.header))
            for line, meaning in lines_for(column, ids.get(column.stage or 0), reading.funnel, texts):
                yield _line(f"# {line}", meaning)


def lines_for(column: Unread, stage_id: str | None, funnel: Funnel, texts: Texts) -> Iterator[tuple[str, str]]:
    """Lines of a stages file, any of which has the column read, each with what it says of the column."""
    if column.stage is not None and stage_id is not None:
        name = funnel.stages[column.stage].name.in_lang(texts.lang)
        line = f"columns: {{entered: {{{stage_id}: {scalar(column.header)}}}}}"
        yield line, texts.say("the deal came to “{stage}”", stage=name)
    if column.created:
        yield f"columns: {{created: {scalar(column.header)}}}", texts.say("the deal was created")


def _exclude(journeys: Journeys, texts: Texts) -> Iterator[str]:
    """Duplicates, spam and tests, each with its deals, commented out: whether they are deals only the owner of the funnel knows."""
    facts = journeys.facts
    lost = journeys.outcome == Outcome.LOST
    found = {"lost_reasons": _no_deals(facts.lost_reason, lost), "sources": _no_deals(facts.source, lost | True)}
    if not any(found.values()):
        return
    yield ""
    yield _comment(texts.say("These read like duplicates, spam or tests. If they are no deals, take the # away: they are then left out."))
    yield "# exclude:"
    for key, labels in found.items():
        if labels:
            yield f"#   {key}:"
        for text, count in labels:
            yield _line(f"#     - {scalar(text)}", texts.count("{n} deal", "{n} deals", count))


def _no_deals(labels: Labels, rows: object) -> list[tuple[str, int]]:
    import numpy as np

    codes = labels.codes[np.asarray(rows)]
    counts = np.bincount(codes[codes >= 0], minlength=len(labels.texts))
    return [(text, int(count)) for text, count in zip(labels.texts, counts, strict=True) if count and NO_DEALS.search(normal(text))]


def ascii_id(name: str) -> str:
    """A short id from a name, Cyrillic written in Latin letters; empty where nothing is left of it."""
    latin = "".join(_CYRILLIC.get(char, char) for char in unicodedata.normalize("NFC", name).casefold())
    ascii_only = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")[:40].strip("_")
    return f"stage_{base}" if base and (base[0].isdigit() or scalar(base) != base) else base


def scalar(text: str) -> str:
    """A text as YAML: as it is where YAML reads it back as the same text, else in double quotes with everything odd escaped."""
    if _PLAIN.fullmatch(text) and "\n" not in text and len(text) < 120 and _read_back(text) == text:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """The text in double quotes, on one line, in characters that YAML and a terminal take."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char == " " or (char.isprintable() and ord(char) not in (0xFEFF, 0xFFFE, 0xFFFF)):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x1_0000 else f"\\U{code:08x}"


def _read_back(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _comment(text: str) -> str:
    return "# " + " ".join(text.split())


def _line(code: str, comment: str) -> str:
    return f"{code}   {_comment(comment)}" if comment else code
