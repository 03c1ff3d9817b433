"""One recognised table -> its columns as codes, instants and amounts. Nothing is decided here about deals; bad cells become defects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.errors import FunnelError
from funnel_audit.intake.amounts import parse_amounts
from funnel_audit.intake.codes import clean_text, label_codes
from funnel_audit.intake.currencies import currency_code
from funnel_audit.intake.dates import parse_instants
from funnel_audit.intake.dialect import Recognised, generic, header_key, recognise
from funnel_audit.intake.table import Defect, Head, Kind, Table
from funnel_audit.journeys.records import Labels, Moments
from funnel_audit.labels import nearest, normal

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel

LABEL_FIELDS = (
    "stage", "from_stage", "pipeline", "status", "won_flag", "lost_flag", "closed_flag", "currency", "owner", "source", "lost_reason", "product",
)  # fmt: skip
DATE_FIELDS = ("created", "closed", "won_time", "lost_time", "stage_changed", "updated", "entered")
TEXT_FIELDS = ("deal_id", "title", "company", "amount")
UNUSED_FIELDS = ("expected_close",)
"""Recognised so that it is never taken for a closing date, and read by nobody."""
_ENTERED = re.compile(r"^(?:date[_ ]entered[_ ]|дата:\s*|дата перехода:?\s*|дата входа:?\s*)(?P<label>.+)$")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{8}|\d{1,2} \w{3,} \d{4}|\w{3,} \d{1,2}, \d{4}")


@dataclass(frozen=True)
class Outline:
    """A table before its rows are read: which column holds which field, and which are the date columns of which label."""

    head: Head
    found: Recognised
    fields: dict[str, int]
    dated: dict[int, str]

    @property
    def shape(self) -> str:
        return "dated columns" if self.dated else "stage changes" if self.found.shape == "changes" else "deal rows"


@dataclass(frozen=True)
class Parsed:
    """The same with its rows: label columns as codes, date columns as moments; ``dated`` are (label, moments)."""

    outline: Outline
    table: Table
    labels: dict[str, Labels]
    moments: dict[str, Moments]
    dated: tuple[tuple[str, Moments], ...]
    cents: Any
    has_amount: Any
    currency: Labels | None
    orders: dict[str, str]
    """Header of a date column -> how day and month were told apart; a trailing "?" where nothing in the column decided it."""
    defects: tuple[Defect, ...] = field(default=())

    @property
    def rows(self) -> int:
        return self.table.rows

    def text(self, name: str, row: int) -> str | None:
        """The cell of a text column, cleaned; None when blank or absent."""
        index = self.outline.fields.get(name)
        return None if index is None else cell_text(self.table, index, row)


def outline(head: Head, funnel: Funnel) -> Outline:
    """Recognise the table, with the user's own ``columns`` from stages.yaml standing above everything."""
    found = recognise(head.headers)
    fields = dict(found.fields)
    chosen = own_columns(head, funnel)
    fields = {name: index for name, index in fields.items() if index not in chosen.values() and name not in chosen} | chosen
    own_dated = {}
    for stage_id, header in funnel.columns.entered.items():
        index = position(head, header)
        if index is not None:
            own_dated[index] = stage_id
    taken = set(fields.values()) - set(own_dated)
    dated = {} if found.shape == "changes" else dated_columns(head, funnel, fields, taken) | own_dated
    fields = {name: index for name, index in fields.items() if index not in dated}
    if "stage" not in fields and "status" in fields and not is_status(head, fields["status"], funnel):
        fields["stage"] = fields.pop("status")
    return Outline(head, found, fields, dated)


def own_columns(head: Head, funnel: Funnel) -> dict[str, int]:
    """The positions of the headers that stages.yaml names under ``columns``; a header that is not in this table is not an error."""
    known = {*LABEL_FIELDS, *DATE_FIELDS, *TEXT_FIELDS, *UNUSED_FIELDS}
    out = {}
    for name, header in funnel.columns.fields.items():
        if name not in known:
            close = nearest(name, sorted(known), 1)
            cure = f"Did you mean {close[0]}? " if close else ""
            raise FunnelError(f"there is no field “{name}”", file=funnel.path, key=f"columns.{name}", cure=f"{cure}Fields: {', '.join(sorted(known))}.")
        index = position(head, header)
        if index is not None:
            out[name] = index
    return out


def position(head: Head, header: str) -> int | None:
    """Where a header stands in the table, compared as headers are."""
    keys = [header_key(text) for text in head.headers]
    wanted = header_key(header)
    return keys.index(wanted) if wanted in keys else None


def dated_columns(head: Head, funnel: Funnel, fields: dict[str, int], taken: Iterable[int]) -> dict[int, str]:
    """Columns that hold the date of entering a label: the header is a label of the funnel or of the export, alone or after "Date entered".

    A header like "Won" may be a flag: the cells must look like dates.
    """
    labels = set(funnel.label_index())
    if "stage" in fields:
        labels |= {normal(row[fields["stage"]]) for row in head.sample if fields["stage"] < len(row) and row[fields["stage"]].strip()}
    found: dict[int, str] = {}
    for index, header in enumerate(head.headers):
        key = header_key(header)
        prefixed = _ENTERED.match(key)
        label = prefixed["label"].strip() if prefixed else header.strip()
        known = normal(label) in labels
        if (prefixed or known) and key and (index not in set(taken) or prefixed) and looks_dated(head, index, certain=bool(prefixed)):
            found[index] = label
    return found if len(found) > 1 or any(_ENTERED.match(header_key(head.headers[index])) for index in found) else {}


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


def parse(plan: Outline, timezone: str) -> Parsed:
    """Read the columns that have a field, and only those."""
    head, fields = plan.head, plan.fields
    kinds: dict[int, Kind] = {}
    for name, index in fields.items():
        if name not in UNUSED_FIELDS:
            kinds[index] = "label" if name in LABEL_FIELDS else "text"
    kinds |= dict.fromkeys(plan.dated, "text")
    table = head.read(kinds)
    dialect = plan.found.dialect
    defects: list[Defect] = [*head.defects, *table.defects]
    orders: dict[str, str] = {}
    words = frozenset(word.casefold() for word in dialect.values.no_date)

    def labels(index: int) -> Labels:
        codes, texts = label_codes(table.columns[index], table.encoding)
        return Labels(codes, tuple(texts))

    def moments(index: int) -> Moments:
        read = parse_instants(table.columns[index], timezone=timezone, order=dialect.date_order, words=words, encoding=table.encoding)
        header = head.headers[index]
        if len(read.bad):
            defects.append(bad_cells("mixed_date_order" if read.mixed else "unreadable_date", table, head, index, read.bad))
        if read.order not in ("iso", "ymd"):
            orders[header] = read.order + ("?" if read.ambiguous else "")
        if read.ambiguous and dialect.date_order is None:
            defects.append(Defect("ambiguous_date_order", head.file, line=head.header_line, column=header, sample=read.order))
        day = read.day
        return Moments(read.at, bool(day[0]) if len(day) and (day.all() or not day.any()) else day if len(day) else False)

    cents = np.zeros(table.rows, np.int64)
    has_amount = np.zeros(table.rows, bool)
    currency = labels(fields["currency"]) if "currency" in fields else None
    if currency is not None:
        currency = in_codes(currency)
    if "amount" in fields:
        read = parse_amounts(table.columns[fields["amount"]], encoding=table.encoding)
        cents, has_amount = read.cents, read.present
        if len(read.bad):
            defects.append(bad_cells("unreadable_amount", table, head, fields["amount"], read.bad))
        negative = np.flatnonzero(has_amount & (cents < 0))
        if len(negative):
            defects.append(bad_cells("negative_amount", table, head, fields["amount"], negative))
        has_amount = has_amount & (cents >= 0)
        if dialect.values.zero_is_missing:
            has_amount = has_amount & (cents != 0)
        if currency is None:
            currency = currency_of_cells(read, head.headers[fields["amount"]], table.rows)
    return Parsed(
        plan, table, {name: labels(fields[name]) for name in LABEL_FIELDS if name in fields and name != "currency"},
        {name: moments(fields[name]) for name in DATE_FIELDS if name in fields},
        tuple((label, moments(index)) for index, label in plan.dated.items()), cents, has_amount, currency, orders, tuple(defects),
    )  # fmt: skip


def in_codes(labels: Labels) -> Labels:
    """Currency names ("Рубль", "US Dollar") as ISO codes; what is not known stays as it is written."""
    named = [currency_code(text) or text for text in labels.texts]
    texts = tuple(dict.fromkeys(named))
    renumber = np.array([texts.index(name) for name in named] + [-1], np.int32)
    return Labels(renumber[labels.codes], texts)


def currency_of_cells(read: Any, header: str, rows: int) -> Labels | None:
    """The currency from signs in the cells, else from a sign in the header ("Бюджет ₽")."""
    if read.currency is not None:
        return Labels(read.currency, tuple(read.currencies))
    sign = re.search(r"(₽|руб\.?|r\$|\$|€|£|₸|₴|zł)\W*$", header.strip(), re.IGNORECASE)
    code = currency_code(sign.group(1)) if sign else None
    return Labels(np.zeros(rows, np.int32), (code,)) if code else None


def bad_cells(kind: str, table: Table, head: Head, index: int, rows: Any) -> Defect:
    """A defect for some cells of one column, with the first five places and the first text."""
    lines = tuple(int(line) for line in table.line_of(np.asarray(rows[:5])))
    sample = cell_text(table, index, int(rows[0]))
    return Defect(kind, head.file, lines[0], head.headers[index], len(rows), sample[:40] if sample else None, lines)


def cell_text(table: Table, index: int, row: int) -> str | None:
    """One cell as text."""
    cell = table.columns[index][row].as_py()
    text = clean_text(cell.decode(table.encoding, "replace")) if cell else ""
    return text or None


def joined(parts: Sequence[Labels]) -> Labels:
    """Several label columns one below the other."""
    if len(parts) == 1:
        return parts[0]
    position: dict[str, int] = {}
    codes = []
    for part in parts:
        renumber = np.array([position.setdefault(text, len(position)) for text in part.texts] + [-1], np.int32)
        codes.append(renumber[part.codes])
    return Labels(np.concatenate(codes), tuple(position))


def stacked(parts: Sequence[Moments]) -> Moments:
    """Several date columns one below the other."""
    if len(parts) == 1:
        return parts[0]
    days = [np.broadcast_to(part.day, len(part.at)) for part in parts]
    day = np.concatenate(days) if days else np.zeros(0, bool)
    uniform = not len(day) or day.all() or not day.any()
    return Moments(np.concatenate([part.at for part in parts]), bool(len(day) and day[0]) if uniform else day)


def unknown_moments(rows: int) -> Moments:
    return Moments(np.full(rows, NAT, np.int64))
