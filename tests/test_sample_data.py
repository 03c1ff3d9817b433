"""sample_data is what its script makes, and its known answers agree with its files (without funnel_audit)."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def expected(sample_data: Path) -> dict[str, Any]:
    return json.loads((sample_data / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def made(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, str(sample_data / "make.py"), str(folder)], check=True)
    return folder


def test_the_script_makes_the_committed_files(made: Path, sample_data: Path) -> None:
    names = {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
    files = [path for path in sample_data.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    committed = {str(path.relative_to(sample_data)) for path in files}
    assert names == committed
    assert [name for name in sorted(names - {"deals.xlsx"}) if (made / name).read_bytes() != (sample_data / name).read_bytes()] == []


def test_the_workbook_is_the_same_part_by_part(made: Path, sample_data: Path) -> None:
    """Not as a file: the bytes of a compressed part are the business of the machine's zlib."""
    with zipfile.ZipFile(made / "deals.xlsx") as new, zipfile.ZipFile(sample_data / "deals.xlsx") as old:
        assert [(part.filename, part.date_time) for part in new.infolist()] == [(part.filename, part.date_time) for part in old.infolist()]
        assert all(new.read(name) == old.read(name) for name in new.namelist())


def test_every_file_holds_the_same_deals(sample_data: Path) -> None:
    deals = [row["ID"] for row in rows(sample_data / "deals.csv")]
    assert len(deals) == len(set(deals)) == 600
    assert [row["ID"] for row in rows(sample_data / "amocrm.csv")] == deals
    assert {row["deal_id"] for row in rows(sample_data / "history.csv")} == set(deals)
    last = sorted((sample_data / "snapshots").iterdir())[-1]
    assert last.read_bytes() == (sample_data / "amocrm.csv").read_bytes()


def test_the_stages_are_those_of_stages_yaml(sample_data: Path, expected: dict[str, Any]) -> None:
    import yaml

    funnel = yaml.safe_load((sample_data.parent / "stages.yaml").read_text("utf-8"))
    assert [(stage["id"], stage["name"]["ru"]) for stage in funnel["stages"]] == [(row["stage"], row["name"]) for row in expected["funnel"]]


def test_known_answers_keep_the_ledger(expected: dict[str, Any]) -> None:
    totals, funnel = expected["totals"], expected["funnel"]
    assert totals["deals"] == totals["won"] + totals["lost"] + totals["open"] == 600
    assert sum(totals["loss_reasons"].values()) == totals["lost"] == sum(row["lost"] for row in funnel)
    assert all(row["reached"] == row["advanced"] + row["lost"] + row["open"] for row in funnel[:-1])
    assert all(earlier["advanced"] == later["reached"] for earlier, later in pairwise(funnel))
    assert funnel[-1]["reached"] == totals["won"]


def test_known_answers_are_what_the_history_file_says(sample_data: Path, expected: dict[str, Any]) -> None:
    """Counted once more from the file itself, by other loops than the script's."""
    order = {row["name"]: position for position, row in enumerate(expected["funnel"])}
    entries: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows(sample_data / "history.csv"):
        entries[row["deal_id"]].append((row["entered_at"], row["stage"]))
    seen: Counter[int] = Counter()
    reached: Counter[int] = Counter()
    for journey in entries.values():
        positions = [order[label] for _, label in sorted(journey) if label in order]
        seen.update(set(positions))
        reached.update(range(max(positions) + 1))
    assert sum(map(len, entries.values())) == expected["totals"]["entries"]
    assert [reached[k] for k in range(11)] == [row["reached"] for row in expected["funnel"]]
    assert [seen[k] for k in range(11)] == [row["seen"] for row in expected["funnel"]]


def test_what_the_sample_is_for(sample_data: Path, expected: dict[str, Any]) -> None:
    leak = expected["leak"]
    assert leak["before"]["closed_only"] > 0.9 and leak["after"]["closed_only"] < 0.6
    quarters = next(step for step in expected["steps"] if step["from"] == leak["from"])["quarters"]
    assert all(quarters[name]["advanced"] + quarters[name]["lost"] >= 30 for name in quarters), "each quarter can be a reference"
    assert expected["slow_stage"]["stage"] == "sent_to_work"
    planted = {row["deal_id"] for row in expected["stuck"]["planted"]}
    assert planted and planted <= set(expected["stuck"]["open_untouched_over_75_days"])
    assert expected["totals"]["back_moves"] > 0 and sum(row["skipped"] for row in expected["funnel"]) > 0
    history = rows(sample_data / "history.csv")
    assert [row["entered_at"] for row in history] != sorted(row["entered_at"] for row in history), "not in time order"


def test_dated_columns_are_the_first_entries_of_the_history(sample_data: Path, expected: dict[str, Any]) -> None:
    names = {row["name"] for row in expected["funnel"]}
    first: dict[tuple[str, str], str] = {}
    last: dict[str, tuple[str, str]] = {}
    for row in rows(sample_data / "history.csv"):
        key, moment = (row["deal_id"], row["stage"]), row["entered_at"]
        if row["stage"] in names:
            first[key] = min(moment, first.get(key, moment))
        last[row["deal_id"]] = max((moment, row["stage"]), last.get(row["deal_id"], ("", "")))
    dated = {}
    for row in rows(sample_data / "deals.csv"):
        assert row["Этап сделки"] == last[row["ID"]][1]
        for name in names:
            if text := row[name]:
                dated[row["ID"], name] = f"{text[6:10]}-{text[3:5]}-{text[:2]} {text[11:]}"
    assert dated == first
