"""The inspection for people: what each file is, how its columns and labels were read, and what can be had from it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType

from funnel_audit.clean import clean_record
from funnel_audit.inspection_record import InspectedColumn, InspectedTable, Inspection
from funnel_audit.render.terminal.head import SHAPES
from funnel_audit.render.terminal.limits import ANALYSES
from funnel_audit.render.terminal.page import (
    NARROWEST,
    Column,
    Sheet,
    blank_console,
    bullets,
    cell,
    heading,
    shorten,
    spaced,
    table,
    written,
)
from funnel_audit.texts import N_, NBSP, Texts

FIELDS = {
    "deal_id": N_("deal id"), "title": N_("title"), "stage": N_("stage"), "from_stage": N_("stage before"), "pipeline": N_("pipeline"),
    "status": N_("status"), "won_flag": N_("won: yes or no"), "lost_flag": N_("lost: yes or no"), "closed_flag": N_("closed: yes or no"),
    "amount": N_("amount"), "currency": N_("currency"), "created": N_("created"), "closed": N_("closed"), "won_time": N_("won at"),
    "lost_time": N_("lost at"), "expected_close": N_("expected closing (not used)"), "stage_changed": N_("stage last changed"),
    "updated": N_("last edited"), "entered": N_("entered the stage"), "owner": N_("owner"), "source": N_("source"),
    "lost_reason": N_("loss reason"), "company": N_("company"), "product": N_("product"),
    "last_stage": N_("stage before the loss"), "amount_period": N_("what the amount is for"), "field": N_("changed field"),
    "value": N_("new value"), "old_value": N_("old value"), "name_id": N_("id that is named"), "name": N_("name of the id"),
}  # fmt: skip
CONTAINERS = {"excel": N_("Excel"), "html": N_("an HTML table"), "parquet": N_("Parquet"), "csv": N_("text (CSV)")}
DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar")}
CERTAINTIES = {"sure": N_("surely"), "likely": N_("very likely"), "weak": N_("probably")}
ORDERS = {"dmy": N_("day.month.year"), "mdy": N_("month/day/year"), "ymd": N_("year-month-day")}
DECIDED = {
    "form": N_("by the way they are written"),
    "days": N_("by days over 12"),
    "crm": N_("this CRM always writes them so"),
    "guess": N_("a GUESS, no day is over 12"),
}
LEFT_OUT = {
    "title_rows": N_("above the header"),
    "blank_rows": N_("blank"),
    "junk_rows": N_("without an id, a stage and a date"),
    "footer_rows": N_("totals or remarks below the table"),
}
MEANINGS = {"lost": N_("lost"), "on_hold": N_("on hold"), "unmapped": N_("not known")}
FUNNELS = {
    "export": N_("made from the export"),
    "packaged": N_("the funnel that funnel-audit brings along"),
    "dialect": N_("the CRM's default pipeline"),
}
MADE_ORDERS = {
    "history": N_("in the order in which deals pass them"),
    "pipeline": N_("in the order of the CRM's default pipeline"),
    "packaged": N_("in the order of the funnel that funnel-audit brings along, the place of unknown labels is a guess"),
    "dates": N_("in the order that a column of dates tells"),
    "appearance": N_("their order is a guess"),
}
VERDICTS = {"yes": N_("can"), "partly": N_("partly"), "no": N_("cannot")}
VERDICT_STYLES = {"yes": "green", "partly": "yellow", "no": "bold red"}


def render(inspection: Inspection, *, width: int = 80, color: bool = False) -> str:
    """The page as text, every line at most ``width`` cells."""
    found = clean_record(inspection)
    page = Sheet(Texts(found.lang), max(width, NARROWEST))
    console = blank_console(page.width, color=color)
    parts = [*alarms(page, found)]
    for one in found.tables:
        parts += [*gap(parts), *file_part(page, one)]
    for section in (labels, deals, doctor):
        made = section(page, found)
        parts += [*gap(parts), *made] if made else []
    for part in parts:
        console.print(part)
    return written(console)


def gap(parts: list[RenderableType]) -> list[RenderableType]:
    """An empty line, but not at the top."""
    return [cell("")] if parts else []


def alarms(page: Sheet, found: Inspection) -> list[RenderableType]:
    """Where a report would stop, and signs that the export is only a selection."""
    lines = [cell(text, "bold red") for text in found.problems] + [cell(text, "bold yellow") for text in found.warnings]
    return [bullets(lines, mark="!")] if lines else []


def file_part(page: Sheet, one: InspectedTable) -> list[RenderableType]:
    """What the file is, its columns, and those that are left over."""
    t = page.texts
    facts = [recognised(page, one), outside(page, one)]
    if one.left_out:
        listed = "; ".join(f"{t.word(LEFT_OUT[rows.kind])}: {t.number(rows.count)}" for rows in one.left_out)
        facts.append(t.say("Rows left out: {listed}.", listed=listed))
    facts += dates(page, one)
    parts: list[RenderableType] = [heading(page, shorten(one.file, 60)), bullets(cell(fact) for fact in facts)]
    read = [column for column in one.columns if column.field]
    left = [column.header for column in one.columns if not column.field and column.header]
    if read:
        parts.append(spaced(table(page, columns(page, read))))
    if left:
        listed = ", ".join(shorten(header, 40) for header in left[:60]) + (" …" if len(left) > 60 else "")
        parts.append(cell(t.say("Columns left over: {listed}", listed=listed), "dim"))
    for column in one.columns:
        if column.lines:
            hint = t.say("“{column}” holds dates and is not read. Copy the line that fits into stages.yaml:", column=column.header)
            parts += [cell(hint), *(cell(f"  {line.text}   # {line.meaning}") for line in column.lines)]
    return parts


def recognised(page: Sheet, one: InspectedTable) -> str:
    t = page.texts
    shape = t.word(SHAPES.get(one.shape, one.shape))
    if one.crm is None:
        return t.say("CRM: not recognised; the columns are read by their usual names. Shape: {shape}.", shape=shape)
    if one.certainty == "given":
        return t.say("CRM: {crm}, by your own dialect. Shape: {shape}.", crm=one.crm, shape=shape)
    quoted = ", ".join(t.say("“{label}”", label=shorten(header, 40)) for header in one.found_by)
    sure = t.word(CERTAINTIES.get(one.certainty, one.certainty))
    return t.say("CRM: {sure} {crm}, by the headers {headers}. Shape: {shape}.", sure=sure, crm=one.crm, headers=quoted, shape=shape)


def outside(page: Sheet, one: InspectedTable) -> str:
    """Container, encoding, delimiter, sheet, header line, rows in one sentence."""
    t = page.texts
    words = [t.word(CONTAINERS.get(one.container, one.container))]
    if one.encoding and one.container in ("csv", "html"):
        words.append(t.say("encoding {encoding}", encoding=one.encoding))
    if one.delimiter:
        words.append(t.say("delimiter: {delimiter}", delimiter=t.word(DELIMITERS.get(one.delimiter, one.delimiter))))
    if one.sheet:
        words.append(t.say("sheet “{sheet}”", sheet=shorten(one.sheet, 40)))
    words.append(t.say("header in line {line}", line=one.header_line))
    if one.rows is not None:
        words.append(t.count("{n} row", "{n} rows", one.rows))
    return t.say("File: {what}.", what=", ".join(words))


def dates(page: Sheet, one: InspectedTable) -> list[str]:
    """How day and month were told apart: once for columns that agree, else for each kind."""
    t = page.texts
    kinds: dict[tuple[str, str], list[str]] = {}
    for column in one.columns:
        if column.order and column.decided_by:
            kinds.setdefault((column.order, column.decided_by), []).append(column.header)
    out = []
    for (order, decided), headers in kinds.items():
        what = t.say("{order}, {why}", order=t.word(ORDERS[order]), why=t.word(DECIDED[decided]))
        if len(kinds) == 1:
            out.append(t.say("Dates: {what}.", what=what))
        else:
            out.append(t.say("Dates of {columns}: {what}.", columns=", ".join(shorten(header, 30) for header in headers), what=what))
    return out


def columns(page: Sheet, read: list[InspectedColumn]) -> list[Column]:
    t = page.texts

    def meaning(column: InspectedColumn) -> str:
        if column.stage is not None and column.stage != column.header:
            return t.say("entered “{stage}”", stage=column.stage)
        return t.word(FIELDS.get(column.field or "", column.field or ""))

    return [
        Column(t.say("Column"), [cell(one.header) for one in read], justify="left", wraps=True),
        Column(t.say("Read as"), [cell(meaning(one)) for one in read], justify="left", wraps=True),
        Column(t.say("Filled"), [t.number(one.filled) if one.filled is not None else "" for one in read]),
        Column(t.say("First"), [t.short_date(one.first) if one.first else "" for one in read], rank=2),
        Column(t.say("Last"), [t.short_date(one.last) if one.last else "" for one in read], rank=1),
    ]


def labels(page: Sheet, found: Inspection) -> list[RenderableType]:
    """Every label, its counts, and what it means."""
    t, rows = page.texts, found.labels
    if not rows:
        return []
    source = t.word(FUNNELS[found.funnel]) if found.funnel in FUNNELS else shorten(found.funnel, 50)
    if found.order is not None and found.funnel != "dialect":
        source = t.say("{source}, {order}", source=source, order=t.word(MADE_ORDERS.get(found.order, found.order)))

    def meaning(index: int) -> str:
        row = rows[index]
        word = row.name or row.label
        if row.meaning == "won":
            return t.say("won: {name}", name=word)
        return word if row.meaning == "stage" else t.word(MEANINGS[row.meaning])

    shown = [
        Column(t.say("Label"), [cell(row.label) for row in rows], justify="left", wraps=True),
        Column(t.say("Entries"), ["" if row.entries is None else t.number(row.entries) for row in rows]),
        Column(t.say("Stand now"), ["" if row.now is None else t.number(row.now) for row in rows]),
        Column(
            t.say("Stage"), [cell(meaning(index), "yellow" if row.meaning == "unmapped" else "") for index, row in enumerate(rows)],
            justify="left", wraps=True,
        ),
    ]  # fmt: skip
    return [heading(page, t.say("Labels"), t.count("{n} label", "{n} labels", len(rows))),
            cell(t.say("Stages: {source}.", source=source)), spaced(table(page, shown))]  # fmt: skip


def deals(page: Sheet, found: Inspection) -> list[RenderableType]:
    """Pipelines, currencies, the range of dates, the as-of."""
    t = page.texts
    if found.deals is None:
        return []
    lines: list[str] = []
    if found.pipelines:
        lines += pipelines(page, found)
    if found.currencies:
        listed = ", ".join(f"{one.currency or t.say('not said')} ({t.number(one.deals)})" for one in found.currencies)
        lines.append(t.say("Currency (deals with an amount): {listed}.", listed=listed))
    if found.first and found.last:
        lines.append(t.say("Dates: {first} to {last}", first=t.date(found.first), last=t.date(found.last)))
    lines.append(as_of(page, found))
    return [heading(page, t.say("Deals"), t.count("{n} deal", "{n} deals", found.deals)), bullets(cell(line) for line in lines)]


def pipelines(page: Sheet, found: Inspection) -> Iterable[str]:
    """Which pipelines the figures are of, and which are left out."""
    t = page.texts

    def listed(audited: bool) -> str:
        return ", ".join(f"{shorten(one.name, 40)} ({t.number(one.deals)})" for one in found.pipelines if one.audited == audited)

    if all(one.audited for one in found.pipelines):
        return [t.say("Pipelines: {listed}.", listed=listed(True))]
    return [
        t.say("Pipeline audited: {listed}.", listed=listed(True)),
        t.say("Pipelines left out: {listed}. For one of them: --pipeline NAME.", listed=listed(False)),
    ]


def as_of(page: Sheet, found: Inspection) -> str:
    t, one = page.texts, found.as_of
    if one is None:
        return t.say("As of: not known; give --as-of.")
    clock = one.local[10:].strip(" T")[:5]
    day = t.date(one.local) + (f", {clock}" if clock else "") + f" ({shorten(found.timezone, 30)})"
    why = {
        "option": t.say("as asked for by --as-of"),
        "snapshot": t.say("the day of the last export of the series"),
        "closing": t.say("the newest closing date; there is no other"),
    }.get(one.source) or t.say("the newest date of the column “{column}”", column=shorten(one.column or "", 40))
    return t.say("As of {day}: {why}.", day=day.replace(" ", NBSP), why=why)


def doctor(page: Sheet, found: Inspection) -> list[RenderableType]:
    """Analysis × can, partly, cannot × why; below, which export would show it."""
    t, rows = page.texts, found.capabilities
    if not rows:
        return []
    shown = [
        Column(t.say("Analysis"), [cell(t.word(ANALYSES.get(row.analysis, row.analysis)), "bold") for row in rows], justify="left"),
        Column(t.say("Verdict"), [cell(t.word(VERDICTS[row.verdict]), VERDICT_STYLES[row.verdict]) for row in rows], justify="left"),
        Column(t.say("Why"), [cell(t.word(row.why)) for row in rows], justify="left", wraps=True),
    ]
    parts: list[RenderableType] = [heading(page, t.say("What this export can show")), table(page, shown)]
    cures = needs(page, found)
    if cures:
        parts.append(spaced(bullets((cell(line, "green") for line in cures), mark="→")))
    return parts


def needs(page: Sheet, found: Inspection) -> Iterable[str]:
    """One line for each export that would show more, with what it would show."""
    t = page.texts
    cures: dict[str, list[str]] = {}
    for row in found.capabilities:
        if row.need:
            cures.setdefault(row.need, []).append(t.word(ANALYSES.get(row.analysis, row.analysis)))
    return [t.say("{analyses}: {need}.", analyses=t.listing(names), need=t.word(need)) for need, names in cures.items()]
