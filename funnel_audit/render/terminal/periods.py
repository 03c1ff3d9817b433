"""How things went over time: what changed and since when, the deals by the period of their creation, and what each period brought."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.change_names import column, figure, history, limits
from funnel_audit.render.terminal.page import NONE, Column, Page, cell, heading, legend, shorten, table
from funnel_audit.report import Change, Cohort, CohortStage, Period
from funnel_audit.texts import N_, NBSP, Texts

MARKS = {"better": ("▲", "green"), "worse": ("▼", "red")}
NAME_LIMIT, STAGE_LIMIT, NARROW_STAGE = 90, 40, 24
COHORTS, WIDE_COHORTS = 6, 12
EARLY = "·"
"""Where so much is open that a figure would mislead."""
NEAR = 0.2
"""The q-value from which on a change is mere noise: of five such ones, one or more would be chance."""
SAYS = {
    ("rate", "better"): N_("the same kind of deals does better"),
    ("rate", "worse"): N_("the same kind of deals does worse"),
    ("mix", "better"): N_("other deals than before ({column}); the same kind does about as it did"),
    ("mix", "worse"): N_("other deals than before ({column}); the same kind does about as it did"),
}
"""What a change of conversion is made of, by verdict and direction."""


def section(page: Page) -> list[RenderableType]:
    """What surely changed, with the cohorts beside it; nothing where nothing did, unless it was asked for: then that, and the flows."""
    claimed = [change for change in page.audit.changes if change.survives]
    asked = page.asked is not None and "periods" in page.asked
    parts: list[RenderableType] = []
    if claimed:
        parts += _changed(page, claimed)
    elif asked:
        told = len(page.audit.changes)
        nothing = page.texts.count(
            "Nothing has changed more than it does by chance; {n} history was looked at.",
            "Nothing has changed more than it does by chance; {n} histories were looked at.",
            told,
        ) if told else page.texts.say("No history is long enough to look for a change in it.")  # fmt: skip
        if any(_near(change) for change in page.audit.changes):
            nothing = page.texts.count(
                "Nothing has changed so surely and so much that it matters; {n} history was looked at.",
                "Nothing has changed so surely and so much that it matters; {n} histories were looked at.",
                told,
            )
        parts += [heading(page, page.texts.say("What changed")), cell(nothing)]
    if asked:
        parts += _others(page, [change for change in page.audit.changes if not change.survives], claimed=bool(claimed))
    if claimed:
        parts += _cohorts(page)
    return parts + (_flows(page) if asked else [])


def _changed(page: Page, changes: Sequence[Change]) -> list[RenderableType]:
    say = page.texts.say
    shown = changes[: page.top or len(changes)]
    columns = [
        Column("", [cell(*MARKS.get(change.direction or "", ("◆", "yellow"))) for change in shown], justify="left", kept=True),
        Column(say("Change"), [_told(page, change) for change in shown], justify="left", wraps=True, kept=True),
        Column(say("Before"), [_side(page, change, after=False) for change in shown], kept=True),
        Column(say("After"), [_side(page, change, after=True) for change in shown], kept=True),
        Column(say("Since about"), [_since(page, change) for change in shown], kept=True),
    ]
    notes = [
        say("Conversion is compared at the same age of the deals; in brackets the 95% range."),
        say("▲ better, ▼ worse, ◆ only different; about one in twenty changes named here is chance."),
    ]
    return [heading(page, say("What changed"), say("against its own past")), table(page, columns), *legend([" ".join(notes)])]


def _told(page: Page, change: Change) -> Group:
    texts = page.texts
    lines: list[Text] = [cell(shorten(history(change, page.audit, texts), NAME_LIMIT), "bold")]
    if change.split_by is not None and change.direction is not None and change.verdict is not None:
        by = column(change.split_by, page.audit, texts)
        if change.verdict == "both" and change.mix is not None and change.rate is not None:
            points = [_points(page, part.value) for part in (change.mix, change.rate)]
            lines.append(cell(texts.say("other deals than before ({column}): {mix} points; the same kind doing otherwise: {rate}",
                                        column=by, mix=points[0], rate=points[1])))  # fmt: skip
        elif change.verdict != "both":
            lines.append(cell(texts.say(SAYS[change.verdict, change.direction], column=by)))
        if change.simpson:
            lines.append(cell(texts.say("each kind by itself went the other way ({column})", column=by), "bold yellow"))
    if change.since_first is not None and change.since_last is not None and change.since_first != change.since_last:
        first, last = (texts.short_date(day) for day in (change.since_first, change.since_last))
        lines.append(cell(texts.say("it began between {first} and {last}", first=first, last=last), "dim"))
    return Group(*lines)


def _points(page: Page, share: float) -> str:
    sign = "−" if share < 0 else "+"
    return sign + page.texts.points(abs(share))


def _side(page: Page, change: Change, *, after: bool) -> Group:
    side = change.after if after else change.before
    value = cell(figure(change, side, page.audit, page.texts) or NONE, "bold" if after else "")
    within = limits(change, side, page.texts) if change.what != "amount" else ""
    return Group(value, cell(f"({within})", "dim")) if within else Group(value)


def _since(page: Page, change: Change) -> str:
    if change.since is not None:
        return page.texts.short_date(change.since)
    last = _last_full(page)
    return NONE if last is None else _label(page, last)


def _last_full(page: Page) -> Period | None:
    return next((period for period in reversed(page.audit.periods) if period.complete), None)


def _near(change: Change) -> bool:
    """Not claimed, and yet no mere noise: sure but too small to matter, or nearly sure."""
    return not change.survives and change.q_value <= NEAR and change.before is not None and change.after is not None


def _others(page: Page, changes: Sequence[Change], *, claimed: bool) -> list[RenderableType]:
    """What else was looked at: those near to a claim, and of the rest how many they are; the JSON has them all."""
    say, texts, last = page.texts.say, page.texts, _last_full(page)
    told = [change for change in changes if _near(change)] if last is not None else []
    left = len(changes) - len(told)
    rest = [cell(texts.count(
        "{n} more history changed no more than it does by chance; it is in the JSON.",
        "{n} more histories changed no more than they do by chance; they are in the JSON.", left,
    ))] if left and (claimed or told) else []  # fmt: skip
    if not told or last is None:
        return [cell(""), *rest] if rest else []
    columns = [
        Column(say("Too small, or may be chance"), [shorten(history(change, page.audit, texts), NAME_LIMIT) for change in told],
               justify="left", wraps=True, kept=True),
        Column(say("Before"), [figure(change, change.before, page.audit, texts) or NONE for change in told], kept=True),
        Column(_label(page, last), [figure(change, change.after, page.audit, texts) or NONE for change in told], kept=True),
        Column(say("q-value"), [texts.number(change.q_value, 2) for change in told], kept=True),
    ]  # fmt: skip
    ages = [change.age_days for change in told if change.age_days is not None]
    within = N_("Conversion here is that within {days} of coming to the stage: the deals of the last period are no older.")
    return [cell(""), table(page, columns), *(legend([say(within, days=_within(texts, ages))]) if ages else []), *rest]


def _within(texts: Texts, ages: Sequence[float]) -> str:
    """``8 days``, or ``4–8 days`` where the stages differ."""
    low, high = (ceil(age) for age in (min(ages), max(ages)))
    return texts.days(low) if low == high else texts.say("{low}–{high} days", low=low, high=high)


def _cohorts(page: Page) -> list[RenderableType]:
    """Stages down, cohorts across: the share that gets there; dimmed and marked where it is not settled."""
    say, texts = page.texts.say, page.texts
    cohorts = [cohort for cohort in page.audit.cohorts if cohort.stages][-_across(page) :]
    if not cohorts:
        return []
    stages = list(dict.fromkeys(one.stage for cohort in cohorts for one in cohort.stages))
    names = [shorten(page.stage(stage), STAGE_LIMIT if page.wide else NARROW_STAGE) for stage in stages]
    rows = [say("Deals"), *names, say("Settled on")]
    columns = [Column("", rows, justify="left", kept=True)]
    periods = {period.period: period for period in page.audit.periods}
    for age, cohort in zip(range(len(cohorts) - 1, -1, -1), cohorts, strict=True):
        cells = {one.stage: one for one in cohort.stages}
        deals = texts.number(cohort.deals)
        shares = [_share(page, cells.get(stage)) for stage in stages]
        head = _label(page, periods[cohort.period]) + ("" if cohort.complete else "*")
        columns.append(Column(head, [deals, *shares, cell(_settled(page, cohort), "dim")], kept=True, rank=age))
    lines = [
        say("~ not settled yet: under 95% of the deals have got there or are lost; · not enough decided yet.")
    ]
    if any(_settled(page, cohort) == NONE for cohort in cohorts):
        lines.append(say("Settled on –: the data do not tell when."))
    if any(not cohort.complete for cohort in cohorts):
        lines.append(say("* not over yet."))
    title = {"M": N_("Deals by the month of their creation"), "W": N_("Deals by the week of their creation")}
    name = say(title.get(_kind(cohorts[0].period), N_("Deals by the quarter of their creation")))
    return [cell(""), heading(page, name, say("% that get to the stage")), table(page, columns), *legend([" ".join(lines)])]


def _across(page: Page) -> int:
    return WIDE_COHORTS if page.wide else COHORTS


def _kind(period: str) -> str:
    return "W" if "W" in period else "Q" if "Q" in period else "M"


def _share(page: Page, one: CohortStage | None) -> Text | str:
    if one is None or one.rate is None:
        return NONE
    if one.ripe:
        return page.texts.points(one.rate.value, 0)
    return cell("~" + page.texts.points(one.rate.value, 0) if one.rate.ripe else EARLY, "dim")


def _settled(page: Page, cohort: Cohort) -> str:
    """The day on which the last of its cells will be settled, as far as one can tell."""
    days = [one.ripe_on for one in cohort.stages if not one.ripe]
    known = [day for day in days if day is not None]
    if not days:
        return ""
    return NONE if len(known) < len(days) else _short(page, max(known))


def _short(page: Page, day: str) -> str:
    """A date with two digits of the year, for a narrow column."""
    text = page.texts.short_date(day)
    return text.replace(day[:4], day[2:4])


def _label(page: Page, period: Period) -> str:
    """``Jan 26``, ``Q1 26``, or the Monday of a week."""
    kind = _kind(period.period)
    if kind == "W":
        return _short(page, period.start)
    if kind == "Q":
        return page.texts.quarter(period.period).replace(period.period[:4], period.period[2:4])
    return page.texts.month(period.period)


def _flows(page: Page) -> list[RenderableType]:
    """Stages down, periods across: deals that came to a stage, and deals that were lost there."""
    say, texts = page.texts.say, page.texts
    periods = page.audit.periods[-_across(page) :]
    if not periods:
        return []
    stages = next(([one.stage for one in period.stages] for period in reversed(periods) if period.stages), [])
    names = [shorten(page.stage(stage), STAGE_LIMIT if page.wide else NARROW_STAGE) for stage in stages[:-1]]
    columns = [Column("", [say("New deals"), *names, say("Won"), say("Lost")], justify="left", kept=True)]
    for age, period in zip(range(len(periods) - 1, -1, -1), periods, strict=True):
        cells = [f"{texts.number(one.entered)}{NBSP}−{texts.number(one.lost)}" for one in period.stages[:-1]] or [NONE] * len(names)
        style = "" if period.complete else "dim"
        rows = [texts.number(period.new), *cells, texts.number(period.won), texts.number(period.lost)]
        head = _label(page, period) + ("" if period.complete else "*")
        columns.append(Column(head, rows, kept=True, rank=age, styles=[style] * len(rows)))
    lines = [say("Came to the stage −lost there, each by its own day.") if stages else ""]
    lines += [say("* not over yet.")] * (not periods[-1].complete)
    return [cell(""), heading(page, say("What each period brought")), table(page, columns), *legend([" ".join(lines).strip()])]
