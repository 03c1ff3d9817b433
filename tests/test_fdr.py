"""q-values against statsmodels and against the figures of the paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from funnel_audit.estimators import benjamini_hochberg

PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
"""The fifteen p-values of Benjamini & Hochberg (1995), section 3.2: at 5 % the first four are rejected."""


def test_the_papers_own_example() -> None:
    q = benjamini_hochberg(PAPER)
    assert (q <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert q[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_as_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(expected, abs=1e-12)


def test_a_test_not_made_counts_for_nothing() -> None:
    q = benjamini_hochberg([0.01, np.nan, 0.04])
    assert q[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(q[1])
    assert benjamini_hochberg([]).shape == (0,)


def test_what_is_no_p_value_is_refused() -> None:
    for wrong in ([1.5], [-0.1], [[0.1]]):
        with pytest.raises(ValueError, match="p-values must"):
            benjamini_hochberg(wrong)
