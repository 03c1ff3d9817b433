"""Segments as their user sees them: ``--by``, the page, anonymous codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run

HEAD = "ID,Stage,Created,Close date,Owner,Source,Region,Amount,Currency"
STAGES = "stages:\n  - {id: new, name: New}\n  - {id: paid, name: Paid, won: true}\nlost: [Lost]\ncurrency: RUB\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A fair of which twice as many deals are won as of the rest; owners who are alike; regions with names of persons."""
    rows = [HEAD]
    for n in range(600):
        source = ("Fair", "Site", "Ads")[n % 3]
        won = n % 10 < (8 if source == "Fair" else 3)
        owner, region = f"Owner {n // 3 % 2}", f"Mr Secret {n % 4}"
        month, day = n // 50 % 6 + 1, n % 28 + 1
        stage = "Paid" if won else "Lost"
        amount = 1000 * (n // 30 % 7 + 1)
        rows.append(f"{n},{stage},2025-{month:02}-{day:02},2025-{month + 1:02}-{day:02},{owner},{source},{region},{amount},RUB")
    (tmp_path / "deals.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    return tmp_path


def page(run: Run, folder: Path, *options: str) -> str:
    result = run("report", str(folder / "deals.csv"), "--stages", str(folder / "stages.yaml"), *options)
    assert result.code == 0, result.err
    return result.out


def test_only_what_differs_is_shown(run: Run, export: Path) -> None:
    shown = page(run, export, "--only", "summary,segments")
    assert "Deals by source" in shown
    assert "Deals by owner" not in shown
    assert "▲ Fair: won 80% against 30% of the others" in shown.replace("\n  ", " ")
    assert "Most valuable: Fair" in shown
    assert "“Fair” (source): 80% of these deals are won, 30% of all others." in shown.replace("\n  ", " ")
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_in_russian(run: Run, export: Path) -> None:
    shown = page(run, export, "--only", "summary,segments", "--lang", "ru")
    assert "Сделки в разрезе: источник" in shown
    assert "▲ Fair: выиграно 80 %" in shown
    assert "Deals" not in shown


def test_what_is_asked_for_is_shown_in_any_case(run: Run, export: Path) -> None:
    shown = page(run, export, "--only", "segments", "--by", "owner,amount,region")
    assert "Deals by Owner" in shown
    assert "None of them differs" in shown
    assert "under RUB" in shown
    assert "Deals by Region" in shown
    assert "Deals by Source" not in shown


def test_json_has_every_segment(run: Run, export: Path) -> None:
    found = json.loads(page(run, export, "--format", "json", "--by", "source,region"))
    assert found["input"]["by"] == ["source", "region"]
    assert (found["segments"][0]["column"], found["segments"][0]["value"]) == ("source", "Fair")
    assert sum(row["deals"] for row in found["segments"]) == 2 * found["totals"]["deals"]
    fair = found["segments"][0]
    assert fair["verdict"] == "better"
    assert fair["q_value"] < 1e-6
    assert fair["value_per_lead"]["low"] < fair["value_per_lead"]["value"] < fair["value_per_lead"]["high"]


def test_anonymous_codes_whatever_may_be_a_name(run: Run, export: Path) -> None:
    for form in ("json", "terminal"):
        shown = page(run, export, "--format", form, "--anonymous", "--by", "owner,region,source,amount")
        assert "Secret" not in shown
        assert "Owner 0" not in shown
        assert "Fair" in shown
    found = json.loads(page(run, export, "--format", "json", "--anonymous", "--by", "owner,region"))
    assert {row["value"].split("-")[0] for row in found["segments"]} == {"owner", "value"}


def test_an_unknown_column_is_an_error_with_the_columns(run: Run, export: Path) -> None:
    result = run("report", str(export / "deals.csv"), "--stages", str(export / "stages.yaml"), "--by", "reigon")
    assert result.code == 2
    assert "there is no column “reigon” in the export" in result.err
    assert "Region" in result.err
