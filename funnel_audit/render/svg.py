"""The terminal report as a picture: rich's SVG export with a fixed id, so that the same audit gives the same bytes."""

from __future__ import annotations

import re

from funnel_audit.render.terminal import draw
from funnel_audit.render.terminal.page import HOLD
from funnel_audit.report import Audit

UNIQUE_ID = "funnel-audit"
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""rich has the browser fetch its font; a picture of somebody's sales asks nobody for anything."""


def render(audit: Audit, width: int = 100, *, only: frozenset[str] | None = None, top: int | None = None) -> str:
    """One SVG document, ``width`` cells wide."""
    console = draw(audit, width=width, color=True, only=only, top=top, record=True)
    svg = _FONT_FACE.sub("", console.export_svg(title="funnel-audit report", unique_id=UNIQUE_ID))
    return "\n".join(line.rstrip() for line in svg.replace(HOLD, "&#160;").splitlines()) + "\n"
