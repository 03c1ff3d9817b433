"""The formats of ``check``: one module each, loaded when asked for; each has ``render(check, **options)`` that gives text or bytes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from funnel_audit.clean import clean_record
from funnel_audit.render.check.words import clean_rules

if TYPE_CHECKING:
    from funnel_audit.verdict import Check

FORMATS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "terminal": frozenset({"width", "color"}),
        "json": frozenset(),
        "sarif": frozenset(),
        "junit": frozenset(),
        "github": frozenset(),
        "gitlab": frozenset(),
        "markdown": frozenset(),
        "csv": frozenset(),
    }
)
"""Name of the format (and of its module) -> the options that its ``render`` takes besides the verdict."""


def render_as(name: str, check: Check, **options: object) -> bytes:
    """The verdict in the format ``name`` as UTF-8 bytes; options that the format does not know are left out."""
    render = import_module(f"funnel_audit.render.check.{name}").render
    cleaned = msgspec.structs.replace(clean_record(msgspec.structs.replace(check, rules=())), rules=clean_rules(check.rules))
    result = render(cleaned, **{key: value for key, value in options.items() if key in FORMATS[name]})
    return result if isinstance(result, bytes) else result.encode("utf-8")
