"""What several rules share: where a flaw stands, which deals are shown, what a label is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit import report
from funnel_audit.findings.rule import SHOWN_DEALS
from funnel_audit.labels import LOST, ON_HOLD

if TYPE_CHECKING:
    from funnel_audit.defects import Defect
    from funnel_audit.findings.rule import Evidence
    from funnel_audit.journeys import Labels
    from funnel_audit.journeys.records import Array
    from funnel_audit.texts import Texts

SHOWN_LINES = 5
"""At most so many lines does a defect hold; fewer are all there are."""
MOST_LETTERS = 40
MOST_TEXTS = 20_000
SORTED_DEALS = 1000
"""So many of the flagged deals are sorted by id before the first are shown; ids of a million deals are never made into texts."""


def first_deals(evidence: Evidence, deals: Array) -> tuple[int, ...]:
    """The codes of the first few deals by the text of their id; beyond a thousand, of the thousand with the lowest codes."""
    text = evidence.journeys.facts.id_text
    some = [int(deal) for deal in deals[:SORTED_DEALS]]
    return tuple(sorted(some, key=lambda deal: (text(deal), deal))[:SHOWN_DEALS])


def place_of(defect: Defect) -> report.Place:
    """Where intake noticed it."""
    return report.Place(file=defect.file, line=defect.line, column=defect.column)


def in_lines(texts: Texts, defect: Defect) -> str:
    """A further sentence that names the lines, beginning with a space; nothing where the place already says it all."""
    if len(defect.lines) < 2:
        return ""
    some = ", ".join(str(line) for line in defect.lines)
    all_of_them = len(defect.lines) in (defect.count, *range(SHOWN_LINES))
    return " " + (texts.say("Lines {some}.", some=some) if all_of_them else texts.say("First lines: {some}.", some=some))


def such_as(texts: Texts, sample: str | None) -> str:
    """`` (such as “31.13.2025”)``, for cells whose text may be shown; nothing without one."""
    return " " + texts.say("(such as “{sample}”)", sample=sample) if sample else ""


def cut(cell: str) -> str:
    """A cell as a finding may quote it (of a stage, a date, an amount or a currency only): its first 40 characters."""
    return cell if len(cell) <= MOST_LETTERS else cell[: MOST_LETTERS - 1] + "…"


def commonest(labels: Labels) -> list[int]:
    """The codes of a column's texts, the most frequent first; of a column of free texts the first twenty thousand."""
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.texts))
    ranked = np.argsort(-counts, kind="stable")[:MOST_TEXTS]
    return [int(code) for code in ranked[counts[ranked] > 0]]


def quoted(texts: Texts, names: list[str]) -> str:
    """``“Meeting held”, “Offer sent”``, in the quotation marks of the language."""
    return ", ".join(texts.say("“{name}”", name=cut(name)) for name in names)


def looks_back(evidence: Evidence) -> bool:
    """Does --as-of lie before the export was made? Then the deal rows show a later day than the history that is known."""
    return evidence.journeys.as_of.chosen and evidence.tally.not_yet > 0


def label_name(evidence: Evidence, texts: Texts, code: int) -> str:
    """A label's code in words."""
    if code == LOST:
        return texts.say("lost")
    if code == ON_HOLD:
        return texts.say("on hold")
    stages = evidence.funnel.stages
    return cut(stages[code].name.in_lang(texts.lang)) if code < len(stages) else texts.say("a label that stages.yaml does not know")
