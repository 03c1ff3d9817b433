"""Where deals are lost that need not be (definitions, section 6): the formula by hand, the references, the window, the order.

Day 0 is 1 January 2025: the first quarter is days 0 to 89, the second 90 to 180, the third 181 to 272, the fourth 273 to 364.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from build import FIRST_DAY, counted

from funnel_audit.clock import DAY
from funnel_audit.estimators import wilson
from funnel_audit.measures.conversion import conversion
from funnel_audit.measures.leaks import StepLeak, leaks, loss_reasons
from funnel_audit.tally import Tally


def of(tally: Tally, targets: Sequence[float | None] = (), currency: str | None = "RUB") -> dict[int, StepLeak]:
    """The leaks by step, in rank order."""
    rates = [step.projected for step in conversion(tally)]
    padded = [*targets, *[None] * (tally.stages - len(targets))]
    return {step.k: step for step in leaks(tally, padded, rates, currency, "UTC")}


def lower(successes: int, n: int) -> float:
    share = wilson(successes, n)
    assert share is not None
    return share.low


def test_the_worked_example_of_the_trade_leaks_where_the_deals_are_lost_not_at_the_first_step() -> None:
    # 1,000 leads, 900 reached, 30 offers sent: the leak is 900 -> 30
    table = """
        L*100: a0 x9
        R*870: a0 b2 x30
        O*20: a0 b2 c20 x40
        W*10: a0 b2 c20 w50
    """
    t = counted(table, as_of=100)
    assert t.reached().tolist() == [1000, 900, 30, 10]
    found = of(t)
    assert list(found) == [1, 0, 2]
    assert (found[1].lost, found[1].share_of_losses) == (870, pytest.approx(870 / 990))
    both = of(counted(table, as_of=100), targets=[0.95, 0.05])  # and so, too, when both steps are held against a target of the house
    assert next(iter(both)) == 1


# An old deal makes the data longer than the window; the window itself: 40 deals enter a, 10 get to b, all of those win 100.
WINDOW = """
    O: a0 b1 w2 | amount=900 currency=RUB
    W*10: a300 b302 w305 | amount=100 currency=RUB
    L*30: a300 x303 | amount=50 currency=RUB reason=price
"""


def test_recoverable_by_hand() -> None:
    a = of(counted(WINDOW, "abw", as_of=400), targets=[0.5])[0]
    assert a.rate is not None and a.reference is not None and a.recoverable is not None
    assert (a.rate.value, a.entries, a.reference.value, a.reference.source) == (0.25, 40, 0.5, "target")
    # (0.5 - 0.25) * 40 entries / 180 days * 30 * P(win | b) = 1; the mean won amount of the window is 100, the old win is outside
    assert a.recoverable.wins == pytest.approx(0.25 * 40 / 180 * 30)
    assert a.recoverable.amount == pytest.approx(0.25 * 40 / 180 * 30 * 100)
    assert a.recoverable.low <= a.recoverable.wins <= a.recoverable.high
    assert a.window == (a.window[1] - 180 * DAY, a.window[1]) if a.window else False
    assert (a.lost, a.lost_amount, a.share_of_losses, a.per_point) == (30, 1500.0, 1.0, None)
    assert [(reason.reason, reason.lost, reason.amount) for reason in a.reasons] == [("price", 30, 1500.0)]


def test_the_chance_to_win_from_the_next_stage_is_part_of_it() -> None:
    # as above, but only half of those at b win
    half = WINDOW.replace("W*10: a300 b302 w305", "W*5: a300 b302 w305") + "V*5: a300 b302 x305"
    whole, part = (of(counted(table, "abw", as_of=400), targets=[0.5])[0].recoverable for table in (WINDOW, half))
    assert whole is not None and part is not None
    assert part.wins / whole.wins == pytest.approx(6 / 11)  # ten in the window and the old one: six of eleven


def test_recoverable_is_never_negative() -> None:
    a = of(counted(WINDOW, "abw", as_of=400), targets=[0.1])[0]
    assert a.recoverable is not None
    assert (a.recoverable.wins, a.recoverable.amount, a.recoverable.low) == (0.0, 0.0, 0.0)


def test_without_a_reference_it_is_told_what_a_point_more_would_bring() -> None:
    a = of(counted(WINDOW, "abw", as_of=400))[0]
    assert (a.reference, a.recoverable, a.ranked_first) == (None, None, None)
    assert a.per_point == pytest.approx(0.01 * 40 / 180 * 30)


def test_money_is_of_the_main_currency_and_null_without_a_won_amount() -> None:
    a = of(counted(WINDOW, "abw", as_of=400), targets=[0.5], currency="EUR")[0]
    assert a.recoverable is not None and a.recoverable.wins > 0
    assert (a.recoverable.amount, a.lost_amount) == (None, None)


# ---------------------------------------------------------------- the reference

QUARTERS = """
    A*20: a5 b10
    B*20: a5 x10        # first quarter: 20 of 40
    C*30: a100 b105
    D*10: a100 x105     # second quarter: 30 of 40, the best
    E*20: a200 b205     # third quarter: 20 of 20, but under 30 stays
    F*10: a400 b405
    G*30: a400 x405     # the window: 10 of 40
    S: a0 b1            # the data begin with the first quarter
"""


def test_the_reference_is_the_lower_bound_of_the_best_full_quarter_before_the_window() -> None:
    a = of(counted(QUARTERS, "abw", as_of=500))[0]
    assert a.reference is not None and a.rate is not None
    assert a.reference.source == "best quarter 2025Q2"
    assert a.reference.value == pytest.approx(lower(30, 40))
    assert a.rate.value == 0.25


def test_a_target_of_the_house_comes_before_the_best_quarter() -> None:
    a = of(counted(QUARTERS, "abw", as_of=500), targets=[0.3])[0]
    assert a.reference is not None
    assert (a.reference.value, a.reference.source) == (0.3, "target")


def test_a_quarter_that_the_window_reaches_into_is_no_reference() -> None:
    # as-of on day 340: the window begins on day 160, inside the second quarter
    table = QUARTERS.replace("a400", "a300").replace("b405", "b305").replace("x405", "x305")
    a = of(counted(table, "abw", as_of=340))[0]
    assert a.reference is not None and a.reference.source == "best quarter 2025Q1"


def test_a_quarter_in_which_the_data_begin_is_not_full() -> None:
    table = "\n".join(line for line in QUARTERS.splitlines() if "S:" not in line and "C*" not in line and "D*" not in line)
    assert of(counted(table, "abw", as_of=500))[0].reference is None  # the data begin on day 5


def test_both_rates_are_read_at_the_common_age() -> None:
    # the quarter: 15 of 40 by day 5, 15 more at day 20. The window has been watched for 10 days only: there it was 15 of 40
    a = of(counted("""
        S: a0 b1
        A*15: a2 b7
        B*10: a2 x7
        C*15: a2 b22
        F*10: a400 b405
        G*30: a400 x410
    """, "abw", as_of=500))[0]  # fmt: skip
    assert a.reference is not None and a.rate is not None
    assert a.reference.value == pytest.approx(lower(16, 41))  # and the deal of day 0
    # the other way round: the window knows 20 days, the quarter 5, and by then 10 of its 40 had moved on
    a = of(counted("""
        S: a0 b1
        A*25: a2 b7
        B*15: a2 x7
        F*10: a400 b405
        H*10: a400 b420
        G*20: a400 x420
    """, "abw", as_of=500))[0]  # fmt: skip
    assert a.rate is not None and a.rate.value == 0.25


# ---------------------------------------------------------------- the window


def test_the_window_widens_to_a_year_under_thirty_resolved_stays() -> None:
    few = "O: a0 b1\n A*9: a100 b105\n B*10: a100 x105\n C*10: a300 b305\n D*19: a300 x305"
    a = of(counted(few, "abw", as_of=400))[0]
    assert a.window is not None and a.rate is not None
    assert (a.window[1] - a.window[0]) / DAY == 365
    assert (a.entries, a.rate.value) == (48, pytest.approx(19 / 48))
    a = of(counted(few.replace("D*19", "D*20"), "abw", as_of=400))[0]
    assert a.window is not None and (a.window[1] - a.window[0]) / DAY == 180
    assert a.entries == 30


def test_entries_per_30_days_are_over_the_days_the_data_cover() -> None:
    # the data are 60 days old: 40 entries in 60 days are 20 in 30, not 40 / 180 * 30
    a = of(counted("A*20: a0 b2\n B*20: a0 x9", "abw", as_of=60), targets=[0.6])[0]
    assert a.per_point is None and a.recoverable is None  # nobody has left b: what a deal there is worth is not known
    a = of(counted("A*20: a0 b2 w9\n B*20: a0 x9", "abw", as_of=60), targets=[0.6])[0]
    assert a.recoverable is not None and a.recoverable.wins == pytest.approx(0.1 * 20)


def test_a_step_whose_losses_have_no_time_has_no_rate_and_recovers_nothing() -> None:
    # 100 timed moves, 20 timed losses, and 4 losses nobody knows the time of: a sixth of the losses, though a thirtieth of all exits
    table = "O: a0 b1 w2\n A*100: a300 b305 w310\n B*20: a300 | label=x closed=309\n C*{n}: a300 | label=x"
    known, lacking = (of(counted(table.format(n=n), "abw", as_of=400), targets=[0.9])[0] for n in (1, 4))
    assert known.rate is not None and known.recoverable is not None
    assert (lacking.lost, lacking.rate, lacking.recoverable, lacking.window) == (24, None, None, None)


def test_deals_that_have_just_come_are_no_leak() -> None:
    # a funnel that ran a year ago and was taken up again last week: nothing is decided yet, so there is no rate of 0 to recover from
    a = of(counted("A*20: a0 b2 w9\n B*20: a0 x9\n C*40: a493", "abw", as_of=500), targets=[0.6])[0]
    assert (a.lost, a.rate, a.recoverable, a.window) == (20, None, None, None)


# ---------------------------------------------------------------- the order


def test_order_is_by_money_then_wins_then_lost_deals() -> None:
    table = "W*30: a0 b2 c4 w6 {m}\n A*30: a0 x9\n B*20: a0 b2 x9\n C*10: a0 b2 c4 x9"
    priced, bare = table.format(m="| amount=10 currency=RUB"), table.format(m="")
    assert list(of(counted(bare))) == [0, 1, 2]  # no reference: by lost deals
    # only the last step falls short of its target: 30 of 40
    assert list(of(counted(bare), targets=[0.1, 0.1, 0.9])) == [2, 0, 1]
    assert list(of(counted(priced), targets=[0.1, 0.1, 0.9])) == [2, 0, 1]
    # (0.9 - 60/90) x 90 entries x P(win | b) 1/2 against (0.75 - 40/60) x 60 entries x P(win | c) 3/4
    both = of(counted(priced), targets=[0.9, 0.75])
    assert list(both)[:2] == [0, 1]


def test_ranked_first_is_the_same_in_every_run_and_adds_up_to_one_at_most() -> None:
    t = counted("W*30: a0 b2 c4 w6\n A*30: a0 x9\n B*20: a0 b2 x9\n C*10: a0 b2 c4 x9")
    first, again = (of(t, targets=[0.7, 0.7, 0.8]) for _ in range(2))
    shares = [step.ranked_first for step in first.values()]
    assert shares == [step.ranked_first for step in again.values()]
    assert [step.recoverable for step in first.values()] == [step.recoverable for step in again.values()]
    known = [share for share in shares if share is not None]
    assert len(known) == 3 and 0 < sum(known) <= 1.0 + 1e-12


def test_reasons_come_by_number_and_blank_ones_last() -> None:
    t = counted("""
        A*3: a0 x1 | reason=price
        B*3: a0 x1
        C*5: a0 x1 | reason=timing
        D*1: a0 x1 | reason=other
        U*9: | label=x created=0 reason=price
    """)
    assert [(r.reason, r.lost) for r in of(t)[0].reasons] == [("timing", 5), ("price", 3), (None, 3)]
    # over all lost deals, the unplaced among them
    assert [(r.reason, r.lost) for r in loss_reasons(t, None)] == [("price", 12), ("timing", 5), (None, 3), ("other", 1)]


def test_the_calendar_of_these_tests() -> None:
    assert FIRST_DAY.isoformat() == "2025-01-01"
