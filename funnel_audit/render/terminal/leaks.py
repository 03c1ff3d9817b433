"""Leaks per 30 days, the costliest first: what is lost, what it is held against, what could be recovered."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.render.terminal.page import Column, Page, cell, heading, legend, shorten, table
from funnel_audit.report import Leak, LossReason, Projected, Reference
from funnel_audit.texts import NBSP

TOP, TOP_REASONS = 3, 5
NAME_LIMIT, REASON_LIMIT = 50, 40


def section(page: Page) -> list[RenderableType]:
    """The leaks anyone would act on, and the loss reasons of all deals where no step can show its own."""
    texts = page.texts
    worth = [leak for leak in page.audit.leaks if leak.matters]
    shown = worth[: TOP if page.top is None else page.top]
    parts: list[RenderableType] = []
    if shown:
        parts.append(heading(page, texts.say("Leaks"), _window(page, shown)))
        parts.append(table(page, _columns(page, shown)))
        parts += legend([" ".join(_legend(page, worth, shown))])
    reasons = page.audit.totals.loss_reasons
    if page.top != 0 and any(reason.reason for reason in reasons) and not any(leak.reasons for leak in shown):
        parts += [cell("")] * bool(parts) + _all_reasons(page, reasons)
    return parts


def _legend(page: Page, worth: Sequence[Leak], shown: Sequence[Leak]) -> list[str]:
    """What the rates are held against, how the steps are ranked, and how many are left out."""
    say = page.texts.say
    lines = []
    if any(leak.rate is not None and not leak.whole for leak in shown):
        lines.append(
            say("Since the data begin: also of deals that jumped over the stage; in the period: of those that came into it then.")
            if page.begun_before
            else say("In all: of all deals, also those that jumped over the stage; in the period: of those that came into it then.")
        )
    if any(leak.reference is not None and leak.reference.source != "target" for leak in shown):
        lines.append(say("“At least”: the lower end of the 95% range of the best quarter that ended before the period."))
    alone = [leak for leak in shown if leak.recoverable is None]
    if len(alone) == len(shown) and any(leak.reference is not None for leak in shown):
        lines.append(say("Ranked by deals lost: how often deals are won further on is not known."))
    elif len(alone) == len(shown):
        lines.append(say("There is no target and no earlier quarter to compare with: ranked by deals lost."))
    elif alone:
        lines.append(say("Ranked by what can be recovered; then by deals lost, where there is nothing to compare with."))
    if len(worth) > len(shown):
        left = len(worth) - len(shown)
        lines.append(page.texts.count("{n} smaller leak is not shown: --top {all}.", "{n} smaller leaks are not shown: --top {all}.",
                                      left, all=len(worth)))  # fmt: skip
    return lines


def _window(page: Page, leaks: Sequence[Leak]) -> str:
    """The period of the rates: the longest of those shown."""
    windows = [leak.window for leak in leaks if leak.window]
    if not windows:
        return ""
    first, last = min(window.start for window in windows), max(window.end for window in windows)
    period = {"first": page.texts.short_date(first), "last": page.texts.short_date(last)}
    gain = any(leak.recoverable is not None or leak.per_point is not None for leak in leaks)
    said = (
        page.texts.say("recoverable in 30 days; the period is {first} – {last}", **period)
        if gain
        else page.texts.say("the period is {first} – {last}", **period)
    )
    return said.replace(" ", NBSP)


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
    lines += [cell(fact) for fact in _facts(page, leak)]
    if any(reason.reason for reason in leak.reasons):
        lines.append(cell(page.texts.say("reasons: {list}", list=_reasons(page, leak.reasons))))
    if first and leak.ranked_first is not None:
        lines.append(
            cell(page.texts.say("the first to fix in {share} of resamples", share=page.texts.percent(leak.ranked_first, 0)), "dim")
        )
    return Group(*lines)


def _facts(page: Page, leak: Leak) -> list[str]:
    """What was lost since the beginning of the data, and how many go on in the period: two lines, for they are of two times.

    Where the period is all of the data there is one rate, that of the funnel.
    """
    texts = page.texts
    lost = texts.count("{n} deal lost", "{n} deals lost", leak.lost)
    known = page.audit.totals.lost_with_a_stage
    if known is not None:
        lost = texts.count(
            "{lost} ({share} of the {n} lost deal whose stage is known)", "{lost} ({share} of the {n} lost deals whose stage is known)",
            known, lost=lost, share=texts.percent(leak.lost / known, None),
        )  # fmt: skip
    elif leak.share_of_losses is not None:
        lost = texts.say("{lost} ({share} of all losses)", lost=lost, share=texts.percent(leak.share_of_losses, None))
    if leak.lost_amount:
        lost += ", " + page.money(leak.lost_amount)
    overall = next((stage.projected for stage in page.audit.funnel if stage.stage == leak.start), None)
    if overall is not None and leak.rate is not None:
        lost += "; " + texts.say("{rate} go on", rate=_rate(page, overall))
    one_rate = leak.whole and overall is not None
    if one_rate and leak.reference is not None:
        lost += "; " + _held_against(page, leak.reference)
    facts = [texts.say("since the data begin: {lost}", lost=lost) if page.begun_before else texts.say("in all: {lost}", lost=lost)]
    if leak.rate is not None and not one_rate:
        rate = texts.say("in the period: {rate} go on", rate=_rate(page, leak.rate))
        facts.append(rate + (f"; {_held_against(page, leak.reference)}" if leak.reference is not None else ""))
    return facts


def _rate(page: Page, rate: Projected) -> str:
    """Marked as in the funnel where it is rough."""
    return ("" if rate.ripe else "~") + page.texts.percent(rate.value, None)


def _held_against(page: Page, reference: Reference) -> str:
    value = page.texts.percent(reference.value, None)
    if reference.source == "target":
        return page.texts.say("the target is {value}", value=value)
    kind, _, quarter = reference.source.rpartition(" ")
    if kind == "best quarter":
        return page.texts.say("at least {value} in {quarter}, the best quarter", value=value, quarter=page.texts.quarter(quarter))
    return f"{shorten(reference.source, REASON_LIMIT)} {value}"


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


def _all_reasons(page: Page, told: Sequence[LossReason]) -> list[RenderableType]:
    """The most frequent reasons, the deals without one (which is none of them), and how many reasons are left out."""
    say, texts, lost = page.texts.say, page.texts, page.audit.totals.lost
    named = [reason for reason in told if reason.reason]
    left = named[TOP_REASONS if page.top is None else page.top :]
    reasons = [*named[: len(named) - len(left)], *(reason for reason in told if not reason.reason)]
    columns = [
        Column(say("Reason"), [_reason(page, reason) for reason in reasons], justify="left", wraps=True, kept=True),
        Column(say("Lost"), [texts.number(reason.lost) for reason in reasons], kept=True),
        Column(say("Share"), [texts.percent(reason.lost / lost, None) if lost else "" for reason in reasons]),
        Column(say("Amount"), [page.money(reason.amount) for reason in reasons]),
    ]
    rest = texts.count(
        "{n} more reason ({deals}): --top {all}.", "{n} more reasons ({deals}): --top {all}.", len(left),
        deals=texts.count("{n} deal", "{n} deals", sum(reason.lost for reason in left)), all=len(named),
    ) if left else ""  # fmt: skip
    return [heading(page, say("Why deals are lost")), table(page, columns), *legend([rest])]
