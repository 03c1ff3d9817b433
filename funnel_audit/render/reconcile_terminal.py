"""The reconciliation for people: rules as columns, one table a question, and why each rule that differs does."""

from __future__ import annotations

from rich.console import RenderableType

from funnel_audit.clean import clean_record
from funnel_audit.reconcile_record import Reconciliation, Rule, RuleCause
from funnel_audit.render.terminal.page import (
    NARROWEST,
    NONE,
    Column,
    Sheet,
    blank_console,
    bullets,
    cell,
    heading,
    legend,
    shorten,
    table,
    written,
)
from funnel_audit.texts import NBSP, Texts

OURS, SO_FAR = "furthest", "so-far"
UNDECIDED = (OURS, SO_FAR, "closed-only")
"""Rules that count the same deals, and differ in what an open one is."""
SHOWN_IDS = 5
ID_LIMIT = 24
HEADS = {
    "furthest": "furthest|", "so-far": "so-far|", "closed-only": "closed-|only", "hubspot-all": "hubspot|-all",
    "hubspot-any": "hubspot|-any", "bitrix24-standard": "bitrix24|-standard",
    "bitrix24-conversion": "bitrix24|-conversion", "strict": "strict|", "direct": "direct|",
}  # fmt: skip


def render(found: Reconciliation, *, width: int = 80, color: bool = False) -> str:
    """The page as text, every line at most ``width`` cells."""
    found = clean_record(found)
    page = Sheet(Texts(found.lang), max(width, NARROWEST))
    console = blank_console(page.width, color=color)
    for part in (*_head(page, found), *_tables(page, found), *_why(page, found)):
        console.print(part)
    return written(console)


def _head(page: Sheet, found: Reconciliation) -> list[RenderableType]:
    t = page.texts
    line = cell(shorten(found.title, 60) or t.say("Sales funnel"), "bold")
    for part in (t.count("{n} deal", "{n} deals", found.deals), t.say("as of {day}", day=t.date(found.as_of_local))):
        line.append_text(cell(f"{NBSP}· ", "dim")).append_text(cell(part))
    return [line, *(cell(_short_names(found, text)) for text in found.summary)]


def _short_names(found: Reconciliation, text: str) -> str:
    for stage in found.funnel:
        if len(stage.name) > 60:
            text = text.replace(stage.name, shorten(stage.name, 60))
    return text


def _distinct(found: Reconciliation, by_entries: bool) -> list[Rule]:
    """Rules with numbers of their own."""
    return [one for one in found.rules if one.steps and one.same_as is None and (one.rule not in UNDECIDED) == by_entries]


def _tables(page: Sheet, found: Reconciliation) -> list[RenderableType]:
    t = page.texts
    parts: list[RenderableType] = []
    same, other = _distinct(found, False), _distinct(found, True)
    if same:
        parts += ["", heading(page, t.say("To the next stage, %"), t.say("what is an open deal?")), _rates(page, found, same)]
    if other:
        base = [rule for rule in found.rules if rule.rule == SO_FAR and rule.steps]
        parts += ["", heading(page, t.say("To the next stage, %"), t.say("which stages count?")), _rates(page, found, [*base, *other])]
        parts += ["", heading(page, t.say("Deals counted at each stage")), _counts(page, found, [*base, *other])]
    if any(step.rate is None for rule in (*same, *other) for step in rule.steps):
        parts += legend([t.say("– under 10 deals, or no dates to project from.")])
    return parts


def _rates(page: Sheet, found: Reconciliation, rules: list[Rule]) -> RenderableType:
    names = [shorten(stage.name, 70) for stage in found.funnel[:-1]]
    one_line = all(HEADS[rule.rule].endswith("|") for rule in rules)
    columns = [Column(page.texts.say("Stage"), names, justify="left", wraps=True, kept=True)]
    for rule in rules:
        rates = [NONE if step.rate is None else page.texts.points(step.rate, 1) for step in rule.steps]
        head = HEADS[rule.rule].removesuffix("|") if one_line else HEADS[rule.rule]
        columns.append(Column(head, rates, kept=True, styles=["bold"] * len(rates) if rule.rule == OURS else ()))
    return table(page, columns)


def _counts(page: Sheet, found: Reconciliation, rules: list[Rule]) -> RenderableType:
    names = [shorten(stage.name, 70) for stage in found.funnel]
    columns = [Column(page.texts.say("Stage"), names, justify="left", wraps=True, kept=True)]
    columns += [
        Column(HEADS[rule.rule], [page.texts.number(stage.deals) for stage in rule.stages], kept=True)
        for rule in rules if rule.rule != "direct"  # it counts the deals that hubspot-any counts
    ]  # fmt: skip
    return table(page, columns)


def _why(page: Sheet, found: Reconciliation) -> list[RenderableType]:
    t = page.texts
    names = {rule.rule: rule.name for rule in found.rules}
    items = []
    for rule in (rule for rule in found.rules if not rule.reason):
        line = cell(rule.name, "bold").append_text(cell(f" ({rule.rule})")).append(": ")
        if rule.same_as:
            items.append(line.append_text(cell(t.say("here the same numbers as “{rule}”.", rule=names[rule.same_as]))))
        else:
            items.append(line.append_text(cell(" ".join([rule.text, *_causes(page, rule)]))))
    for reason in dict.fromkeys(rule.reason for rule in found.rules if rule.reason):
        line = cell("; ".join(f"{rule.name} ({rule.rule})" for rule in found.rules if rule.reason == reason), "bold").append(": ")
        items.append(line.append_text(cell(f"{t.say('no figures.')} {reason}")))
    parts: list[RenderableType] = ["", heading(page, t.say("Why they differ")), bullets(items)]
    if any(rule.crm == "Bitrix24" and rule.steps for rule in found.rules):
        parts += legend([t.say("Bitrix24 prints each stage's share of all deals, not of the stage before: divide the counts by {n}.",
                               n=next(rule.deals for rule in found.rules if rule.crm == "Bitrix24"))])  # fmt: skip
    return parts


def _causes(page: Sheet, rule: Rule) -> list[str]:
    """``Against “gone on so far”: 63 deals skipped a stage (D-1, D-2 and 61 more).``"""
    if not rule.causes:
        return []
    said = "; ".join(f"{one.text} ({_ids(page, one)})" for one in rule.causes)
    return [page.texts.say("Against “{rule}”: {causes}.", rule=rule.against_name, causes=said)]


def _ids(page: Sheet, one: RuleCause) -> str:
    shown = [shorten(deal, ID_LIMIT) for deal in one.ids[:SHOWN_IDS]]
    rest = one.deals - len(shown)
    listed = ", ".join(shown)
    return page.texts.say("{some} and {n} more", some=listed, n=rest) if rest else listed
