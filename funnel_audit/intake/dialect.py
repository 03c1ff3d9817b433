"""What each CRM's export looks like, as data: ``dialects/*.yaml``. This module reads them; it knows no CRM by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from funnel_audit.labels import normal

Shape = Literal["deals", "changes"]
_CURRENCY = re.compile(r"\s*[,(]?\s*(?:₽|руб\.?|\$|r\$|€|£|₸|₴|zł)\)?$")
_PREFIX = re.compile(r"^(?:deal [-:] |lead )")
_QUOTES = str.maketrans("", "", "\"'«»“”")


class TableForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of table of a dialect. It is recognised when all headers of any group of ``recognise`` are there."""

    shape: Shape
    columns: dict[str, tuple[str, ...]]
    recognise: tuple[tuple[str, ...], ...] = ()


class ValueForms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in cells: booleans, words that mean "no date yet", and whether an amount of 0 means that nobody filled it."""

    yes_words: tuple[str, ...] = ("true", "yes", "1", "да")
    no_words: tuple[str, ...] = ("false", "no", "0", "нет")
    no_date: tuple[str, ...] = ()
    zero_is_missing: bool = False


class LabelWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The default pipeline in order, and which labels end or park a deal."""

    pipeline: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    on_hold: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of a status column; ``decides``: it stands above the stage, which says nothing of the outcome."""

    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    decides: bool = False


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One CRM. ``lacks`` says in both languages where to get what the export does not hold."""

    title: str
    tables: tuple[TableForm, ...]
    date_order: Literal["dmy", "mdy"] | None = None
    values: ValueForms = ValueForms()
    status: Status = Status()
    labels: LabelWords = LabelWords()
    lacks: dict[str, dict[str, str]] = {}
    row_caps: tuple[int, ...] = ()
    """How many rows an export of this CRM holds at most; a file with exactly so many may be cut off."""
    name: str = ""


@dataclass(frozen=True)
class Recognised:
    """A dialect, the kind of table, and which column (by position) holds which field."""

    dialect: Dialect
    shape: Shape
    fields: dict[str, int]
    found_by: tuple[str, ...] = ()
    """The distinctive headers that gave the CRM away; empty for the generic dialect."""


def header_key(header: str) -> str:
    """The key under which headers are compared: as labels are, without a prefix ("Deal - ") and one trailing currency sign."""
    return _CURRENCY.sub("", _PREFIX.sub("", normal(header).translate(_QUOTES))).strip()


@cache
def dialects() -> tuple[Dialect, ...]:
    """All shipped dialects, the generic one last."""
    found = []
    for entry in files("funnel_audit.intake").joinpath("dialects").iterdir():
        if entry.name.endswith(".yaml"):
            found.append(load(entry.read_text("utf-8"), entry.name.removesuffix(".yaml")))
    return tuple(sorted(found, key=lambda dialect: (dialect.name == "generic", dialect.name)))


def load(text: str, name: str) -> Dialect:
    """A dialect from its YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return msgspec.structs.replace(msgspec.convert(yaml.load(text, loader), Dialect), name=name)


def generic() -> Dialect:
    return dialects()[-1]


def recognise(headers: Sequence[str]) -> Recognised:
    """The dialect whose distinctive headers are all there (the largest group of them wins), else the generic one.

    What the dialect's own table does not name, the generic vocabulary of the same shape may: custom columns such as a loss reason.
    """
    keys = [header_key(header) for header in headers]
    present = set(keys)
    best: tuple[int, int, Dialect, TableForm, tuple[str, ...]] | None = None
    for dialect in dialects()[:-1]:
        for table in dialect.tables:
            there = [group for group in table.recognise if {header_key(header) for header in group} <= present]
            group = max(there, key=len, default=())
            if group:
                score = (len(group), len(match(table.columns, keys)))
                if best is None or score > best[:2]:
                    best = (*score, dialect, table, group)
    if best is not None:
        dialect, table = best[2], best[3]
        own = match(table.columns, keys)
        return Recognised(dialect, table.shape, _with_generic(own, table.shape, keys), best[4])
    by_shape = {table.shape: match(table.columns, keys) for table in generic().tables}
    changes, deals = by_shape["changes"], by_shape["deals"]
    is_log = {"deal_id", "stage", "entered"} <= changes.keys() and "created" not in deals and "closed" not in deals
    return Recognised(generic(), "changes" if is_log else "deals", changes if is_log else deals)


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


def _with_generic(own: dict[str, int], shape: Shape, keys: Sequence[str]) -> dict[str, int]:
    table = next(table for table in generic().tables if table.shape == shape)
    spare = match({field: texts for field, texts in table.columns.items() if field not in own}, keys)
    return own | {field: index for field, index in spare.items() if index not in own.values()}
