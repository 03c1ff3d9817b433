"""What is wrong with the data or with the funnel: one entry for each kind, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Page, bullets, cell, heading, legend, shorten
from funnel_audit.report import Finding, Place
from funnel_audit.texts import N_, NBSP

SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "info": N_("remark")}
STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
TEXT_LIMIT, CURE_LIMIT, PLACE_LIMIT = 400, 300, 60
SHOWN = 3
"""So many findings of one kind are told; the rest is counted."""


def section(page: Page) -> list[RenderableType]:
    """The kinds in the order of their severity, each with its code, its first place, what was found, and what to do where it matters."""
    kinds: dict[str, list[Finding]] = {}
    for finding in page.audit.findings:
        kinds.setdefault(finding.code, []).append(finding)
    order = list(SEVERITIES)
    ranked = sorted(kinds.values(), key=lambda group: order.index(_severity(group)) if _severity(group) in order else len(order))
    if not ranked:
        return []
    title = page.texts.say("Flaws found")
    hint = page.texts.say("What a code means and how to mend it: funnel-audit explain {code}", code=ranked[0][0].code)
    return [heading(page, title), *(bullets([_entry(page, group)], mark="•") for group in ranked), *legend([hint])]


def _severity(group: Sequence[Finding]) -> str:
    return group[0].severity


def _entry(page: Page, group: Sequence[Finding]) -> RenderableType:
    texts, first = page.texts, group[0]
    line = Text()
    line.append_text(cell(texts.word(SEVERITIES.get(first.severity, first.severity)) + NBSP, STYLES.get(first.severity, "")))
    line.append_text(cell(f"{first.code} {first.name}".strip(), "bold"))
    place = _place(page, group)
    if place:
        line.append_text(cell(f" · {place}", "dim"))
    lines: list[RenderableType] = [line]
    lines += [cell(one.text, limit=TEXT_LIMIT) for one in group[:SHOWN] if one.text]
    left = len(group) - SHOWN + sum(one.more for one in group)
    if left > 0:
        lines.append(cell(texts.count("… and {n} more of this kind", "… and {n} more of this kind", left), "dim"))
    if first.cure and first.severity != "info":
        lines.append(cell("→" + NBSP + first.cure, "green", limit=CURE_LIMIT))
    return Group(*lines)


def _place(page: Page, group: Sequence[Finding]) -> str:
    texts = page.texts
    first = _where(page, group[0].place)
    others = len({_where(page, one.place) for one in group} - {first, ""})
    if first and others:
        more = texts.count("and {n} more place", "and {n} more places", others)
        return f"{first} {more}"
    return first


def _where(page: Page, place: Place) -> str:
    """``deals.csv:14, column`` or the name of the stage. The folder is the reader's own."""
    if place.file:
        name = PurePath(place.file).name or place.file
        spot = name if place.line is None else f"{name}:{place.line}"
        return shorten(spot, PLACE_LIMIT) + (f" ({shorten(place.column, 30)})" if place.column else "")
    return shorten(page.stage(place.stage), PLACE_LIMIT) if place.stage else ""
