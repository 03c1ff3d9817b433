"""The documentation of a rule: its module's docstring in English, ``findings/ru/fa203.md`` in Russian, both written alike.

    Unmapped label.                     the first line

    *What it finds*                     five headings
        Labels that no stage knows.     with text below, indented or not

Page, ``explain``, SARIF and JSON are made from this one text.
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from funnel_audit.findings import rules
from funnel_audit.verdict import RuleInfo

if TYPE_CHECKING:
    from funnel_audit.texts import Texts

HEADINGS = {
    "en": ("What it finds", "Why it matters", "When it is wrong", "Example", "How to mend it"),
    "ru": ("Что находит", "Почему это важно", "Когда ошибается", "Пример", "Как исправить"),
}
FOLDER = Path(__file__).parent / "ru"


class Document(NamedTuple):
    """``sections`` are (heading, text), the text with its own line breaks and without indentation."""

    summary: str
    sections: tuple[tuple[str, str], ...]
    lang: str

    def markdown(self) -> str:
        """Headings in bold, paragraphs as they are."""
        return "\n\n".join([self.summary, *(f"**{heading}**\n\n{text}" for heading, text in self.sections)])

    def plain(self) -> str:
        """As the docstring writes it."""
        parts = [self.summary]
        for heading, text in self.sections:
            parts.append(heading + "\n" + "\n".join(f"  {line}".rstrip() for line in text.split("\n")))
        return "\n\n".join(parts)


@cache
def document(code: str, lang: str) -> Document:
    """The documentation of a rule; English where there is no other."""
    path = FOLDER / f"{code.lower()}.md"
    if lang == "ru" and path.is_file():
        return parsed(path.read_text("utf-8"), "ru")
    return parsed(inspect.getdoc(import_module(f"funnel_audit.findings.{code.lower()}")) or "", "en")


def parsed(text: str, lang: str) -> Document:
    """A text in the form above, also where its headings are Markdown's (``## What it finds``, ``**What it finds**``)."""
    summary: list[str] = []
    sections: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        heading = _heading(line)
        if heading is not None and (summary or not line.startswith("# ")):
            sections.append((heading, []))
        elif sections:
            sections[-1][1].append(line)
        else:
            summary.append(line.removeprefix("# "))
    joined = " ".join(part.strip() for part in summary if part.strip())
    return Document(joined, tuple((heading, _text(lines)) for heading, lines in sections), lang)


def _heading(line: str) -> str | None:
    if line.startswith("#"):
        return line.lstrip("#").strip()
    bare = line.rstrip()
    if len(bare) > 2 and bare[0] == bare[-1] == "*" and line[0] == "*":
        return bare.strip("*").strip()
    return None


def _text(lines: list[str]) -> str:
    return inspect.cleandoc("\n".join(lines)).strip()


def rule_infos(texts: Texts) -> tuple[RuleInfo, ...]:
    """Every rule as the formats of ``check`` and ``explain`` show it, in order of code."""
    out = []
    for code, rule in rules().items():
        text = document(code, texts.lang)
        out.append(
            RuleInfo(
                code=code,
                name=texts.word(rule.NAME),
                severity=rule.SEVERITY,
                confidence=rule.CONFIDENCE,
                summary=text.summary,
                text=text.markdown(),
            )
        )
    return tuple(out)
