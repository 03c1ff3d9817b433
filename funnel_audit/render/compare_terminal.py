"""The comparison of two exports for people: what was rewritten, the figures on both days, and what is better or worse beyond chance."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from funnel_audit.clean import clean_record
from funnel_audit.compare_record import Change, Comparison, Effect, Figure, Rewriting, Side
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
from funnel_audit.render.terminal.periods import SAYS
from funnel_audit.segment_names import COLUMNS
from funnel_audit.texts import N_, NBSP, Texts

SHOWN_IDS = 5
ID_LIMIT = 24
NAME_LIMIT = 60
FIGURES = {
    "deals": N_("Deals"), "won": N_("Won"), "lost": N_("Lost"), "open": N_("Open"), "win_rate": N_("Won, of the closed deals"),
    "won_amount": N_("Won amount"), "mean_amount": N_("Mean amount of a won deal"), "stalled": N_("Stalled"),
}  # fmt: skip
VERDICTS = {
    "better": N_("better"), "worse": N_("worse"), "no_evidence": N_("no evidence"), "too_few": N_("too few yet"),
}  # fmt: skip
STYLES = {"better": "bold green", "worse": "bold red", "no_evidence": "", "too_few": "dim"}
SHARES = ("win_rate", "conversion")


def render(found: Comparison, *, width: int = 80, color: bool = False) -> str:
    """The page as text, every line at most ``width`` cells."""
    found = clean_record(found)
    page = Sheet(Texts(found.lang), max(width, NARROWEST))
    console = blank_console(page.width, color=color)
    for part in (*_head(page, found), *_rewritten(page, found), *_figures(page, found), *_changes(page, found)):
        console.print(part)
    return written(console)


def _head(page: Sheet, found: Comparison) -> list[RenderableType]:
    t = page.texts
    line = cell(shorten(found.title, NAME_LIMIT) or t.say("Sales funnel"), "bold")
    line.append_text(cell(f"{NBSP}· ", "dim")).append_text(cell(t.say("{old} against {new}", old=_day(page, found.old.as_of_local),
                                                                      new=_day(page, found.new.as_of_local))))  # fmt: skip
    parts: list[RenderableType] = [line, *(cell(text) for text in found.summary)]
    return parts + ([bullets([cell(note, "bold yellow") for note in found.notes], mark="!")] if found.notes else [])


def _day(page: Sheet, local: str) -> str:
    """``23 June 2026``, with the time where it is not the end of the day."""
    clock = local[10:].strip(" T")[:5]
    return f"{page.texts.date(local)}, {clock}" if clock else page.texts.date(local)


def _rewritten(page: Sheet, found: Comparison) -> list[RenderableType]:
    t = page.texts
    items = [_kind(page, found, one) for one in found.rewritten if one.deals]
    names = []
    for change in found.labels:
        before, after = (", ".join(shorten(label, 40) for label in labels) for labels in (change.old, change.new))
        names.append(cell(t.say("{stage}: the label “{old}” is now “{new}”", stage=shorten(change.name or t.say("not a known stage"), 40),
                                old=shorten(before, NAME_LIMIT), new=shorten(after, NAME_LIMIT))))  # fmt: skip
    untold: dict[str, list[str]] = {}
    for one in found.rewritten:
        if one.reason:
            untold.setdefault(one.reason, []).append(t.word(KINDS[one.kind]))
    parts: list[RenderableType] = ["", heading(page, t.say("What was rewritten"))]
    parts += [bullets(items)] if items else [cell(t.say("Nothing."))]
    parts += legend([
        t.say("Not to be told: {kinds} ({reason}).", kinds=t.listing(kinds), reason=reason) for reason, kinds in untold.items()
    ])  # fmt: skip
    return parts + (["", heading(page, t.say("Stages under another name")), bullets(names)] if names else [])


KINDS = {
    "vanished": N_("deals that are gone"), "backdated": N_("deals dated back"), "created_changed": N_("dates of creation"),
    "closed_changed": N_("closing dates"), "entries_changed": N_("entries into stages"), "reopened": N_("reopened deals"),
    "outcome_changed": N_("outcomes"), "amount_changed": N_("amounts"),
}  # fmt: skip


def _kind(page: Sheet, found: Comparison, one: Rewriting) -> Text:
    """``3 deals are gone (D-1, D-2, D-3): won -1, lost -2.``"""
    shown = ", ".join(shorten(deal, ID_LIMIT) for deal in one.ids[:SHOWN_IDS])
    rest = (one.deals or 0) - len(one.ids[:SHOWN_IDS])
    listed = page.texts.say("{some} and {n} more", some=shown, n=rest) if rest else shown
    line = cell(one.text[:1].upper() + one.text[1:], "bold").append_text(cell(f" ({listed})"))
    said = _effect(page, found, one.effect)
    return line.append_text(cell(f": {said.removesuffix('.')}." if said else "."))


def _effect(page: Sheet, found: Comparison, effect: Effect | None) -> str:
    if effect is None:
        return ""
    t = page.texts
    parts = [
        f"{word}{NBSP}{_signed(page, value)}"
        for word, value in ((t.say("won"), effect.won), (t.say("lost"), effect.lost), (t.say("open"), effect.open)) if value
    ]  # fmt: skip
    if effect.won_amount:
        money = t.money(abs(effect.won_amount), found.currency, short=True)
        parts.append(f"{t.say('won amount')}{NBSP}{'+' if effect.won_amount > 0 else MINUS}{money}")
    return ", ".join(parts) or t.say("no effect on its figures")


MINUS = "\N{MINUS SIGN}"


def _signed(page: Sheet, value: float) -> str:
    return f"{'+' if value > 0 else MINUS}{page.texts.number(abs(value))}"


def _figures(page: Sheet, found: Comparison) -> list[RenderableType]:
    t = page.texts
    old, new = (t.short_date(side.as_of_local) for side in (found.old, found.new))
    changed = any(figure.then is not None and figure.then != figure.old for figure in found.figures)
    columns = [
        Column("", [t.word(FIGURES[figure.what]) for figure in found.figures], justify="left", wraps=True, kept=True),
        Column(old, [_value(page, found, figure, figure.old) for figure in found.figures], kept=True),
    ]
    if changed:
        columns.append(Column(t.say("rewritten|to"), [_then(page, found, figure) for figure in found.figures]))
    columns.append(Column(new, [_value(page, found, figure, figure.new) for figure in found.figures], kept=True))
    reasons = dict.fromkeys(figure.reason for figure in found.figures if figure.reason)
    why = [t.say("Not to be told: {kinds} ({reason}).", kinds=t.word(KINDS["amount_changed"]), reason=reason) for reason in reasons]
    return ["", heading(page, t.say("Figures")), table(page, columns), *legend(why)]


def _then(page: Sheet, found: Comparison, figure: Figure) -> str:
    return "" if figure.then is None or figure.then == figure.old else _value(page, found, figure, figure.then)


def _value(page: Sheet, found: Comparison, figure: Figure, value: float | None) -> str:
    if value is None:
        return NONE
    if figure.what == "win_rate":
        return page.texts.percent(value)
    if figure.what in ("won_amount", "mean_amount"):
        return page.texts.money(value, found.currency, short=True)
    return page.texts.number(value)


def _changes(page: Sheet, found: Comparison) -> list[RenderableType]:
    if not found.changes:
        return []
    t, rows = page.texts, found.changes
    names = [_name(page, change) for change in rows]
    columns = [
        Column("", names, justify="left", wraps=True, kept=True),
        Column(t.say("180 days|before"), [_side(page, found, change, change.before) for change in rows], kept=True),
        Column(t.say("since|then"), [_side(page, found, change, change.after) for change in rows], kept=True),
        Column("", [t.word(VERDICTS[change.verdict]) for change in rows], justify="left", kept=True,
               styles=[STYLES[change.verdict] for change in rows]),
    ]  # fmt: skip
    day = t.date(found.old.as_of_local)
    words = [t.say("In brackets: the 95% range.")]
    if any(change.what in SHARES for change in rows):
        words.append(t.say("→ to the next stage, %; both sides at the same age of the deals."))
    words.append(t.say("Of what is called better or worse at most one in twenty is chance."))
    return ["", heading(page, t.say("Better or worse since {day}?", day=day)), table(page, columns), *legend([" ".join(words)])]


def _name(page: Sheet, change: Change) -> str | Group:
    """The figure, and of a step that changed what the change is made of."""
    name = shorten(change.text, 70) + (" →" if change.what == "conversion" else "")
    if change.split_by is None:
        return name
    t, by = page.texts, page.texts.word(COLUMNS.get(change.split_by, change.split_by))
    lines = [cell(name)]
    if change.makeup in ("mix", "rate"):
        lines.append(cell(t.say(SAYS[change.makeup, change.verdict], column=by), "dim"))
    elif change.mix is not None and change.rate is not None:
        points = [f"{'+' if part.value > 0 else MINUS}{t.points(abs(part.value))}" for part in (change.mix, change.rate)]
        lines.append(cell(t.say("other deals than before ({column}): {mix} points; the same kind doing otherwise: {rate}",
                                column=by, mix=points[0], rate=points[1]), "dim"))  # fmt: skip
    if change.simpson:
        lines.append(cell(t.say("each kind by itself went the other way ({column})", column=by), "bold yellow"))
    return Group(*lines)


def _side(page: Sheet, found: Comparison, change: Change, side: Side) -> str:
    """``68 (61-74)``, or how few there are."""
    t = page.texts
    if side.value is None or side.low is None or side.high is None:
        return f"n{NBSP}={NBSP}{t.number(side.n)}"
    if change.what in SHARES:
        return f"{t.points(side.value)}{NBSP}({t.points_range(side.low, side.high)})"
    if change.what == "amount":
        return t.money(side.value, found.currency, short=True)
    return f"{t.amount(side.value)}{NBSP}({t.range(side.low, side.high)})"
