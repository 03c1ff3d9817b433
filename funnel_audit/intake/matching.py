"""Which dialect a table is of, and which column holds which field. No dialect is loaded before its distinctive headers are all there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from funnel_audit.frozen import Frozen
from funnel_audit.intake.dialect import Dialect, Shape, TableForm, generic, names, shipped
from funnel_audit.labels import normal

INDEX = "index.json"
_CURRENCY = re.compile(r"\s*[,(]?\s*(?:₽|руб\.?|\$|r\$|€|£|₸|₴|zł)\)?$")
_PREFIX = re.compile(r"^(?:deal [-:] |lead )")
_QUOTES = str.maketrans("", "", "\"'«»“”")


class Recognised(Frozen):
    """A dialect, the kind of table, which column (by position) holds which field."""

    dialect: Dialect
    table: TableForm
    fields: dict[str, int]
    found_by: tuple[str, ...] = ()
    """The distinctive headers that gave the CRM away; empty for the generic dialect."""

    @property
    def shape(self) -> Shape:
        return self.table.shape


def full_key(header: str) -> str:
    """The key under which distinctive headers are compared: as labels are, without quotes and one trailing currency sign."""
    return _CURRENCY.sub("", normal(header).translate(_QUOTES)).strip()


@lru_cache(maxsize=8192)
def header_key(header: str) -> str:
    """The same without a prefix ("Deal - "): the key under which columns are found."""
    return _CURRENCY.sub("", _PREFIX.sub("", normal(header).translate(_QUOTES))).strip()


def made_index() -> list[tuple[str, int, list[str]]]:
    """Dialect, number of the table and keys of each group of distinctive headers: what ``index.json`` holds."""
    return [
        (name, number, sorted({full_key(header) for header in group}))
        for name in names()
        for number, table in enumerate(shipped(name).tables)
        for group in table.recognise
    ]


@cache
def index() -> tuple[tuple[str, int, frozenset[str]], ...]:
    """The committed index; a test says that it is fresh (tools/dialect_index.py writes it)."""
    data = files("funnel_audit.intake").joinpath("dialects").joinpath(INDEX).read_bytes()
    found = msgspec.json.decode(data, type=list[tuple[str, int, list[str]]])
    return tuple((name, number, frozenset(keys)) for name, number, keys in found)


def recognise(headers: Sequence[str], own: Dialect | None = None) -> Recognised:
    """The dialect whose distinctive headers are all there (the largest group of them wins), else the generic one; ``own`` goes before all.

    What the dialect's own table does not name, the generic vocabulary of the same shape may: custom columns such as a loss reason.
    """
    keys = [header_key(header) for header in headers]
    present = {full_key(header) for header in headers}
    if own is not None:
        groups = [(table, frozenset(full_key(header) for header in group)) for table in own.tables for group in table.recognise or ((),)]
        best = _best(((own, table, group) for table, group in groups if group <= present), keys)
        if best is not None:
            return best
    hits = [(name, number, group) for name, number, group in index() if group <= present]
    best = _best(((shipped(name), shipped(name).tables[number], group) for name, number, group in hits), keys)
    return best if best is not None else _generic(keys)


def _best(candidates: Iterable[tuple[Dialect, TableForm, frozenset[str]]], keys: Sequence[str]) -> Recognised | None:
    found: tuple[tuple[int, int], Recognised] | None = None
    matched: dict[int, dict[str, int]] = {}
    for dialect, table, group in candidates:
        own = matched[id(table)] if id(table) in matched else matched.setdefault(id(table), match(table.columns, keys))
        score = (len(group), len(own))
        if own and (found is None or score > found[0]):
            found = score, Recognised(dialect, table, own, _as_written(table, group))
    if found is None:
        return None
    best = found[1]
    return Recognised(best.dialect, best.table, _with_generic(best.fields, best.table, keys), best.found_by)


def _as_written(table: TableForm, group: frozenset[str]) -> tuple[str, ...]:
    return next((headers for headers in table.recognise if {full_key(header) for header in headers} == group), ())


def _generic(keys: Sequence[str]) -> Recognised:
    """A table of names, a table of stage changes, or deals, by the columns that it has."""
    forms = {table.shape: (table, match(table.columns, keys)) for table in generic().tables}
    (changes_form, changes), (deals_form, deals) = forms["changes"], forms["deals"]
    if {"deal_id", "stage", "entered"} <= changes.keys() and "created" not in deals and "closed" not in deals:
        return Recognised(generic(), changes_form, changes)
    names_form, named = forms["names"]
    if {"name_id", "name"} <= named.keys() and not {"created", "closed", "amount"} & deals.keys():
        return Recognised(generic(), names_form, named)
    return Recognised(generic(), deals_form, deals)


def match(columns: dict[str, tuple[str, ...]], keys: Sequence[str]) -> dict[str, int]:
    """Field -> position of the first header that is one of its texts, the texts in order of preference; each column serves one field."""
    position = {key: index for index, key in reversed(list(enumerate(keys))) if key}
    found: dict[str, int] = {}
    for field, texts in columns.items():
        for text in texts:
            index = position.get(header_key(text))
            if index is not None and index not in found.values():
                found[field] = index
                break
    return found


def _with_generic(own: dict[str, int], table: TableForm, keys: Sequence[str]) -> dict[str, int]:
    if table.shape != "deals":
        return own
    vocabulary = next(form for form in generic().tables if form.shape == table.shape)
    spare = match({field: texts for field, texts in vocabulary.columns.items() if field not in own}, keys)
    return own | {field: index for field, index in spare.items() if index not in own.values()}
