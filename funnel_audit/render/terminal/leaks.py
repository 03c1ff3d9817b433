"""Leaks per 30 days, the costliest first: what is lost, what it is held against, what could be recovered."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Column, Page, cell, heading, legend, shorten, table
from funnel_audit.report import Leak, LossReason, Reference
from funnel_audit.texts import NBSP

TOP = 3
NAME_LIMIT, REASON_LIMIT = 50, 40


def section(page: Page) -> list[RenderableType]:
    """The leaks anyone would act on, and the loss reasons of all deals where no step can show its own."""
    texts = page.texts
    worth = [leak for leak in page.audit.leaks if _matters(leak)]
    shown = worth[: page.top or TOP]
    parts: list[RenderableType] = []
    if shown:
        parts.append(heading(page, texts.say("Leaks"), _window(page, shown)))
        parts.append(table(page, _columns(page, shown)))
        if len(worth) > len(shown):
            hidden = texts.count(
                "{n} smaller leak is not shown (--top).", "{n} smaller leaks are not shown (--top).", len(worth) - len(shown)
            )
            parts += legend([hidden])
    reasons = page.audit.totals.loss_reasons
    if reasons and not any(leak.reasons for leak in shown):
        parts += [cell("")] * bool(parts) + _all_reasons(page, reasons[: page.top or 5])
    return parts


def _matters(leak: Leak) -> bool:
    """Something can be won here: not a step at its reference, nor one where nobody is lost."""
    if leak.recoverable is not None:
        return leak.recoverable.wins >= 0.05
    return leak.lost > 0


def _window(page: Page, leaks: Sequence[Leak]) -> str:
    window = next((leak.window for leak in leaks if leak.window), None)
    if window is None:
        return ""
    first, last = page.texts.short_date(window.start), page.texts.short_date(window.end)
    return page.texts.say("recoverable per 30 days ({first} – {last})", first=first, last=last)


def _columns(page: Page, leaks: Sequence[Leak]) -> list[Column]:
    say = page.texts.say
    return [
        Column("", [f"{number}." for number, _ in enumerate(leaks, 1)], kept=True),
        Column(
            say("Step"), [_step(page, leak, first=leak is page.audit.leaks[0]) for leak in leaks], justify="left", wraps=True, kept=True
        ),
        Column(say("Recoverable|wins"), [_wins(page, leak) for leak in leaks]),
        Column(say("Recoverable|money"), [_money(page, leak) for leak in leaks], styles=["bold"] * len(leaks)),
    ]


def _step(page: Page, leak: Leak, *, first: bool) -> Group:
    names = [shorten(page.stage(stage), NAME_LIMIT) for stage in (leak.start, leak.end)]
    lines: list[Text] = [cell(f"{names[0]} →{NBSP}{names[1]}", "bold")]
    lines.append(cell("; ".join(_facts(page, leak))))
    named = _reasons(page, leak.reasons)
    if named:
        lines.append(cell(page.texts.say("reasons: {list}", list=named)))
    if first and leak.ranked_first is not None:
        lines.append(
            cell(page.texts.say("the first to fix in {share} of resamples", share=page.texts.percent(leak.ranked_first, 0)), "dim")
        )
    return Group(*lines)


def _facts(page: Page, leak: Leak) -> list[str]:
    texts = page.texts
    lost = texts.count("{n} deal lost", "{n} deals lost", leak.lost)
    if leak.share_of_losses is not None:
        lost = texts.say("{lost} ({share} of all losses)", lost=lost, share=texts.percent(leak.share_of_losses, None))
    facts = [lost]
    if leak.lost_amount:
        facts[0] += ", " + page.money(leak.lost_amount)
    if leak.rate is not None and leak.reference is not None:
        facts.append(texts.say("{rate} go on, against {reference} {source}", rate=texts.percent(leak.rate.value, None),
                               reference=texts.percent(leak.reference.value, None), source=_source(page, leak.reference)))  # fmt: skip
    elif leak.reference is not None:
        facts.append(texts.say("held against {reference} {source}", reference=texts.percent(leak.reference.value, None),
                               source=_source(page, leak.reference)))  # fmt: skip
    elif leak.rate is not None:
        facts.append(texts.say("{rate} go on; no target or earlier quarter to compare with", rate=texts.percent(leak.rate.value, None)))
    return facts


def _source(page: Page, reference: Reference) -> str:
    if reference.source == "target":
        return page.texts.say("as your target")
    kind, _, quarter = reference.source.rpartition(" ")
    if kind == "best quarter":
        return page.texts.say("in the best quarter ({quarter})", quarter=page.texts.quarter(quarter))
    return shorten(reference.source, REASON_LIMIT)


def _wins(page: Page, leak: Leak) -> str | Group:
    texts = page.texts
    if leak.recoverable is not None:
        wins = leak.recoverable
        return Group(cell(texts.amount(wins.wins), "bold"), cell(f"({texts.range(wins.low, wins.high)})"))
    if leak.per_point is not None:
        gain = cell("+" + texts.number(leak.per_point, 2 if leak.per_point < 0.95 else 1), "bold")
        return Group(gain, cell(texts.say("per +1 point").replace(" ", NBSP)))
    return ""


def _money(page: Page, leak: Leak) -> str:
    return page.money(leak.recoverable.amount) if leak.recoverable else ""


def _reasons(page: Page, reasons: Sequence[LossReason]) -> str:
    return ", ".join(f"{_reason(page, reason)}{NBSP}{page.texts.number(reason.lost)}" for reason in reasons)


def _reason(page: Page, reason: LossReason) -> str:
    return shorten(reason.reason, REASON_LIMIT) if reason.reason else page.texts.say("no reason given")


def _all_reasons(page: Page, reasons: Sequence[LossReason]) -> list[RenderableType]:
    say, texts, lost = page.texts.say, page.texts, page.audit.totals.lost
    columns = [
        Column(say("Reason"), [_reason(page, reason) for reason in reasons], justify="left", wraps=True, kept=True),
        Column(say("Lost"), [texts.number(reason.lost) for reason in reasons], kept=True),
        Column(say("Share"), [texts.percent(reason.lost / lost, None) if lost else "" for reason in reasons]),
        Column(say("Amount"), [page.money(reason.amount) for reason in reasons]),
    ]
    return [heading(page, say("Why deals are lost")), table(page, columns)]
