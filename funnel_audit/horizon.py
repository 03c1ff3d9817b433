"""Until when to look ahead, and what the plan asks for by then. Pure calendar arithmetic; the as-of is an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from funnel_audit.clock import DAY, calendar_quarter, end_of_day, quarter_start, start_of_day, to_datetime
from funnel_audit.errors import Said, UsageError
from funnel_audit.funnel import Plan
from funnel_audit.zones import start_of_day_us

DEFAULT_DAYS = 30
_DAYS = re.compile(r"(\d{1,4})\s*d?")


@dataclass(frozen=True)
class Horizon:
    """``since_us`` to ``until_us`` is the plan's period (since as-of where there is no plan). ``next_period``: the running one has less
    than a day left, so the one after it is meant."""

    since_us: int
    until_us: int
    next_period: bool = False


def horizon(as_of_us: int, timezone: str, plan: Plan | None, *, days: str | None = None, until: str | None = None) -> Horizon:
    """The horizon asked for (``days`` as typed: 30d; ``until``: a date), else the end of the plan's period, else 30 days."""
    if days is not None and until is not None:
        raise UsageError(Said("--horizon and --until are two ways to say the same: give one of them"))
    period = None if plan is None else plan_period(plan.period, as_of_us, timezone)
    since = as_of_us if period is None else period[0]
    if days is not None:
        found = _DAYS.fullmatch(days.strip())
        if not found or not int(found[1]):
            raise UsageError(Said("--horizon: “{text}” is no number of days; write it like 30d", text=days))
        return Horizon(since, as_of_us + int(found[1]) * DAY)
    if until is not None:
        try:
            end = end_of_day(start_of_day_us(date.fromisoformat(until), timezone), timezone)
        except ValueError:
            raise UsageError(Said("--until: “{text}” is no date; write it like 2026-03-31", text=until)) from None
        if end <= as_of_us:
            raise UsageError(Said("--until {date} lies before the day the data look from; choose a later one", date=until))
        return Horizon(since, end)
    if period is None:
        return Horizon(as_of_us, as_of_us + DEFAULT_DAYS * DAY)
    if period[1] - as_of_us >= DAY:
        return Horizon(*period)
    assert plan is not None
    following = plan_period(plan.period, period[1] + DAY, timezone)
    if following[1] - as_of_us < DAY:  # a period of fixed days is over
        return Horizon(as_of_us, as_of_us + DEFAULT_DAYS * DAY)
    return Horizon(*following, next_period=True)


def plan_period(period: str, as_of_us: int, timezone: str) -> tuple[int, int]:
    """First and last microsecond of a plan's period: the month, quarter or year that as-of lies in, or two dates, both included."""
    local = to_datetime(as_of_us).astimezone(ZoneInfo(timezone))
    if period == "month":
        after = (local.year + local.month // 12, local.month % 12 + 1)
        return start_of_day(local.year, local.month, 1, timezone), start_of_day(*after, 1, timezone) - 1
    if period == "quarter":
        year, quarter = calendar_quarter(as_of_us, timezone)
        return quarter_start(year, quarter, timezone), quarter_start(year, quarter + 1, timezone) - 1
    if period == "year":
        return start_of_day(local.year, 1, 1, timezone), start_of_day(local.year + 1, 1, 1, timezone) - 1
    first, last = (start_of_day_us(date.fromisoformat(day), timezone) for day in period.split(".."))
    return first, end_of_day(last, timezone)
