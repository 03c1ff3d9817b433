"""What a segment and its column are called, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.texts import DASH, N_

if TYPE_CHECKING:
    from funnel_audit.report import Segment
    from funnel_audit.texts import Texts

COLUMNS = {"owner": N_("owner"), "source": N_("source"), "amount": N_("amount"), "currency": N_("currency")}
"""Fields that are compared without having been named by their header."""


def column_name(segment: Segment, texts: Texts) -> str:
    """The header as written, else the field in words."""
    return segment.header or texts.word(COLUMNS.get(segment.column, segment.column))


def segment_name(segment: Segment, texts: Texts, currency: str | None) -> str:
    """The value as written, a band in words, or what stands for no value and for the rare ones."""
    if segment.kind == "blank":
        return texts.say("(empty)")
    if segment.kind == "rest":
        return texts.count("{n} rarer value", "{n} rarer values", segment.values)
    if segment.kind == "band":
        return _band(segment, texts, currency if segment.column == "amount" else None)
    return segment.value or ""


def _band(segment: Segment, texts: Texts, currency: str | None) -> str:
    def plain(value: float) -> str:
        return texts.number(value, 0 if value == int(value) else 2)

    def limit(value: float) -> str:
        return texts.money(value, currency) if currency and value == int(value) else plain(value)

    low, high = segment.low, segment.high
    if low is None and high is None:
        return texts.say("any")
    if low is None:
        return texts.say("under {limit}", limit=limit(high or 0.0))
    if high is None:
        return texts.say("{limit} and more", limit=limit(low))
    sign_first = not limit(low)[0].isdigit()
    return f"{limit(low) if sign_first else plain(low)}{DASH}{plain(high) if sign_first else limit(high)}"
