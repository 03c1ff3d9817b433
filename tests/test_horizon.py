"""Until when the forecast looks, and which period the plan means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from funnel_audit.clock import from_datetime, to_datetime
from funnel_audit.errors import UsageError
from funnel_audit.funnel import Plan
from funnel_audit.horizon import horizon


def us(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def ends(found: object) -> str:
    return to_datetime(found.until_us).strftime("%Y-%m-%d %H:%M:%S")  # type: ignore[attr-defined]


def test_without_a_plan_thirty_days() -> None:
    found = horizon(us(2026, 6, 10, 12), "UTC", None)
    assert (found.since_us, ends(found)) == (us(2026, 6, 10, 12), "2026-07-10 12:00:00")


@pytest.mark.parametrize(
    ("period", "end"),
    [("month", "2026-06-30"), ("quarter", "2026-06-30"), ("year", "2026-12-31"), ("2026-05-01..2026-07-15", "2026-07-15")],
)
def test_the_plan_ends_with_its_period(period: str, end: str) -> None:
    assert ends(horizon(us(2026, 6, 10, 12), "UTC", Plan(period=period, wins=5))) == f"{end} 23:59:59"


def test_the_last_hours_of_a_month_mean_the_next_one() -> None:
    found = horizon(us(2026, 12, 31, 18), "UTC", Plan(period="month", wins=5))
    assert (found.since_us, ends(found)) == (us(2027, 1, 1), "2027-01-31 23:59:59")


@pytest.mark.parametrize("asked", [{"days": "30d"}, {"until": "2027-01-30"}, {"until": "31.01.2027"}, {"until": "2027-01-20T12:00"}])
def test_a_horizon_of_ones_own_keeps_the_period_of_the_plan(asked: dict[str, str]) -> None:
    """In the last hours of December the plan is January's, whether or not a horizon is given."""
    found = horizon(us(2026, 12, 31, 18), "UTC", Plan(period="month", wins=5), **asked)  # type: ignore[arg-type]
    assert found.since_us == us(2027, 1, 1)
    assert found.off_period == (asked != {"until": "31.01.2027"})


def test_a_horizon_that_ends_with_the_running_period_means_that() -> None:
    assert horizon(us(2026, 12, 31, 18), "UTC", Plan(period="month", wins=5), until="31.12.2026").since_us == us(2026, 12, 1)


def test_a_period_of_fixed_days_that_is_over_leaves_thirty_days() -> None:
    assert ends(horizon(us(2026, 6, 10, 12), "UTC", Plan(period="2026-01-01..2026-01-31", wins=5))) == "2026-07-10 12:00:00"


def test_the_days_are_local() -> None:
    found = horizon(us(2026, 6, 30, 22), "Europe/Moscow", Plan(period="month", wins=5))
    assert ends(found) == "2026-07-31 20:59:59"


def test_a_horizon_of_ones_own() -> None:
    assert ends(horizon(us(2026, 6, 10, 12), "UTC", None, days="14d")) == "2026-06-24 12:00:00"
    for text in ("2026-06-20", "20.06.2026"):
        assert ends(horizon(us(2026, 6, 10, 12), "UTC", None, until=text)) == "2026-06-20 23:59:59"


@pytest.mark.parametrize(("days", "until"), [("soon", None), ("0", None), (None, "2026-06-01"), (None, "05/06/2026"), ("3d", "2026-07-01")])
def test_what_cannot_be_meant_is_refused(days: str | None, until: str | None) -> None:
    with pytest.raises(UsageError):
        horizon(us(2026, 6, 10, 12), "UTC", None, days=days, until=until)
