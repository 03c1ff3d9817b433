"""The funnel table: where deals are, how many go on, how long it takes; and the funnel as a whole."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import NONE, Column, Page, bar, cell, heading, legend, shorten, table
from funnel_audit.report import FunnelStage
from funnel_audit.texts import NBSP

STAGE_LIMIT = 70
UNRIPE, AS_IS = "~", "*"
LEAST_FOR_A_MEDIAN = 5


def section(page: Page) -> list[RenderableType]:
    """One row a stage, a legend of the marks that were used, the whole funnel in a line or two."""
    stages = page.audit.funnel
    if not stages:
        return []
    parts: list[RenderableType] = [heading(page, page.texts.say("Funnel")), table(page, _columns(page))]
    return parts + legend([" ".join(_legend(page))]) + [cell(line) for line in _whole(page)]


def _columns(page: Page) -> list[Column]:
    say, stages = page.texts.say, page.audit.funnel
    projected = any(stage.projected for stage in stages)
    placed = not page.audit.totals.unplaced or any(stage.lost for stage in stages)
    paced = any(_has_days(stage) for stage in stages)
    rate_head = say("Projected|to next, %") if projected else say("So far|to next, %")
    columns = [
        Column(say("Stage"), [shorten(stage.name, STAGE_LIMIT) for stage in stages], justify="left", wraps=True, kept=True,
               styles=["bold" if stage.won is not None else "" for stage in stages]),
        Column(say("Reached"), [_number(page, stage.reached) for stage in stages], kept=True),
        Column(say("Open"), [_number(page, stage.open) for stage in stages], kept=True),
        Column(say("Lost"), [_number(page, stage.lost) if placed else "" for stage in stages]),
        Column(rate_head, [_rate_cell(page, stage) for stage in stages]),
    ]  # fmt: skip
    if page.wide:
        columns.append(Column("", [_bar(stage, 10) or Text("") for stage in stages], justify="left"))
    if projected:
        columns.append(Column(say("So far|%"), [_so_far(page, stage) for stage in stages]))
    if page.wide:
        columns.append(
            Column(say("From|start, %"), [page.texts.points(s.from_start.value) if s.from_start else "" for s in stages], rank=3)
        )
    if paced:
        columns.append(Column(say("Days:|median"), [_days(page, stage, stage.days.p50) for stage in stages]))
        columns.append(Column(say("Days:|p90"), [_days(page, stage, stage.days.p90) for stage in stages]))
    if page.wide or not paced:
        columns.append(Column(say("Open for,|days"), [_days(page, stage, stage.open_days) for stage in stages], rank=2 if paced else 0))
    columns.append(Column(say("Skipped"), [_some(page, stage.skipped) for stage in stages], rank=1))
    if page.wide:
        columns.append(Column(say("Moved|back"), [_some(page, stage.back_moves) for stage in stages], rank=4))
        columns.append(Column(say("On|hold"), [_some(page, stage.on_hold) for stage in stages], rank=5))
    return columns


def _rate_cell(page: Page, stage: FunnelStage) -> Text | Group:
    text = cell(_rate(page, stage), "bold" if stage.won is not None else "")
    drawn = None if page.wide else _bar(stage, 10)
    return Group(text, drawn) if drawn else text


def _rate(page: Page, stage: FunnelStage) -> str:
    """``68 (61-74)``; what stands in for a missing projection is marked, unless no stage has one."""
    if stage.won is not None:
        return page.texts.say("won {n}", n=stage.won).replace(" ", NBSP)
    if stage.projected is not None:
        rate = stage.projected
        return _with_range(page, ("" if rate.ripe else UNRIPE), rate.value, rate.low, rate.high)
    if stage.so_far is None:
        return NONE
    mark = AS_IS if any(other.projected for other in page.audit.funnel) else ""
    around = stage.bounds or stage.so_far
    return _with_range(page, mark, stage.so_far.value, around.low, around.high)


def _with_range(page: Page, mark: str, value: float, low: float, high: float) -> str:
    return f"{mark}{page.texts.points(value)}{NBSP}({page.texts.points_range(low, high)})"


def _bar(stage: FunnelStage, cells: int) -> Text | None:
    rate = stage.projected or stage.so_far
    return None if rate is None or stage.won is not None else bar(rate.value, cells)


def _so_far(page: Page, stage: FunnelStage) -> str:
    if stage.won is not None:
        return ""
    return page.texts.points(stage.so_far.value) if stage.so_far else NONE


def _has_days(stage: FunnelStage) -> bool:
    return stage.days.p50 is not None or stage.days.p90 is not None


def _days(page: Page, stage: FunnelStage, value: float | None) -> str:
    if value is None:
        return "" if stage.won is not None else NONE
    return page.texts.amount(value)


def _number(page: Page, value: int) -> str:
    return page.texts.number(value)


def _some(page: Page, value: int | None) -> str:
    return page.texts.number(value) if value else ""


def _legend(page: Page) -> list[str]:
    """Only the marks and words that the table above uses."""
    say, stages = page.texts.say, page.audit.funnel
    steps = [stage for stage in stages if stage.won is None]
    projected = any(stage.projected for stage in steps)
    lines = []
    if projected:
        lines.append(say("Projected: how many will go on once the open deals are decided (95% range)."))
        if page.begun_before:
            lines.append(say("It is of the deals that came to the stage since the data begin."))
        if any(stage.projected and not stage.projected.ripe for stage in steps):
            lines.append(say("~ rough: too few decided yet."))
        standing_in = [stage for stage in steps if not stage.projected and stage.so_far]
        if any(stage.bounds for stage in standing_in):
            lines.append(say("* as of today: the step has no dates; in brackets the range left by losses whose stage is unknown."))
        elif standing_in:
            lines.append(say("* as of today: the step has no dates."))
    else:
        lines.append(say("So far: how many have gone on as of today; open deals may still follow."))
        if any(stage.bounds for stage in steps if stage.so_far):
            lines.append(say("In brackets: the range left by losses whose stage is unknown."))
        elif any(stage.so_far for stage in steps):
            lines.append(say("In brackets: the 95% range."))
    if any(stage.days.p50 is not None for stage in steps) and not any(stage.days.p90 is not None for stage in steps):
        lines.append(say("Days: half of the deals leave within the median."))
    elif any(_has_days(stage) for stage in steps):
        lines.append(say("Days: half of the deals leave within the median, nine in ten within p90."))
    elif any(stage.open_days is not None for stage in stages):
        lines.append(_since(page))
    if any(not stage.projected and stage.so_far is None for stage in steps):
        lines.append(say("– under 10 deals: no rate."))
    return lines


def _since(page: Page) -> str:
    since = {stage.open_days_since for stage in page.audit.funnel if stage.open_days is not None}
    if any("creat" in (word or "") for word in since):
        return page.texts.say("Open for: median age of the open deals since their creation.")
    return page.texts.say("Open for: median time of the open deals since their last change of stage.")


def _whole(page: Page) -> list[str]:
    """Win rate, days to win and money of the whole funnel; what no step can show."""
    texts, totals = page.texts, page.audit.totals
    parts = []
    rate = totals.win_rate
    if rate.so_far:
        share = texts.percent(rate.so_far.value, None)
        if rate.projected:
            low_high = texts.percent_range(rate.projected.low, rate.projected.high, None)
            parts.append(texts.say("win rate {share} so far, {projected} projected ({range})", share=share, range=low_high,
                                   projected=texts.percent(rate.projected.value, None)))  # fmt: skip
        else:
            parts.append(texts.say("win rate {share} so far", share=share))
    if totals.days_to_win.p50 is not None and totals.days_to_win.n >= LEAST_FOR_A_MEDIAN:
        half = texts.days(totals.days_to_win.p50)
        if totals.days_to_win.p90 is not None:
            parts.append(texts.say("won within {half} (median), {most} (p90)", half=half, most=texts.days(totals.days_to_win.p90)))
        else:
            parts.append(texts.say("won within {half} (median)", half=half))
    if totals.won_amount is not None:
        parts.append(texts.say("won {amount}", amount=page.money(totals.won_amount)))
    if totals.open_amount is not None:
        parts.append(texts.say("open {amount}", amount=page.money(totals.open_amount)))
    lines = [texts.say("The whole funnel: {figures}.", figures="; ".join(parts).rstrip("."))] if parts else []
    if rate.so_far and page.begun_before and any(stage.projected for stage in page.audit.funnel):
        lines.append(texts.say(
            "The steps do not multiply up to the win rate: they tell of the deals that came to a stage since the data begin, "
            "it of all deals, also of those decided before."))  # fmt: skip
    lines += [
        texts.count("{currency}: {n} deal, won {won}, open {open}.", "{currency}: {n} deals, won {won}, open {open}.", row.deals,
                    currency=row.currency or texts.say("no currency"), won=page.money(row.won_amount, row.currency),
                    open=page.money(row.open_amount, row.currency))
        for row in totals.currencies[1:]
    ]  # fmt: skip
    if totals.unplaced:
        lines.append(texts.count(
            "{n} more lost deal has no stage: the export does not say where it was lost.",
            "{n} more lost deals have no stage: the export does not say where they were lost.", totals.unplaced))  # fmt: skip
    return lines
