"""Deals of which only the row is known (definitions, rules 5 to 7)."""

from __future__ import annotations

import pytest
from build import journeys, outcomes, stays

from funnel_audit.clock import DAY


@pytest.mark.parametrize(
    ("facts", "outcome", "lengths"),
    [
        ("label=a created=10", "open a", "a90.."),  # still in the first stage: since it was created
        ("label=b created=10 changed=40", "open b", "b60.."),  # in its current stage: since that changed
        ("label=b created=10", "open b", "b?.."),  # no known start
        ("label=h created=10", "open a", "a?.."),  # parked: where it stood is not known
        ("created=10", "open a", "a?.."),
        ("label=w created=0 closed=30", "won w", ""),
        ("label=x created=0 closed=30", "lost -", ""),  # where it was lost is not known
        ("label=x created=0 closed=30 before=b", "lost b", ""),  # the row keeps the stage before the loss
        ("label=b created=0 changed=40 before=a", "open b", "b60.."),  # which says nothing of a deal that is not lost
        ("flag=won created=0 closed=30", "won w", ""),
        ("flag=lost label=b created=0 closed=30", "open b", "b?.."),  # the stage stands above the flags
    ],
)
def test_what_a_row_alone_can_say(facts: str, outcome: str, lengths: str) -> None:
    found = journeys("D: | " + facts)
    assert (outcomes(found)["D"], stays(found)["D"]) == (outcome, lengths)


@pytest.mark.parametrize(
    ("line", "outcome", "lengths"),
    [
        ("| label=b status=open created=0 changed=20", "open b", "b80.."),
        ("| label=b status=lost created=0 changed=20 closed=50", "lost b", "b30>x"),
        ("| label=b status=lost created=0 closed=50", "lost b", "b?>x"),
        ("| label=b status=won created=0 closed=50", "won w", ""),
        ("a0 b10 | label=b status=lost closed=50", "lost b", "a10>b b40>x"),
        ("a0 b10 | label=b status=won closed=50", "won w", "a10>b b40>w"),
        ("a0 b10 | label=b status=won", "won w", "a10>b b?>w"),  # won at a time nobody wrote down: reached, no stay
        ("a0 b10 x20 | label=b status=open", "open b", "a10>b b90.."),
    ],
)
def test_where_a_status_decides_the_stage_shown_is_where_it_happened(line: str, outcome: str, lengths: str) -> None:
    found = journeys("D: " + line, status_decides=True)
    assert (outcomes(found)["D"], stays(found)["D"]) == (outcome, lengths)


def test_won_by_status_is_an_entry_into_the_won_stage_at_the_closing_date() -> None:
    found = journeys("D1: a0 b10 | status=won closed=50\n D2: a0 b10 | status=won", status_decides=True)
    assert [(int(seen) >> 3) & 1 for seen in found.seen] == [1, 0]
    assert (found.won_at.at[0] - found.facts.created.at[0]) / DAY == 50


def test_a_terminal_labels_own_date_stands_in_for_a_missing_closing_date() -> None:
    found = journeys("D: | label=w created=0 changed=30")
    assert (found.won_at.at[0] - found.facts.created.at[0]) / DAY == 30


def test_an_unplaced_loss_reached_only_the_first_stage() -> None:
    found = journeys("D: | label=x created=0 closed=30")
    assert (found.stage[0], bool(found.placed[0])) == (0, False)
