"""What this export cannot show, and which export or column would."""

from __future__ import annotations

from collections import Counter

from rich.console import RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Page, bullets, cell, heading, legend
from funnel_audit.report import Capability
from funnel_audit.texts import N_

ANALYSES = {
    "conversion": N_("Projected conversion"),
    "stage_of_loss": N_("Stage of loss"),
    "pace": N_("Time in a stage"),
    "stalled": N_("Stalled deals"),
    "money": N_("Money"),
    "days_to_win": N_("Days to win"),
    "loss_reasons": N_("Loss reasons"),
    "key_stage": N_("Key stage"),
    "forecast": N_("Forecast"),
}


def section(page: Page) -> list[RenderableType]:
    """One bullet for each question that stays open, those with the same cure together; the number of notes."""
    texts, audit = page.texts, page.audit
    gaps = [one for one in audit.capabilities if one.verdict != "yes"]
    count = _missing(page)
    if not gaps and not count:
        return []
    parts: list[RenderableType] = [heading(page, texts.say("What this export cannot show"))]
    cures: dict[str, list[Capability]] = {}
    for gap in gaps:
        cures.setdefault(gap.need or "", []).append(gap)
    for need, same in cures.items():
        parts.append(bullets(_line(page, gap) for gap in same))
        if need:
            parts.append(bullets([cell(texts.say("What would show it: {need}", need=texts.word(need)), "green")], mark="→"))
    return parts + legend([count])


def _missing(page: Page) -> str:
    """How many figures there are none of, and why most often. (A rate of the deals since the data begin is one.)"""
    missing = [note for note in page.audit.notes if note.reason != "startless"]
    if not missing:
        return ""
    text, same = Counter(note.text for note in missing).most_common(1)[0]
    if same == len(missing):
        return page.texts.count(
            "{n} figure could not be worked out: {why}.", "{n} figures could not be worked out: {why}.", same, why=text.rstrip(".")
        )
    return page.texts.count(
        "{n} figure could not be worked out; most often ({same}) because: {why}. All reasons: --format json, notes.",
        "{n} figures could not be worked out; most often ({same}) because: {why}. All reasons: --format json, notes.",
        len(missing), same=same, why=text.rstrip("."),
    )  # fmt: skip


def _line(page: Page, gap: Capability) -> Text:
    texts = page.texts
    line = cell(texts.word(ANALYSES.get(gap.analysis, gap.analysis)), "bold")
    verdict = texts.say("only partly") if gap.verdict == "partly" else texts.say("no")
    return line.append_text(cell(f" — {verdict}: {texts.word(gap.why)}" if gap.why else f" — {verdict}"))
