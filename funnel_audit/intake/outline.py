"""A table before its rows are read: which column holds which field, and which columns date the entry into which stage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from funnel_audit.errors import Cell, FunnelError, NoTableError, Said, did_you_mean, sentences
from funnel_audit.frozen import Frozen
from funnel_audit.intake import quirks
from funnel_audit.intake.dialect import FIELDS, Dialect, generic
from funnel_audit.intake.layout import is_value
from funnel_audit.intake.matching import Recognised, header_key, recognise
from funnel_audit.intake.table import Head
from funnel_audit.labels import nearest, normal

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel

_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{8}|\d{1,2} \w{3,} \d{4}|\w{3,} \d{1,2}, \d{4}")
_OPEN, _SHUT = "[\"'«“„]?", "[\"'»”“]?"


class DatedColumn(Frozen):
    """The label that a column dates, and the pipeline, where the header names it."""

    label: str
    pipeline: str | None = None
    certain: bool = True


class Outline(Frozen):
    """A table before its rows are read."""

    head: Head
    found: Recognised
    fields: dict[str, int]
    dated: dict[int, str]
    """Position of a column of entry dates -> the label that it dates."""
    dated_pipelines: dict[int, str] = msgspec.field(default_factory=dict)
    """The pipeline, where the header of such a column names it."""
    by: dict[str, int] = msgspec.field(default_factory=dict)
    """Position of the columns that ``--by`` names: by field, else by header."""
    by_numbers: frozenset[str] = frozenset()
    """Those of them that hold numbers, to be cut into bands."""

    @property
    def shape(self) -> str:
        if self.found.shape == "names":
            return "names"
        return "dated columns" if self.dated else "stage changes" if self.found.shape == "changes" else "deal rows"


def outline(head: Head, funnel: Funnel, own: Dialect | None = None) -> Outline:
    """Recognise the table, with the user's own ``columns`` from stages.yaml standing above everything."""
    found = recognise(head.headers, own)
    chosen = own_columns(head, funnel)
    fields = {name: index for name, index in found.fields.items() if index not in chosen.values() and name not in chosen} | chosen
    own_dated = {}
    for stage_id, header in funnel.columns.entered.items():
        index = position(head, header)
        if index is not None:
            own_dated[index] = DatedColumn(stage_id)
    taken = set(fields.values()) - set(own_dated)
    dated = dated_columns(head, found, funnel, fields, taken) | own_dated if found.shape == "deals" else {}
    fields = {name: index for name, index in fields.items() if index not in dated}
    if "stage" not in fields and "status" in fields and not is_status(head, fields["status"], funnel):
        fields["stage"] = fields.pop("status")
    if "value_time_pairs" in found.table.quirks and {"stage", "entered"} <= fields.keys():
        head = quirks.unfolded(head, fields["stage"], fields["entered"])
    pipelines = {index: column.pipeline for index, column in dated.items() if column.pipeline is not None}
    return Outline(head, found, fields, {index: column.label for index, column in dated.items()}, pipelines)


def own_columns(head: Head, funnel: Funnel) -> dict[str, int]:
    """The positions of the headers that stages.yaml names under ``columns``; a header that is not in this table is not an error."""
    out = {}
    for name, header in funnel.columns.fields.items():
        if name not in FIELDS:
            cure = sentences(did_you_mean(nearest(name, sorted(FIELDS), 1)), Said("Fields: {names}.", names=sorted(FIELDS)))
            raise FunnelError(Said("there is no field “{name}”", name=name), file=funnel.path, key=f"columns.{name}", cure=cure)
        index = position(head, header)
        if index is not None:
            out[name] = index
    return out


def position(head: Head, header: str) -> int | None:
    """Where a header stands in the table, compared as headers are."""
    keys = [header_key(text) for text in head.headers]
    wanted = header_key(header)
    return keys.index(wanted) if wanted in keys else None


def dated_columns(head: Head, found: Recognised, funnel: Funnel, fields: dict[str, int], taken: Iterable[int]) -> dict[int, DatedColumn]:
    """Columns that hold the date of entering a label: the header is a label of the funnel or the export, or as the dialect's ``entered``.

    A header like "Won" may be a flag: the cells must look like dates.
    """
    labels = set(funnel.label_index())
    if "stage" in fields:
        labels |= {normal(row[fields["stage"]]) for row in head.sample if fields["stage"] < len(row) and row[fields["stage"]].strip()}
    vocabulary = next(table for table in generic().tables if table.shape == "deals")
    patterns = (*found.table.entered, *vocabulary.entered)
    dated: dict[int, DatedColumn] = {}
    for index, header in enumerate(head.headers):
        if not header or index in set(taken):
            continue
        column = entered(header, patterns)
        if column is None and normal(header) in labels:
            column = DatedColumn(header.strip(), certain=False)
        if column is not None and looks_dated(head, index, certain=column.certain):
            dated[index] = column
    return dated if len(dated) > 1 or any(column.certain for column in dated.values()) else {}


def entered(header: str, patterns: Iterable[str]) -> DatedColumn | None:
    """The stage (and the pipeline) that a header like ``Date entered "Contract Sent (Sales)"`` names."""
    text = " ".join(header.split())
    for pattern in patterns:
        hit = _compiled(pattern).match(text)
        if hit:
            return DatedColumn(hit["stage"], hit.groupdict().get("pipeline"))
    return None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\ ", " ")
    text = text.replace(r"\{stage\}", f"{_OPEN}(?P<stage>.+?)" if r"\{pipeline\}" not in text else f"{_OPEN}(?P<stage>.+)")
    text = text.replace(r"\{pipeline\}", r"(?P<pipeline>[^()]+(?:\([^()]*\)[^()]*)*)")
    return re.compile(f"^{text}{_SHUT}$", re.IGNORECASE)


def looks_dated(head: Head, index: int, *, certain: bool) -> bool:
    """Do the sampled cells of a column look like dates? An empty column does where its header is certain."""
    cells = [row[index].strip() for row in head.sample if index < len(row) and row[index].strip()]
    return sum(bool(_DATE.search(cell)) for cell in cells) * 2 >= len(cells) if cells else True


def is_status(head: Head, index: int, funnel: Funnel) -> bool:
    """Does a column named "status" hold outcomes (won, lost, open), not stages?"""
    words = status_words(funnel, generic().status)
    cells = [normal(row[index]) for row in head.sample if index < len(row) and row[index].strip()]
    return not cells or sum(cell in words for cell in cells) * 5 >= len(cells) * 4


def status_words(funnel: Funnel, status: Any) -> dict[str, int]:
    """Normal form of a status word -> outcome code; those of stages.yaml stand above the dialect's."""
    words: dict[str, int] = {}
    for source in (status, funnel.status):
        for code, texts in ((0, source.open), (1, source.won), (2, source.lost)):
            words.update({normal(text): code for text in texts})
    return words


def require(plan: Outline) -> None:
    """A table without a stage, a status or a date of entering one is no table of deals."""
    if plan.found.shape in ("names", "other") or {"stage", "status", "won_flag", "field"} & plan.fields.keys() or plan.dated:
        return
    if plan.found.shape == "deals" and "deal_id" in plan.fields and {"created", "amount"} <= plan.fields.keys():
        return
    if headless(plan.head.headers):
        message = Said("the header line seems to be missing: the first row of the table holds values, not names of columns")
        cure = Said("Export the deals again with the names of the columns in the first line.")
        raise NoTableError(message, file=plan.head.file, cure=cure)
    columns = Said("Its columns: {names}.", names=[Cell(header) for header in plan.head.headers[:12] if header])
    cure = Said("Export the deals with their stage, or name the column in stages.yaml under columns: {stage: …}.")
    raise NoTableError(Said("no column says in which stage a deal is"), file=plan.head.file, cure=columns + cure)


_YEAR, _ADDRESS = re.compile(r"(19|20)\d\d"), re.compile(r"\w@\w[\w-]*\.\w")


def headless(headers: Sequence[str]) -> bool:
    """Does the line taken for the header look like a deal: a number, a date or an address in it? Years stand above columns, too."""
    return any((is_value(header) and not _YEAR.fullmatch(header)) or _ADDRESS.search(header) for header in headers)
