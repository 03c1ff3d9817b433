"""What this export cannot show, and which export or column would."""

from __future__ import annotations

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
    notes = len(audit.notes)
    count = texts.count(
        "{n} figure could not be worked out; the reason is under notes in --format json.",
        "{n} figures could not be worked out; the reasons are under notes in --format json.", notes,
    ) if notes else ""  # fmt: skip
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


def _line(page: Page, gap: Capability) -> Text:
    texts = page.texts
    line = cell(texts.word(ANALYSES.get(gap.analysis, gap.analysis)), "bold")
    verdict = texts.say("only partly") if gap.verdict == "partly" else texts.say("no")
    return line.append_text(cell(f" — {verdict}: {texts.word(gap.why)}" if gap.why else f" — {verdict}"))
