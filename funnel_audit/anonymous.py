"""Owners, companies and deal ids as stable keyed codes: the same name gives the same code, and nobody without the key can guess back."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from msgspec.structs import replace

from funnel_audit.journeys import Journeys, Labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.journeys.records import Column


def coder(key: bytes, prefix: str) -> Callable[[str], str]:
    """A function from a name to its code: the prefix and 40 bits of HMAC-SHA256."""

    def code(name: str) -> str:
        return f"{prefix}-{hmac.new(key, f'{prefix}:{name}'.encode(), hashlib.sha256).hexdigest()[:10]}"

    return code


NAME_NOBODY = ("source", "product", "pipeline")
"""Columns whose values stay; any other that ``--by`` names may hold persons or companies."""


def _coded(column: Column, key: bytes) -> Column:
    """A column of ``--by`` with its texts as codes; numbers stay."""
    if column.labels is None or column.name in NAME_NOBODY:
        return column
    code = coder(key, "company" if column.name == "company" else "value")
    return replace(column, labels=Labels(column.labels.codes, tuple(code(text) for text in column.labels.texts)))


def anonymised(journeys: Journeys, key: bytes) -> Journeys:
    """The same journeys without a name of a person, a company or a deal; titles, which often hold names, are dropped."""
    facts = journeys.facts
    deal, owner = coder(key, "deal"), coder(key, "owner")
    id_text = facts.id_text
    nothing = type(facts.title).none(facts.n)
    return replace(
        journeys,
        facts=replace(
            facts,
            id_text=lambda code: deal(id_text(code)),
            owner=Labels(facts.owner.codes, tuple(owner(text) for text in facts.owner.texts)),
            company=nothing,
            title=nothing,
            columns=tuple(_coded(column, key) for column in facts.columns),
            behind=facts,
        ),
        unknown_ids=tuple(deal(text) for text in journeys.unknown_ids),
    )
