"""How long stages take, and pairs of stages (definitions, section 5), by hand."""

from __future__ import annotations

import pytest
from build import counted

from funnel_audit.measures.pace import days_to_win, pace
from funnel_audit.measures.pairs import pair_rates
from funnel_audit.report import Days


def test_percentiles_are_kaplan_meier_and_null_where_the_curve_does_not_get_there() -> None:
    # a: two leave at 10 days, one at 20, one is open at 30.   S: 2/4 after 10, 1/4 after 20, and then nobody knows
    a = pace(counted("A: a0 b10\n B: a0 x10\n C: a0 b20\n D: a70"))[0]
    assert a.days == Days(p50=10.0, p75=20.0, p90=None, n=4)


def test_open_deals_slow_the_pace_and_not_the_figure_of_crms() -> None:
    # ten went on after 5 days, ten more have stood there for 50
    a = pace(counted("A*10: a0 b5\n B*10: a50"))[0]
    assert a.advance_days == Days(p50=5.0, p90=5.0, n=10)  # runs fast
    assert (a.days.p50, a.days.p75, a.days.n) == (5.0, None, 20)
    a = pace(counted("A*9: a0 b5\n B*10: a50"))[0]
    assert (a.advance_days.p50, a.days.p50) == (5.0, None)


def test_advance_days_are_of_finished_advances_only() -> None:
    a = pace(counted("A*3: a0 b4\n B*3: a0 x90\n C: a0\n D: a0 c9"))[0]
    assert a.advance_days.n == 4 and a.advance_days.p50 == 4.0  # moves from a, wherever they led; neither losses nor open ones
    b = pace(counted("A*3: a0 b4\n D: a0 c9"))[1]
    assert b.advance_days.n == 0 and b.days.n == 3  # a jump over b took no time in b


def test_open_days_are_since_the_stage_was_entered_else_since_creation() -> None:
    b = pace(counted("A: a0 b90\n B: a0 b80\n C: a0 b40"))[1]
    assert (b.open_days, b.open_since) == (20.0, "stage")
    b = pace(counted("A: | label=b created=90\n B: | label=b created=80\n C: | label=b created=40"))[1]
    assert (b.open_days, b.open_since) == (20.0, "created")
    c = pace(counted("A: a0 b90"))[2]
    assert (c.open_days, c.open_since) == (None, None)


def test_the_won_stage_has_no_days() -> None:
    assert pace(counted("A*30: a0 b5 c9 w20"))[3].days.n == 0


def test_no_pace_where_exits_have_no_time() -> None:
    a = pace(counted("A*10: | label=b created=0\n B*10: a0 b5"))[0]
    assert (a.days.n, a.advance_days.n) == (0, 0)


def test_days_to_win_are_from_creation_and_need_no_history() -> None:
    t = counted("A: a0 b5 w10\n B: | label=w created=0 closed=20\n C: | label=w created=0 closed=30\n D: | label=w created=0\n E: a0")
    assert days_to_win(t) == Days(p50=20.0, p90=28.0, n=3)


# ---------------------------------------------------------------- pairs


def test_a_pair_runs_from_reaching_the_one_to_reaching_the_other() -> None:
    # ten from a to c in 8 days, ten lost on the way
    found = pair_rates(counted("A*10: a0 b3 c8 x20\n B*10: a0 b3 x10", pairs=["ac"]), 1)[0]
    assert found.reached == 20
    assert found.projected is not None and found.projected.value == 0.5
    assert found.days == Days(p50=8.0, p90=8.0, n=10)


def test_a_jump_over_both_counts_for_the_rate_and_not_for_the_pace() -> None:
    found = pair_rates(counted("A*10: a0 b3 c8\n B*10: a0 w4\n C*5: a0 b3 x9", pairs=["bc"]), 1)[0]
    assert found.reached == 25
    assert found.projected is not None and found.projected.value == pytest.approx(20 / 25)
    assert (found.days.n, found.days.p50) == (10, 5.0)


def test_a_jump_over_the_start_begins_at_the_next_stage_reached() -> None:
    found = pair_rates(counted("A*10: a0 c5 w9", pairs=["bw"]), 1)[0]
    assert found.days == Days(p50=4.0, p90=4.0, n=10)


def test_days_of_a_pair_do_not_run_fast_while_slow_deals_are_on_the_way() -> None:
    # ten arrived after 5 days; of five older ones all arrived, after 60; ten are 30 days old and still on the way
    found = pair_rates(counted("A*10: a0 b1 c5\n B*5: a0 b1 c60\n C*10: a70 b71", pairs=["ac"]), 1)[0]
    assert found.days == Days(p50=60.0, p90=60.0, n=15)  # of all that will arrive over half take 60 days; of those that have, a third
    assert found.projected is not None and found.projected.value == pytest.approx(1.0)


def test_few_deals_have_no_pair_rate() -> None:
    found = pair_rates(counted("A*9: a0 b1 c5", pairs=["ac"]), 1)[0]
    assert (found.reached, found.projected, found.days) == (9, None, Days(p50=None, p90=None, n=0))
