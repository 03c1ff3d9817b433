"""The chance to get there within the horizon, against closed forms: memoryless stages, chains of them, and stages of minutes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funnel_audit.measures.forecast.chances import chances, grid_steps
from funnel_audit.measures.forecast.hazards import StageHazard, _accumulated


def memoryless(rate: float, share: float = 1.0, to: tuple[int, ...] = (1,), shares: tuple[float, ...] | None = None) -> StageHazard:
    """A stage that is left at a constant rate a day; ``share`` of those who leave go on, the rest is lost."""
    split = np.array(shares if shares is not None else (share,))[:, None, None]
    return _accumulated(np.zeros(1), np.array([[rate]]), split, np.zeros((len(split), 1)), np.zeros(1), to)


def chain(rates: list[float], share: float = 1.0) -> list[StageHazard]:
    won = len(rates)
    between = [memoryless(rate, to=(k + 1, won), shares=(share, 0.0)) for k, rate in enumerate(rates[:-1])]
    return [*between, memoryless(rates[-1], share, (won,))]


@pytest.mark.parametrize("days", [1.0, 14.0, 30.0, 365.0])
@pytest.mark.parametrize("rate", [0.003, 0.1, 2.0])
def test_one_memoryless_stage(rate: float, days: float) -> None:
    table = chances(chain([rate], 0.4), days, 1)
    expected = 0.4 * (1 - math.exp(-rate * days))
    assert table.at_entry()[0] == pytest.approx(expected, rel=1e-9)
    assert table.at_ages(0, np.array([0.0, 5.0, 500.0]))[0] == pytest.approx([expected] * 3, rel=1e-6)  # it has no memory


def test_two_stages_are_a_hypoexponential_wait() -> None:
    a, b, days = 0.08, 0.21, 30.0
    table = chances(chain([a, b], 0.7), days, 2, 32)
    both = 1 - (b * math.exp(-a * days) - a * math.exp(-b * days)) / (b - a)
    assert table.at_entry() == pytest.approx([0.49 * both, 0.7 * (1 - math.exp(-b * days)), 1.0], rel=5e-4)
    assert table.at_ages(0, np.array([11.0]))[0, 0] == pytest.approx(0.49 * both, rel=5e-4)


@pytest.mark.parametrize("days", [30.0, 60.0])
def test_ten_stages_are_an_erlang_wait_and_the_grid_shifts_nothing(days: float) -> None:
    rate = 10 / 35
    table = chances(chain([rate] * 10), days, 10, grid_steps(days))
    erlang = 1 - sum(math.exp(-rate * days) * (rate * days) ** i / math.factorial(i) for i in range(10))
    assert table.at_entry()[0] == pytest.approx(erlang, rel=0.004)


def test_stages_of_minutes_stay_stages_of_minutes() -> None:
    table = chances(chain([1440.0] * 9 + [0.1]), 30.0, 10)
    assert table.at_entry()[0] == pytest.approx(1 - math.exp(-3.0 + 0.1 * 9 / 1440), rel=2e-4)


def test_a_jump_over_a_stage_counts() -> None:
    hazards = [memoryless(0.1, to=(1, 2), shares=(0.5, 0.3)), memoryless(0.2, 0.6, (2,))]
    days = 20.0
    ready = 1 - math.exp(-0.1 * days)
    both = 1 - (0.2 * math.exp(-0.1 * days) - 0.1 * math.exp(-0.2 * days)) / 0.1
    assert chances(hazards, days, 2).at_entry()[0] == pytest.approx(0.3 * ready + 0.5 * 0.6 * both, rel=1e-4)


def test_a_target_inside_the_funnel() -> None:
    hazards = chain([0.1, 0.2, 0.3], 0.8)
    table = chances(hazards, 10.0, 1)
    assert table.at_entry() == pytest.approx([0.8 * (1 - math.exp(-1.0)), 1.0, 1.0, 1.0], rel=1e-9)


def test_deals_that_pass_at_once() -> None:
    """Half go on in no time, the others at a rate: at entry both count, at a later age only the rate."""
    at_once = np.array([0.5])
    first = _accumulated(np.zeros(1), np.array([[0.1]]), np.array([[[1.0]]]), at_once[:, None], at_once, (1,))
    table = chances([first], 10.0, 1)
    assert table.at_entry()[0] == pytest.approx(0.5 + 0.5 * (1 - math.exp(-1.0)))
    assert table.at_ages(0, np.array([3.0]))[0, 0] == pytest.approx(1 - math.exp(-1.0))


def test_a_chance_falls_with_age_where_the_rate_falls() -> None:
    """0.5 a day in the first two days, 0.01 after: an old deal is a lost one."""
    start = np.array([0.0, 2.0])
    stage = _accumulated(start, np.array([[0.5, 0.01]]), np.ones((1, 1, 2)), np.zeros((1, 1)), np.zeros(1), (1,))
    found = chances([stage], 10.0, 1).at_ages(0, np.array([0.0, 1.0, 2.0, 50.0]))[0]
    slow = 1 - math.exp(-0.1)
    assert found == pytest.approx([1 - math.exp(-1.0 - 0.08), 1 - math.exp(-0.5 - 0.09), slow, slow], rel=1e-9)
