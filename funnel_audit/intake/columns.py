"""One recognised table -> its columns as codes, instants and amounts. Nothing is decided here about deals; bad cells become defects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.intake import quirks
from funnel_audit.intake.amounts import parse_amounts
from funnel_audit.intake.bytesview import as_ints, filled
from funnel_audit.intake.codes import clean_text, label_codes
from funnel_audit.intake.currencies import currency_code
from funnel_audit.intake.dates import parse_instants
from funnel_audit.intake.dialect import DATE_FIELDS, LABEL_FIELDS, UNUSED_FIELDS
from funnel_audit.intake.outline import Outline, outline
from funnel_audit.intake.table import Defect, Head, Kind, Table
from funnel_audit.journeys.records import Labels, Moments
from funnel_audit.labels import normal

__all__ = ["Outline", "Parsed", "outline", "parse"]

STAGE_FIELDS = ("stage", "from_stage", "last_stage")


class Parsed(Frozen):
    """The same with its rows: label columns as codes, date columns as moments."""

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
    defects: tuple[Defect, ...] = ()
    numbers: dict[str, Any] = msgspec.field(default_factory=dict)
    """Columns of numbers that ``--by`` names, NaN where there is none; the others it names are labels, as ``by NAME``."""

    @property
    def rows(self) -> int:
        return self.table.rows

    def text(self, name: str, row: int) -> str | None:
        """The cell of a text column, cleaned; None when blank or absent."""
        index = self.outline.fields.get(name)
        if index is None:
            return None
        text = cell_text(self.table, index, row)
        return quirks.unguarded(text) if text and "quote_guard" in self.outline.found.table.quirks else text

    def filled(self, name: str) -> Any:
        """(rows,) bool: does the cell of a text column hold more than spaces? All False where the column is absent."""
        index = self.outline.fields.get(name)
        return np.zeros(self.rows, bool) if index is None else filled(self.table.columns[index])


def parse(plan: Outline, timezone: str) -> Parsed:
    """Read the columns that have a field, and only those; of a log of changes of any field, only the rows that an audit needs."""
    head, fields, dialect = plan.head, plan.fields, plan.found.dialect
    kinds: dict[int, Kind] = {}
    for name, index in fields.items():
        if name not in UNUSED_FIELDS:
            kinds[index] = "label" if name in LABEL_FIELDS else "text"
    kinds |= dict.fromkeys(plan.dated, "text")
    for name, index in plan.by.items():
        kinds[index] = "text" if name == "amount" or name in plan.by_numbers else "label"
    table = head.read(kinds)
    defects: list[Defect] = [*head.defects, *table.defects]
    orders: dict[str, str] = {}
    words = frozenset(word.casefold() for word in dialect.values.no_date)
    clean = [quirks.unguarded] if "quote_guard" in plan.found.table.quirks else []

    def labels(index: int, *more: Callable[[str], str]) -> Labels:
        codes, texts = label_codes(table.columns[index], table.encoding)
        found = Labels(codes, tuple(texts))
        for change in (*clean, *more):
            found = quirks.relabelled(found, change)
        return found

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

    prefix = [quirks.without_prefix(dialect.labels.prefix)] if dialect.labels.prefix else []
    from_log: dict[str, Labels] = {}
    about = None
    if plan.found.table.log is not None and {"field", "value"} <= fields.keys():
        table, from_log, about = _needed(table, plan, labels)
    names = [name for name in LABEL_FIELDS if name in fields and name not in ("currency", "field", "amount_period")]
    by_name = {name: labels(fields[name], *(prefix if name in STAGE_FIELDS else ())) for name in names} | from_log
    dates = {name: moments(fields[name]) for name in DATE_FIELDS if name in fields}
    if about is not None:
        at = dates["entered"]
        dates["born"] = Moments(np.where(about == quirks.CREATED, at.at, NAT), at.day)
    by_name |= {f"by {name}": labels(index) for name, index in plan.by.items() if kinds[index] == "label" and name not in LABEL_FIELDS}
    numbers = {name: _numbers(table, plan.by[name]) for name in plan.by if name in plan.by_numbers}
    cents, has_amount, currency = _money(plan, table, labels, defects)
    return Parsed(
        plan, table, by_name, dates, tuple((label, moments(index)) for index, label in plan.dated.items()),
        cents, has_amount, currency, orders, tuple(defects), numbers,
    )  # fmt: skip


def _numbers(table: Table, index: int) -> Any:
    """A column as numbers, read as amounts are; NaN for what is none."""
    read = parse_amounts(table.columns[index], encoding=table.encoding)
    return np.where(read.present, read.cents / 100, np.nan)


def _needed(table: Table, plan: Outline, labels: Callable[[int], Labels]) -> tuple[Table, dict[str, Labels], Any]:
    """Of a log of changes of any field: the rows that an audit needs, the labels they lead from and to, and what each is about."""
    log, fields = plan.found.table.log, plan.fields
    assert log is not None
    kinds = quirks.kinds_of(labels(fields["field"]), log)
    rows = np.flatnonzero(kinds)
    table, kinds = picked(table, rows), kinds[rows]

    def texts(index: int, wanted: Any) -> Labels:
        codes, found = label_codes(table.columns[index].take(as_ints(wanted)), table.encoding)
        full = np.full(table.rows, -1, np.int32)
        full[wanted] = codes
        return Labels(full, tuple(found))

    losses = np.flatnonzero(kinds == quirks.LOSS)
    filled = texts(fields["value"], losses).codes >= 0
    stages = np.flatnonzero((kinds == quirks.STAGE) | (kinds == quirks.STATUS))
    label, keep = quirks.stages_of_log(kinds, texts(fields["value"], stages), filled, plan.found.dialect)
    found = {"stage": label.take(keep)}
    if "old_value" in fields:
        found["from_stage"] = texts(fields["old_value"], np.flatnonzero(kinds == quirks.STAGE)).take(keep)
    return picked(table, np.flatnonzero(keep)), found, kinds[keep]


def _money(plan: Outline, table: Table, labels: Callable[[int], Labels], defects: list[Defect]) -> tuple[Any, Any, Labels | None]:
    """Amounts in minor units, whether there is one, and the currency of each row."""
    head, fields, forms = plan.head, plan.fields, plan.found.dialect.values
    cents = np.zeros(table.rows, np.int64)
    has_amount = np.zeros(table.rows, bool)
    currency = labels(fields["currency"]) if "currency" in fields else None
    if currency is not None:
        none = {normal(text) for text in forms.no_currency}
        currency = in_codes(quirks.relabelled(currency, lambda text: "" if normal(text) in none else text))
    if "amount" in fields:
        read = parse_amounts(table.columns[fields["amount"]], encoding=table.encoding)
        cents, has_amount = read.cents, read.present
        if forms.amount_in_cents:
            cents = cents // 100
        if len(read.bad):
            defects.append(bad_cells("unreadable_amount", table, head, fields["amount"], read.bad))
        negative = np.flatnonzero(has_amount & (cents < 0))
        if len(negative):
            defects.append(bad_cells("negative_amount", table, head, fields["amount"], negative))
        has_amount = has_amount & (cents >= 0)
        if forms.zero_is_missing:
            has_amount = has_amount & (cents != 0)
        if "amount_period" in fields:
            defects += mixed_periods(table, head, fields["amount_period"], labels(fields["amount_period"]), has_amount)
        if currency is None or not currency.texts:
            currency = currency_of_cells(read, head.headers[fields["amount"]], table.rows)
    return cents, has_amount, currency


def mixed_periods(table: Table, head: Head, index: int, period: Labels, has_amount: Any) -> list[Defect]:
    """Amounts that are not all for the same: once, a month, a year. ``count`` is rows of another period than the most frequent one."""
    known = np.flatnonzero(has_amount & (period.codes >= 0))
    counts = np.bincount(period.codes[known], minlength=len(period.texts))
    if np.count_nonzero(counts) < 2:
        return []
    return [bad_cells("mixed_periods", table, head, index, known[period.codes[known] != counts.argmax()])]


def picked(table: Table, rows: Any) -> Table:
    """Some rows of a table."""
    if len(rows) == table.rows:
        return table
    index, line_of = as_ints(rows), table.line_of
    columns = {at: column.take(index) for at, column in table.columns.items()}
    return Table(columns, len(rows), table.encoding, table.defects, lambda asked: line_of(rows[asked]))


def only_rows(part: Parsed, keep: Any) -> Parsed:
    """A parsed table with the rows for which ``keep`` (a mask) is true."""
    rows = np.flatnonzero(keep)
    if len(rows) == part.rows:
        return part
    return replace(
        part, table=picked(part.table, rows), labels={name: labels.take(rows) for name, labels in part.labels.items()},
        moments={name: moments.take(rows) for name, moments in part.moments.items()},
        dated=tuple((label, moments.take(rows)) for label, moments in part.dated),
        cents=part.cents[rows], has_amount=part.has_amount[rows], currency=None if part.currency is None else part.currency.take(rows),
        numbers={name: numbers[rows] for name, numbers in part.numbers.items()},
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
