"""What stands in for numpy's own: the same to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel_audit.pieces import distinct, median, quantiles

checked = settings(max_examples=200, deadline=None, derandomize=True)  # the same examples in every run


@checked
@given(st.lists(st.integers(-9, 9)))
def test_distinct_values_are_those_of_unique(values: list[int]) -> None:
    assert distinct(np.array(values, np.int64)).tolist() == np.unique(np.array(values, np.int64)).tolist()


@checked
@given(st.lists(st.floats(-1e9, 1e9) | st.integers(-5, 5).map(float), min_size=1), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_numpy(values: list[float], shares: list[float]) -> None:
    assert quantiles(np.array(values), shares) == np.quantile(np.array(values), shares).tolist()


@pytest.mark.parametrize("count", [1, 2, 11, 1000])
def test_quantiles_of_whole_numbers(count: int) -> None:
    values = np.random.default_rng(count).integers(0, 10**14, count)
    shares = [0.0, 0.025, 0.1, 0.5, 0.9, 1.0]
    assert quantiles(values, shares) == np.quantile(values, shares).tolist()


@checked
@given(st.lists(st.floats(-1e9, 1e9), min_size=1) | st.lists(st.integers(0, 10**15), min_size=1))
def test_the_median_is_that_of_numpy(values: list[float]) -> None:
    assert median(np.array(values)) == np.median(np.array(values))
