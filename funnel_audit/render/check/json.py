"""The machine format of ``check``: the verdict as JSON, one value a line, UTF-8, the same bytes for the same verdict."""

from __future__ import annotations

import math

import msgspec

from funnel_audit.verdict import Check

DIGITS = 6


def render(check: Check) -> bytes:
    """JSON; figures have six decimals, what is not a number is null."""
    tree = rounded(msgspec.to_builtins(check))
    return msgspec.json.format(msgspec.json.encode(tree), indent=2) + b"\n"


def rounded(value: object) -> object:
    """A tree of plain values with every figure at ``DIGITS`` decimals."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0 if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value
