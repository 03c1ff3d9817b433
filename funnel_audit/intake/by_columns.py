"""The columns that ``--by`` names: which they are in each table, and their cells as codes or as numbers.

A column is named by its field (``owner``, ``source``, ``amount``) or by its header as written, compared as headers are.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.errors import Said, UsageError, did_you_mean, sentences
from funnel_audit.intake.amounts import parse_amounts
from funnel_audit.intake.columns import Parsed, joined
from funnel_audit.intake.dialect import DATE_FIELDS, LABEL_FIELDS
from funnel_audit.intake.outline import Outline, position
from funnel_audit.journeys.records import Column, Labels
from funnel_audit.labels import nearest

if TYPE_CHECKING:
    from funnel_audit.intake.deals import DealRows
    from funnel_audit.intake.table import Head

OWN = frozenset(("owner", "source", "currency", "amount"))
"""Fields that the facts of a deal hold anyway."""
FATE = frozenset((
    "deal_id", "stage", "from_stage", "last_stage", "status", "won_flag", "lost_flag", "closed_flag", "lost_reason", "field", *DATE_FIELDS,
    "expected_close",
))  # fmt: skip
"""They name one deal, or say what became of it and when: no kind of deal."""
MAX_PLAIN_NUMBERS = 12
"""A column of numbers with no more different ones in its first rows is a column of names (a rating, a number of a branch)."""


def names_of(by: str) -> tuple[str, ...]:
    """The columns of ``--by a,b,"c, d"``: a header that holds a comma stands in quotes."""
    return tuple(dict.fromkeys(name.strip() for name in next(csv.reader([by], skipinitialspace=True), []) if name.strip()))


def chosen(plans: Sequence[Outline], by: Sequence[str] | None) -> list[Outline]:
    """The plans with the position of every column of ``by``; UsageError where one is in no table of deals, or is no kind of deal."""
    if not by:
        return list(plans)
    tables = [plan for plan in plans if plan.found.shape == "deals"]
    found: dict[str, dict[int, int]] = {}
    for wanted in by:
        places = {number: place for number, plan in enumerate(plans) if plan in tables and (place := _place(plan, wanted)) is not None}
        if not places:
            raise _unknown(wanted, tables)
        first, place = next(iter(places.items()))
        name = _field(plans[first], place) or plans[first].head.headers[place]
        if name in FATE or place in plans[first].dated:
            raise UsageError(
                Said(
                    "--by: “{name}” names one deal, or says what became of it and when: deals of a kind cannot be told by it", name=wanted
                ),
                cure=_listed(tables),
            )
        found[name] = places
    numeric = {name for name, places in found.items() if all(_numeric(plans[number].head, place) for number, place in places.items())}
    return [
        replace(plan, by={name: places[number] for name, places in found.items() if number in places}, by_numbers=frozenset(numeric))
        for number, plan in enumerate(plans)
    ]


def _place(plan: Outline, wanted: str) -> int | None:
    header = position(plan.head, wanted)
    return plan.fields.get(wanted.lower()) if header is None else header


def _field(plan: Outline, place: int) -> str | None:
    return next((name for name, index in plan.fields.items() if index == place), None)


def _unknown(wanted: str, tables: Sequence[Outline]) -> UsageError:
    headers = [header for plan in tables for header in plan.head.headers if header]
    known = [*headers, *(name for plan in tables for name in plan.fields)]
    message = Said("--by: there is no column “{name}” in the export", name=wanted)
    return UsageError(message, cure=sentences(did_you_mean(nearest(wanted, known, 1)), _listed(tables)))


def _listed(tables: Sequence[Outline]) -> Said:
    """The columns that tell kinds of deals, at most 40 of them."""
    names: dict[str, None] = {}
    for plan in tables:
        of_fate = {plan.fields[name] for name in FATE & plan.fields.keys()} | set(plan.dated)
        names |= {header: None for place, header in enumerate(plan.head.headers) if header and place not in of_fate}
    return Said("Columns: {names}.", names=list(names)[:40]) if names else Said("The export has no rows of deals, only their history.")


def _numeric(head: Head, place: int) -> bool:
    """Do the first rows hold numbers, and more than ``MAX_PLAIN_NUMBERS`` different ones?"""
    import pyarrow as pa

    cells = [row[place].strip() for row in head.sample if place < len(row) and row[place].strip()]
    if len(set(cells)) <= MAX_PLAIN_NUMBERS:
        return False
    return bool(parse_amounts(pa.chunked_array([pa.array([cell.encode() for cell in cells], pa.binary())])).present.all())


def columns_of(rows: DealRows, picked: Any) -> tuple[Column, ...]:
    """The columns of ``--by`` for the deals whose rows are ``picked``; without their cells where the facts hold them anyway (``OWN``)."""
    headers: dict[str, str] = {}
    for part in rows.tables:
        for name, place in part.outline.by.items():
            headers.setdefault(name, part.outline.head.headers[place])
    return tuple(
        Column(name, header, None, None) if name in OWN else _column(rows.tables, name, header).take(picked)
        for name, header in headers.items()
    )


def _column(tables: Sequence[Parsed], name: str, header: str) -> Column:
    if all(name in part.numbers for part in tables if name in part.outline.by):
        parts = [part.numbers[name] if name in part.numbers else np.full(part.rows, np.nan) for part in tables]
        return Column(name, header, None, np.concatenate(parts))
    key = name if name in LABEL_FIELDS else f"by {name}"
    return Column(name, header, joined([part.labels.get(key) or Labels(np.full(part.rows, -1, np.int32), ()) for part in tables]), None)
