"""Mix and rate: a published example, by hand, and Simpson's paradox."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel_audit.estimators.decompose import kitagawa

# Das Gupta (1993), Standardization and Decomposition of Rates: A User's Manual, table 5.1: household headship rates of the United States
# by age (per cent of each age group, and the age groups' shares in per cent). For two factors his method is Kitagawa's.
SIZE_1970 = [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9]
RATE_1970 = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
SIZE_1985 = [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5]
RATE_1985 = [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]


def test_the_published_example() -> None:
    m0, m1 = np.array(SIZE_1970), np.array(SIZE_1985)
    found = kitagawa(m0 * np.array(RATE_1970) / 100, m0, m1 * np.array(RATE_1985) / 100, m1)
    assert found is not None
    assert [round(100 * part, 3) for part in (found.mix, found.rate, found.change)] == pytest.approx([1.227, 1.740, 2.967], abs=0.001)


def test_by_hand() -> None:
    # 100 of A at 80 %, 100 of B at 40 %; then 50 of A at 80 %, 150 of B at 44 %: mix (¼ - ½) 0.8 + (¾ - ½) 0.42, rate 0.04 × 0.625
    found = kitagawa([80, 40], [100, 100], [40, 66], [50, 150])
    assert found is not None
    assert (found.mix, found.rate) == (pytest.approx(-0.095), pytest.approx(0.025))
    assert found.change == pytest.approx(0.53 - 0.6) and not found.simpson
    variance = (0.5 * 0.64 + 0.5 * 0.42**2 - 0.61**2) / 200 + (0.25 * 0.64 + 0.75 * 0.42**2 - 0.515**2) / 200
    assert found.mix_within == pytest.approx(1.96 * variance**0.5, rel=1e-4)


def test_kidney_stones_are_simpsons() -> None:
    # Charig et al. (1986), British Medical Journal 292: 879-882: open surgery, then percutaneous nephrolithotomy; small stones, large ones
    found = kitagawa([81, 192], [87, 263], [234, 55], [270, 80])
    assert found is not None and found.change > 0 and found.rate < 0 < found.mix and found.simpson


def test_a_part_that_is_new_or_gone_counts_for_the_mix_only() -> None:
    found = kitagawa([50, 0], [100, 0], [50, 90], [100, 100])
    assert found is not None and found.rate == pytest.approx(0.0) and found.mix == pytest.approx(0.2)
    assert kitagawa([0], [0], [1], [2]) is None


parts = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)).map(
        lambda four: (min(four[0], four[1]), four[1], min(four[2], four[3]), four[3])
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(parts)
def test_mix_and_rate_are_all_of_the_change(rows: list[tuple[int, int, int, int]]) -> None:
    y0, m0, y1, m1 = np.array(rows, float).T
    found = kitagawa(y0, m0, y1, m1)
    if m0.sum() and m1.sum():
        assert found is not None and found.mix + found.rate == pytest.approx(y1.sum() / m1.sum() - y0.sum() / m0.sum(), abs=1e-12)
    else:
        assert found is None
