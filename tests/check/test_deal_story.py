"""``deal``: what each entry meant, why the deal ended so, where it counts; the story never contradicts the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from funnel_audit import api
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED
from funnel_audit.story import tell
from funnel_audit.story.walk import walk
from funnel_audit.texts import Texts

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
WON = 3

STORIES = {
    "straight on": ([(1, 0), (2, 1), (3, WON)], ["begins_stay", "begins_stay", "won"]),
    "a skip": ([(1, 0), (2, 2)], ["begins_stay", "begins_stay"]),
    "back and on again": ([(1, 0), (2, 2), (3, 1), (4, 2)], ["begins_stay", "begins_stay", "back_move", "again"]),
    "told twice": ([(1, 0), (2, 0), (3, 1)], ["begins_stay", "repeated", "begins_stay"]),
    "a loss undone": ([(1, 0), (2, LOST), (3, 0), (4, LOST)], ["begins_stay", "loss_undone", "again", "lost"]),
    "a loss told twice": ([(1, 0), (2, LOST), (3, LOST)], ["begins_stay", "lost", "repeated"]),
    "on hold, unknown": ([(1, 0), (2, ON_HOLD), (3, UNMAPPED), (4, 1)], ["begins_stay", "on_hold", "unmapped", "begins_stay"]),
    "after the as-of": ([(1, 0), (99, 1)], ["begins_stay", "after_as_of"]),
    "one instant, in stage order": ([(1, LOST), (1, 1), (1, 0)], ["begins_stay", "begins_stay", "lost"]),
}


@pytest.mark.parametrize("case", STORIES)
def test_the_rule_of_each_entry(case: str) -> None:
    entries, rules = STORIES[case]
    steps = walk([(at, False, "", code) for at, code in entries], 50, WON, standing_loss=True)
    assert [step.rule for step in steps] == rules


def test_what_a_skip_jumps_over() -> None:
    assert [step.skipped for step in walk([(1, False, "", 0), (2, False, "", WON)], 50, WON, False)] == [(), (1, 2)]


@pytest.mark.parametrize("files", [["deals.csv", "history.csv"], ["deals.csv"], ["amocrm.csv"]])
def test_the_story_is_the_reports(files: list[str]) -> None:
    """Every 20th deal: the stays that the entries begin are the stays of the journeys; rows and outcomes are the same."""
    reading = api.read([SAMPLE / name for name in files], keep=True)
    audit, texts, journeys = api.audit(reading), Texts("en"), reading.journeys
    for deal in range(0, journeys.n, 20):
        story = tell(reading, audit, journeys.facts.id_text(deal), texts)
        begun = [entry.stage for entry in story.entries if entry.rule == "begins_stay"]
        stays = [reading.funnel.stages[int(stage)].id for stage in journeys.stays.stage[journeys.stays.deal == deal]]
        assert not begun or begun == stays
        assert story.outcome == ("open", "won", "lost")[int(journeys.outcome[deal])]
        assert sum(stage.reached for stage in story.stages) == int(journeys.stage[deal]) + 1
        back = sum(entry.rule == "back_move" for entry in story.entries)
        assert back == int(journeys.back_moves[deal])
        assert sum(entry.rule == "loss_undone" for entry in story.entries) == int(journeys.reopened[deal])


def test_as_a_user_sees_it(run: Any) -> None:
    ran = run("deal", "31048784", SAMPLE / "deals.csv", SAMPLE / "history.csv", "--stages", SAMPLE.parent / "stages.yaml")
    assert ran.code == 0 and max(map(len, ran.out.splitlines())) <= 80
    assert ran.out.startswith("Deal 31048784 · lost · as of ")
    assert "The last entry of the history decides." in ran.out
    assert "1 loss was undone: a reopened deal." in ran.out
    assert "Lost at the step Meeting held → Sent to work" in ran.out


def test_json(run: Any) -> None:
    story = json.loads(run("deal", "D4", "deals.csv", "--format", "json").out)
    assert (story["schema"], story["outcome"], story["decided_by"], story["line"]) == ("funnel-audit-deal/1", "won", "label", 5)
    assert "FA206" in [finding["code"] for finding in story["findings"]]


def test_what_was_after_the_as_of_is_told(run: Any) -> None:
    words = ("deal", "31048784", SAMPLE / "deals.csv", SAMPLE / "history.csv", "--stages", SAMPLE.parent / "stages.yaml")
    story = json.loads(run(*words, "--as-of", "2025-07-20", "--format", "json").out)
    assert story["outcome"] == "open"
    assert [entry["rule"] for entry in story["entries"]][-1] == "after_as_of"


def test_deals_in_no_figure(run: Any) -> None:
    Path("stages.yaml").write_text(Path("stages.yaml").read_text("utf-8") + "exclude: {lost_reasons: [Price]}\n", "utf-8")
    assert "stages.yaml excludes it" in run("deal", "D3", "deals.csv").out
    assert "created after the day" in run("deal", "E29", "deals.csv", "--as-of", "2026-01-15").out


def test_an_unknown_id(run: Any) -> None:
    ran = run("deal", "E300", "deals.csv")
    assert (ran.code, ran.stdout) == (2, b"") and "Did you mean E" in ran.err


def test_an_id_like_none_is_told_how_ids_look(run: Any) -> None:
    ran = run("deal", "99999999", "deals.csv")
    assert ran.code == 2 and "An id of this export looks like this: E20." in ran.err
