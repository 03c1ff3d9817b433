"""Pairs of stages that the trade speaks of: how many get from one to the other, and how fast."""

from __future__ import annotations

from rich.console import RenderableType

from funnel_audit.render.terminal.page import NONE, Column, Page, heading, legend, shorten, table
from funnel_audit.report import Pair

NAME_LIMIT = 60


def section(page: Page) -> list[RenderableType]:
    """One row for each pair that stages.yaml names and that has a rate or a time."""
    say, pairs = page.texts.say, [pair for pair in page.audit.pairs if pair.projected or pair.days.p50 is not None]
    if not pairs:
        return []
    columns = [
        Column(say("Pair"), [_name(page, pair) for pair in pairs], justify="left", wraps=True, kept=True),
        Column(say("Started"), [page.texts.number(pair.reached) for pair in pairs], kept=True),
        Column(say("Get there,|%"), [_rate(page, pair) for pair in pairs]),
        Column(say("Days:|median"), [_days(page, pair.days.p50) for pair in pairs]),
        Column(say("Days:|p90"), [_days(page, pair.days.p90) for pair in pairs]),
    ]
    rough = any(pair.projected and not pair.projected.ripe for pair in pairs)
    return [heading(page, say("Pairs of stages")), table(page, columns), *legend([say("~ rough: too few decided yet.") if rough else ""])]


def _name(page: Page, pair: Pair) -> str:
    name = pair.name or f"{page.stage(pair.start)} → {page.stage(pair.end)}"
    return shorten(name, NAME_LIMIT)


def _rate(page: Page, pair: Pair) -> str:
    rate = pair.projected
    if rate is None:
        return NONE
    return f"{'' if rate.ripe else '~'}{page.texts.points(rate.value)} ({page.texts.points_range(rate.low, rate.high)})"


def _days(page: Page, value: float | None) -> str:
    return NONE if value is None else page.texts.amount(value)
