"""What this export cannot show, and which export or column would."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Page, bullets, cell, heading, legend
from funnel_audit.report import Capability
from funnel_audit.texts import N_

ANALYSES = {
    "funnel": N_("Funnel"),
    "conversion": N_("Conversion"),
    "projected": N_("Projected conversion"),
    "projection": N_("Projected conversion"),
    "pace": N_("Time in a stage"),
    "days": N_("Time in a stage"),
    "leaks": N_("Leaks"),
    "stalled": N_("Stalled deals"),
    "pairs": N_("Pairs of stages"),
    "forecast": N_("Forecast"),
    "key_stage": N_("Key stage"),
    "loss_reasons": N_("Loss reasons"),
    "reasons": N_("Loss reasons"),
    "segments": N_("Comparison of owners and sources"),
    "money": N_("Money"),
    "amounts": N_("Money"),
    "owners": N_("Owners"),
    "days_to_win": N_("Days to win"),
    "win_rate": N_("Win rate"),
}


def section(page: Page) -> list[RenderableType]:
    """One bullet for each question that stays open, with the cure; the number of notes."""
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
    if gaps:
        parts.append(bullets(_line(page, gap) for gap in gaps))
    return parts + legend([count])


def _line(page: Page, gap: Capability) -> Text:
    texts = page.texts
    name = texts.word(ANALYSES.get(gap.analysis, gap.analysis))
    line = cell(name, "bold")
    verdict = texts.say("only partly") if gap.verdict == "partly" else texts.say("no")
    line.append_text(cell(f" — {verdict}: {texts.word(gap.why)}" if gap.why else f" — {verdict}"))
    if gap.need:
        line.append_text(cell(" → ", "dim")).append_text(cell(texts.word(gap.need), "green"))
    return line
