"""What is wrong with the data or with the funnel: one entry for each kind, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Page, bullets, cell, heading, shorten
from funnel_audit.report import Finding, Place
from funnel_audit.texts import N_, NBSP

SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "info": N_("remark")}
STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
TEXT_LIMIT, CURE_LIMIT, PLACE_LIMIT = 400, 300, 60


def section(page: Page) -> list[RenderableType]:
    """The kinds in the order of their severity, each with its count, its first place and what to do."""
    kinds: dict[str, list[Finding]] = {}
    for finding in page.audit.findings:
        kinds.setdefault(finding.code, []).append(finding)
    order = list(SEVERITIES)
    ranked = sorted(kinds.values(), key=lambda group: order.index(_severity(group)) if _severity(group) in order else len(order))
    if not ranked:
        return []
    title = page.texts.say("Flaws found")
    return [heading(page, title), *(bullets([_entry(page, group)], mark="•") for group in ranked)]


def _severity(group: Sequence[Finding]) -> str:
    return group[0].severity


def _entry(page: Page, group: Sequence[Finding]) -> RenderableType:
    texts, first = page.texts, group[0]
    severity = texts.word(SEVERITIES.get(first.severity, first.severity))
    line = Text()
    line.append_text(cell(severity + ": ", STYLES.get(first.severity, "")))
    line.append_text(cell(first.name or first.code, "bold"))
    line.append_text(cell(f" · {texts.number(sum(one.count for one in group))}"))
    place = _place(page, group)
    if place:
        line.append_text(cell(f" · {place}", "dim"))
    lines: list[RenderableType] = [line]
    if first.text:
        lines.append(cell(first.text, limit=TEXT_LIMIT))
    if first.cure:
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
    """``deals.csv:14, column`` or the name of the stage."""
    if place.file:
        spot = place.file if place.line is None else f"{place.file}:{place.line}"
        return shorten(spot, PLACE_LIMIT) + (f" ({shorten(place.column, 30)})" if place.column else "")
    return shorten(page.stage(place.stage), PLACE_LIMIT) if place.stage else ""
