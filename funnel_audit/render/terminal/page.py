"""What every section of the page is built from: cells, headings, bullets, tables, bars."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from funnel_audit.frozen import Frozen
from funnel_audit.report import Audit
from funnel_audit.texts import DASH, NBSP, Texts

_MARK = re.compile("([~*–]) ")

HOLD = "\ufdd0"
"""Stands for a no-break space while rich lays out: rich would break at a real one. A noncharacter, which no cleaned text holds."""

WIDE = 110
"""From this width on there is room for the columns that are good to have."""

NONE = DASH
"""What stands where there is no figure."""

NARROW, ROOMY = 14, 28
"""How wide a column that wraps should stay while there are columns that can be left out: on a narrow page, on a wide one."""


NARROWEST = 72
"""Below this no table holds its numbers; a narrower terminal wraps the lines itself."""


class Sheet(Frozen):
    """What every page has: a language and a width."""

    texts: Texts
    width: int

    @property
    def wide(self) -> bool:
        return self.width >= WIDE


class Page(Sheet):
    """The page of an audit."""

    audit: Audit
    top: int | None
    names: Mapping[str, str]
    asked: frozenset[str] | None = None
    """The sections that were asked for by name; None: the whole page."""

    @property
    def begun_before(self) -> bool:
        """Deals stood in the stages before the data begin (a series of snapshots): what they did till then has no place."""
        return any(note.reason == "startless" for note in self.audit.notes)

    def stage(self, stage_id: str) -> str:
        """The name of a stage in the language of the audit."""
        return self.names.get(stage_id, stage_id)

    def money(self, value: float | None, currency: str | None = None) -> str:
        """Short money in the currency given, else in the main one; empty for None."""
        return "" if value is None else self.texts.money(value, currency or self.audit.totals.currency, short=True)


def page_of(audit: Audit, *, width: int, top: int | None, asked: frozenset[str] | None = None) -> Page:
    names = {stage.stage: stage.name or stage.stage for stage in audit.funnel}
    return Page(Texts(audit.lang), width, audit, top, names, asked)


def blank_console(width: int, *, color: bool, record: bool = False) -> Console:
    """A console of its own that writes to memory; nothing is taken from the environment."""
    return Console(
        file=io.StringIO(), width=width, height=100, color_system="256" if color else None, force_terminal=color, no_color=not color,
        force_jupyter=False, force_interactive=False, legacy_windows=False, safe_box=False, markup=False, emoji=False, highlight=False,
        record=record, _environ={},
    )  # fmt: skip


def written(console: Console) -> str:
    """What was printed on a blank console: no-break spaces are spaces again, lines end where their text does."""
    assert isinstance(console.file, io.StringIO)
    page = console.file.getvalue().replace(HOLD, " ")
    return "\n".join(line.rstrip() for line in page.rstrip().split("\n")) + "\n"


def cell(text: str, style: str = "", limit: int | None = None) -> Text:
    """Text that is never read as markup, on one line, at most ``limit`` cells wide."""
    made = Text(text.replace(NBSP, HOLD).replace("\n", " "), style=style)
    if limit is not None:
        made.truncate(limit, overflow="ellipsis")
    return made


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` cells, the last one then an ellipsis."""
    return text if cell_len(text) <= limit else cell(text, limit=limit).plain.replace(HOLD, NBSP)


def heading(page: Sheet, title: str, aside: str = "") -> Text:
    """``── Title ── aside ─────`` over the whole width."""
    line = Text("── ", style="dim")
    line.append_text(cell(title, "not dim bold"))
    if aside:
        line.append(" · ")
        line.append_text(cell(aside, "not dim"))
    line.append(" ")
    line.append("─" * max(page.width - line.cell_len, 0))
    line.truncate(page.width)
    return line


def bullets(items: Iterable[RenderableType], mark: str = "•") -> Table:
    """A list whose lines hang under their first word."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, width=cell_len(mark))
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row(Text(mark, style="cyan"), item)
    return grid


def legend(lines: Sequence[str]) -> list[RenderableType]:
    """The marks in plain words, dimmed; nothing when there is nothing to explain."""
    return [cell(_MARK.sub(rf"\1{NBSP}", line), "dim") for line in lines if line]


def spaced(part: RenderableType) -> Padding:
    """The part with an empty line above."""
    return Padding(part, (1, 0, 0, 0))


class Column(Frozen):
    """One column; ``cells`` that are all empty (or a dash) make it disappear, unless it is ``kept``."""

    head: str
    cells: Sequence[str | Text | Group]
    justify: Literal["left", "right"] = "right"
    wraps: bool = False
    kept: bool = False
    rank: int = 0
    """0 is always there; of the others the highest goes first where a column that wraps would become too narrow."""
    styles: Sequence[str] = ()

    @property
    def empty(self) -> bool:
        return not self.kept and all(str(one) in ("", NONE) for one in self.cells)


def table(page: Sheet, columns: Sequence[Column]) -> Table:
    """The columns side by side; only those that wrap give way when the page is narrow. ``|`` in a head breaks its line."""
    gap = 2 if page.wide else 1
    shown = [column for column in columns if not column.empty]
    room = ROOMY if page.wide else NARROW
    while (rank := max(column.rank for column in shown)) and sum(_least(column, room) + gap for column in shown) > page.width + gap:
        shown = [column for column in shown if column.rank < rank]
    deep = any("|" in column.head for column in shown)
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0), header_style="bold", border_style="dim")
    for column in shown:
        head = column.head if "|" in column.head or not deep else "|" + column.head
        made.add_column(
            Text(head.replace(NBSP, HOLD).replace("|", "\n"), justify=column.justify), justify=column.justify,
            no_wrap=not column.wraps, overflow="fold", min_width=NARROW if column.wraps else None,
        )  # fmt: skip
    for row in range(len(shown[0].cells)):
        made.add_row(*(_styled(column, row) for column in shown))
    return made


def _least(column: Column, room: int) -> int:
    """The cells that a column cannot do without."""
    parts = [part for one in column.cells for part in (one.renderables if isinstance(one, Group) else [one])]
    texts = [part.plain if isinstance(part, Text) else str(part) for part in parts]
    widest = max(cell_len(text) for text in [*column.head.split("|"), *texts])
    return min(widest, room) if column.wraps else widest


def _styled(column: Column, row: int) -> RenderableType:
    value = column.cells[row]
    if not isinstance(value, str):
        return value
    return cell(value, column.styles[row] if column.styles else "")


def bar(share: float, cells: int) -> Text:
    """``████▌░░░`` for a 0-1 share, to half a cell."""
    halves = round(min(max(share, 0.0), 1.0) * cells * 2)
    full = "█" * (halves // 2) + "▌" * (halves % 2)
    made = Text(full, style="cyan")
    made.append("░" * (cells - len(full)), style="dim")
    return made
