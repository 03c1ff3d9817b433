"""The verdict for people: findings with what they mean and what to do, then what could not be judged, then one line that says it all."""

from __future__ import annotations

import io
from pathlib import PurePath

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from funnel_audit.render.check.words import CONFIDENCES, SEVERITIES, dates, deals, hidden, not_evaluated, spot, stand, unlisted, verdict
from funnel_audit.render.terminal.page import HOLD, bullets, cell
from funnel_audit.texts import NBSP, Texts
from funnel_audit.verdict import Check, Judged

STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
NARROWEST = 40
TEXT_LIMIT = 600


def render(check: Check, *, width: int = 80, color: bool = False) -> str:
    """The page as text, every line at most ``width`` cells."""
    texts = Texts(check.lang)
    console = Console(
        file=io.StringIO(), width=max(width, NARROWEST), height=100, color_system="256" if color else None, force_terminal=color,
        no_color=not color, force_jupyter=False, force_interactive=False, legacy_windows=False, safe_box=False, markup=False, emoji=False,
        highlight=False, _environ={},
    )  # fmt: skip
    for part in _parts(check, texts, console.width):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    page = console.file.getvalue().replace(HOLD, " ")
    return "\n".join(line.rstrip() for line in page.rstrip().split("\n")) + "\n"


def _parts(check: Check, texts: Texts, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [_title(check, texts)]
    accepted = [one for one in check.findings if one.standing == "accepted"]
    for one in check.findings:
        if one.standing != "accepted":
            parts += [Text(), _finding(one, texts)]
    if check.hidden:
        parts += [Text(), cell(hidden(check, texts), "dim")]
    if accepted:
        parts += [Text(), _heading(texts.say("Accepted by the baseline"), width), bullets([_accepted(one, texts) for one in accepted])]
    if check.gone:
        said = [cell(f"{gone.code} {gone.place}".strip()) for gone in check.gone]
        title = texts.say("No longer found, though the baseline has it")
        parts += [Text(), _heading(title, width), bullets(said), cell(texts.say("--update-baseline takes it out."), "dim")]
    if check.not_evaluated:
        notes = bullets([cell(said) for said in not_evaluated(check, texts)], mark="–")
        parts += [Text(), _heading(texts.say("Not evaluated"), width), notes]
    return [*parts, Text(), cell(verdict(check, texts), "bold red" if check.failed else "bold green")]


def _title(check: Check, texts: Texts) -> Text:
    names = [texts.say("standard input") if file.name == "-" else PurePath(file.name).name for file in check.input.files]
    files = ", ".join(names) if len(names) < 3 else texts.count("{n} file", "{n} files", len(names))
    line = cell(check.title or texts.say("Sales funnel"), "bold", limit=60)
    for part in (files, texts.count("{n} deal", "{n} deals", check.deals), dates(check, texts)):
        line.append_text(cell(f"{NBSP}· ", "dim")).append_text(cell(part))
    return line


def _heading(title: str, width: int) -> Text:
    line = Text("── ", style="dim").append_text(cell(title, "not dim bold")).append(" ")
    line.append("─" * max(width - line.cell_len, 0))
    line.truncate(width)
    return line


def _finding(one: Judged, texts: Texts) -> RenderableType:
    finding = one.finding
    head = cell(texts.word(SEVERITIES[finding.severity]), STYLES[finding.severity])
    head.append_text(cell(f" {finding.code}", "bold")).append_text(cell(f" {finding.name}", "bold"))
    for part in (spot(one), "" if finding.confidence == "high" else texts.word(CONFIDENCES[finding.confidence])):
        if part:
            head.append_text(cell(f"{NBSP}· {part}", "dim"))
    lines: list[RenderableType] = [cell(finding.text, limit=TEXT_LIMIT)]
    lines += [cell(part, "", limit=TEXT_LIMIT) for part in (finding.effect, stand(one, texts)) if part]
    lines += [cell(part, "dim", limit=TEXT_LIMIT) for part in (_deals(one, texts), unlisted(finding, texts)) if part]
    if finding.cure:
        lines.append(cell(f"→{NBSP}{finding.cure}", "green", limit=TEXT_LIMIT))
    return Group(head, Padding(Group(*lines), (0, 0, 0, 2)))


def _deals(one: Judged, texts: Texts) -> str:
    """The deals, unless the text has named them all."""
    finding = one.finding
    named = all(deal in finding.text for deal in finding.deals) and finding.count <= len(finding.deals)
    return "" if named else deals(finding, texts)


def _accepted(one: Judged, texts: Texts) -> Text:
    finding = one.finding
    said = f"{finding.code} {finding.name}{NBSP}· {spot(one)}{NBSP}· {texts.number(finding.count)}. {stand(one, texts)}"
    return cell(said, "dim", limit=TEXT_LIMIT)
