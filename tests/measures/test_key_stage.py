"""Which stage decides (definitions, section 8), on funnels small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from build import journeys

from funnel_audit.measures.key_stage import Candidate, KeyStage, key_stage
from funnel_audit.tally import tally


def found(table: str, stages: str = "abcw", declared: int | None = None, as_of: float = 200) -> KeyStage:
    j = journeys(table, stages, as_of)
    return key_stage(j, tally(j), declared)


# 100 deals: 80 reach b, 40 reach c, 30 win. P(win): a 0.3, b 0.375, c 0.75
FUNNEL = "A*20: a0 x3\n B*40: a0 b2 x9\n C*10: a0 b2 c6 x10\n W*30: a0 b2 c6 w16\n"


def test_chances_and_jumps() -> None:
    got = found(FUNNEL)
    assert [row.win_chance.value for row in got.candidates if row.win_chance] == pytest.approx([0.375, 0.75])
    assert [row.jump for row in got.candidates] == pytest.approx([0.075, 0.375])
    assert [row.reached for row in got.candidates] == [80, 40]
    assert got.candidates[1].before is not None and got.candidates[1].before.value == pytest.approx(0.375)
    assert (got.found, got.agree, got.reason) == (2, None, None)
    assert got.candidates[1].resampled_share == 1.0


def test_the_declared_one_is_used_and_compared() -> None:
    assert (found(FUNNEL, declared=2).agree, found(FUNNEL, declared=1).agree) == (True, False)
    assert (found(FUNNEL, declared=1).used, found(FUNNEL).used) == (1, 2)


def test_the_earlier_stage_on_a_tie() -> None:
    """P(win) is 0.25, 0.5 and 0.75 up to rounding; with 0.25, 0.5 and 1 the later one is it."""
    near = found("A*50: a0 x3\n C*17: a0 b2 x9\n V*8: a0 b2 c6 x9\n W*25: a0 b2 c6 w9")
    first, second = (row.jump or 0.0 for row in near.candidates)
    assert near.found == (1 if first >= second else 2)
    assert found("A*40: a0 x3\n C*20: a0 b2 x9\n W*20: a0 b2 c6 w9").found == 2


def test_days_to_win_with_open_deals() -> None:
    """10 days from c to won; from b 14. The open ones do not make it faster."""
    got = found(FUNNEL + "O*20: a190 b195 c199")
    assert [row.median_days_to_win for row in got.candidates] == pytest.approx([14.0, 10.0])


def test_a_jump_over_the_stage_counts_from_the_jump() -> None:
    got = found("A*40: a0 x3\n W*30: a0 c6 w9\n V*20: a0 b1 c6 w9")
    assert got.candidates[0].reached == 50
    assert got.candidates[0].median_days_to_win == pytest.approx(3.0)  # thirty of fifty got to b or beyond with the jump


def test_weeks_explain_wins() -> None:
    """Every week twice as many deals in b as wins: R² is 1; the last weeks are still open and left out."""
    rng = np.random.default_rng(3)
    rows = []
    for week in range(20):
        size = int(rng.integers(5, 30))
        day = 7 * week + 6.5
        rows += [f"W{week}*{size}: a{day} b{day + 0.2} w{day + 5}", f"L{week}*{size}: a{day} b{day + 0.2} x{day + 5}"]
    rows.append("O*9: a146 b146.5")
    got = found("\n".join(rows), "abw", as_of=150)
    assert got.candidates[0].r2 == pytest.approx(1.0)
    assert got.candidates[0].ripe_weeks == 20


def test_few_weeks_have_no_r2() -> None:
    assert [row.r2 for row in found(FUNNEL).candidates] == [None, None]


def test_reasons() -> None:
    assert found("W*40: a0 w3\n L*20: a0 x2", "aw").reason == "few_stages"
    none = found("W*4: a0 b3 c4 w5\n L*2: a0 x2")
    assert (none.found, none.reason) == (None, "no_rates")
    assert [row.jump for row in none.candidates] == [None, None]
    assert all(isinstance(row, Candidate) for row in none.candidates)


def test_the_same_twice() -> None:
    assert found(FUNNEL) == found(FUNNEL)
