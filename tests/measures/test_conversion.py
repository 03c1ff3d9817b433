"""Rates of steps and of the whole funnel, their ranges and the reasons for a missing one (definitions, section 4)."""

from __future__ import annotations

import pytest
from build import counted

from funnel_audit.estimators import wilson
from funnel_audit.measures.conversion import conversion, whole_funnel
from funnel_audit.report import Bounds


def test_with_nothing_open_projected_is_so_far_with_its_interval() -> None:
    first, second, last = conversion(counted("A*12: a0 b2 w5\n B*8: a0 x9", stages="abw"))
    assert (first.reached, first.advanced, first.lost, first.open) == (20, 12, 8, 0)
    share = wilson(12, 20)
    assert share is not None and first.so_far is not None and first.projected is not None
    assert (first.so_far.value, first.so_far.low, first.so_far.high) == (share.value, share.low, share.high) == (0.6, share.low, share.high)
    assert (first.projected.value, first.projected.low, first.projected.high) == (0.6, share.low, share.high)
    assert first.projected.ripe and first.projected.unresolved == 0.0 and first.resolved == 1.0
    assert second.projected is not None and second.projected.value == 1.0
    assert (last.won, last.so_far, last.projected) == (12, None, None)
    assert [step.from_start.value for step in (first, second, last) if step.from_start] == pytest.approx([1.0, 0.6, 0.6])


def test_open_deals_are_neither_yes_nor_no() -> None:
    # 6 of 20 moved on at 2 days, 4 were lost at 4, 10 are still open at an age of 3 days.
    # age 2: Y 20, F = 6/20.   age 4: Y 20 - 6 - 10 = 4, all lost.   So F = 0.3 at the end: of the ten open ones none is expected to move on
    step = conversion(counted("A*6: a0 b2\n B*4: a0 x4\n C*10: a97", stages="abw"))[0]
    assert step.so_far is not None and step.projected is not None
    assert (step.so_far.value, step.resolved) == (0.3, 0.5)
    assert step.projected.value == pytest.approx(0.3)
    # the other way round: lost at 2 days, moved on at 4, the ten open ones are 3 days old: all of the rest moves on
    step = conversion(counted("A*6: a0 x2\n B*4: a0 b4\n C*10: a97", stages="abw"))[0]
    assert step.so_far is not None and step.projected is not None
    assert step.so_far.value == 0.2 and step.projected.value == pytest.approx(0.7)


def test_a_jump_over_a_stage_is_an_advance_at_age_zero_of_that_stage() -> None:
    # reached b: 8 that stood in it and were lost after 5 days, 4 that jumped over it
    step = conversion(counted("A*8: a0 b1 x6\n B*4: a0 c1 x9"))[1]
    assert (step.reached, step.skipped, step.seen) == (12, 4, 8)
    assert step.projected is not None and step.projected.value == pytest.approx(4 / 12)
    assert step.known_stays == 12


def test_under_ten_deals_no_rate_is_shown_only_counts() -> None:
    step = conversion(counted("A*9: a0 b2"))[0]
    assert (step.reached, step.so_far, step.projected, step.why_not, step.from_start) == (9, None, None, "few", None)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("A*20: | label=b created=0\n B*20: a0 b5 x9", "untimed_advances"),  # half of the moves from a have no time
        ("A*20: a0 b5 x9\n B*20: a0 | label=x", "untimed_losses"),
        ("A*20: a0", "no_exits"),
        ("A*20: | label=h created=0", "no_stays"),
    ],
)
def test_a_missing_projection_has_a_reason(table: str, why: str) -> None:
    if why == "untimed_losses":
        table = table.replace(" x9", "")  # a log that records no losses leaves them to the row, here without a closing date
    step = conversion(counted(table))[0]
    assert (step.projected, step.why_not) == (None, why)


def test_up_to_a_twentieth_of_untimed_exits_is_placed_at_the_median_age() -> None:
    # 39 timed moves and one without a time: 1 of 40 is under 5 %
    step = conversion(counted("A*39: a0 b5\n B*10: a0 x9\n C: | label=w created=0 closed=20"))[0]
    assert step.projected is not None and step.projected.value == pytest.approx(40 / 50)
    step = conversion(counted("A*18: a0 b5\n B*10: a0 x9\n C: | label=w created=0 closed=20"))[0]  # 1 of 19 is over
    assert step.projected is None


# ---------------------------------------------------------------- unplaced losses


def test_unplaced_losses_make_a_range_of_every_step() -> None:
    # 40 deals: 30 with a history (a -> 20 b -> 10 c -> 5 w), and 10 lost nobody knows where
    t = counted("""
        A*5: a0 b1 c2 w3
        B*5: a0 b1 c2 x4
        C*10: a0 b1 x4
        D*10: a0 x4
        U*10: | label=x created=0
    """)
    first, middle, last, _ = conversion(t)
    assert [first.reached, middle.reached, last.reached] == [40, 20, 10]
    # first: all ten lost here, 20 of 40 got further; or all ten further on, then 30 of 40 did
    assert first.bounds == Bounds(low=20 / 40, high=30 / 40)
    # middle: all ten reached it and were lost here, 10 of 30; or all ten were lost after it, 20 of 30
    assert middle.bounds == Bounds(low=10 / 30, high=20 / 30)
    # last: all ten were lost here, 5 of 20; or all of them before it, 5 of 10
    assert last.bounds == Bounds(low=5 / 20, high=5 / 10)
    for step in (first, middle, last):
        assert step.bounds is not None and step.bounds.low <= step.advanced / step.reached <= step.bounds.high


def test_without_unplaced_losses_there_is_no_range() -> None:
    assert [step.bounds for step in conversion(counted("A*20: a0 b1 x4"))] == [None] * 4


# ---------------------------------------------------------------- the whole funnel


def test_win_rate_is_of_every_deal_placed_or_not() -> None:
    t = counted("W*10: | label=w created=0 closed=20\n X*20: | label=x created=0 closed=10\n O*10: | label=b created=95")
    rate, why_not = whole_funnel(t)
    assert why_not is None and rate.so_far is not None and rate.closed_only is not None and rate.projected is not None
    assert (rate.so_far.value, rate.closed_only.value) == (10 / 40, 10 / 30)
    # all open ones are 5 days old, nothing is decided before day 10: they say nothing, and the 30 decided ones everything
    assert rate.projected.value == pytest.approx(10 / 30)


def test_win_rate_without_closing_dates_is_not_projected() -> None:
    rate, why_not = whole_funnel(counted("W*10: | label=w created=0\n X*20: | label=x created=0 closed=10"))
    assert (rate.projected, why_not) == (None, "untimed_advances")
    rate, why_not = whole_funnel(counted("W*4: | label=w created=0 closed=3"))
    assert (rate.so_far, rate.projected, why_not) == (None, None, "few")


def test_a_win_rate_needs_the_age_of_the_open_deals() -> None:
    # ten won, ten lost, and two hundred open of which nobody knows how old they are: to leave those out is to say 50 %
    rate, why_not = whole_funnel(counted("W*10: | label=w created=0 closed=20\n X*10: | label=x created=0 closed=20\n O*200: | label=b"))
    assert rate.so_far is not None and rate.so_far.value == pytest.approx(10 / 220)
    assert (rate.projected, why_not) == (None, "untimed_open")
