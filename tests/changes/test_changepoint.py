"""Change points and their chances, by hand, against scipy, and against chance itself."""

from __future__ import annotations

import numpy as np
import pytest

from funnel_audit.estimators.changepoint import apart, best_split, contrast, dispersion, latest_change, scan_p, two_sided
from funnel_audit.estimators.survival import median_limits


@pytest.mark.parametrize("table", [(30, 100, 50, 100), (95, 100, 20, 30), (4, 200, 9, 50), (10, 10, 3, 20), (0, 40, 7, 60)])
def test_a_contrast_of_shares_is_the_root_of_the_likelihood_ratio(table: tuple[int, int, int, int]) -> None:
    stats = pytest.importorskip("scipy.stats")
    y0, m0, y1, m1 = table
    g, *_ = stats.chi2_contingency([[y0, m0 - y0], [y1, m1 - y1]], correction=False, lambda_="log-likelihood")
    z = float(contrast("binomial", y0, m0, y1, m1))
    assert z**2 == pytest.approx(g) and (z > 0) == (y1 / m1 > y0 / m0)


def test_a_contrast_of_counts_by_hand() -> None:
    # 20 in 10 weeks, 60 in 20: 2 ((20 ln 2) + (60 ln 3) - (80 ln 80/30)) = 2.60
    assert float(contrast("poisson", 20, 10, 60, 20)) == pytest.approx(np.sqrt(2 * (20 * np.log(2) + 60 * np.log(3) - 80 * np.log(8 / 3))))
    assert float(contrast("normal", 0.0, 4, 3.0, 4)) == pytest.approx(0.75 / np.sqrt(0.5))
    assert float(contrast("binomial", 0, 0, 3, 4)) == 0.0  # one side empty: nothing to tell


def test_the_scanned_chance_is_that_of_chance() -> None:
    rng = np.random.default_rng(1)
    series, steps = 6000, 80
    x = rng.standard_normal((series, steps))
    upto = np.arange(1, steps)
    had = np.cumsum(x, axis=1)[:, :-1]
    z = np.abs(contrast("normal", had, upto, x.sum(axis=1, keepdims=True) - had, steps - upto))[:, 9:-9].max(axis=1)
    for limit in (2.6, 3.0, 3.4):
        p = scan_p(limit, 10 / steps, 70 / steps, 61)
        found = float((z >= limit).mean())
        assert found <= p <= 2 * found + 0.003  # by the week it is a little on the safe side


def test_few_splits_cost_what_they_are() -> None:
    assert scan_p(3.0, 0.5, 0.5, 1) == two_sided(3.0) == pytest.approx(0.0026998, rel=1e-5)
    assert scan_p(3.0, 0.4, 0.6, 2) == pytest.approx(2 * two_sided(3.0))
    assert scan_p(0.5, 0.1, 0.9, 50) == 1.0
    assert scan_p(-4.0, 0.1, 0.9, 50) == scan_p(4.0, 0.1, 0.9, 50)


def test_the_split_is_where_the_rate_fell_and_the_latest_one_counts() -> None:
    m = np.full(40, 20.0)
    y = np.repeat([16.0, 8.0, 14.0], [15, 15, 10])
    found = latest_change("binomial", y, m, least=20)
    assert found is not None and (found.at, found.base) == (30, 15) and found.z > 0 and found.p < 1e-4
    assert found.first <= 30 <= found.last
    assert latest_change("binomial", y, m, least=500) is None  # no room for a split


def test_what_is_no_news_only_moves_the_beginning() -> None:
    m, y = np.full(40, 20.0), np.repeat([16.0, 8.0], [15, 25])
    found = latest_change("binomial", y, m, least=20, news=25)
    assert found is not None and found.base == 15 and found.p > 0.05


def test_a_series_that_varies_more_than_dice_is_believed_less() -> None:
    m = np.full(40, 20.0)
    calm, wild = np.repeat([15.0, 12.0], 20), np.repeat([15.0, 12.0], 20) + np.tile([5.0, -5.0], 20)
    assert dispersion("binomial", calm, m, 20) == 1.0
    assert dispersion("binomial", wild, m, 20) == pytest.approx(25 / 20 * (1 / (0.75 * 0.25) + 1 / (0.6 * 0.4)) / 2 * 40 / 38)
    sure, unsure = (latest_change("binomial", y, m, least=20) for y in (calm, wild))
    assert sure is not None and unsure is not None and sure.p < unsure.p


def test_no_split_where_none_is_allowed() -> None:
    assert best_split(np.ones(3), np.array([0.2, 0.5, 0.8]), np.zeros(3, bool)) is None


def test_apart_is_nothing_where_all_changed_alike() -> None:
    own, rest = (50.0, 100.0, 25.0, 100.0), (150.0, 300.0, 75.0, 300.0)
    assert float(apart(own, rest)) == pytest.approx(0.0, abs=0.02)
    assert float(apart(own, (150.0, 300.0, 150.0, 300.0))) == pytest.approx(
        float(contrast("binomial", *own)) * np.sqrt(3) / 2, rel=0.05
    )  # the rest, three times as many and still, adds a third to the variance


def test_limits_of_a_median_by_hand() -> None:
    # 10 exits at 1 … 10: S(t) = 1 - t/10, Greenwood's s² = S (1 - S) / 10; |S - 1/2| <= 1.96 s up to S = 0.2 … 0.8
    ages, left = np.arange(1.0, 11), np.arange(10.0, 0, -1)
    assert median_limits(ages, (left - 1) / 10, left, np.ones(10)) == (3.0, 8.0)
    assert median_limits(ages[:4], ((left - 1) / 10)[:4], left[:4], np.ones(4)) == (3.0, None)
