"""What a history and its figures are called, in words: for *In short* and for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.segment_names import COLUMNS
from funnel_audit.texts import DASH, NBSP

if TYPE_CHECKING:
    from funnel_audit.report import Audit, Change, ChangeSide
    from funnel_audit.texts import Texts


def column(name: str, audit: Audit, texts: Texts) -> str:
    """The header of a column as written, else the field in words."""
    header = next((segment.header for segment in audit.segments if segment.column == name and segment.header), None)
    return header or texts.word(COLUMNS.get(name, name))


def stage(stage_id: str | None, audit: Audit) -> str:
    return next((one.name for one in audit.funnel if one.stage == stage_id), stage_id or "")


def step(change: Change, audit: Audit) -> tuple[str, str]:
    """The names of the stages that a step leads from and to."""
    places = [place for place, one in enumerate(audit.funnel) if one.stage == change.stage]
    after = audit.funnel[places[0] + 1].name if places and places[0] + 1 < len(audit.funnel) else ""
    return stage(change.stage, audit), after


def history(change: Change, audit: Audit, texts: Texts) -> str:
    """What the figures of a change are of."""
    segment = change.segment
    if change.what == "conversion":
        start, end = step(change, audit)
        name = f"{start} →{NBSP}{end}"
    elif change.what == "pace":
        name = texts.say("Median days in “{stage}”", stage=stage(change.stage, audit))
    elif change.what == "intake":
        name = texts.say("New deals in 30 days")
    elif change.what == "amount":
        name = texts.say("Mean amount of a won deal")
    else:
        name = texts.say("Share of the new deals")
    return name if segment is None else f"{name} ({column(segment.column, audit, texts)}: {segment.value})"


def figure(change: Change, side: ChangeSide | None, audit: Audit, texts: Texts) -> str:
    """One side's value; empty where there is none."""
    if side is None or side.value is None:
        return ""
    return _value(change, side.value, audit, texts)


def limits(change: Change, side: ChangeSide | None, texts: Texts) -> str:
    """One side's 95 % interval, without a unit; empty where it has no end."""
    if side is None or side.low is None or side.high is None:
        return ""
    if change.what in ("conversion", "mix"):
        return texts.points_range(side.low, side.high)
    if change.what == "pace" and side.low < 1:
        return f"{_days(side.low, texts)}{DASH}{_days(side.high, texts)}"
    return texts.range(side.low, side.high)


def _days(value: float, texts: Texts) -> str:
    return texts.amount(value) if value >= 1 else texts.number(value, 2)


def _value(change: Change, value: float, audit: Audit, texts: Texts) -> str:
    if change.what in ("conversion", "mix"):
        return texts.percent(value, None)
    if change.what == "amount":
        return texts.money(value, audit.totals.currency, short=True)
    return texts.amount(value) if change.what == "intake" else _days(value, texts)
