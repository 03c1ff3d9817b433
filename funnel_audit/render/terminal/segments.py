"""Who and what is different: owners, sources and other kinds of deals that do better or worse than all others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import NONE, Column, Page, bullets, cell, heading, legend, shorten, table
from funnel_audit.report import Difference, Segment
from funnel_audit.segment_names import column_name, segment_name

ROWS, EVIDENCE, REASONS = 8, 6, 3
"""Rows of a column, segments whose differences are told, and differences of each."""
NAME_LIMIT, WIDEST = 60, 26
MARKS = {"better": "▲", "worse": "▼", "mixed": "◆"}


def section(page: Page) -> list[RenderableType]:
    """The columns in which something differs; those that were asked for by ``--by`` in any case."""
    asked = bool(page.audit.input.by)
    parts: list[RenderableType] = []
    for _, found in groupby(page.audit.segments, key=lambda segment: segment.column):
        rows = list(found)
        if asked or any(segment.differences for segment in rows):
            parts += [cell("")] * bool(parts) + _column(page, rows)
    if any(segment.differences for segment in page.audit.segments):
        say = page.texts.say
        rough = any(segment.win_rate.projected and not segment.win_rate.projected.ripe for segment in page.audit.segments)
        parts += legend([say("~ rough: too few decided yet.") if rough else ""])
        parts += legend([say("▲ better, ▼ worse than all other deals, ◆ both; about one in twenty of the differences named is chance.")])
    if not parts and page.asked is not None and "segments" in page.asked:
        parts = [heading(page, page.texts.say("Deals by kind")), cell(_none(page))]
    return parts


def _none(page: Page) -> str:
    """That nothing differs, and of how many; or that there was nothing to compare."""
    say, texts = page.texts.say, page.texts
    compared = [segment for segment in page.audit.segments if segment.verdict == "same"]
    if not compared:
        return say("There are too few deals of each kind to compare, or no column to tell them apart: --by names one.")
    names = texts.listing([column_name(segment, texts) for segment in {one.column: one for one in compared}.values()])
    return texts.count(
        "Nothing differs beyond chance: {n} kind of deals was compared with all others ({columns}).",
        "Nothing differs beyond chance: {n} kinds of deals were each compared with all others ({columns}).",
        len(compared),
        columns=names,
    )


def _column(page: Page, rows: Sequence[Segment]) -> list[RenderableType]:
    say, on_mix = page.texts.say, any(segment.same_mix for segment in rows)
    title = say("Deals by {column}", column=shorten(column_name(rows[0], page.texts), NAME_LIMIT))
    differing = [segment for segment in rows if segment.differences]
    shown = _shown(rows, differing, page.top or ROWS)
    parts: list[RenderableType] = [
        heading(page, title, say("on the same mix of deals") if on_mix else ""),
        table(page, _columns(page, shown, on_mix=on_mix)),
    ]
    if not differing:
        parts += legend([_nothing(page, rows)])
    surest = sorted(differing, key=lambda segment: segment.q_value or 0.0)[:EVIDENCE]
    for mark in MARKS.values():
        told = [segment for segment in surest if MARKS[segment.verdict] == mark]
        if told:
            parts.append(bullets([_evidence(page, segment) for segment in told], mark=mark))
    return parts + legend([_hidden(page, rows, shown), *_best(page, differing)])


def _nothing(page: Page, rows: Sequence[Segment]) -> str:
    """Why none of a column's segments is said to differ."""
    verdicts = {segment.verdict for segment in rows}
    if "same" in verdicts:
        return page.texts.say("None of them differs from the others more than chance may make it.")
    if "few" in verdicts:
        return page.texts.say("Not enough data to compare them.")
    return page.texts.say("Not compared: lost deals have no amount more often than won ones, so it follows from the outcome.")


def _shown(rows: Sequence[Segment], differing: Sequence[Segment], most: int) -> list[Segment]:
    """Those that differ, most surely first, then the largest ones; in the order of their rank."""
    surest = sorted(differing, key=lambda segment: segment.q_value or 0.0)
    others = sorted((segment for segment in rows if not segment.differences), key=lambda segment: -segment.deals)
    chosen = {id(segment) for segment in [*surest, *others][:most]}
    found = [segment for segment in rows if id(segment) in chosen]
    return sorted(found, key=_low) if any(segment.kind == "band" for segment in rows) else found


def _low(segment: Segment) -> tuple[int, float]:
    """Bands in their own order, the deals without a number last."""
    return segment.kind != "band", float("-inf") if segment.low is None else segment.low


def _columns(page: Page, rows: Sequence[Segment], *, on_mix: bool) -> list[Column]:
    say, texts = page.texts.say, page.texts
    projected = any(segment.win_rate.projected for segment in rows)
    styles = ["bold" if segment.differences else "" for segment in rows]
    names = [shorten(_name(page, segment), WIDEST if not page.wide else NAME_LIMIT) for segment in rows]
    mixed = [texts.points(segment.same_mix.rate.value) if segment.same_mix and segment.verdict != "few" else NONE for segment in rows]
    return [
        Column("", [MARKS.get(segment.verdict, "") for segment in rows], justify="left"),
        Column("", names, justify="left", kept=True, styles=styles),
        Column(say("Deals"), [texts.number(segment.deals) for segment in rows], kept=True),
        Column(say("Won,|%") if projected else say("Won of the|closed, %"), [_rate(page, segment) for segment in rows], kept=True),
        Column(say("Won, %,|same mix"), mixed if on_mix else [NONE] * len(rows)),
        Column(say("Days to win,|median"), [_days(page, segment) for segment in rows], rank=1),
        Column(say("Brought|per lead"), [_worth(page, segment) for segment in rows], rank=2),
        Column(say("Stalled,|%"), [_share(page, segment.stalled_share) for segment in rows], rank=3),
    ]


def _name(page: Page, segment: Segment) -> str:
    return segment_name(segment, page.texts, page.audit.totals.currency)


def _rate(page: Page, segment: Segment) -> str:
    rate = segment.win_rate.projected or segment.win_rate.closed_only
    if rate is None or segment.verdict == "few":
        return page.texts.say("few")
    rough = "~" if segment.win_rate.projected is not None and not segment.win_rate.projected.ripe else ""
    return f"{rough}{page.texts.points(rate.value)} ({page.texts.points_range(rate.low, rate.high)})"


def _days(page: Page, segment: Segment) -> str:
    return NONE if segment.days_to_win.p50 is None or segment.days_to_win.n < 5 else page.texts.amount(segment.days_to_win.p50)


def _worth(page: Page, segment: Segment) -> str:
    return NONE if segment.value_per_lead is None or segment.verdict == "few" else page.money(segment.value_per_lead.value)


def _share(page: Page, value: float | None) -> str:
    return NONE if value is None else page.texts.points(value, 0)


def _evidence(page: Page, segment: Segment) -> Text:
    """``Site: won 41 % against 22 %; Meeting held → Proposal: 80 % against 60 %``."""
    told = "; ".join(_difference(page, one) for one in segment.differences[:REASONS])
    line = cell(shorten(_name(page, segment), NAME_LIMIT), "bold")
    line.append_text(cell(": " + told))
    return line


def _difference(page: Page, one: Difference) -> str:
    texts = page.texts
    if one.what == "days_to_win":
        here, others = texts.days(one.value), texts.days(one.others)
        return texts.say("half are won within {here}, of the others within {others}", here=here, others=others)
    if one.what == "value_per_lead":
        here, others = page.money(one.value), page.money(one.others)
        return texts.say("a lead brings {here} on average, the others {others}", here=here, others=others)
    here, others = texts.percent(one.value, None), texts.percent(one.others, None)
    if one.stage is None:
        return texts.say("won {here} against {others} of the others", here=here, others=others)
    return texts.say("from “{stage}” {here} go on against {others}", stage=shorten(page.stage(one.stage), 40), here=here, others=others)


def _hidden(page: Page, rows: Sequence[Segment], shown: Sequence[Segment]) -> str:
    more = len(rows) - len(shown)
    return page.texts.count("{n} more is in the JSON.", "{n} more are in the JSON.", more) if more else ""


def _best(page: Page, differing: Sequence[Segment]) -> list[str]:
    """The fastest and the most valuable of those that are surely so."""
    better = [(one, segment) for segment in differing for one in segment.differences if one.direction == "better"]
    fast = min((pair for pair in better if pair[0].what == "days_to_win"), key=lambda pair: pair[0].value, default=None)
    rich = max((pair for pair in better if pair[0].what == "value_per_lead"), key=lambda pair: pair[0].value, default=None)
    lines = []
    if fast is not None:
        lines.append(page.texts.say("Fastest: {name} (median {days}).", name=_name(page, fast[1]), days=page.texts.days(fast[0].value)))
    if rich is not None:
        worth = page.money(rich[0].value)
        lines.append(page.texts.say("Most valuable: {name} ({money} per lead).", name=_name(page, rich[1]), money=worth))
    return [" ".join(lines)] if lines else []
