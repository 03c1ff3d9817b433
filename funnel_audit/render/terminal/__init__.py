"""The report for people: a page of plain words and tables for a terminal, or plain text for a pipe and a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.console import Console, RenderableType

from funnel_audit.clean import clean_record
from funnel_audit.render import DETAILS, SECTIONS
from funnel_audit.render.terminal import ahead, findings, funnel, head, leaks, limits, pairs, periods, segments, stalled
from funnel_audit.render.terminal.page import NARROWEST, Page, blank_console, page_of, written
from funnel_audit.report import Audit

PARTS: Mapping[str, Callable[[Page], list[RenderableType]]] = {
    "summary": head.summary,
    "funnel": funnel.section,
    "leaks": leaks.section,
    "segments": segments.section,
    "periods": periods.section,
    "pairs": pairs.section,
    "stalled": stalled.section,
    "key_stage": ahead.key_stage,
    "forecast": ahead.forecast,
    "outlook": ahead.outlook,
    "backtest": ahead.backtest,
    "limits": limits.section,
    "findings": findings.section,
}


def render(audit: Audit, *, width: int = 80, color: bool = False, only: frozenset[str] | None = None, top: int | None = None) -> str:
    """The page as text, every line at most ``width`` cells; without ``color`` there is not one escape code in it.

    ``only`` names sections of ``SECTIONS``; ``top`` is how many leaks are shown, and at most how many stalled deals. Nothing is taken
    from the environment.
    """
    console = draw(audit, width=width, color=color, only=only, top=top)
    return written(console)


def draw(
    audit: Audit, *, width: int, color: bool, only: frozenset[str] | None = None, top: int | None = None, record: bool = False
) -> Console:
    """A console of its own that holds the page; its NBSPs are written as ``HOLD``."""
    width = max(width, NARROWEST)
    console = blank_console(width, color=color, record=record)
    page = page_of(clean_record(audit), width=width, top=top, asked=only)
    for part in head.title(page):
        console.print(part)
    for name in SECTIONS if only is None else [name for name in (*SECTIONS, *DETAILS) if name in only]:
        parts = PARTS[name](page)
        if parts:
            console.print()
        for part in parts:
            console.print(part)
    return console
