"""New deals to come: the rate, its trend, and a season where the past shows one."""

from __future__ import annotations

import numpy as np
import pytest

from funnel_audit.clock import DAY
from funnel_audit.measures.forecast.arrivals import arrivals

AT = 1_000 * DAY


def born(days: int, per_day: float, wave: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    day = np.arange(1_000 - days, 1_090)
    rate = per_day * np.exp(wave * np.sin(2 * np.pi * day / 365.25))
    at = np.repeat(day, rng.poisson(rate))
    return np.sort(at * DAY + DAY // 2).astype(np.int64)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_season_is_learned_from_the_years_before(seed: int) -> None:
    """At a turn of the year's wave the rate of the last weeks leads astray; the season does not."""
    all_deals = born(640, 6.0, 0.4, seed)
    known = all_deals[all_deals < AT]
    found = arrivals(known, AT)
    assert np.hypot(*found.wave) == pytest.approx(0.4, abs=0.1)
    came = np.count_nonzero(all_deals >= AT) - np.count_nonzero(all_deals >= AT + 60 * DAY)
    assert found.coming(60) == pytest.approx(came, rel=0.15)


def test_without_a_year_or_without_a_wave_there_is_none() -> None:
    assert arrivals(born(300, 6.0, 0.4)[:1500], AT).wave == (0.0, 0.0)
    flat = born(640, 6.0, 0.0)
    assert arrivals(flat[flat < AT], AT).wave == (0.0, 0.0)
