"""The story of one deal for people: what is known, what each entry meant, why it ended so, where it counts."""

from __future__ import annotations

import io
from pathlib import PurePath

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from funnel_audit.clean import clean_record
from funnel_audit.deal_record import DealStory, Standing
from funnel_audit.render.check.words import SEVERITIES
from funnel_audit.render.terminal.page import HOLD, bullets, cell
from funnel_audit.texts import DASH, N_, NBSP, Texts

NARROWEST = 60
OUTCOMES = {"won": N_("won"), "lost": N_("lost"), "open": N_("open"), "none": N_("in no figure")}
STYLES = {"won": "bold green", "lost": "bold red", "open": "bold", "none": "bold yellow"}
HOWS = {
    "advanced": N_("went on"),
    "lost": N_("lost here"),
    "open": N_("stands here"),
    "won": N_("won"),
    "unplaced": N_("lost, where is unknown"),
}
TABLES = {
    "funnel": N_("Funnel"),
    "leaks": N_("Leaks"),
    "stalled": N_("Stalled"),
    "win_rate": N_("Win rate"),
    "days_to_win": N_("Days to win"),
    "money": N_("Money"),
    "pairs": N_("Pairs of stages"),
}


def render(story: DealStory, *, width: int = 80, color: bool = False) -> str:
    """The page as text, every line at most ``width`` cells."""
    story, texts = clean_record(story), Texts(story.lang)
    console = Console(
        file=io.StringIO(), width=max(width, NARROWEST), height=100, color_system="256" if color else None, force_terminal=color,
        no_color=not color, force_jupyter=False, force_interactive=False, legacy_windows=False, safe_box=False, markup=False, emoji=False,
        highlight=False, _environ={},
    )  # fmt: skip
    for part in _parts(story, texts, console.width):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    page = console.file.getvalue().replace(HOLD, " ")
    return "\n".join(line.rstrip() for line in page.rstrip().split("\n")) + "\n"


def _parts(story: DealStory, texts: Texts, width: int) -> list[RenderableType]:
    head = cell(texts.say("Deal {id}", id=story.deal_id), "bold")
    head.append_text(cell(" · ")).append_text(cell(texts.word(OUTCOMES[story.outcome]), STYLES[story.outcome]))
    head.append_text(cell(f" · {texts.say('as of {day}', day=_when(story.as_of_local, texts))}"))
    parts: list[RenderableType] = [head, cell(story.why), Text(), _facts(story, texts)]
    title = texts.say("What was recorded")
    if story.entries:
        parts += [Text(), _heading(title, width), _entries(story, texts)]
    else:
        parts += [Text(), _heading(title, width), cell(texts.say("None: the export has no history of this deal."))]
    if story.stages:
        parts += [Text(), _heading(texts.say("In the funnel"), width), _stages(story, texts)]
    if story.counts:
        parts += [Text(), _heading(texts.say("Where it counts"), width), _counts(story, texts)]
    if story.findings:
        items = [
            cell(f"{one.code} {texts.word(SEVERITIES[one.severity])}: {one.name}. → {one.cure}" if one.cure else f"{one.code} {one.name}")
            for one in story.findings
        ]
        parts += [Text(), _heading(texts.say("Its findings"), width), bullets(items)]
    return parts


def _heading(title: str, width: int) -> Text:
    line = Text("── ", style="dim").append_text(cell(title, "not dim bold")).append(" ")
    line.append("─" * max(width - line.cell_len, 0))
    line.truncate(width)
    return line


def _when(local: str | None, texts: Texts) -> str:
    """``31.03.2026 14:05``; a dash for what is not known."""
    return DASH if local is None else f"{texts.short_date(local)}{NBSP}{local[11:16]}".rstrip(NBSP)


def _facts(story: DealStory, texts: Texts) -> Table:
    place = f"{PurePath(story.file).name}:{story.line}" if story.file else ""
    amount = "" if story.amount is None else texts.money(story.amount, story.currency)
    rows = [
        (texts.say("Title"), story.title), (texts.say("Company"), story.company), (texts.say("Owner"), story.owner),
        (texts.say("Source"), story.source), (texts.say("Amount"), amount), (texts.say("Stage in the row"), story.label),
        (texts.say("Loss reason"), story.loss_reason), (texts.say("Created"), _when(story.created, texts)),
        (texts.say("Closed"), _when(story.closed, texts)), (texts.say("Row"), place),
    ]  # fmt: skip
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in rows:
        if value and value != DASH:
            grid.add_row(cell(name, "dim"), cell(value))
    return grid


def _entries(story: DealStory, texts: Texts) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=2, overflow="fold")
    grid.add_column(ratio=3, overflow="fold")
    for entry in story.entries:
        style = "dim" if entry.rule in ("repeated", "after_as_of", "unmapped") else ""
        at = texts.say("before the data") if entry.at is None else _when(entry.at, texts)
        grid.add_row(cell(at, "dim"), cell(entry.label, style), cell(entry.text, style))
    return grid


def _stages(story: DealStory, texts: Texts) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(2):
        grid.add_column(overflow="fold")
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    for stage in story.stages:
        style = "" if stage.reached else "dim"
        entered = _when(stage.entered, texts) if stage.entered else ""
        days = texts.days(stage.days) if stage.days is not None else ""
        grid.add_row(cell(stage.name, style), cell(_how(stage, texts), style), cell(entered), cell(days))
    return grid


def _how(stage: Standing, texts: Texts) -> str:
    if stage.how is None:
        return texts.say("not reached")
    said = texts.word(HOWS[stage.how])
    return f"{said}, {texts.say('skipped')}" if stage.skipped else said


def _counts(story: DealStory, texts: Texts) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    last = ""
    for count in story.counts:
        name = texts.word(TABLES[count.table])
        grid.add_row(cell("" if name == last else name, "dim"), cell(count.text))
        last = name
    return grid
