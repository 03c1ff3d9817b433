"""Files -> journeys: the whole of intake in the order in which it happens.

Open the tables, recognise them, read their columns, number the deals, make sure that the funnel fits, place the as-of, and hand facts and
entries to ``journeys.build``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import NAT
from funnel_audit.defects import Defect, LabelCount
from funnel_audit.errors import Cell, FunnelError, InputError, Said, UsageError
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Funnel
from funnel_audit.intake import deals as dealtables
from funnel_audit.intake import history
from funnel_audit.intake.by_columns import chosen as with_columns
from funnel_audit.intake.by_columns import columns_of
from funnel_audit.intake.columns import Parsed, joined, only_rows, parse
from funnel_audit.intake.dialect import Dialect, generic, load_file
from funnel_audit.intake.fit import fitting
from funnel_audit.intake.numbering import numbered
from funnel_audit.intake.outline import Outline, headless, require
from funnel_audit.intake.period import Options, before_the_first, created_outside, resolve_as_of
from funnel_audit.intake.pipelines import in_scope, named
from funnel_audit.intake.repeats import repeated
from funnel_audit.intake.series import in_series, vanished
from funnel_audit.intake.swept import outlines
from funnel_audit.journeys import Entries, Facts, Journeys, Moments, build
from funnel_audit.journeys.records import IdTexts, Labels

__all__ = ["Options", "Reading", "read"]


class Reading(Frozen):
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
    options: Options = msgspec.field(default_factory=Options)
    uncut: tuple[Facts, history.LabelledEntries | None] | None = None
    """Facts and entries of every deal, whatever its dates, where ``Options.keep`` asks for them."""
    audited: tuple[str, ...] = ()
    """The pipelines audited; all of ``pipelines`` unless one was asked for or fits the stages better than the others."""

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
    own = load_file(options.dialect) if options.dialect is not None else None
    plans, left_out = outlines(paths, funnel, own, options.sheet, stdin)
    if options.sheet is not None and all(plan.head.sheet is None for plan in plans):
        raise UsageError(Said("--sheet “{name}”: none of the files is a workbook with sheets.", name=options.sheet))
    if own is not None and not any(plan.found.dialect is own for plan in plans):
        raise unused(own, str(options.dialect), plans)
    for plan in plans:
        require(plan)
    plans = with_columns(plans, options.by)
    beside = [plan for plan in plans if plan.found.shape == "other"]
    parsed = named([without_junk(parse(plan, funnel.timezone)) for plan in plans if plan.found.shape != "other"])
    parsed.sort(key=lambda part: part.outline.found.shape == "changes")
    if not any(part.rows for part in parsed):
        cure = Said("Widen the filter in the CRM and export again.")
        raise InputError(Said("there are no deals in it"), file=", ".join(paths), cure=cure)
    dialects = dialects_of(parsed)
    codes, id_text, size, defects = numbered(parsed)
    defects += [*left_out, *(Defect("ignored_table", plan.head.file, sample=plan.found.dialect.title) for plan in beside)]
    defects += [defect for part in parsed for defect in part.defects]
    scope = in_scope(parsed, codes, size, options.pipeline, funnel, dialects)
    defects += scope.defects
    count = sum(part.outline.found.shape == "deals" for part in parsed)
    tables, deal_codes = scope.parts[:count], scope.codes[:count]
    changes, change_codes = scope.parts[count:], scope.codes[count:]

    series = in_series(tables, deal_codes, funnel, any_day=options.any_day)
    if series is not None:
        tables, deal_codes, times = series
    rows = dealtables.stack(tables, deal_codes)
    last = dealtables.representative(rows.code, size) if tables else one_each(change_codes, size)
    present = np.flatnonzero(last >= 0)
    chosen = last[present] if tables else np.empty(0, np.int64)
    deal_of = np.full(size + 1, -1, np.int32)
    deal_of[present] = np.arange(len(present), dtype=np.int32)
    if tables and series is None:
        defects += repeated(rows, size)

    change_deals = [code if len(present) == size else deal_of[code] for code in change_codes]
    born = history.births(changes, change_deals, len(present))
    defects += [defect for part, deal in zip(changes, change_deals, strict=True) for defect in history.reused(part, deal)]
    created = rows.moments("created").take(chosen) if tables else born
    logged = []
    for part, deal in zip(changes, change_deals, strict=True):
        entries, bad = history.from_changes(part, deal, created)
        logged.append(entries)
        defects += bad
    dated = history.from_dated(rows, chosen) if tables else None
    told = history.join([*logged, *([dated] if dated is not None else [])])
    runs = history.runs_of(rows) if series is not None else None
    shown = told
    if runs is not None:
        shown = history.join([*([told] if told is not None else []), replace_deal(history.sightings(rows, runs, times), deal_of)])
    texts, label_codes = all_labels(rows, chosen, shown)
    files = [part.outline.head.file for part in (*tables, *changes)]
    labels, funnel, order_source = fitting(texts, label_codes, shown, funnel, dialects, [part.outline for part in (*tables, *changes)])
    if runs is not None:
        snapshots, begun_before = history.from_snapshots(rows, runs, times, funnel)
        told = history.join([*([told] if told is not None else []), replace_deal(snapshots, deal_of)])

    facts = (
        dealtables.facts(rows, chosen, funnel, IdTexts(id_text, present))
        if tables else Facts.blank(len(present), IdTexts(id_text, present))
    )  # fmt: skip
    facts = replace(facts, columns=columns_of(rows, chosen)) if options.by and tables else facts
    entries_coded = told.coded(funnel) if told is not None else Entries.none()
    if series is not None:
        facts.begun_before[deal_of[begun_before]] = True
    if not tables:
        facts = born_with_first_entry(facts, entries_coded, born)
    as_of, lone = (
        (times[-1], ()) if series is not None and options.as_of is None
        else resolve_as_of(facts, entries_coded, funnel, options, born_with_entry=not tables and born is None)
    )  # fmt: skip
    defects += [Defect("lone_newest_date", files[0], sample=str(at)) for at in lone]
    unknown = ids_without_row(change_codes, deal_of, scope.left_out) if tables else np.empty(0, np.int64)
    journeys = build(
        facts, entries_coded, stages=len(funnel.stages), as_of=as_of, timezone=funnel.timezone,
        pairs=[(funnel.index(pair.start), funnel.index(pair.end)) for pair in funnel.pairs],
        left_out=created_outside(facts, options, funnel.timezone),
        unknown_ids=tuple(id_text(int(code)) for code in unknown[:5]), unknown_history=len(unknown),
        vanished=vanished(rows, series is not None, deal_of),
    )  # fmt: skip
    if options.as_of is not None and not options.keep and not journeys.n and journeys.not_yet:
        raise before_the_first(options.as_of, facts, entries_coded, funnel)
    return Reading(
        journeys, funnel, (*tables, *changes), shape_of(tables, changes, series is not None), order_source, tuple(labels),
        tuple(scope.pipelines), tuple(defects), options, (facts, told) if options.keep else None, scope.audited,
    )  # fmt: skip


def unused(own: Dialect, path: str, plans: Sequence[Outline]) -> FunnelError:
    """The error for a dialect of the user's that takes none of the files: what it looks for, and what is there."""
    wanted = [header for table in own.tables for group in (table.recognise or (sum(table.columns.values(), ()),)) for header in group]
    there = [Cell(header) for plan in plans if not headless(plan.head.headers) for header in plan.head.headers if header]
    cure = Said("It looks for: {names}.", names=list(dict.fromkeys(wanted))[:12])
    if there:
        cure += Said("The columns of the files: {names}.", names=list(dict.fromkeys(there))[:12])
    return FunnelError(Said("none of the files is of this dialect"), file=path, key="tables", cure=cure)


def dialects_of(parts: Sequence[Parsed]) -> tuple[Dialect, ...]:
    """The dialects of the tables, each once; the generic one where none was recognised."""
    found = {part.outline.found.dialect.name: part.outline.found.dialect for part in parts}
    return tuple(dialect for dialect in found.values() if dialect is not generic()) or (generic(),)


def one_each(codes: Sequence[Any], size: int) -> Any:
    """For codes that stand in a table of changes 0, else -1: without deal rows, a deal is what the changes speak of."""
    there = np.zeros(size, bool)
    for code in codes:
        there[code if code.min(initial=0) >= 0 else code[code >= 0]] = True
    return there.astype(np.int64) - 1


def ids_without_row(codes: Sequence[Any], deal_of: Any, left_out: Any) -> Any:
    """Ids of the history that no deal row has; deals of pipelines that are not audited have one."""
    if not codes:
        return np.empty(0, np.int64)
    return np.unique(np.concatenate([code[(code >= 0) & (deal_of[code] < 0) & ~left_out[code]] for code in codes]))


def all_labels(rows: Any, chosen: Any, told: history.LabelledEntries | None) -> tuple[tuple[str, ...], Any]:
    """Label texts and codes of the entries, and of the deals' current and last stages, one below the other."""
    parts = [told.label] if told is not None else []
    if len(chosen):
        parts += [labels for labels in (rows.labels(name).take(chosen) for name in ("stage", "last_stage")) if labels.texts]
    found = joined(parts) if parts else Labels(np.empty(0, np.int32), ())
    return found.texts, found.codes


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


def replace_deal(entries: history.LabelledEntries, deal_of: Any) -> history.LabelledEntries:
    """Entries of row codes as entries of deals."""
    return history.LabelledEntries(deal_of[entries.deal], entries.at, entries.label, entries.slack_us)


def born_with_first_entry(facts: Facts, entries: Entries, born: Moments | None) -> Facts:
    """Without deal rows, a deal is as old as the log says, else as its first entry."""
    first = np.full(facts.n, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(first, entries.deal, entries.at)
    first[first == np.iinfo(np.int64).max] = NAT
    day = entries.day if isinstance(entries.day, bool) else bool(entries.day.all())
    if born is not None:
        first = np.where(born.at == NAT, first, born.at)
    return replace(facts, created=Moments(first, day))


def shape_of(tables: Sequence[Parsed], changes: Sequence[Parsed], series: bool) -> str:
    """The shape of the whole input in words."""
    if series:
        return "snapshots"
    if tables and changes:
        return "deal rows with stage changes"
    if changes:
        return "stage changes"
    return "dated columns" if any(part.dated for part in tables) else "deal rows"
