"""Markdown for a job summary, a comment or a chat: a verdict, a table, the details below; nothing of the data is read as markup."""

from __future__ import annotations

import re
from html import escape

from funnel_audit.render.check.words import SEVERITIES, dates, deals, hidden, not_evaluated, spot, stand, unlisted, verdict
from funnel_audit.texts import Texts
from funnel_audit.verdict import Check, Judged

_MARKS = re.compile(r"([\\`*_\[\]|~$])")
_LINKS = re.compile(r"(?i)(@|#(?=\d)|:(?=//)|www(?=\.))")
_BLOCK = re.compile(r"^(\s*)([-+#=]|\d+(?=[.)]))")
JOINER = "\u2060"
"""Shows nothing: behind it a mention, a number of an issue or an address is no link any more."""


def render(check: Check) -> str:
    """The page."""
    texts = Texts(check.lang)
    title = plain(check.title or texts.say("Sales funnel"))
    lines = [f"## {title}", "", f"**{plain(verdict(check, texts))}**", "", plain(_sentence(dates(check, texts))), ""]
    if check.findings:
        heads = [texts.say("Severity"), texts.say("Code"), texts.say("Finding"), texts.say("Where")]
        lines += [_row(heads), "| --- | --- | --- | --- |"]
        lines += [_row(_cells(one, texts)) for one in check.findings]
        lines.append("")
    if check.hidden:
        lines += [plain(hidden(check, texts)), ""]
    lines += _list(texts.say("No longer found, though the baseline has it"), [f"{gone.code} {gone.place}" for gone in check.gone])
    lines += _list(texts.say("Not evaluated"), not_evaluated(check, texts))
    return "\n".join(lines).rstrip() + "\n"


def _cells(one: Judged, texts: Texts) -> list[str]:
    finding = one.finding
    parts = [finding.text, finding.effect, deals(finding, texts), unlisted(finding, texts), stand(one, texts)]
    said = [f"**{plain(finding.name)}**", *(plain(part) for part in parts if part)]
    if finding.cure:
        said.append(f"→ {plain(finding.cure)}")
    severity = plain(texts.word(SEVERITIES[finding.severity]))
    return [severity if one.standing != "accepted" else f"~~{severity}~~", finding.code, "<br>".join(said), plain(spot(one))]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _list(title: str, items: list[str]) -> list[str]:
    return ["", f"### {plain(title)}", "", *(f"- {plain(item)}" for item in items), ""] if items else []


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def plain(text: str) -> str:
    """Text that is shown as it is: HTML escaped, marks behind a backslash; no mention, no link, no heading or list by chance."""
    kept = _MARKS.sub(r"\\\1", text.replace("\n", " "))
    kept = _LINKS.sub(rf"\1{JOINER}", escape(kept, quote=False))
    return _BLOCK.sub(rf"\1{JOINER}\2", kept)
