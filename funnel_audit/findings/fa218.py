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
_WORD = re.compile(rf"({_WORDS})([ _№#:-]*\d*|\s.*)|demo")
_TITLE = re.compile(rf"({_WORDS}|проверка связи)([ _№#:-]*\d*|\s+(deal|lead|order|сделка|лид|заявка|заказ)\b.*)")


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    facts = evidence.journeys.facts
    told = np.zeros(evidence.journeys.n, bool)
    for field, labels in (("sources", facts.source), ("lost_reasons", facts.lost_reason)):
        names, mine = matching(labels)
        deals = np.flatnonzero(mine & ~told)
        if not len(deals):
            continue
        told |= mine
        listed = ", ".join(f"“{name}”" for name in names[:4])
        if field == "sources":
            text = texts.count("{n} deal has the source {listed}.", "{n} deals have the source {listed}.", len(deals), listed=listed)
        else:
            text = texts.count("{n} deal was lost as {listed}.", "{n} deals were lost as {listed}.", len(deals), listed=listed)
        cure = texts.say(
            "If these are tests, write in stages.yaml: exclude: {{{field}: {names}}}.",
            field=field, names=json.dumps(names[:4], ensure_ascii=False),
        )  # fmt: skip
        yield flagged(evidence, deals, text, cure, win_rate_without(evidence, texts, deals), key=field)
    deals = by_title(evidence, told)
    if len(deals):
        text = texts.count("The title of {n} deal says that it is a test.", "The titles of {n} deals say that they are tests.", len(deals))
        cure = texts.say("Delete them in the CRM, or give them a source of their own and write it under exclude in stages.yaml.")
        yield flagged(evidence, deals, text, cure, win_rate_without(evidence, texts, deals), key="title")


def matching(labels: Labels) -> tuple[list[str], Array]:
    """The texts of a column that mean a test, the most frequent first, and the deals that have them."""
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts))
    found = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code] and _WORD.fullmatch(normal(labels.texts[code]))]
    return [shown(labels.texts[code]) for code in found], np.isin(labels.codes, found)


def shown(name: str) -> str:
    """A source or reason that is only the word of the list, as it is written; of a longer one the word, for findings go to logs."""
    word = _WORD.fullmatch(normal(name))
    return name if word is None or word[1] is None or not word[2].strip(" _№#:-0123456789") else f"{word[1]}…"


def by_title(evidence: Evidence, told: Array) -> Array:
    """Deals whose title says test; among a million, of five thousand that are spread evenly."""
    n, title = evidence.journeys.n, evidence.journeys.facts.title
    some = np.arange(n) if n <= MOST_TITLES else np.linspace(0, n - 1, MOST_TITLES).astype(np.int64)
    if not n or all(title.text(int(deal)) is None for deal in some[:20]):
        return some[:0]
    return np.array([deal for deal in some.tolist() if not told[deal] and _TITLE.fullmatch(normal(title.text(deal) or ""))], np.int64)
