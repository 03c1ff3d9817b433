"""What an export is, and what it can answer: ``inspect(files) -> Inspection``. Stops only for what is no table at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.assemble import row_counts
from funnel_audit.clock import DAY, NAT, AsOf, end_of_day, local_days, to_datetime
from funnel_audit.doctor import capabilities
from funnel_audit.errors import InputError
from funnel_audit.findings import Evidence, rules
from funnel_audit.foremost import SELECTIVE
from funnel_audit.forgiving import Read, read_anyway
from funnel_audit.inspection_record import (
    InspectedAsOf,
    InspectedColumn,
    InspectedCurrency,
    InspectedLabel,
    InspectedPipeline,
    InspectedTable,
    Inspection,
    LeftOut,
    LineToCopy,
)
from funnel_audit.intake.columns import Outline, Parsed
from funnel_audit.intake.dialect import generic, load_file
from funnel_audit.intake.read import Options, Reading
from funnel_audit.intake.swept import outlines
from funnel_audit.intake.unread_dates import unread_dates
from funnel_audit.journeys import Moments
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal
from funnel_audit.measures.conversion import conversion
from funnel_audit.measures.forecast import basis
from funnel_audit.selective import selective
from funnel_audit.starter import lines_for, placed
from funnel_audit.tally import Tally, tally

if TYPE_CHECKING:
    from funnel_audit.defects import Defect
    from funnel_audit.funnel import Funnel
    from funnel_audit.texts import Texts

LEFT_OUT = ("title_rows", "blank_rows", "junk_rows", "footer_rows")
CERTAINTY = ("none", "weak", "likely")


def inspect(paths: Sequence[str], funnel: Funnel, options: Options, texts: Texts, stdin: bytes | None = None) -> Inspection:
    """Everything that can be said of the files; of files without deals, at least what their tables look like."""
    try:
        found = read_anyway(paths, funnel, options, stdin)
    except InputError as error:
        own = load_file(options.dialect) if options.dialect is not None else None
        plans, _ = outlines(paths, funnel, own, options.sheet, stdin, deals=False)
        tables = tuple(table_of(plan, None, plan.head.defects, funnel.timezone) for plan in plans)
        return Inspection(lang=texts.lang, tables=tables, problems=unread(error, plans, texts), timezone=funnel.timezone)
    return inspected(found, funnel, texts)


def inspected(found: Read, funnel: Funnel, texts: Texts) -> Inspection:
    """The inspection of files that hold deals."""
    reading = found.reading
    journeys = reading.journeys
    counted = tally(journeys, 0)
    used = funnel if found.misfit else reading.funnel
    days = [day for part in reading.tables for day in span_of(every_date(part), funnel.timezone) if day]
    return Inspection(
        lang=texts.lang,
        tables=tuple(
            table_of(part.outline, part, defects_of(reading, part), funnel.timezone, lines_of(reading, part, used, texts))
            for part in reading.tables
        ),
        problems=problems(found, texts),
        warnings=warnings(reading, counted, texts),
        shape=reading.shape,
        deals=journeys.n,
        funnel=used.path if used.source == "file" else used.source,
        order=None if found.misfit else reading.order_source,
        timezone=funnel.timezone,
        labels=labels_of(reading, used, texts.lang),
        pipelines=tuple(InspectedPipeline(name=name, deals=deals, audited=name in reading.audited) for name, deals in reading.pipelines),
        currencies=currencies_of(counted),
        first=min(days, default=None),
        last=max(days, default=None),
        as_of=None if found.no_as_of else as_of_of(reading, funnel.timezone),
        capabilities=capabilities(counted, conversion(counted), reading.lacks, texts, basis(journeys), shape=reading.shape),
    )


def unread(error: InputError, plans: Sequence[Outline], texts: Texts) -> tuple[str, ...]:
    """Why files with a table in them hold no deals, and how to name the column that is missing."""
    said = [error.told(texts).split("\n")[0].rstrip(".") + "."]
    if not any({"stage", "status", "won_flag"} & plan.fields.keys() or plan.dated for plan in plans):
        said.append(
            texts.say("If one of the columns below is the stage, name it in stages.yaml: columns: {example}", example="{stage: Deal phase}")
        )
    return tuple(said)


def problems(found: Read, texts: Texts) -> tuple[str, ...]:
    """Where an audit of these files would stop, and what to do about it."""
    said = []
    if found.misfit is not None:
        said.append(
            texts.say(
                "{path} does not fit: most open deals stand in labels that it does not know. Map the labels marked “not known” below, "
                "or leave the file out.",
                path=found.misfit.file,
            )
        )
    if found.no_as_of is not None and found.reading.shape == "snapshots":
        said.append(" ".join(found.no_as_of.told(texts).split()))
    elif found.no_as_of is not None:
        said.append(texts.say("No date in the export says of which day it is: a report needs --as-of, such as --as-of 2026-03-31."))
    return tuple(said)


def warnings(reading: Reading, counted: Tally, texts: Texts) -> tuple[str, ...]:
    """The signs of a selective export and the files left out, worded as in the report."""
    evidence = Evidence(
        journeys=reading.journeys,
        tally=counted,
        funnel=reading.funnel,
        defects=reading.defects,
        labels=reading.labels,
        pipelines=reading.pipelines,
        files=tuple(part.outline.head.file for part in reading.tables),
        place=reading.place,
        signs=selective(reading.journeys, row_counts(reading)),
    )
    return tuple(flaw.text for code in (*SELECTIVE, "FA127") for flaw in rules()[code].find(evidence, texts))


def defects_of(reading: Reading, part: Parsed) -> list[Defect]:
    return [defect for defect in reading.defects if defect.file == part.outline.head.file]


def lines_of(reading: Reading, part: Parsed, funnel: Funnel, texts: Texts) -> dict[int, tuple[LineToCopy, ...]]:
    """Position of a date column that is left over -> the lines of stages.yaml that would have it read; ids are those that init writes."""
    made = funnel.source != "file"
    ids = {place.index: place.id for place in placed(reading, texts).stages} if made else dict(enumerate(s.id for s in funnel.stages))
    return {
        column.position: tuple(
            LineToCopy(text=line, meaning=meaning) for line, meaning in lines_for(column, ids.get(column.stage or 0), funnel, texts)
        )
        for column in unread_dates(part.outline, funnel)
    }


def table_of(
    plan: Outline, part: Parsed | None, defects: Iterable[Defect], timezone: str, lines: Mapping[int, tuple[LineToCopy, ...]] | None = None
) -> InspectedTable:
    """One table; ``part`` None: only its beginning was looked at."""
    head, dialect = plan.head, plan.found.dialect
    found_by = plan.found.found_by
    return InspectedTable(
        file=Path(head.file).name,
        container=head.container,
        encoding=head.encoding,
        delimiter=head.delimiter,
        sheet=head.sheet,
        header_line=head.header_line,
        rows=None if part is None else part.rows,
        left_out=tuple(LeftOut(kind=one.kind, count=one.count, line=one.line) for one in defects if one.kind in LEFT_OUT),
        dialect=dialect.name,
        crm=None if dialect is generic() else dialect.title,
        certainty="given" if dialect.own else dict(enumerate(CERTAINTY)).get(len(found_by), "sure"),
        found_by=found_by,
        shape=plan.shape,
        columns=tuple(columns_of(plan, part, timezone, lines or {})),
    )


def columns_of(
    plan: Outline, part: Parsed | None, timezone: str, lines: Mapping[int, tuple[LineToCopy, ...]]
) -> Iterable[InspectedColumn]:
    """Every column in the order of the file, with what was read from it."""
    field_at = {index: name for name, index in plan.fields.items()}
    read = {} if part is None else dict(zip(plan.dated, part.dated, strict=True))
    for index, header in enumerate(plan.head.headers):
        name, label = field_at.get(index), plan.dated.get(index)
        moments = read[index][1] if index in read else None if part is None or name is None else part.moments.get(name)
        filled = None if part is None or name is None else filled_of(part, name)
        first = last = order = decided = None
        if moments is not None:
            filled = int(np.count_nonzero(moments.at != NAT))
            first, last = span_of([moments], timezone)
            if filled and part is not None:
                order, decided = order_of(part, header, moments, timezone)
        yield InspectedColumn(
            header=header,
            position=index + 1,
            field="entered" if label is not None else name,
            stage=label,
            filled=filled,
            first=first,
            last=last,
            order=order,
            decided_by=decided,
            lines=lines.get(index, ()),
        )


def filled_of(part: Parsed, name: str) -> int | None:
    """Cells of a label or amount column that hold something."""
    if name == "amount":
        return int(np.count_nonzero(part.has_amount))
    column = part.currency if name == "currency" else part.labels.get(name)
    return None if column is None else int(np.count_nonzero(column.codes >= 0))


def order_of(part: Parsed, header: str, moments: Moments, timezone: str) -> tuple[str, str]:
    """The order of day and month in a date column, and what decided it: without a day over 12, the dots of 02.03.2026."""
    order = part.orders.get(header)
    if order is None:
        return "ymd", "form"
    if order.endswith("?"):
        return order[:-1], "crm" if part.outline.found.dialect.date_order else "guess"
    days = local_days(moments.at[moments.at != NAT], timezone).astype("M8[D]")
    of_month = (days - days.astype("M8[M]")).astype(int) + 1
    return order, "days" if (of_month > 12).any() else "form"


def every_date(part: Parsed) -> list[Moments]:
    return [*part.moments.values(), *(moments for _, moments in part.dated)]


def span_of(columns: Iterable[Moments], timezone: str) -> tuple[str | None, str | None]:
    """First and last local day of some date columns, ISO."""
    known = [column.at[column.at != NAT] for column in columns]
    known = [at for at in known if len(at)]
    if not known:
        return None, None
    edges = np.array([min(int(at.min()) for at in known), max(int(at.max()) for at in known)])
    first, last = (to_datetime(int(day) * DAY).strftime("%Y-%m-%d") for day in local_days(edges, timezone))
    return first, last


def labels_of(reading: Reading, funnel: Funnel, lang: str) -> tuple[InspectedLabel, ...]:
    """Every label with its counts and what it means in the funnel: the funnel's order, then lost, on hold, not known."""
    now: dict[str, int] = {}
    entries: dict[str, int] = {}
    for part in reading.tables:
        column = part.labels.get("stage")
        if column is not None:
            into = entries if part.outline.found.shape == "changes" else now
            counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts))
            for text, count in zip(column.texts, counts, strict=True):
                into[text] = into.get(text, 0) + int(count)
        for text, moments in part.dated:
            entries[text] = entries.get(text, 0) + int(np.count_nonzero(moments.at != NAT))
    index = funnel.label_index()
    found = []
    for text in {**entries, **now}:
        code = index.get(normal(text), UNMAPPED)
        stage = funnel.stages[code] if code < len(funnel.stages) else None
        won = code == len(funnel.stages) - 1
        meaning = {LOST: "lost", ON_HOLD: "on_hold", UNMAPPED: "unmapped"}.get(code, "won" if won else "stage")
        label = InspectedLabel(
            label=text,
            now=now.get(text, 0) if now else None,
            entries=entries.get(text, 0) if entries else None,
            meaning=meaning,
            stage=stage.id if stage else None,
            name=stage.name.in_lang(lang) if stage else None,
        )
        found.append(((code, -(label.entries or 0), -(label.now or 0), text), label))
    return tuple(label for _, label in sorted(found, key=lambda pair: pair[0]) if label.now or label.entries)


def currencies_of(counted: Tally) -> tuple[InspectedCurrency, ...]:
    """Deals with an amount by currency, most first."""
    rows = [InspectedCurrency(currency=name, deals=int(table[0].sum())) for name, table in counted.money.items()]
    return tuple(sorted((row for row in rows if row.deals), key=lambda row: (-row.deals, row.currency or "")))


def as_of_of(reading: Reading, timezone: str) -> InspectedAsOf:
    """The as-of and where it comes from."""
    as_of = reading.journeys.as_of
    source, column = "closing", None
    if as_of.chosen:
        source = "option"
    elif reading.shape == "snapshots":
        source = "snapshot"
    else:
        column = newest_column(reading, as_of, timezone)
        source = "column" if column is not None else "closing"
    return InspectedAsOf(instant=as_of.iso_utc(), local=as_of.iso_local(timezone), source=source, column=column)


def newest_column(reading: Reading, as_of: AsOf, timezone: str) -> str | None:
    """The header of the column whose newest date is the as-of."""
    for part in reading.tables:
        headers, fields = part.outline.head.headers, part.outline.fields
        named = [name for name in ("updated", "created", "stage_changed", "entered") if name in part.moments]
        columns = [(headers[fields[name]], part.moments[name]) for name in named]
        columns += [(headers[index], moments) for index, (_, moments) in zip(part.outline.dated, part.dated, strict=True)]
        for header, moments in columns:
            at = moments.at[(moments.at != NAT) & (moments.at <= as_of.us)]
            if len(at) and as_of.us in (int(at.max()), end_of_day(int(at.max()), timezone) if as_of.day else None):
                return header
    return None
