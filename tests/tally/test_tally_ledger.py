"""Every deal is somewhere, once (definitions, section 3): small funnels counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from build import counted

from funnel_audit.tally import Outcome

SIX = """
    D1: a0 b3 c10 w20
    D2: a1 c5 x9               # jumps over b, lost at c
    D3: a2 b4 a6 b8 x12        # back to a and again to b
    D4: a0 b5 x7 b9            # a loss that was undone
    D5: a10 b20 h30            # parked
    D6: a50 x60
"""


def test_six_deals_by_hand() -> None:
    t = counted(SIX)
    assert t.reached().tolist() == [6, 5, 2, 1]
    assert t.advanced().tolist() == [5, 2, 1, 0]
    assert t.ledger[Outcome.LOST].tolist() == [1, 1, 1, 0, 0]
    assert t.ledger[Outcome.OPEN].tolist() == [0, 2, 0, 0, 0]
    assert t.ledger[Outcome.WON].tolist() == [0, 0, 0, 1, 0]
    assert t.seen.tolist() == [6, 4, 2, 1]
    assert t.skipped.tolist() == [0, 1, 0, 0]
    assert t.back_into.tolist() == [1, 0, 0, 0]
    assert t.on_hold.tolist() == [0, 1, 0, 0]
    assert (t.reopened, t.deals, t.with_history, t.unplaced) == (1, 6, 6, 0)
    assert t.stays.total() == 5 + 1 + 4 + 2  # a: five advances and a loss; b: D1, D3, D4, D5; c: D1, D2


def test_the_won_stage_can_be_left_again() -> None:
    t = counted("D1: a0 w5\n D2: a0 w5 x9\n D3: a0 w5 b9\n D4: a0 b5")
    assert t.reached().tolist() == [4, 4, 3, 3]
    assert [int(t.ledger[outcome, 3]) for outcome in (Outcome.WON, Outcome.LOST, Outcome.OPEN)] == [1, 1, 1]
    assert t.skipped.tolist() == [0, 3, 3, 0]  # D3 came to b only on its way back: on the way to the win it jumped over it


def test_unplaced_losses_reached_the_first_stage_and_are_at_no_known_step() -> None:
    t = counted("D1: a0 b5\n D2: | label=x created=0 closed=9\n D3: a0 x5\n D4: | label=x created=0 before=b closed=9")
    assert t.reached().tolist() == [4, 2, 0, 0]
    assert t.ledger[Outcome.LOST].tolist() == [1, 1, 0, 0, 1]
    assert t.unplaced == 1
    assert t.outcome(Outcome.LOST) == t.unplaced + 2


def test_a_history_that_holds_nothing_but_the_loss_places_it_nowhere() -> None:
    t = counted("D1: x5 | label=b created=0\n D2: x5 | label=c created=0\n D3: a0 b5")
    assert (t.unplaced, t.reached().tolist()) == (2, [3, 1, 0, 0])


def test_what_is_not_known_is_counted_apart() -> None:
    t = counted("""
        D1: b* c10 | begun=1 created=0               # before the data begin: neither skip nor stay of a and b
        D2: | label=c created=0                      # open, and since when nobody knows
        D3: | label=w created=0 closed=20            # passed a, b and c at times nobody wrote down
        D4: a0 b5 | label=x                          # lost, and when nobody knows
        D5: a0 w9
    """)
    assert t.startless_exits.tolist() == [1, 1, 0, 0]
    assert t.skipped.tolist() == [0, 1, 1, 0]
    assert t.unknown_starts.tolist() == [0, 0, 1, 0]
    assert t.untimed_advances.tolist() == [2, 2, 1, 0]
    assert t.untimed_losses.tolist() == [0, 1, 0, 0]
    assert t.untimed_lives.tolist() == [0, 0, 1]


def test_excluded_and_future_deals_are_in_no_figure() -> None:
    t = counted("D1: a0\n D2: a0 b5 w6 | excluded=1 amount=5 reason=spam\n D3: a200 | amount=5")
    assert (t.deals, t.excluded, t.not_yet, t.money) == (1, 1, 1, {})
    assert t.reached().tolist() == [1, 0, 0, 0]


def test_a_ledger_that_does_not_add_up_is_a_defect_of_the_program() -> None:
    t = counted(SIX)
    t.ledger[Outcome.OPEN, 1] += 1
    with pytest.raises(AssertionError, match="ledger"):
        t.check()
    t = counted(SIX)
    t.skipped[1] += 1
    with pytest.raises(AssertionError, match="stays"):
        t.check()


def test_tallies_of_different_as_of_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="as-of"):
        counted(SIX) + counted(SIX, as_of=99)


def test_lengths_are_rounded_by_at_most_a_seventh_of_a_percent_and_whole_days_not_at_all() -> None:
    t = counted("D1: a0 b0.0001\n D2: a0 b0.7713\n D3: a0 b7.12345\n D4: a0 b70.98765\n D5: a0 b30")
    found, _ = t.stays.advances(0)
    assert found == pytest.approx([0.0001, 0.7713, 7.12345, 30, 70.98765], rel=0.0014, abs=1 / 86_400)
    assert 30.0 in found.tolist()


# ---------------------------------------------------------------- money (section 10)


def test_currencies_are_never_added() -> None:
    t = counted("""
        D1: a0 w5 | amount=100 currency=RUB
        D2: a0 w5 | amount=7.5 currency=EUR
        D3: a0 x5 | amount=50 currency=RUB reason=price
        D4: a0 x5 | amount=1 currency=EUR reason=price
        D5: a0 w5 | amount=3
    """)
    assert {name: int(table[1].sum()) for name, table in t.money.items()} == {"RUB": 15_000, "EUR": 850, None: 300}
    assert t.reasons == {("price", "RUB", 0): (1, 1, 5000), ("price", "EUR", 0): (1, 1, 100)}
    assert sorted(t.wins_by_day.values()) == [(1, 1, 300), (1, 1, 750), (1, 1, 10_000)]


def test_a_missing_amount_is_missing_and_a_negative_one_stays_out_of_sums() -> None:
    t = counted("""
        D1: a0 b1 | currency=RUB
        D2: a0 b1 | currency=RUB amount=-90
        D3: a0 b1 | currency=RUB amount=0
        D4: a0 b1 | currency=RUB amount=5
    """)
    deals, cents = t.money["RUB"]
    assert int(deals[Outcome.OPEN, 1]) == 2  # 0 is an amount, blank and negative are none
    assert int(cents[Outcome.OPEN, 1]) == 500


def test_a_currency_without_any_amount_has_no_sum() -> None:
    assert counted("D1: a0 | currency=RUB").money == {}


def test_sums_are_exact_in_minor_units() -> None:
    t = counted("D*100: a0 | amount=0.1 currency=EUR")
    assert int(t.money["EUR"][1].sum()) == 1000
    assert np.issubdtype(t.money["EUR"].dtype, np.integer)


def test_of_a_deal_that_was_under_way_only_what_lies_before_the_data_is_unseen() -> None:
    """Two snapshots: A stood in b and is in d at the next one, so it jumped c as anybody does; whether it ever stood in a nobody knows."""
    t = counted("A: b* d20 | begun=1\nB: b10 d20\nC: w* | begun=1", "abcdw", as_of=60)
    assert t.skipped.tolist() == [1, 0, 2, 0, 0]
    assert t.startless_exits.tolist() == [2, 2, 1, 1, 0]
