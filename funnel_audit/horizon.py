"""Until when to look ahead, and what the plan asks for by then. Pure calendar arithmetic; the as-of is an argument."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from funnel_audit.clock import DAY, calendar_quarter, end_of_day, quarter_start, start_of_day, to_datetime
from funnel_audit.errors import Said, UsageError
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Plan
from funnel_audit.intake.period import moment
from funnel_audit.zones import start_of_day_us

DEFAULT_DAYS = 30
_DAYS = re.compile(r"(\d{1,4})\s*d?")


class Horizon(Frozen):
    """The forecast ends at ``until_us``; what the plan asks for counts from ``since_us`` (as-of where there is no plan). ``period``: the
    plan's own, which a horizon of the user's may leave before or after its end; None without a plan."""

    since_us: int
    until_us: int
    period: tuple[int, int] | None = None

    @property
    def off_period(self) -> bool:
        """Whether the forecast ends on another day than the plan's period."""
        return self.period is not None and abs(self.until_us - self.period[1]) >= DAY


def horizon(as_of_us: int, timezone: str, plan: Plan | None, *, days: str | None = None, until: str | None = None) -> Horizon:
    """The horizon asked for (``days`` as typed: 30d; ``until``: a date or an instant), else the end of the plan's period, else 30 days.

    The plan's period is the running one; in its last day, unless the horizon ends in it too, the one after it.
    """
    if days is not None and until is not None:
        raise UsageError(Said("--horizon and --until are two ways to say the same: give one of them"))
    end = None
    if days is not None:
        found = _DAYS.fullmatch(days.strip())
        if not found or not int(found[1]):
            raise UsageError(Said("--horizon: “{text}” is no number of days; write it like 30d", text=days))
        end = as_of_us + int(found[1]) * DAY
    if until is not None:
        at, is_day = moment(until, "--until", timezone)
        end = end_of_day(at, timezone) if is_day else at
        if end <= as_of_us:
            raise UsageError(Said("--until {date} lies before the day the data look from; choose a later one", date=until))
    period = None if plan is None else _period(plan, as_of_us, end, timezone)
    if period is not None:
        return Horizon(period[0], period[1] if end is None else end, period)
    return Horizon(as_of_us, as_of_us + DEFAULT_DAYS * DAY if end is None else end)


def _period(plan: Plan, as_of_us: int, end: int | None, timezone: str) -> tuple[int, int] | None:
    """The period that the plan means for a horizon that ends at ``end``; None where it is one of fixed days that is over."""
    running = plan_period(plan.period, as_of_us, timezone)
    if running[1] - as_of_us >= DAY or (end is not None and as_of_us < end <= running[1]):
        return running
    following = plan_period(plan.period, running[1] + DAY, timezone)
    return following if following[1] - as_of_us >= DAY else None


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
