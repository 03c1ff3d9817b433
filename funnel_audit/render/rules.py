"""The rules themselves: a list of codes, or the documentation of a few, for a terminal, as Markdown or as JSON."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from funnel_audit.render.check.words import CONFIDENCES, SEVERITIES, clean_rules
from funnel_audit.texts import N_, Texts
from funnel_audit.verdict import RuleInfo

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = ("terminal", "markdown", "json")
GROUPS = {
    "FA1": N_("The file"),
    "FA2": N_("The deals"),
    "FA3": N_("The history"),
    "FA4": N_("The definition of the funnel"),
    "FA5": N_("What stages.yaml demands"),
}
STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def render_as(name: str, rules: Sequence[RuleInfo], texts: Texts, *, in_full: bool, width: int, color: bool) -> bytes:
    """The rules in the format ``name``; ``in_full`` with their documentation."""
    rules = clean_rules(rules)
    if name == "json":
        tree = [msgspec.to_builtins(rule) for rule in rules]
        return msgspec.json.format(msgspec.json.encode(tree), indent=2) + b"\n"
    if name == "markdown":
        return (_documents(rules, texts) if in_full else _markdown_list(rules, texts)).encode("utf-8")
    return _terminal(rules, texts, in_full, width, color).encode("utf-8")


def _grouped(rules: Sequence[RuleInfo]) -> dict[str, list[RuleInfo]]:
    groups: dict[str, list[RuleInfo]] = {}
    for rule in rules:
        groups.setdefault(rule.code[:3], []).append(rule)
    return groups


def _heading(rule: RuleInfo, texts: Texts) -> str:
    severity, confidence = texts.word(SEVERITIES[rule.severity]), texts.word(CONFIDENCES[rule.confidence])
    return f"{severity}, {confidence}"


def _documents(rules: Sequence[RuleInfo], texts: Texts) -> str:
    return "\n".join(f"## {rule.code}: {rule.name}\n\n*{_heading(rule, texts)}*\n\n{rule.text}\n" for rule in rules)


def _markdown_list(rules: Sequence[RuleInfo], texts: Texts) -> str:
    lines = []
    for group, some in _grouped(rules).items():
        title = texts.word(GROUPS.get(group, group))
        lines += [
            f"## {group}: {title}",
            "",
            f"| {texts.say('Code')} | {texts.say('Severity')} | {texts.say('Finding')} |",
            "| --- | --- | --- |",
        ]
        lines += [f"| {rule.code} | {texts.word(SEVERITIES[rule.severity])} | {rule.name} |" for rule in some]
        lines.append("")
    return "\n".join(lines)


def _terminal(rules: Sequence[RuleInfo], texts: Texts, in_full: bool, width: int, color: bool) -> str:
    from rich.console import Console

    from funnel_audit.render.terminal.page import HOLD

    console = Console(
        file=io.StringIO(), width=max(width, 40), height=100, color_system="256" if color else None, force_terminal=color,
        no_color=not color, force_jupyter=False, force_interactive=False, legacy_windows=False, safe_box=False, markup=False, emoji=False,
        highlight=False, _environ={},
    )  # fmt: skip
    (_full if in_full else _list)(console, rules, texts)
    assert isinstance(console.file, io.StringIO)
    page = console.file.getvalue().replace(HOLD, " ")
    return "\n".join(line.rstrip() for line in page.strip("\n").split("\n")) + "\n"


def _list(console: Console, rules: Sequence[RuleInfo], texts: Texts) -> None:
    from rich.table import Table
    from rich.text import Text

    for group, some in _grouped(rules).items():
        console.print(Text(f"\n{group}  {texts.word(GROUPS.get(group, group))}", style="bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        for rule in some:
            severity = Text(texts.word(SEVERITIES[rule.severity]), style=STYLES[rule.severity])
            table.add_row(Text(rule.code), severity, Text(rule.name))
        console.print(table)
    console.print(Text("\n" + texts.say("More on one: funnel-audit explain {code}", code=rules[0].code if rules else "FA101"), style="dim"))


def _full(console: Console, rules: Sequence[RuleInfo], texts: Texts) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for rule in rules:
        console.print(Text(f"\n{rule.code}  {rule.name}", style="bold").append(f"  {_heading(rule, texts)}", style=STYLES[rule.severity]))
        for paragraph in rule.text.split("\n\n"):
            text = Text(" ".join(paragraph.split("\n")) if not paragraph.startswith(" ") else paragraph)
            if paragraph.startswith("**"):
                console.print(Text("\n" + paragraph.strip("*"), style="bold"))
            else:
                console.print(Padding(text, (0, 0, 0, 2)))
