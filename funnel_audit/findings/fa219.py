"""Losses that are duplicates.

*What it finds*
    Deals lost with a reason that says they were a duplicate: duplicate, double, дубль, дубликат, повтор and their forms.

*Why it matters*
    The same client is counted twice, once as a loss: losses are too many, and every rate up to that stage too low.

*When it is wrong*
    When you want to see how many duplicates the sources deliver; then leave them in for that one report.

*Example*
    1,771 of 15,743 losses have the reason "Duplicate".

*How to mend it*
    Write in stages.yaml: exclude: {lost_reasons: [Duplicate]}. Turn on the CRM's check for duplicates (amoCRM, Bitrix24, HubSpot and
    Pipedrive have one).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of, win_rate_without
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import commonest
from funnel_audit.journeys import Outcome
from funnel_audit.labels import normal
from funnel_audit.texts import N_, Texts

NAME = N_("losses that are duplicates")
SEVERITY = "warning"
CONFIDENCE = "high"
_DUPLICATE = re.compile(
    r"\b(duplicate[ds]?|dupes?|doublon|duplicado|дубл(ь|я|и|ей|ем|ями|икат\w*|ир\w*)|повторная (заявка|сделка)|повторный лид)\b|^doubles?$"
)


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, reasons = evidence.journeys, evidence.journeys.facts.lost_reason
    found = [code for code in commonest(reasons) if _DUPLICATE.search(normal(reasons.texts[code]))]
    deals = np.flatnonzero(np.isin(reasons.codes, found))
    if len(deals):
        lost = int(np.count_nonzero(journeys.outcome[deals] == Outcome.LOST))
        total = int(np.count_nonzero(journeys.outcome == Outcome.LOST))
        names = list(dict.fromkeys(normal(reasons.texts[code]) for code in found))
        words = [name for name in names if _DUPLICATE.fullmatch(name)]
        text = texts.count(
            "The loss reason of {n} deal says duplicate; that is {lost} of {total} losses ({share}).",
            "The loss reasons of {n} deals say duplicate; that is {lost} of {total} losses ({share}).",
            len(deals), lost=lost, total=total, share=share_of(texts, lost, total),
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"lost": lost, "losses": total, "texts": len(names)}
        effect = win_rate_without(evidence, texts, deals)
        yield flagged(evidence, deals, text, cure_by(texts, words, len(names) - len(words)), effect, numbers)


def cure_by(texts: Texts, words: list[str], more: int) -> str:
    """The line for stages.yaml. Only words of the list are written out: findings go to logs, and a reason may hold a name."""
    if not words:
        return texts.say("Leave them out: write what the cells say in stages.yaml: exclude: {{lost_reasons: [...]}}.")
    line = f"exclude: {{lost_reasons: {json.dumps(words[:4], ensure_ascii=False)}}}"
    if more:
        return texts.count(
            "Leave them out: in stages.yaml, {line}, and {n} more text as the cells have it.",
            "Leave them out: in stages.yaml, {line}, and {n} more texts as the cells have them.", more, line=line,
        )  # fmt: skip
    return texts.say("Leave them out: in stages.yaml, {line}.", line=line)
