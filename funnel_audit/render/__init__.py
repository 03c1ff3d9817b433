"""The formats of the audit: one module each, loaded when it is asked for.

A format module has ``render(audit, **options)`` that returns text or bytes. To add one: write the module, add a line to ``FORMATS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.report import Audit

SECTIONS = ("summary", "funnel", "leaks", "segments", "periods", "pairs", "stalled", "key_stage", "forecast", "limits", "findings")
"""What ``--only`` may name, in the order of the page; the first line is always shown."""
DETAILS = ("outlook", "backtest")
"""Further sections, shown where they are asked for: the page of ``funnel-audit forecast``."""


class Format(NamedTuple):
    """``module`` holds ``render``; ``options`` are the names that it takes besides the audit."""

    module: str
    options: frozenset[str] = frozenset()

    def load(self) -> Callable[..., str | bytes]:
        render: Callable[..., str | bytes] = import_module(self.module).render
        return render


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "terminal": Format("funnel_audit.render.terminal", frozenset({"width", "color", "only", "top"})),
        "json": Format("funnel_audit.render.json"),
        "svg": Format("funnel_audit.render.svg", frozenset({"width", "only", "top"})),
    }
)


def render_as(name: str, audit: Audit, **options: object) -> bytes:
    """The audit in the format ``name`` as UTF-8 bytes; options that the format does not know are left out."""
    chosen = FORMATS[name]
    result = chosen.load()(audit, **{key: value for key, value in options.items() if key in chosen.options})
    return result if isinstance(result, bytes) else result.encode("utf-8")
