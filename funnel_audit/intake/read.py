"""Files -> journeys: the whole of intake in the order in which it happens.

Open the tables, recognise them, read their columns, number the deals, make sure that the funnel fits, place the as-of, and hand facts and
entries to ``journeys.build``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf, end_of_day
from funnel_audit.defects import Defect, LabelCount
from funnel_audit.errors import InputError, UsageError
from funnel_audit.funnel import Funnel
from funnel_audit.intake import deals as dealtables
from funnel_audit.intake import history
from funnel_audit.intake.codes import Ids, id_codes
from funnel_audit.intake.columns import Outline, Parsed, outline, parse
from funnel_audit.intake.dates import parse_moment
from funnel_audit.intake.files import open_tables
from funnel_audit.intake.fit import MIN_SHARE, counted, made_funnel, mapped_share, misfit
from funnel_audit.intake.newest import newest
from funnel_audit.intake.repeats import broken_ids, missing_ids, repeated
from funnel_audit.intake.table import Table
from funnel_audit.journeys import Entries, Facts, Journeys, Moments, build
from funnel_audit.labels import nearest, normal

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class Options:
    """What the user chose. Dates are texts as typed: ISO dates or instants."""

    as_of: str | None = None
    created_from: str | None = None
    created_to: str | None = None
    pipeline: str | None = None
    sheet: str | None = None
    keep: bool = False
    """Keep facts and entries as they were before the as-of and the exclusions cut them: for the story of one deal."""


@dataclass(frozen=True)
class Reading:
    """Everything intake found: the journeys, the funnel they were read against, and what happened on the way."""

    journeys: Journeys
    funnel: Funnel
    tables: tuple[Parsed, ...]
    shape: str
    order_source: str | None
    """How the stages were put in order when the funnel was made from the export; None otherwise."""
    labels: tuple[LabelCount, ...]
    pipelines: tuple[tuple[str, int], ...]
    defects: tuple[Defect, ...]
    options: Options = field(default_factory=Options)
    uncut: tuple[Facts, history.LabelledEntries | None] | None = None
    """Facts and entries of every deal, whatever its dates, where ``Options.keep`` asks for them."""

    @property
    def lacks(self) -> dict[str, dict[str, str]]:
        """What the CRM's export does not hold, and where to get it: analysis -> language -> sentence."""
        return self.tables[0].outline.found.dialect.lacks

    def place(self, deal: int) -> tuple[str, int] | None:
        """File and physical line of a deal's row; None where only the history knows it."""
        row = int(self.journeys.facts.row[deal])
        if row < 0:
            return None
        table = [part for part in self.tables if part.outline.found.shape == "deals"][int(self.journeys.facts.file[deal])]
        return table.outline.head.file, int(table.table.line_of(np.array([row]))[0])


def read(paths: Sequence[str], funnel: Funnel, options: Options | None = None, *, stdin: bytes | None = None) -> Reading:
    """Read one or several exports. Raises InputError for what is no table of deals, UsageError for what the options cannot mean."""
    options = options or Options()
    plans = [outline(head, funnel) for path in paths for head in open_tables(path, sheet=options.sheet, stdin=stdin)]
    parsed = [without_junk(parse(plan, funnel.timezone)) for plan in plans]
    for part in parsed:
        require(part.outline)
    tables, pipelines = in_pipeline([part for part in parsed if part.outline.found.shape == "deals"], options.pipeline)
    changes = [part for part in parsed if part.outline.found.shape == "changes"]
    if not any(part.rows for part in (*tables, *changes)):
        raise InputError("there are no deals in it", file=", ".join(paths), cure="Widen the filter in the CRM and export again.")
    codes, id_text, size, nameless = numbered([*tables, *changes])
    deal_codes, change_codes = codes[: len(tables)], codes[len(tables) :]
    defects = [*(defect for part in (*tables, *changes) for defect in part.defects), *nameless]

    series = in_series(tables, deal_codes, funnel)
    if series is not None:
        tables, deal_codes, times = series
    rows = dealtables.stack(tables, deal_codes)
    last = dealtables.representative(rows.code, size)
    present = np.flatnonzero(last >= 0) if tables else np.arange(size)
    chosen = last[present] if tables else np.empty(0, np.int64)
    deal_of = np.full(size + 1, -1, np.int32)
    deal_of[present] = np.arange(len(present), dtype=np.int32)
    if tables and series is None:
        defects += repeated(rows, size)

    logged = []
    created = rows.moments("created").take(chosen) if tables else None
    for part, code in zip(changes, change_codes, strict=True):
        entries, bad = history.from_changes(part, deal_of[code], created)
        logged.append(entries)
        defects += bad
    dated = history.from_dated(rows, chosen) if tables else None
    told = history.join([*logged, *([dated] if dated is not None else [])])
    labels, funnel, order_source = fitting(rows, chosen, told, funnel, [*tables, *changes], funnel.source)
    if series is not None:
        snapshots, begun_before = history.from_snapshots(rows, times, funnel)
        told = history.join([*([told] if told is not None else []), replace_deal(snapshots, deal_of)])

    unknown = np.unique(np.concatenate([code[(deal_of[code] < 0) & (code >= 0)] for code in change_codes])) if changes and tables else np.empty(0)
    facts = (
        dealtables.facts(rows, chosen, funnel, lambda deal: id_text(int(present[deal])))
        if tables else Facts.blank(size, lambda deal: id_text(int(deal)))
    )  # fmt: skip
    entries_coded = told.coded(funnel) if told is not None else Entries.none()
    if series is not None:
        facts.begun_before[deal_of[begun_before]] = True
    if not tables:
        facts = born_with_first_entry(facts, entries_coded)
    empty: tuple[int, ...] = ()
    if series is not None and options.as_of is None:
        as_of, lone = times[-1], empty
    else:
        as_of, lone = resolve_as_of(facts, entries_coded, funnel, options)
    defects += [Defect("lone_newest_date", tables[0].outline.head.file if tables else changes[0].outline.head.file, sample=str(at)) for at in lone]
    left_out = created_outside(facts, options, funnel.timezone)
    journeys = build(
        facts, entries_coded, stages=len(funnel.stages), as_of=as_of, timezone=funnel.timezone,
        pairs=[(funnel.index(pair.start), funnel.index(pair.end)) for pair in funnel.pairs], left_out=left_out,
        unknown_ids=tuple(id_text(int(code)) for code in unknown[:5]), unknown_history=len(unknown),
        vanished=vanished(rows, series is not None, deal_of),
    )  # fmt: skip
    return Reading(
        journeys, funnel, (*tables, *changes), shape_of(tables, changes, series is not None), order_source, tuple(labels), tuple(pipelines),
        tuple(defects), options, (facts, told) if options.keep else None,
    )  # fmt: skip


def require(plan: Outline) -> None:
    """A table without a stage, a status or a date of entering one is no table of deals."""
    if {"stage", "status", "won_flag"} & plan.fields.keys() or plan.dated:
        return
    if plan.found.shape == "deals" and "deal_id" in plan.fields and {"created", "amount"} <= plan.fields.keys():
        return
    headers = ", ".join(header for header in plan.head.headers[:12] if header)
    raise InputError(
        "no column says in which stage a deal is",
        file=plan.head.file,
        cure=f"Its columns: {headers}. Export the deals with their stage, or name the column in stages.yaml under columns: {{stage: …}}.",
    )


def without_junk(part: Parsed) -> Parsed:
    """A deal table without the rows that name no deal, no stage and no date: leftovers of a spreadsheet, dropped and counted."""
    if part.outline.found.shape != "deals" or "deal_id" not in part.outline.fields:
        return part
    stage, created = part.labels.get("stage"), part.moments.get("created")
    junk = np.ones(part.rows, bool)
    for labels in (stage, part.labels.get("status")):
        if labels is not None:
            junk &= labels.codes < 0
    if created is not None:
        junk &= created.at == NAT
    for _, moments in part.dated:
        junk &= moments.at == NAT
    rows = np.flatnonzero(junk)
    named = part.table.columns[part.outline.fields["deal_id"]]
    rows = rows[[not (named[int(row)].as_py() or b"").strip() for row in rows]] if len(rows) else rows
    if not len(rows):
        return part
    lines = tuple(int(line) for line in part.table.line_of(rows[:5]))
    defect = Defect("junk_rows", part.outline.head.file, lines[0], None, len(rows), None, lines)
    keep = np.ones(part.rows, bool)
    keep[rows] = False
    part = only_rows(part, keep)
    return replace(part, defects=(*part.defects, defect))


def numbered(parts: Sequence[Parsed]) -> tuple[list[Any], Callable[[int], str], int, list[Defect]]:
    """One code space for the deals of all tables; a row without an id is a deal of its own.

    Returns codes, the text of a code, the size, and a defect for every table with such rows.
    """
    with_id = [part for part in parts if "deal_id" in part.outline.fields]
    found, ids = id_codes(
        [part.table.columns[part.outline.fields["deal_id"]] for part in with_id], [part.table.encoding for part in with_id]
    )
    by_part = {id(part): code for part, code in zip(with_id, found, strict=True)}
    size = len(ids)
    codes, nameless = [], []
    for part in parts:
        code = by_part.get(id(part))
        code = np.full(part.rows, -1, np.int32) if code is None else code
        blank = np.flatnonzero(code < 0)
        if len(blank) and part.outline.found.shape == "deals":
            code = code.copy()
            code[blank] = np.arange(size, size + len(blank))
            nameless.append((size, part, blank))
            size += len(blank)
        codes.append(code)
    return codes, namer(ids, nameless), size, [
        *(defect for part, code in zip(with_id, found, strict=True) for defect in broken_ids(part, code, ids)),
        *(missing_ids(part, blank) for _, part, blank in nameless),
    ]


def namer(ids: Ids, nameless: Sequence[tuple[int, Parsed, Any]]) -> Callable[[int], str]:
    """The id of a code; a deal without one is called by its place."""

    def text(code: int) -> str:
        if code < len(ids):
            return ids.text(code)
        for begin, part, rows in reversed(nameless):
            if code >= begin:
                return f"{Path(part.outline.head.file).name}:{int(part.table.line_of(rows[[code - begin]])[0])}"
        raise IndexError(code)

    return text


def in_pipeline(tables: list[Parsed], wanted: str | None) -> tuple[list[Parsed], list[tuple[str, int]]]:
    """The rows of one pipeline, when one is asked for; and all pipelines with their deals."""
    counts: dict[str, int] = {}
    for part in tables:
        column = part.labels.get("pipeline")
        if column is not None:
            for text, count in zip(column.texts, np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts)), strict=True):
                counts[text] = counts.get(text, 0) + int(count)
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if wanted is None:
        return tables, found
    matching = [name for name in counts if normal(name) == normal(wanted)]
    if not matching:
        close = nearest(wanted, counts, 1)
        hint = f" Did you mean “{close[0]}”?" if close else ""
        raise UsageError(f"--pipeline: there is no pipeline “{wanted}” in the export.{hint} Pipelines: {', '.join(counts) or 'none'}.")
    return [only_rows(part, np.isin(part.labels["pipeline"].codes, [part.labels["pipeline"].texts.index(name) for name in matching if name in part.labels["pipeline"].texts]))
            for part in tables if "pipeline" in part.labels], found  # fmt: skip


def only_rows(part: Parsed, keep: Any) -> Parsed:
    """A table with some of its rows."""
    import pyarrow as pa

    rows = np.flatnonzero(keep)
    index = pa.array(rows)
    line_of = part.table.line_of
    table = Table({i: column.take(index) for i, column in part.table.columns.items()}, len(rows), part.table.encoding, part.table.defects,
                  lambda asked: line_of(rows[asked]))  # fmt: skip
    return Parsed(
        part.outline, table, {name: labels.take(rows) for name, labels in part.labels.items()},
        {name: moments.take(rows) for name, moments in part.moments.items()}, tuple((label, moments.take(rows)) for label, moments in part.dated),
        part.cents[rows], part.has_amount[rows], None if part.currency is None else part.currency.take(rows), part.orders, part.defects,
    )  # fmt: skip


def in_series(tables: list[Parsed], codes: list[Any], funnel: Funnel) -> tuple[list[Parsed], list[Any], list[AsOf]] | None:
    """Several deal tables that share deals are one export taken on several days: the tables in order of time, and the times."""
    if len(tables) < 2:
        return None
    size = max((int(code.max()) + 1 for code in codes if len(code)), default=0)
    seen = np.zeros(size, np.int32)
    for code in codes:
        seen[np.unique(code)] += 1
    if not (seen > 1).any():
        return None
    times = []
    for part in tables:
        name = _DAY_IN_NAME.search(Path(part.outline.head.file).name)
        if name:
            times.append(AsOf(end_of_day(parse_moment("-".join(name.groups()), funnel.timezone)[0], funnel.timezone), day=True))
            continue
        found = newest([part.moments[field] for field in ("created", "updated", "stage_changed") if field in part.moments], funnel.timezone)
        if found is None:
            raise UsageError(f"{part.outline.head.file} shares deals with other files, but neither its name nor its columns say of which day it is. "
                             "Put the date into its name: deals_2026-03-31.csv.")  # fmt: skip
        times.append(found.as_of)
    order = sorted(range(len(tables)), key=lambda index: times[index].us)
    if len({times[index].us for index in order}) < len(order):
        raise UsageError("two of the files are of the same day and share deals: give each day once, with the date in the file's name.")
    return [tables[index] for index in order], [codes[index] for index in order], [times[index] for index in order]


def replace_deal(entries: history.LabelledEntries, deal_of: Any) -> history.LabelledEntries:
    """Entries of row codes as entries of deals."""
    return history.LabelledEntries(deal_of[entries.deal], entries.at, entries.label, entries.slack_us)


def fitting(rows: Any, chosen: Any, told: history.LabelledEntries | None, funnel: Funnel, parts: Sequence[Parsed], source: str,
            ) -> tuple[list[LabelCount], Funnel, str | None]:  # fmt: skip
    """The labels with their deals, and the funnel that fits them: the user's, the packaged one, or one made from the export."""
    dialect = parts[0].outline.found.dialect
    stage = rows.labels("stage").take(chosen) if len(chosen) else None
    texts, codes = (stage.texts, stage.codes) if stage is not None and stage.texts else ((), np.empty(0, np.int32))
    if told is not None:
        texts, codes = (*told.label.texts, *texts), np.concatenate([told.label.codes, np.where(codes < 0, -1, codes + len(told.label.texts))])
    labels = counted(texts, codes, funnel)
    merged: dict[str, LabelCount] = {}
    for label in labels:
        old = merged.get(label.text)
        merged[label.text] = LabelCount(label.text, label.deals + (old.deals if old else 0), label.code)
    labels = list(merged.values())
    share = mapped_share(labels, funnel, dialect)
    if share is None or share >= MIN_SHARE:
        return labels, funnel, None
    if source == "file":
        raise misfit(labels, funnel, parts[0].outline.head.file)
    funnel, order_source = made_funnel(labels, told, funnel, dialect)
    return counted(texts, codes, funnel), funnel, order_source


def born_with_first_entry(facts: Facts, entries: Entries) -> Facts:
    """Without deal rows, a deal is as old as its first entry."""
    first = np.full(facts.n, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(first, entries.deal, entries.at)
    first[first == np.iinfo(np.int64).max] = NAT
    day = entries.day if isinstance(entries.day, bool) else bool(entries.day.all())
    return replace(facts, created=Moments(first, day))


def resolve_as_of(facts: Facts, entries: Entries, funnel: Funnel, options: Options) -> tuple[AsOf, tuple[int, ...]]:
    """The as-of asked for, else the newest date of the data."""
    if options.as_of is not None:
        us, day = moment(options.as_of, "--as-of", funnel.timezone)
        return AsOf(end_of_day(us, funnel.timezone) if day else us, day, chosen=True), ()
    found = newest([facts.created, facts.updated, facts.stage_changed, Moments(entries.at, entries.day)], funnel.timezone)
    if found is None:
        over = facts.closed.take(np.flatnonzero((facts.status > 0) | (facts.flag > 0) | (facts.label >= len(funnel.stages) - 1)))
        found = newest([over], funnel.timezone)
    if found is None:
        raise UsageError("the export holds no date that says of which day it is. Give it: --as-of 2026-03-31")
    return found.as_of, found.lone


def moment(text: str, option: str, timezone: str) -> tuple[int, bool]:
    """An option's date; (instant, is it only a date)."""
    try:
        return parse_moment(text, timezone)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def created_outside(facts: Facts, options: Options, timezone: str) -> Any:
    """Which deals --from and --to leave out; a deal without a creation date is in no period."""
    out = np.zeros(facts.n, bool)
    if options.created_from is not None:
        start, _ = moment(options.created_from, "--from", timezone)
        out |= (facts.created.at == NAT) | (facts.created.at < start)
    if options.created_to is not None:
        us, day = moment(options.created_to, "--to", timezone)
        out |= (facts.created.at == NAT) | (facts.created.at > (end_of_day(us, timezone) if day else us))
    if out.all() and facts.n:
        raise UsageError("--from and --to leave no deal: none was created in that period.")
    return out


def vanished(rows: Any, series: bool, deal_of: Any) -> Any:
    """Deals of a series of snapshots that the last of them no longer has."""
    if not series:
        return np.empty(0, np.int64)
    last = len(rows.tables) - 1
    gone = np.setdiff1d(rows.code, rows.code[rows.table == last])
    return deal_of[gone].astype(np.int64)


def shape_of(tables: Sequence[Parsed], changes: Sequence[Parsed], series: bool) -> str:
    """The shape of the whole input in words."""
    if series:
        return "snapshots"
    if tables and changes:
        return "deal rows with stage changes"
    if changes:
        return "stage changes"
    return "dated columns" if any(part.dated for part in tables) else "deal rows"
