"""A misspelt stage in stages.yaml: the report begins with it and the gate fails, from three deals and above 2 %."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run

STAGES = """stages:
  - {id: new, name: New}
  - {id: met, name: Met}
  - {id: paid, name: Paid, won: true}
lost: [Lost]
"""
DAYS = [f"2026-01-{day:02}" for day in range(1, 29)]


def export(unknown: int, known: int) -> str:
    rows = [f"U{n},Meeting,{DAYS[n % 28]}" for n in range(unknown)] + [f"K{n},New,{DAYS[n % 28]}" for n in range(known)]
    return "deal_id,stage,created\n" + "\n".join([*rows, "L1,Lost,2026-01-05", "W1,Paid,2026-01-06"]) + "\n"


@pytest.mark.parametrize(
    ("unknown", "known", "checks", "fails", "warned"),
    [
        (3, 100, "", 1, True),  # 2.9 %
        (3, 160, "", 0, False),  # 1.8 %
        (2, 50, "", 0, False),  # 3.8 %, but two deals are a slip
        (3, 100, "checks: {max_unmapped_share: 0.1}\n", 0, True),  # what stages.yaml allows does not fail, and is said all the same
        (3, 100, "checks: {max_unmapped_share: 0.01}\n", 1, True),
    ],
)
def test_unknown_labels_fail_the_gate_and_lead_the_report(
    unknown: int, known: int, checks: str, fails: int, warned: bool, run: Run
) -> None:
    Path("deals.csv").write_text(export(unknown, known), "utf-8")
    Path("stages.yaml").write_text(STAGES + checks, "utf-8")
    assert run("check", "deals.csv").code == fails
    page = run("report", "deals.csv").out
    assert ("! " in page.split("──")[0]) == warned
    if warned:
        head = " ".join(page.split("── In short")[0].split())
        assert "labels that stages.yaml does not know: “Meeting” (3)" in head and "FA203" in head


def test_a_stage_that_was_passed_by_many_and_holds_nobody_is_told_by_the_moves(run: Run) -> None:
    moves = [f"D{n},{stage},2026-01-{day:02}" for n in range(40) for stage, day in (("New", 1), ("Meeting", 3), ("Paid", 9))]
    Path("history.csv").write_text("deal_id,stage,changed_at\n" + "\n".join([*moves, *(f"E{n},New,2026-01-02" for n in range(200))]) + "\n")
    Path("stages.yaml").write_text(STAGES, "utf-8")
    page = " ".join(run("report", "history.csv", "--lang", "ru").out.split())
    assert "переходов — на этапы, которых нет в stages.yaml: «Meeting» (40)." in page
    assert run("check", "history.csv").code == 1
