"""Stalled deals: how many stand too long in which stage, and the ones to look at first."""

from __future__ import annotations

from rich.console import RenderableType

from funnel_audit.render.terminal.page import NONE, Column, Page, cell, heading, legend, shorten, table
from funnel_audit.report import StalledDeal
from funnel_audit.texts import N_

TOP = 10
TITLE_LIMIT, OWNER_LIMIT, STAGE_LIMIT = 44, 30, 50
YOURS, OWN, ANY = "stages.yaml", N_("this stage"), N_("all stages")


def origin(page: Page, source: str | None) -> str:
    """The origin of a limit in a word or two; one that is not known stays as it is."""
    plain = (source or "").lower().replace("_", " ")
    if plain in ("max days", "stages.yaml"):
        return YOURS
    if plain.startswith("p85") or plain.endswith("p85"):
        return page.texts.word(ANY if "all" in plain else OWN)
    return shorten(source or "", 20)


def section(page: Page) -> list[RenderableType]:
    """By stage, then the deals in the order of the audit (the most money at risk first), then what is apart."""
    texts, stalled = page.texts, page.audit.stalled
    if not (stalled.count or stalled.on_hold_count or (stalled.count is not None and stalled.unknown)):
        return []
    aside = texts.count("{n} deal", "{n} deals", stalled.count) if stalled.count else ""
    if aside and stalled.amount is not None:
        aside += texts.say(" for {amount}", amount=page.money(stalled.amount))
    parts: list[RenderableType] = [heading(page, texts.say("Stalled"), aside)]
    if stalled.count:
        parts += _by_stage(page) + _deals(page)
    apart = []
    if stalled.on_hold_count:
        apart.append(texts.count("{n} deal on hold is not counted here.", "{n} deals on hold are not counted here.", stalled.on_hold_count))
    if stalled.unknown:
        apart.append(texts.count(
            "For {n} open deal it is not known since when it stands in its stage.",
            "For {n} open deals it is not known since when they stand in their stage.", stalled.unknown))  # fmt: skip
    return parts + legend([" ".join(apart)])


def _by_stage(page: Page) -> list[RenderableType]:
    say, texts = page.texts.say, page.texts
    rows = [row for row in page.audit.stalled.by_stage if row.stalled]
    if not rows:
        return []
    origins = [origin(page, row.limit_source) for row in rows]
    columns = [
        Column(say("Stage"), [shorten(row.name, STAGE_LIMIT) for row in rows], justify="left", wraps=True, kept=True),
        Column(say("Open"), [texts.number(row.open) for row in rows], kept=True),
        Column(say("Stalled|of these"), [texts.number(row.stalled) for row in rows], kept=True, styles=["bold"] * len(rows)),
        Column(say("Amount"), [page.money(row.amount) for row in rows]),
        Column(say("Stand, days,|median"), ["" if row.median_days is None else texts.amount(row.median_days) for row in rows]),
        Column(say("Limit,|days"), ["" if row.limit is None else texts.amount(row.limit) for row in rows]),
        Column(say("Limit|from"), origins, justify="left"),
    ]
    learnt = any(word in (texts.word(OWN), texts.word(ANY)) for word in origins)
    furthest = {stage.stage: stage.open for stage in page.audit.funnel}
    moved_back = any(row.open > furthest.get(row.stage, row.open) for row in rows)
    lines = [
        say("Open: deals that stand in the stage now; the funnel counts them at the furthest stage they reached.") if moved_back else "",
        say("Limit from the stage itself: 85% of deals leave sooner.") if learnt else "",
    ]
    return [table(page, columns), *legend([" ".join(line for line in lines if line)])]


def _deals(page: Page) -> list[RenderableType]:
    say, texts = page.texts.say, page.texts
    deals = page.audit.stalled.deals[: page.top or TOP]
    if not deals:
        return []
    edited = ["" if deal.edited_days is None else texts.number(deal.edited_days) for deal in deals] if page.wide else []
    columns = [
        Column(say("Look at first"), [_deal(deal) for deal in deals], justify="left", wraps=True, kept=True),
        Column(say("Stage"), [shorten(page.stage(deal.stage), STAGE_LIMIT) for deal in deals], justify="left", wraps=True),
        Column(say("Days"), [texts.number(deal.days) for deal in deals], kept=True,
               styles=["bold red" if deal.days > 2 * deal.limit else "bold" for deal in deals]),
        Column(say("Limit"), [texts.amount(deal.limit) for deal in deals]),
        Column(say("Edited|days ago"), edited),
        Column(say("Chance,|%"), [_chance(page, deal) for deal in deals]),
        Column(say("Owner"), [shorten(deal.owner or "", OWNER_LIMIT) for deal in deals], justify="left", wraps=True),
        Column(say("Amount"), [page.money(deal.amount, deal.currency) for deal in deals]),
    ]  # fmt: skip
    ahead = page.audit.forecast
    told = any(deal.chance is not None for deal in deals) and ahead is not None
    until = say("Chance to be won by {day}: on coming into the stage → now.", day=texts.date(ahead.until)) if told and ahead else ""
    return [cell(""), table(page, columns), *legend([until])]


def _chance(page: Page, deal: StalledDeal) -> str:
    """At entry → now; a dash without a forecast."""
    if deal.chance is None or deal.chance_at_entry is None:
        return NONE
    points = page.texts.points
    return f"{points(deal.chance_at_entry, digits=0)} → {points(deal.chance, digits=0)}"


def _deal(deal: StalledDeal) -> str:
    name = f"{deal.deal_id} {deal.title}" if deal.title and deal.title != deal.deal_id else deal.deal_id
    return shorten(name, TITLE_LIMIT)
