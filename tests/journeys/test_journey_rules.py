"""From entries to one journey (definitions, section 2), on deals worked by hand."""

from __future__ import annotations

import pytest
from build import journeys, outcomes, stays

from funnel_audit.clock import DAY

SIX = """
    D1: a0 b3 c10 w20    # straight to the win
    D2: a1 c5 x9         # jumps over b, lost at c
    D3: a2 b4 a6 b8 x12  # goes back to a and returns: the stay in b runs from 4 to 12
    D4: a0 b5 x7 b9      # a loss that was undone: the stay in b runs on
    D5: a10 b20 h30      # parked: open at b
    D6: a50 x60          # lost at the first stage
"""


def one(line: str, **options: object) -> tuple[str, str]:
    """Outcome and stays of a single deal."""
    found = journeys("D: " + line, **options)  # type: ignore[arg-type]
    return outcomes(found)["D"], stays(found)["D"]


def test_six_deals_by_hand() -> None:
    found = journeys(SIX)
    assert outcomes(found) == {"D1": "won w", "D2": "lost c", "D3": "lost b", "D4": "open b", "D5": "open b", "D6": "lost a"}
    assert stays(found) == {
        "D1": "a3>b b7>c c10>w",
        "D2": "a4>c c4>x",
        "D3": "a2>b b8>x",
        "D4": "a5>b b95..",
        "D5": "a10>b b80..",
        "D6": "a10>x",
    }
    assert found.back_moves.tolist() == [0, 0, 1, 0, 0, 0]
    assert found.back_into.tolist() == [1, 0, 0, 0]
    assert found.reopened.tolist() == [0, 0, 0, 1, 0, 0]
    assert found.on_hold.tolist() == [False, False, False, False, True, False]


def test_a_stage_entered_only_on_the_way_back_is_seen_but_no_stay() -> None:
    found = journeys("D: a0 c4 b6")  # jumped over b, then sent back to it
    assert stays(found)["D"] == "a4>c c96.."
    assert bin(int(found.seen[0])) == "0b111"  # a, b and c
    assert (found.stage[0], found.stage_now[0]) == (2, 1)  # furthest c, standing in b
    assert found.since.at[0] == journeys("D: a6").since.at[0]


@pytest.mark.parametrize(
    ("line", "outcome", "lengths"),
    [
        ("a0 b1 w5", "won w", "a1>b b4>w"),
        ("a0 b1 w5 x9", "lost w", "a1>b b4>w"),  # won, then lost: the won stage's own loss
        ("a0 w5 b9", "open w", "a5>w"),  # won, then taken up again
        ("a0 w5 x7 w9", "won w", "a5>w"),
    ],
)
def test_won_and_left_again(line: str, outcome: str, lengths: str) -> None:
    assert one(line) == (outcome, lengths)


@pytest.mark.parametrize(
    ("line", "outcome", "lengths"),
    [
        ("a0 x5 b5", "lost b", "a5>b b0>x"),  # the lost label comes last
        ("c5 a5 b5", "open c", "a0>b b0>c c95.."),  # stage order
        ("a0 h5 b5", "open b", "a5>b b95.."),
    ],
)
def test_equal_instants_come_in_stage_order_with_the_loss_last(line: str, outcome: str, lengths: str) -> None:
    assert one(line) == (outcome, lengths)


def test_consecutive_entries_of_one_stage_are_one() -> None:
    assert one("a0 b3 b7 c9") == ("open c", "a3>b b6>c c91..")
    twice = journeys("D: a0 x3 x5")
    assert (stays(twice)["D"], twice.reopened.tolist()) == ("a3>x", [0])
    assert journeys("D: a0 b3 a5 b7").back_moves.tolist() == [1]  # not consecutive: back and forth


def test_only_a_loss_that_stands_ends_a_stay() -> None:
    assert one("a0 b2 x5") == ("lost b", "a2>b b3>x")
    assert one("a0 b2 x5 b6 x9") == ("lost b", "a2>b b7>x")
    assert one("a0 b2 x5 c6") == ("open c", "a2>b b4>c c94..")


@pytest.mark.parametrize(
    ("line", "lengths"),
    [
        ("a0.5 b0d", "a0>b b100.."),  # noon, and a date of that day: not earlier, 0 days
        ("b0d a0.9", "a0>b b100.."),
        ("a0.9 b1d", "a1>b b99.."),  # whole days, not the tenth of one
        ("a0d b1.9", "a1>b b98.1.."),
        ("a0d b7d x9d", "a7>b b2>x"),
        ("a0d b7.5 x7d", "a7>b b0>x"),
    ],
)
def test_a_date_and_a_time_are_compared_and_subtracted_as_days(line: str, lengths: str) -> None:
    assert one(line)[1] == lengths


def test_days_are_those_of_the_funnels_timezone() -> None:
    # day 0 begins at 21:00 UTC in Moscow: 0.95 is 22:48 there, the same local day as the date
    assert one("a0.95 b0d", timezone="Europe/Moscow")[1] == "a0>b b100.."
    assert one("a1.05 b1d", timezone="Europe/Moscow")[1] == "a0>b b99.."


def test_an_unmapped_label_leaves_the_deal_at_its_furthest_stage() -> None:
    found = journeys("D1: a0 b5 ?9\n D2: | label=? created=0\n D3: | label=? status=lost created=0 \n D4: a0 b5 ?9 | flag=won label=?")
    assert outcomes(found) == {"D1": "open b", "D2": "open a", "D3": "lost -", "D4": "won w"}
    assert found.unmapped.tolist() == [True, True, True, True]
    assert stays(found)["D1"] == "a5>b b95.."


def test_excluded_deals_are_only_counted() -> None:
    found = journeys("D1: a0 b5 \n D2: a0 x5 | excluded=1")
    assert (found.n, found.excluded, list(outcomes(found))) == (1, 1, ["D1"])


def test_what_lies_before_the_data_is_neither_skip_nor_stay() -> None:
    found = journeys("D: b* c10 | begun=1 created=0")
    assert stays(found)["D"] == "b?>c c90.."
    assert journeys("D: b* | begun=1 created=0").since.at[0] < 0  # when it last moved is not known
    assert one("b* | begun=1 created=0") == ("open b", "b?..")


def test_the_row_decides_on_everything_but_the_stage_when_there_is_a_history() -> None:
    found = journeys("D1: a0 b5 | label=c status=lost\n D2: a0 x9 | label=x")
    assert outcomes(found) == {"D1": "open b", "D2": "lost a"}
    assert found.stage_conflicts.tolist() == [0] and found.outcome_conflicts.tolist() == [0]


def test_a_log_that_never_records_losses_leaves_them_to_the_row() -> None:
    found = journeys("D1: a0 b5 | label=x closed=30\n D2: a0 b5 c8 | label=w closed=20")
    assert outcomes(found) == {"D1": "lost b", "D2": "won w"}
    assert stays(found) == {"D1": "a5>b b25>x", "D2": "a5>b b3>c c12>w"}


def test_a_history_that_cannot_record_a_parked_deal_leaves_it_to_the_row() -> None:
    # dated columns: a date for each stage, and the label of today
    found = journeys("D1: a0 b5 | label=h\n D2: a0 b5 | label=?\n D3: a0 b5 | label=b\n D4: a0 w5 | label=h")
    assert outcomes(found) == {"D1": "open b", "D2": "open b", "D3": "open b", "D4": "won w"}
    assert found.on_hold.tolist() == [True, False, False, False]
    assert found.unmapped.tolist() == [False, True, False, False]
    # a log that has such entries is believed: D1 was taken up again
    found = journeys("D1: a0 h3 b5 | label=h\n D2: a0 ?3 b5 | label=?")
    assert (found.on_hold.tolist(), found.unmapped.tolist()) == ([False, False], [False, False])


def test_frames_for_people_tell_the_same() -> None:
    found = journeys(SIX)
    assert found.deals.set_index("deal_id").outcome["D3"] == "lost"
    frame = found.stays_frame
    assert frame[frame.deal_id == "D2"].days.tolist() == [4.0, 4.0]
    assert (found.stays.us[found.stays.deal == 0] / DAY).tolist() == [3.0, 7.0, 10.0]
