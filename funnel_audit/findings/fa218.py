"""Test deals.

*What it finds*
    Deals that look like tries of the CRM. The source or the loss reason is "demo" or begins with one of the words test, testing, тест,
    тестовый, тестовая, тестовое, проверка; or the title is such a word, alone, with a number, or with the word deal, lead, order, сделка,
    лид, заявка or заказ. Sources and reasons are looked at for all deals, titles for five thousand of them.

*Why it matters*
    A test is closed within minutes, as a rule lost: it makes stages look fast and rates low.

*When it is wrong*
    When what you sell is a test: "Test drive", "Тест-драйв", "Тестирование персонала" are left alone in titles.

*Example*
    159 deals of the source "Test".

*How to mend it*
    Write in stages.yaml: exclude: {sources: [Test]}, or lost_reasons. Delete deals that are found by their title, or give them such a
    source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.findings.effects import flagged, win_rate_without
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import commonest
from funnel_audit.labels import normal
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from funnel_audit.journeys import Labels
    from funnel_audit.journeys.records import Array

NAME = N_("test deals")
SEVERITY = "warning"
CONFIDENCE = "medium"
MOST_TITLES = 5000
_WORDS = "test|testing|тест|тестовый|тестовая|тестовое|проверка"
_ALONE = frozenset([*_WORDS.split("|"), "demo"])
_WORD = re.compile(rf"({_WORDS})([ _№#:-]*\d*|\s.*)|demo")
_TITLE = re.compile(rf"({_WORDS}|проверка связи)([ _№#:-]*\d*|\s+(deal|lead|order|сделка|лид|заявка|заказ)\b.*)")


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    facts = evidence.journeys.facts
    told = np.zeros(evidence.journeys.n, bool)
    for field, labels in (("sources", facts.source), ("lost_reasons", facts.lost_reason)):
        words, more, mine = matching(labels)
        deals = np.flatnonzero(mine & ~told)
        if not len(deals):
            continue
        told |= mine
        if field == "sources":
            text = texts.count("The source of {n} deal says test.", "The sources of {n} deals say test.", len(deals))
        else:
            text = texts.count("The loss reason of {n} deal says test.", "The loss reasons of {n} deals say test.", len(deals))
        yield flagged(
            evidence, deals, text, cure_by(texts, field, words, more), win_rate_without(evidence, texts, deals),
            {"texts": len(words) + more}, key=field,
        )  # fmt: skip
    deals, looked_at = by_title(evidence, told)
    if len(deals):
        text = texts.count("The title of {n} deal says that it is a test.", "The titles of {n} deals say that they are tests.", len(deals))
        cure = texts.say("Delete them in the CRM, or give them a source of their own and write it under exclude in stages.yaml.")
        yield flagged(evidence, deals, text, cure, win_rate_without(evidence, texts, deals), {"looked_at": looked_at}, key="title")


def cure_by(texts: Texts, key: str, words: list[str], more: int) -> str:
    """The line for stages.yaml. Only words of the list are written out: findings go to logs, and a source may hold a name."""
    if not words:
        return texts.say("If these are tests, write what the cells say in stages.yaml: exclude: {{{key}: [...]}}.", key=key)
    line = f"exclude: {{{key}: {json.dumps(words[:4], ensure_ascii=False)}}}"
    if more:
        return texts.count(
            "If these are tests, write in stages.yaml: {line}, and {n} more text as the cells have it.",
            "If these are tests, write in stages.yaml: {line}, and {n} more texts as the cells have them.", more, line=line,
        )  # fmt: skip
    return texts.say("If these are tests, write in stages.yaml: {line}.", line=line)


def matching(labels: Labels) -> tuple[list[str], int, Array]:
    """Which words of the list stand alone in cells of a column, how many other texts there mean a test, and the deals of all of them."""
    found = [code for code in commonest(labels) if _WORD.fullmatch(normal(labels.texts[code]))]
    names = dict.fromkeys(normal(labels.texts[code]) for code in found)
    words = [name for name in names if name in _ALONE]
    return words, len(names) - len(words), np.isin(labels.codes, found)


def by_title(evidence: Evidence, told: Array) -> tuple[Array, int]:
    """Deals whose title says test, and how many were looked at; among a million five thousand that are spread evenly."""
    n, title = evidence.journeys.n, evidence.journeys.facts.named.title
    some = np.arange(n) if n <= MOST_TITLES else np.linspace(0, n - 1, MOST_TITLES).astype(np.int64)
    if not n or all(title.text(int(deal)) is None for deal in some[:20]):
        return some[:0], 0
    found = [deal for deal in some.tolist() if not told[deal] and _TITLE.fullmatch(normal(title.text(deal) or ""))]
    return np.array(found, np.int64), len(some)
