"""The machine format: the record tree as JSON, one value a line, UTF-8, the same bytes for the same audit."""

from __future__ import annotations

import math
from functools import cache

import msgspec

from funnel_audit.clean import clean_record
from funnel_audit.report import Record

_DAYS = frozenset({"p50", "p75", "p90", "days", "limit", "median_days", "open_days", "edited_days"})
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
SHARE_DIGITS, DAY_DIGITS, MONEY_DIGITS = 6, 4, 2


def render(audit: Record) -> bytes:
    """JSON of the cleaned audit: shares with 6 decimals, days with 4, money with 2; what is not a number is null."""
    tree = _rounded("", msgspec.to_builtins(clean_record(audit)))
    return msgspec.json.format(msgspec.json.encode(tree), indent=2) + b"\n"


@cache
def digits_of(key: str) -> int:
    """How many decimals a key carries: amounts are money, the names above are days, everything else is a share or a count.

    ``chance_amount`` is the chance of an amount.
    """
    if key.endswith("amount") and not key.startswith("chance"):
        return MONEY_DIGITS
    return DAY_DIGITS if key in _DAYS else SHARE_DIGITS


def _rounded(key: str, value: object) -> object:
    if isinstance(value, float):
        return round(value, digits_of(key)) + 0.0 if math.isfinite(value) else None
    if isinstance(value, dict):  # asked here of each item, not by a call: a report has twenty thousand
        return {name: item if type(item) in _AS_THEY_ARE else _rounded(name, item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _AS_THEY_ARE else _rounded(key, item) for item in value]
    return value
