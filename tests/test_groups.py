"""Estimators for many groups, against statsmodels, scipy, and the estimators of one group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from funnel_audit.estimators import Interval, aalen_johansen, incidence_at, win_product, win_products
from funnel_audit.estimators.many_incidences import ManyIncidences
from funnel_audit.estimators.shrinkage import beta_binomial
from funnel_audit.estimators.strata import mantel_haenszel
from funnel_audit.estimators.two_groups import lengths_differ, means_differ, shares_differ

counts = arrays(np.int64, (3, 4, 7), elements=st.integers(0, 4))
AGES = np.array([0.0, 1.0, 2.0, 4.0, 7.0, 9.0, 20.0])


@given(counts, st.integers(0, 6))
def test_many_incidences_are_each_an_aalen_johansen(table: np.ndarray, place: int) -> None:
    many = ManyIncidences.of(*table)
    longest, common = many.read(), many.read(np.full(4, place))
    for row in range(4):
        one = aalen_johansen(*(part for kind in table for part in (AGES, kind[row])))
        if one is None:
            assert np.isnan(longest.value[row])
            assert longest.sizes[row] == 0.0
            continue
        assert many.last[row] == AGES.tolist().index(one.longest)
        at = incidence_at(one, AGES[place]) if AGES[place] >= one.ages[0] else None
        for single, found in ((one, longest), (at, common)):
            if single is None:
                continue
            assert found.value[row] == pytest.approx(single.value, abs=1e-12)
            assert found.low[row] == pytest.approx(single.low, abs=1e-6)
            assert found.high[row] == pytest.approx(single.high, abs=1e-6)
            assert found.unresolved[row] == pytest.approx(single.unresolved, abs=1e-12)
            assert found.ripe[row] == single.ripe
            assert found.n[row] == single.n


def test_without_censoring_the_size_is_the_number_of_stays() -> None:
    found = ManyIncidences.of([[3, 2, 0]], [[1, 0, 4]], [[0, 0, 0]]).read()
    assert found.value[0] == pytest.approx(0.5)
    assert found.sizes[0] == 10.0


def test_open_stays_make_the_size_smaller_than_their_number() -> None:
    found = ManyIncidences.of([[3, 2, 1]], [[1, 1, 2]], [[4, 4, 2]]).read()
    assert 10.0 < found.sizes[0] < 20.0


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 400), st.integers(1, 400))
def test_two_shares(x: int, n: int, y: int, m: int) -> None:
    x, y = min(x, n), min(y, m)
    table = [[x, n - x], [y, m - y]]
    (p,) = shares_differ([x / n], [n], [y / m], [m])
    if not (x + y) or x + y == n + m:
        assert p == pytest.approx(1.0)
    elif stats.contingency.expected_freq(table).min() >= 10:
        assert p == pytest.approx(stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")[1], abs=1e-12)
    else:
        margin = stats.hypergeom(n + m, x + y, n)
        exact = 2 * min(margin.cdf(x - 1), margin.sf(x)) + margin.pmf(x)
        assert p == pytest.approx(min(exact, 1.0), abs=1e-9)


def test_the_exact_test_keeps_its_level_where_the_other_would_not() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.binomial(40, 0.05, 4000), rng.binomial(4000, 0.05, 4000)
    p = shares_differ(x / 40, np.full(4000, 40), y / 4000, np.full(4000, 4000))
    assert 0.02 < (p <= 0.05).mean() <= 0.06
    assert (p <= 0.005).mean() <= 0.007


def test_shares_that_cannot_be_compared() -> None:
    assert np.isnan(shares_differ([np.nan, 0.5], [10, 0], [0.5, 0.5], [10, 10])).all()
    assert shares_differ([], [], [], []).shape == (0,)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=6, max_size=40))
def test_lengths_as_scipy(rows: list[tuple[int, int]]) -> None:
    values, group = np.array([v for v, _ in rows], float), np.array([g for _, g in rows])
    p, shorter = lengths_differ(values, group, 3)
    for code in range(3):
        own, others = values[group == code], values[group != code]
        if not len(own) or not len(others) or len(set(values)) == 1:
            assert np.isnan(p[code])
            continue
        expected = stats.mannwhitneyu(own, others, method="asymptotic", use_continuity=False)
        assert p[code] == pytest.approx(expected.pvalue, abs=1e-9)
        assert shorter[code] == pytest.approx(1 - expected.statistic / (len(own) * len(others)))


def test_lengths_are_compared_within_their_stratum() -> None:
    """In each stratum the group is mostly the faster one; over both it looks like the others: it has more of the slow kind."""
    values = np.array([1, 2, 3, 4, 5, 6] + [2.5] + [101, 102, 103, 104, 105, 106] + [100.5] * 5)
    group = np.array([0] * 6 + [1] + [0] * 6 + [1] * 5)
    stratum = np.array([7] * 7 + [9] * 11)
    p, shorter = lengths_differ(values, group, 2, stratum)
    weights = np.array([1 / 8, 1 / 12])
    below, pairs = np.array([4, 30]), np.array([6, 30])  # pairs in which group 1 is the shorter
    assert shorter[1] == pytest.approx((below * weights).sum() / (pairs * weights).sum())
    spread = np.array([6 * 8 / 12, 30 / 12 * (12 - (5**3 - 5) / 110)])
    z = ((below - pairs / 2) * weights).sum() / np.sqrt((spread * weights**2).sum())
    assert p[1] == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert lengths_differ(values, group, 2)[1][1] < 0.6 < 0.8 < shorter[1]


def test_two_means() -> None:
    (p,) = means_differ([10.0], [4.0], [4.0], [5.0])
    assert p == pytest.approx(2 * stats.norm.sf(2.0))
    assert np.isnan(means_differ([1.0], [0.0], [1.0], [0.0]))[0]


@given(arrays(np.int64, (3, 5), elements=st.integers(0, 9)), arrays(np.int64, (3, 5), elements=st.integers(0, 9)))
def test_the_same_mix_as_statsmodels(hits: np.ndarray, misses: np.ndarray) -> None:
    found = mantel_haenszel(hits + misses, hits)
    for row in range(3):
        tables = []
        for s in range(5):
            a, b = hits[row, s], misses[row, s]
            c, d = hits[:, s].sum() - a, misses[:, s].sum() - b
            if a + b and c + d:
                tables.append(np.array([[a, b], [c, d]], float))
        informative = [t for t in tables if t.sum(axis=0).min() > 0]
        if not informative:
            assert np.isnan(found.p[row])
            continue
        assert found.p[row] == pytest.approx(StratifiedTable(informative).test_null_odds(correction=False).pvalue, abs=1e-9)


def test_the_same_mix_by_hand() -> None:
    """Twice as good in each stratum, but with the harder mix: the plain rates are alike, the difference on the same mix is not."""
    n = np.array([[100, 400], [400, 100]])
    hits = np.array([[80, 160], [160, 20]])  # 80 % and 40 % against 40 % and 20 %
    found = mantel_haenszel(n, hits)
    assert found.difference[0] == pytest.approx((0.4 * 80 + 0.2 * 80) / 160)
    assert found.difference[1] == pytest.approx(-found.difference[0])
    assert found.variance[0] == pytest.approx((0.5**2) * (0.8 * 0.2 / 100 + 0.4 * 0.6 / 400 + 0.4 * 0.6 / 400 + 0.2 * 0.8 / 100), rel=0.02)


def test_one_stratum_is_the_plain_difference() -> None:
    found = mantel_haenszel([[50], [150]], [[20], [30]])
    assert found.difference[0] == pytest.approx(0.2)
    assert found.variance[0] == pytest.approx(0.4 * 0.6 / 50 + 0.2 * 0.8 / 150)
    assert found.expected[0] == pytest.approx(12.5)


def test_rates_are_drawn_to_the_whole_the_more_the_smaller_the_group() -> None:
    found = beta_binomial([1.0, 0.30, 0.10, 0.45, 0.2], [1, 200, 200, 200, 0])
    assert found is not None
    assert found.mean == pytest.approx((1 + 60 + 20 + 90) / 601)
    assert found.rates[0] < 0.4  # 1 of 1
    assert abs(found.rates[1] - 0.30) < 0.01
    assert found.rates[4] == found.mean


def test_groups_that_differ_by_chance_alone_have_one_rate() -> None:
    found = beta_binomial([0.20, 0.22, 0.18], [100, 100, 100])
    assert found is not None
    assert found.weight == np.inf
    assert found.rates == pytest.approx([0.2] * 3)


def test_the_fit_finds_the_spread_of_the_groups() -> None:
    rng = np.random.default_rng(11)
    weights = []
    for _ in range(40):
        truth = rng.beta(0.3 * 30, 0.7 * 30, 60)
        found = beta_binomial(rng.binomial(80, truth) / 80, np.full(60, 80))
        assert found is not None
        weights.append(found.weight)
    assert 25 < np.median(weights) < 36


def test_by_hand() -> None:
    """Two groups of 10, 8 and 2 of them: S = 0.09, m (1 - m) Σ u (1 - u) / n = 0.0125, … (1 - 1 / n) = 0.1125, rho = 0.6889."""
    found = beta_binomial([0.8, 0.2], [10, 10])
    assert found is not None
    assert found.weight == pytest.approx(0.1125 / 0.0775 - 1)
    assert found.rates[0] == pytest.approx((8 + found.weight * 0.5) / (10 + found.weight))


def test_nothing_to_shrink() -> None:
    assert beta_binomial([], []) is None
    assert beta_binomial([0.5], [0]) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        beta_binomial([1.5], [2])


shares = st.lists(st.tuples(*[st.sampled_from([0.0, 0.1, 0.4, 0.7, 0.95, 1.0, np.nan])] * 3), min_size=3, max_size=3)


@given(st.lists(shares, min_size=1, max_size=4))
def test_many_products_are_each_a_product(rows: list[list[tuple[float, float, float]]]) -> None:
    parts = np.array([[sorted(step) if not np.isnan(step).any() else [np.nan] * 3 for step in row] for row in rows], float)
    value, low, high = win_products(parts[:, :, 1], parts[:, :, 0], parts[:, :, 2])
    for row, steps in enumerate(parts):
        for upto in range(1, 4):
            one = win_product([None if np.isnan(v) else Interval(v, a, b) for a, v, b in steps[:upto]])
            found = (value[row, upto - 1], low[row, upto - 1], high[row, upto - 1])
            assert np.isnan(found).all() if one is None else found == pytest.approx((one.value, one.low, one.high))
