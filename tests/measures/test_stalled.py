"""Which open deals are stuck (definitions, section 7)."""

from __future__ import annotations

import numpy as np
import pytest
from build import counted, journeys

from funnel_audit.measures.stalled import Limit, Stall, limits, stalled
from funnel_audit.tally import tally


def found(table: str, max_days: list[float | None], top: int = 10, currency: str | None = "RUB", stages: str = "abcw") -> Stall:
    j = journeys(table, stages)
    return stalled(j, limits(tally(j), max_days), currency, top)


def ids(table: str, stall: Stall) -> list[str]:
    j = journeys(table)
    return [j.facts.id_text(deal.deal) for deal in stall.deals]


DECLARED: list[float | None] = [10, 20, 30, None]


def test_limits_in_their_order() -> None:
    # a: 20 stays, 17 of 1 day and 3 of 9 days: p85 is 1.   b: 19 stays of 4 days: too few.   all: 17 x 1, 19 x 4, 3 x 9, p85 = 4
    t = counted("A*17: a0 b1 x5\n B*2: a0 b9 x13\n C: a0 x9")
    assert limits(t, [None, None, None, None]) == (
        Limit(1.0, "p85 of the stage"), Limit(4.0, "p85 of all stages"), Limit(4.0, "p85 of all stages"), Limit(4.0, "p85 of all stages"),
    )  # fmt: skip
    assert limits(t, [7, None, 3, None])[:3] == (Limit(7, "max_days"), Limit(4.0, "p85 of all stages"), Limit(3, "max_days"))
    assert limits(counted("A*17: a0 b1 x5\n B*2: a0 b9 x13\n C*2: a0 x9"), [None] * 4)[0] == Limit(9.0, "p85 of the stage")


def test_without_twenty_stays_there_is_no_limit_and_no_count() -> None:
    stall = found("A*9: a0 b5", [None] * 4)
    assert (stall.count, stall.deals) == (None, ())


def test_stuck_is_longer_than_the_limit_of_the_stage_it_stands_in_now() -> None:
    table = """
        AT: a90                 # 10 days: the limit itself
        OVER: a89.9             # a little more
        B: a0 b85               # 15 days in b, where 20 are allowed
        BACK: a0 c10 b75        # sent back to b 25 days ago
        WON: a0 w5
        LOST: a0 x5
    """
    stall = found(table, DECLARED)
    assert sorted(ids(table, stall)) == ["BACK", "OVER"]
    assert (stall.count, stall.unknown, stall.on_hold) == (2, 0, 0)
    assert [(row.open, row.stalled) for row in stall.by_stage] == [(2, 1), (2, 1), (0, 0), (0, 0)]
    back = next(deal for deal in stall.deals if deal.stage == 1)
    assert (back.days, back.limit) == (25.0, Limit(20, "max_days"))


def test_parked_deals_are_counted_apart_and_unknown_starts_are_told() -> None:
    table = "H: a0 b5 h9\n U: | label=b created=0\n S: a0 b5\n R: a0 b5 h9 b95"
    stall = found(table, DECLARED)
    assert (stall.count, stall.on_hold, stall.unknown) == (1, 1, 1)
    assert ids(table, stall) == ["S"]  # R was taken up again five days ago
    assert stall.by_stage[1].open == 3


def test_without_a_history_it_is_since_stage_changed_or_creation_in_the_first_stage() -> None:
    table = "A: | label=a created=80\n B: | label=b created=0 changed=70\n C: | label=b created=0 changed=90"
    stall = found(table, DECLARED)
    assert sorted(ids(table, stall)) == ["A", "B"]
    assert {deal.days for deal in stall.deals} == {20.0, 30.0}


def test_an_edit_is_not_progress() -> None:
    stall = found("A: a0 | updated=99\n B: a0", DECLARED)
    assert sorted((deal.days, deal.edited_days) for deal in stall.deals if deal.edited_days is not None) == [(100.0, 1.0)]
    assert stall.count == 2


ORDER = """
    Z: a50 | amount=100 currency=RUB
    B: a50 | amount=100 currency=RUB
    C: a40 | amount=100 currency=RUB
    D: a0 b10 | amount=500 currency=RUB
    E: a0
    F: a10
    G: a10 | amount=9000 currency=EUR
"""


def test_order_is_by_amount_then_days_over_the_limit_then_id() -> None:
    # D is worth most; C stands 6 times its limit, B and Z five times; the others have no amount in roubles: 10, 9 and 9 times
    stall = found(ORDER, DECLARED)
    assert ids(ORDER, stall) == ["D", "C", "B", "Z", "E", "F", "G"]
    assert stall.amount == 800.0  # the euros are not added
    assert stall.by_stage[1].amount == 500_00 and stall.by_stage[0].amount == 300_00


@pytest.mark.parametrize("top", [0, 1, 2, 3, 5, 100])
def test_only_the_top_are_listed_and_all_are_counted(top: int) -> None:
    stall = found(ORDER, DECLARED, top=top)
    assert ids(ORDER, stall) == ["D", "C", "B", "Z", "E", "F", "G"][:top]
    assert stall.count == 7


def test_the_order_of_rows_does_not_decide_who_is_listed() -> None:
    lines = ORDER.strip().splitlines()
    for turned in (lines[::-1], lines[3:] + lines[:3]):
        table = "\n".join(turned)
        assert ids(table, found(table, DECLARED, top=3)) == ["D", "C", "B"]


def test_no_amount_at_all_is_missing_not_zero() -> None:
    assert found("A: a0\n B: a0", DECLARED).amount is None


def test_with_chances_the_money_at_risk_leads() -> None:
    """LARGE has lost little of its chance, SMALL most of it; GREW has gained; NONE has no chance known."""
    table = """
        LARGE: a0 | amount=1000 currency=RUB
        SMALL: a0 | amount=600 currency=RUB
        GREW: a0 | amount=900 currency=RUB
        NONE: a0 | amount=800 currency=RUB
    """
    j = journeys(table, "abcw")
    code = {j.facts.id_text(i): i for i in range(j.n)}
    deal = np.array([code["LARGE"], code["SMALL"], code["GREW"]])
    stall = stalled(j, limits(tally(j), DECLARED), "RUB", 10, (deal, np.array([0.4, 0.1, 0.6]), np.array([0.5, 0.5, 0.5])))
    assert [j.facts.id_text(row.deal) for row in stall.deals] == ["SMALL", "LARGE", "GREW", "NONE"]
    assert [(row.chance, row.chance_at_entry) for row in stall.deals] == [(0.1, 0.5), (0.4, 0.5), (0.6, 0.5), (None, None)]
    without = stalled(j, limits(tally(j), DECLARED), "RUB", 10)
    assert [j.facts.id_text(row.deal) for row in without.deals] == ["LARGE", "GREW", "NONE", "SMALL"]
