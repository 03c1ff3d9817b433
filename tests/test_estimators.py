"""Estimators against independent oracles (statsmodels, numpy), hand-worked cases, and a simulation with known truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from funnel_audit.estimators import (
    Incidence,
    Interval,
    aalen_johansen,
    beta_posterior_draws,
    incidence_at,
    incidence_of_table,
    kaplan_meier,
    weighted_quantile,
    wilson,
    win_product,
)

Spans = tuple[Sequence[float], Sequence[int]]
NONE: Spans = ([], [])

checked = settings(max_examples=200, deadline=None, derandomize=True)  # the same examples in every run
ages = st.integers(0, 12)
spans = st.lists(st.tuples(ages, st.integers(0, 4)), max_size=12)


def split(pairs: list[tuple[int, int]]) -> Spans:
    return [float(age) for age, _ in pairs], [count for _, count in pairs]


def tally(pairs: list[tuple[int, int]]) -> int:
    return sum(count for _, count in pairs)


def aj(advance: Spans, loss: Spans, censor: Spans, *, upto: float | None = None) -> Incidence:
    result = aalen_johansen(*advance, *loss, *censor, upto=upto)
    assert result is not None
    return result


def by_kind(times: NDArray[np.float64], status: NDArray[np.int64]) -> list[Spans]:
    """Spans of status 1 (advance), 2 (loss), 0 (open), one stay each."""
    return [(list(times[status == kind]), [1] * int((status == kind).sum())) for kind in (1, 2, 0)]


def cloglog(value: float, se: float) -> tuple[float, float]:
    spread = math.exp(1.959963984540054 * se / ((1 - value) * -math.log(1 - value)))
    return 1 - (1 - value) ** (1 / spread), 1 - (1 - value) ** spread


# ---------------------------------------------------------------- shares


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 10), (10, 10), (3, 7), (50, 100), (999, 1000), (1, 1_000_000)])
def test_wilson_is_that_of_statsmodels(successes: int, n: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    low, high = proportion.proportion_confint(successes, n, method="wilson")
    found = wilson(successes, n)
    assert found is not None
    assert found.value == successes / n
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_wilson_edges() -> None:
    assert wilson(0, 0) is None
    none, every = wilson(0, 5), wilson(5, 5)
    assert none is not None and none.low == 0.0
    assert every is not None and every.high == 1.0
    for successes, n in ((1, 0), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="successes"):
            wilson(successes, n)


def test_beta_draws_have_the_moments_of_the_jeffreys_posterior_and_a_seed() -> None:
    draws = beta_posterior_draws([3, 0, 400], [7, 5, 100], 200_000, seed=7)
    assert draws.shape == (200_000, 3)
    a, b = np.array([3.5, 0.5, 400.5]), np.array([7.5, 5.5, 100.5])
    assert draws.mean(axis=0) == pytest.approx(a / (a + b), abs=1e-3)
    assert draws.var(axis=0) == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)), rel=0.02)
    assert np.array_equal(draws, beta_posterior_draws([3, 0, 400], [7, 5, 100], 200_000, seed=7))
    assert beta_posterior_draws([], [], 10, seed=1).shape == (10, 0)
    with pytest.raises(ValueError, match="negative"):
        beta_posterior_draws([-1], [2], 10, seed=1)
    with pytest.raises(ValueError, match="equally long"):
        beta_posterior_draws([1, 2], [2], 10, seed=1)


def test_product_of_rates_by_hand() -> None:
    # log-scale half-widths: log 2 below and above for both, together sqrt(2) log 2
    product = win_product([Interval(0.4, 0.2, 0.8), Interval(0.5, 0.25, 1.0)])
    assert product is not None
    assert product.value == pytest.approx(0.2)
    assert product.low == pytest.approx(0.2 * 2 ** -math.sqrt(2))
    assert product.high == pytest.approx(0.2 * 2 ** math.sqrt(2))


def test_product_of_rates_edges() -> None:
    step = Interval(0.5, 0.4, 0.6)
    alone = win_product([step])
    assert alone is not None
    assert (alone.value, alone.low, alone.high) == pytest.approx((0.5, 0.4, 0.6))
    assert win_product([step, None]) is None
    assert win_product([]) == Interval(1.0, 1.0, 1.0)
    nothing = win_product([Interval(0.0, 0.0, 0.3), step])
    assert nothing is not None
    assert (nothing.value, nothing.low, nothing.high) == pytest.approx((0.0, 0.0, 0.18))
    at_zero = win_product([Interval(0.2, 0.0, 0.3), step])
    assert at_zero is not None and at_zero.low == 0.0 and at_zero.high > 0.1
    wide = win_product([Interval(0.9, 0.1, 1.0), Interval(0.5, 0.1, 1.0), Interval(0.5, 0.1, 1.0), Interval(0.99, 0.9, 1.0)])
    assert wide is not None and wide.high <= 1.0
    assert win_product([aj(([1.0], [3]), ([1.0], [1]), NONE), step]) is not None  # an Incidence serves as a rate


def test_product_limits_hold_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(11)
    truth, held = 0.7 * 0.5 * 0.3, 0
    for _ in range(1000):
        second = int(rng.binomial(300, 0.7))
        third = int(rng.binomial(second, 0.5))
        won = int(rng.binomial(third, 0.3))
        product = win_product([wilson(second, 300), wilson(third, second), wilson(won, third)])
        assert product is not None
        held += product.low <= truth <= product.high
    assert 0.925 <= held / 1000 <= 0.975


# ---------------------------------------------------------------- Aalen-Johansen: oracles


@pytest.mark.parametrize("seed", range(5))
def test_incidence_and_its_variance_are_those_of_statsmodels_without_ties(seed: int) -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(seed)
    times, status = rng.exponential(10, 150), rng.integers(0, 3, 150)
    times[np.argmax(times)], status[np.argmax(times)] = times.max(), 0  # statsmodels divides by 0 where all at risk leave
    oracle = survfunc.CumIncidenceRight(times, status)
    whole = aj(*by_kind(times, status))
    assert np.array_equal(whole.ages, oracle.times)
    assert whole.cif == pytest.approx(oracle.cinc[0], abs=1e-12)
    for at in (20, 75, 140, 149):
        read = incidence_at(whole, float(oracle.times[at]))
        value, se = oracle.cinc[0][at], oracle.cinc_se[0][at]
        assert read.value == pytest.approx(value, abs=1e-12)
        assert (read.low, read.high - (read.unresolved if at == 149 else 0.0)) == pytest.approx(cloglog(value, se), abs=1e-9)


def test_incidence_and_its_variance_are_those_of_statsmodels_with_ties() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(3)
    times, status = rng.integers(0, 15, 400).astype(float), rng.integers(0, 3, 400)
    times[:2], status[:2] = 20.0, 0
    oracle = survfunc.CumIncidenceRight(times, status)
    for at, age in enumerate(oracle.times[:-1]):
        read = aj(*by_kind(times, status), upto=float(age))
        if (status[times <= age] == 0).any() and read.value > 0:
            assert (read.low, read.high) == pytest.approx(cloglog(oracle.cinc[0][at], oracle.cinc_se[0][at]), abs=1e-9)


def test_hand_worked_case_with_ties() -> None:
    # 10 stays. age 1: 2 advance, 1 is lost, 1 is open.  age 3: 1 advances, 2 are lost.  age 4: 1 open.  age 6: 1 advances, 1 open.
    #   age 1: Y = 10            F = 2/10                                S = 1 - 3/10        = 7/10
    #   age 3: Y = 10 - 4 = 6    F = 2/10 + 7/10 * 1/6  = 19/60          S = 7/10 * 3/6      = 7/20
    #   age 6: Y = 6 - 4 = 2     F = 19/60 + 7/20 * 1/2 = 59/120         S = 7/20 * 1/2      = 7/40
    # V = Σ (F - Fj)² d / (Y (Y - d)) + Σ S(-)² a (Y - a) / Y³ - 2 Σ (F - Fj) S(-) a / Y²
    #   age 1: F - Fj = 35/120    (35/120)² 3/70    +  1 * 2 * 8 / 1000       - 2 (35/120) * 2 / 100
    #   age 3: F - Fj = 21/120    (21/120)² 3/18    +  (7/10)² * 1 * 5 / 216  - 2 (21/120) (7/10) / 36
    #   age 6: F - Fj = 0          0                 +  (7/20)² * 1 * 1 / 8    - 0
    found = aj(([1, 3, 6], [2, 1, 1]), ([1, 3], [1, 2]), ([1, 4, 6], [1, 1, 1]))
    variance = (35 / 120) ** 2 * 3 / 70 + 0.016 - 70 / 120 * 0.02
    variance += (21 / 120) ** 2 / 6 + 0.49 * 5 / 216 - 42 / 120 * 0.7 / 36 + 0.1225 / 8
    low, high = cloglog(59 / 120, math.sqrt(variance))
    assert found.cif == pytest.approx([2 / 10, 19 / 60, 19 / 60, 59 / 120])
    assert found.surv == pytest.approx([7 / 10, 7 / 20, 7 / 20, 7 / 40])
    assert (found.value, found.unresolved, found.low) == pytest.approx((59 / 120, 7 / 40, low))
    assert not found.ripe and found.high == pytest.approx(min(1.0, high + 7 / 40))
    assert (found.n, found.at_risk_end, found.longest, found.age) == (10, 2, 6.0, 6.0)
    assert list(found.at_risk) == [10, 6, 3, 2]


@checked
@given(spans, spans, spans)
def test_limits_follow_from_the_variance_as_the_textbook_writes_it(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]]
) -> None:
    if tally(advance) * tally(stay) == 0:
        return
    found = aj(split(advance), split(loss), split(stay))
    if found.value == 1.0:
        return
    variance, before = 0.0, 1.0
    for j in range(len(found.ages)):
        risk, a = found.at_risk[j], found.advances[j]
        d, to_come = a + found.losses[j], found.value - found.cif[j]
        if risk > d:
            variance += to_come**2 * d / (risk * (risk - d))
        variance += before**2 * a * (risk - a) / risk**3 - 2 * to_come * before * a / risk**2
        before = found.surv[j]
    low, high = cloglog(found.value, math.sqrt(variance))
    assert (found.low, found.high) == pytest.approx((low, min(1.0, high + found.unresolved)), abs=1e-7)


def test_variance_agrees_with_a_bootstrap() -> None:
    rng = np.random.default_rng(5)
    n = 300
    times, status = np.ceil(rng.exponential(10, n)), rng.choice([0, 1, 2], n, p=[0.3, 0.4, 0.3])
    whole = aj(*by_kind(times, status), upto=20.0)
    values = []
    for _ in range(1500):
        pick = rng.integers(0, n, n)
        values.append(aj(*by_kind(times[pick], status[pick]), upto=20.0).value)
    low, high = cloglog(whole.value, float(np.std(values)))
    assert (whole.low, whole.high) == pytest.approx((low, high), abs=0.008)


# ---------------------------------------------------------------- Aalen-Johansen: properties


@checked
@given(spans, spans, spans)
def test_estimate_lies_between_so_far_and_so_far_plus_open(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]]
) -> None:
    n = tally(advance) + tally(loss) + tally(stay)
    found = aalen_johansen(*split(advance), *split(loss), *split(stay))
    if n == 0:
        assert found is None
        return
    assert found is not None and found.n == n
    assert tally(advance) / n - 1e-12 <= found.value <= (tally(advance) + tally(stay)) / n + 1e-12
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    assert found.value + found.unresolved <= 1.0 + 1e-12
    assert np.all(np.diff(found.cif) >= 0.0) and np.all(np.diff(found.surv) <= 0.0)
    assert found.high >= min(1.0, found.value + found.unresolved) - 1e-12  # ripe or not, the undecided mass may all advance


@checked
@given(spans, spans)
def test_nothing_open_gives_so_far_with_wilsons_limits_exactly(advance: list[tuple[int, int]], loss: list[tuple[int, int]]) -> None:
    n = tally(advance) + tally(loss)
    found = aalen_johansen(*split(advance), *split(loss), *NONE)
    if n == 0:
        assert found is None
        return
    share = wilson(tally(advance), n)
    assert found is not None and share is not None
    assert (found.value, found.low, found.high) == (share.value, share.low, share.high)
    assert found.ripe and found.unresolved == 0.0
    assert float(found.cif[-1]) == pytest.approx(share.value, abs=1e-12)


@checked
@given(spans, spans, spans, st.integers(0, 14))
def test_reading_the_curve_is_restricting_the_estimate(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]], age: int
) -> None:
    three = (*split(advance), *split(loss), *split(stay))
    whole, restricted = aalen_johansen(*three), aalen_johansen(*three, upto=age)
    assert (whole is None) == (restricted is None)
    if whole is not None:
        assert incidence_at(whole, age) == restricted
        assert incidence_at(incidence_at(whole, 0), whole.longest) == whole
        assert incidence_at(whole, math.inf) == whole


@checked
@given(spans, spans, spans)
def test_a_table_of_counts_by_age_is_the_same_curve(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]]
) -> None:
    table = np.zeros((3, 13), np.int64)
    for row, pairs in zip(table, (advance, loss, stay), strict=True):
        np.add.at(row, [age for age, _ in pairs], [count for _, count in pairs])
    found, expected = incidence_of_table(*table), aalen_johansen(*split(advance), *split(loss), *split(stay))
    assert found == expected
    if found is not None and expected is not None:
        assert found.ages.tolist() == expected.ages.tolist() and found.cif.tolist() == expected.cif.tolist()


@checked
@given(spans, spans, spans, st.randoms(use_true_random=False))
def test_order_and_grouping_do_not_matter(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]], random: object
) -> None:
    def expanded(pairs: list[tuple[int, int]]) -> Spans:
        single = sorted((age for age, count in pairs for _ in range(count)), reverse=True)
        return [float(age) for age in single], [1] * len(single)

    assert aalen_johansen(*split(advance), *split(loss), *split(stay)) == aalen_johansen(
        *expanded(advance), *expanded(loss), *expanded(stay)
    )


@checked
@given(spans, spans, spans, st.sampled_from([0.25, 3.0, 86_400.0, 1 / 86_400]))
def test_unit_of_age_does_not_matter(
    advance: list[tuple[int, int]], loss: list[tuple[int, int]], stay: list[tuple[int, int]], unit: float
) -> None:
    def scaled(pairs: list[tuple[int, int]]) -> Spans:
        return [age * unit for age, _ in pairs], [count for _, count in pairs]

    one = aalen_johansen(*split(advance), *split(loss), *split(stay))
    other = aalen_johansen(*scaled(advance), *scaled(loss), *scaled(stay))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.value, one.low, one.high, one.unresolved, one.ripe) == (
            other.value,
            other.low,
            other.high,
            other.unresolved,
            other.ripe,
        )
        assert other.longest == one.longest * unit


# ---------------------------------------------------------------- Aalen-Johansen: edges


def test_censorings_come_after_the_events_of_their_age() -> None:
    tied = aj(([5], [1]), NONE, ([5], [3]))
    assert tied.value == 0.25  # not 1/1, as it were if the three had left before
    assert not tied.ripe and tied.unresolved == 0.75 and tied.high == 1.0


def test_a_jump_over_counts_as_an_advance_at_age_zero() -> None:
    assert aj(([0], [4]), ([2], [4]), NONE).value == 0.5


def test_nothing_but_open_stays_says_nothing() -> None:
    found = aj(NONE, NONE, ([1, 2, 3], [10, 10, 10]))
    assert (found.value, found.low, found.high, found.unresolved, found.ripe) == (0.0, 0.0, 1.0, 1.0, False)


def test_limits_at_zero_and_one_rest_on_the_stays_with_a_known_fate() -> None:
    one = aj(([2, 9], [5, 1]), NONE, ([1], [94]))
    assert (one.value, one.low, one.high) == (1.0, wilson(6, 6).low, 1.0)  # type: ignore[union-attr]
    zero = aj(NONE, ([2, 9], [5, 1]), ([1], [94]))
    assert (zero.value, zero.low, zero.high) == (0.0, 0.0, wilson(0, 6).high)  # type: ignore[union-attr]


def test_ripeness() -> None:
    late = aj(([1], [50]), ([2], [39]), ([3], [11]))
    assert not late.ripe and late.unresolved == pytest.approx(0.11)
    share = cloglog(0.5, math.sqrt(0.25 / 100))
    assert late.high == pytest.approx(share[1] + 0.11)
    enough = aj(([1], [50]), ([2], [40]), ([3], [10]))
    assert enough.ripe and enough.unresolved == pytest.approx(0.10) and enough.high == pytest.approx(share[1] + 0.10)
    for step in range(1, 90):  # exactly a tenth, by many different products
        tenth = aj(([1], [step]), ([2], [90 - step]), ([3], [10]))
        assert tenth.ripe and tenth.unresolved == pytest.approx(0.10, abs=1e-12)
    # 80 of 100 are censored early; the last 4 at risk decide 4/20 of the mass: thin, though nothing is unresolved
    thin = aj(([2, 4], [8, 2]), ([2, 5], [8, 2]), ([1], [80]))
    assert not thin.ripe and thin.unresolved == 0.0
    assert aj(([2, 4], [8, 3]), ([2, 5], [8, 2]), ([1], [80])).ripe  # the same with 5 at risk
    assert aj(([2, 4], [45, 2]), ([2, 5], [45, 2]), ([1], [6])).ripe  # 4 at risk, and under a tenth to decide


def test_a_common_age_before_the_end_asks_only_for_what_happens_until_then() -> None:
    whole = aj(([1, 8], [30, 20]), ([5, 9], [10, 10]), ([2, 9], [15, 15]))
    early = incidence_at(whole, 4.0)
    assert early.ripe and early.unresolved == pytest.approx(0.7) and early.high < 0.5
    assert (early.age, early.longest, early.at_risk_end) == (4.0, 9.0, 55)
    before = incidence_at(aj(([3], [5]), NONE, ([4], [5])), 1.0)
    assert (before.value, before.low, before.unresolved, before.at_risk_end) == (0.0, 0.0, 1.0, 10)
    with pytest.raises(ValueError, match="upto"):
        incidence_at(whole, -1.0)


@pytest.mark.parametrize(
    ("bad_ages", "bad_counts"),
    [([1.0, 2.0], [1]), ([-1.0], [1]), ([math.nan], [1]), ([math.inf], [1]), ([1.0], [-1]), ([1.0], [0.5]), ([[1.0]], [[1]])],
)
def test_faulty_spans_are_refused(bad_ages: Sequence[float], bad_counts: Sequence[int]) -> None:
    with pytest.raises(ValueError, match=r"ages|counts"):
        aalen_johansen(bad_ages, bad_counts, *NONE, *NONE)
    with pytest.raises(ValueError, match=r"ages|counts"):
        kaplan_meier(*NONE, bad_ages, bad_counts)


# ---------------------------------------------------------------- Aalen-Johansen: known truth


def simulated(rng: np.random.Generator, n: int, chance: float) -> Incidence:
    """One stage: advance after an exponential wait (mean 10), loss after a log-normal one (median 30), entries spread over 365 days."""
    advances = rng.random(n) < chance
    wait = np.where(advances, rng.exponential(10, n), np.exp(np.log(30) + 0.8 * rng.standard_normal(n)))
    seen = rng.random(n) * 365
    status = np.where(wait > seen, 0, np.where(advances, 1, 2))
    return aj(*by_kind(np.minimum(wait, seen), status))


@pytest.mark.parametrize(("n", "chance"), [(50, 0.3), (200, 0.3), (200, 0.7)])
def test_limits_hold_the_true_long_run_chance_about_95_times_in_100(n: int, chance: float) -> None:
    rng = np.random.default_rng(20_240)
    ripe = [found for found in (simulated(rng, n, chance) for _ in range(2000)) if found.ripe]
    assert len(ripe) > 1000
    held = sum(found.low <= chance <= found.high for found in ripe) / len(ripe)
    assert 0.925 <= held <= 0.975
    assert abs(float(np.mean([found.value for found in ripe])) - chance) < 0.01


def test_limits_hold_the_long_run_chance_where_advances_come_late() -> None:
    # losses at 3 days on average, advances at 60: what is open at the longest age advances almost surely, though under a tenth is open
    rng, chance, held, ripe = np.random.default_rng(4), 0.3, 0, 0
    for _ in range(600):
        wait = np.where(rng.random(300) < chance, rng.exponential(60, 300), -1.0)
        status = np.where(wait < 0, 2, 1)
        wait = np.where(wait < 0, rng.exponential(3, 300), wait)
        seen = rng.random(300) * 100
        found = aj(*by_kind(np.minimum(wait, seen), np.where(wait > seen, 0, status)))
        if found.ripe:
            ripe += 1
            held += found.low <= chance <= found.high
    assert ripe > 100
    assert held / ripe >= 0.925


# ---------------------------------------------------------------- lengths of time


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tied", [False, True])
def test_survival_is_that_of_statsmodels(seed: int, tied: bool) -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(seed)
    times, ended = rng.exponential(10, 200), rng.random(200) < 0.6
    times = np.ceil(times) if tied else times
    oracle = survfunc.SurvfuncRight(times, ended)
    found = kaplan_meier(times[ended], np.ones(ended.sum()), times[~ended], np.ones((~ended).sum()))
    assert found.n == 200
    assert np.array_equal(found.ages, oracle.surv_times)
    assert found.surv == pytest.approx(oracle.surv_prob, abs=1e-12)


def test_percentiles_by_hand() -> None:
    # 5 stays: S = 4/5 at 1, 3/5 at 2, (one open at 2,) 3/5 * 1/2 at 4; the last is open at 9
    curve = kaplan_meier([1, 2, 4], [1, 1, 1], [2, 9], [1, 1])
    assert curve.surv == pytest.approx([0.8, 0.6, 0.3])
    assert [curve.percentile(p) for p in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.75)] == [1.0, 1.0, 2.0, 2.0, 4.0, 4.0, None]
    assert kaplan_meier(*NONE, [3.0], [4]).percentile(0.5) is None
    nothing = kaplan_meier(*NONE, *NONE)
    assert nothing.n == 0 and nothing.percentile(0.5) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        curve.percentile(1.0)


@checked
@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 99))
def test_percentile_of_finished_stays_is_the_smallest_age_with_enough_done(values: list[int], percent: int) -> None:
    done = sorted(values)
    expected = done[-(-len(done) * percent // 100) - 1]  # the ceil(n p)-th smallest, without rounding
    assert kaplan_meier(values, [1] * len(values), *NONE).percentile(percent / 100) == expected


def test_percentile_is_not_moved_by_rounding_in_a_long_product() -> None:
    n = 100_000
    curve = kaplan_meier(np.arange(n), np.ones(n), *NONE)
    assert [curve.percentile(p) for p in (0.1, 0.5, 0.75, 0.9)] == [n * p - 1 for p in (0.1, 0.5, 0.75, 0.9)]


@checked
@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 6)), max_size=15),
    st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]),
)
def test_weighted_quantile_is_that_of_numpy(pairs: list[tuple[float, int]], q: float) -> None:
    values, counts = [value for value, _ in pairs], [count for _, count in pairs]
    found = weighted_quantile(values, counts, q)
    if sum(counts) == 0:
        assert found is None
    else:
        assert found == pytest.approx(float(np.quantile(np.repeat(values, counts), q)), rel=1e-12, abs=1e-9)


def test_weighted_quantile_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="q must"):
        weighted_quantile([1.0], [1], 1.5)
    with pytest.raises(ValueError, match="negative"):
        weighted_quantile([1.0], [-1], 0.5)
    with pytest.raises(ValueError, match="equally long"):
        weighted_quantile([1.0, 2.0], [1], 0.5)
