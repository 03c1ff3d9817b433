"""Local days, weeks and periods."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from funnel_audit.clock import DAY, NAT, AsOf, end_of_day, start_of_day
from funnel_audit.measures.calendar import Axis, Kind, axis, first_instant, last_full, of_day, periods

ZONE = "Europe/Moscow"


def days_of(first: tuple[int, int, int], last: tuple[int, int, int], zone: str = ZONE, *, over: bool = True) -> Axis:
    start, end = start_of_day(*first, zone), start_of_day(*last, zone)
    return axis(start + 12 * 3_600_000_000, AsOf(end_of_day(end, zone) if over else end + DAY // 2, over), zone)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("month", ["2025-12", "2026-01", "2026-02"]),
        ("quarter", ["2025Q4", "2026Q1"]),
        ("week", ["2025-W52", "2026-W01", "2026-W02"]),
    ],
)
def test_names_and_edges(kind: Kind, names: list[str]) -> None:
    days = days_of((2025, 12, 28), (2026, 2, 10) if kind != "week" else (2026, 1, 7))
    found = periods(kind, days)
    assert [one.name for one in found] == names
    assert found[0].first == 0 and found[-1].last == days.n
    assert all(one.last == after.first for one, after in pairwise(found))
    assert [one.complete for one in found] == [True] * (len(names) - 1) + [False]
    assert last_full(found) == len(names) - 2
    assert len(of_day(found, days)) == days.n


def test_a_period_is_over_with_its_last_day() -> None:
    assert periods("month", days_of((2026, 1, 5), (2026, 1, 31)))[-1].complete
    assert not periods("month", days_of((2026, 1, 5), (2026, 1, 31), over=False))[-1].complete
    assert last_full(periods("month", days_of((2026, 1, 5), (2026, 1, 20)))) is None
    week = periods("week", days_of((2026, 1, 5), (2026, 1, 11)))
    assert [(one.name, one.start, one.last_day) for one in week] == [("2026-W02", date(2026, 1, 5), date(2026, 1, 11))]


def test_instants_fall_on_their_local_day_also_when_the_clocks_change() -> None:
    zone = "Europe/Berlin"
    days = days_of((2026, 3, 28), (2026, 3, 30), zone)
    midnight = [start_of_day(2026, 3, day, zone) for day in (28, 29, 30, 31)]
    begun = [us + shift for us in midnight[:3] for shift in (0, DAY // 48)]
    at = np.array([NAT, midnight[0] - 1, *begun, midnight[1] - 1, midnight[3] - 1])
    assert days.position(at).tolist() == [-1, -1, 0, 0, 1, 1, 2, 2, 0, 2]
    assert np.diff(days.starts).tolist() == [DAY, DAY * 23 // 24]


def test_weeks_end_with_the_last_whole_day() -> None:
    days = days_of((2026, 1, 1), (2026, 1, 16), over=False)  # 15 whole days, and half of one
    assert (days.n, days.whole) == (16, 15)
    assert days.weeks.tolist() == [0] + [1] * 7 + [2] * 8
    assert days.follow_up[-1] == pytest.approx(0.25) and days.follow_up[0] == pytest.approx(15.0)


def test_one_wrong_date_costs_nothing() -> None:
    days = days_of((1970, 1, 1), (2026, 1, 31))
    assert days.n == 3653
    assert first_instant(np.array([NAT, 5, 3]), np.array([NAT])) == 3 and first_instant(np.array([NAT])) is None
