"""Nothing after as-of is known, what happens exactly then is (definitions, section 1)."""

from __future__ import annotations

import pytest
from build import journeys, outcomes, stays


@pytest.mark.parametrize(
    ("as_of", "outcome", "lengths"),
    [
        ("20", "won w", "a3>b b7>c c10>w"),  # exactly at as-of: known
        ("19.99", "open c", "a3>b b7>c c9.99.."),
        ("10", "open c", "a3>b b7>c c0.."),
        ("9", "open b", "a3>b b6.."),
        ("0", "open a", "a0.."),
    ],
)
def test_entries_after_as_of_do_not_exist(as_of: str, outcome: str, lengths: str) -> None:
    found = journeys("D: a0 b3 c10 w20", as_of=as_of)
    assert (outcomes(found)["D"], stays(found)["D"]) == (outcome, lengths)


def test_a_loss_after_as_of_is_not_known_and_one_undone_later_still_stands() -> None:
    assert outcomes(journeys("D: a0 b3 x10 b15", as_of=9))["D"] == "open b"
    then = journeys("D: a0 b3 x10 b15", as_of=12)
    assert (outcomes(then)["D"], stays(then)["D"], then.reopened.tolist()) == ("lost b", "a3>b b7>x", [0])


def test_deals_created_after_as_of_do_not_exist() -> None:
    found = journeys("D1: a0 b3\n D2: a150 b160\n D3: | label=a created=101\n D4: a100\n D5: | label=a created=100")
    assert list(outcomes(found)) == ["D1", "D4", "D5"]
    assert found.not_yet == 2 and found.excluded == 0


def test_a_date_as_as_of_is_the_end_of_that_day() -> None:
    found = journeys("D1: a0 b100.9\n D2: a0 b100d\n D3: a0 b101d\n D4: a0 b101", as_of="100d")
    assert outcomes(found) == {"D1": "open b", "D2": "open b", "D3": "open a", "D4": "open a"}


@pytest.mark.parametrize("status_decides", [False, True])
def test_a_closing_date_after_as_of_means_open(status_decides: bool) -> None:
    table = """
        D1: | label=x status=lost created=0 closed=150
        D2: | label=w status=won created=0 closed=150
        D3: | label=x status=lost created=0 closed=100
        D4: | label=w status=won created=0 closed=100
    """
    found = {name: what.split()[0] for name, what in outcomes(journeys(table, status_decides=status_decides)).items()}
    assert found == {"D1": "open", "D2": "open", "D3": "lost", "D4": "won"}


def test_a_current_stage_set_after_as_of_is_not_known_yet() -> None:
    found = journeys("D: | label=c created=0 changed=120")
    assert (outcomes(found)["D"], stays(found)["D"]) == ("open a", "a?..")
