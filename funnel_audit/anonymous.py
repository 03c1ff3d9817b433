"""Owners, companies and deal ids as stable keyed codes: the same name gives the same code, and nobody without the key can guess back."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from funnel_audit.journeys import Journeys, Labels

if TYPE_CHECKING:
    from collections.abc import Callable


def coder(key: bytes, prefix: str) -> Callable[[str], str]:
    """A function from a name to its code: the prefix and 40 bits of HMAC-SHA256."""

    def code(name: str) -> str:
        return f"{prefix}-{hmac.new(key, f'{prefix}:{name}'.encode(), hashlib.sha256).hexdigest()[:10]}"

    return code


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
            behind=facts,
        ),
        unknown_ids=tuple(deal(text) for text in journeys.unknown_ids),
    )
