"""The machine format: the fixed keys of section 5 of the first issue, their meaning, and its JSON Schema."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from funnel_audit import audit, read
from funnel_audit.cli import app
from funnel_audit.render import render_as

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
SHAPES = {
    "dated": [SAMPLE / "deals.csv"],
    "log": [SAMPLE / "history.csv"],
    "rows": [SAMPLE / "amocrm.csv"],
    "both": [SAMPLE / "amocrm.csv", SAMPLE / "history.csv"],
    "snapshots": sorted((SAMPLE / "snapshots").iterdir()),
}

# The keys that may not change, as the issue lists them. A list holds the keys of its items, None ends a branch.
INTERVAL = {"value": None, "low": None, "high": None}
DAYS = {"p50": None, "p90": None, "n": None}
PROJECTED = {**INTERVAL, "unresolved": None, "ripe": None}
FIXED: dict[str, Any] = {
    "schema": None,
    "as_of": None,
    "input": {"files": [dict.fromkeys(("name", "rows", "encoding", "delimiter", "shape", "dialect"))]},
    "totals": {
        **dict.fromkeys(("deals", "won", "lost", "open", "unplaced", "unmapped", "excluded", "on_hold", "reopened")),
        **dict.fromkeys(("won_amount", "open_amount", "currency")),
        "win_rate": {"so_far": INTERVAL, "closed_only": INTERVAL, "projected": INTERVAL},
        "days_to_win": DAYS,
        "loss_reasons": [dict.fromkeys(("reason", "lost", "amount"))],
    },
    "funnel": [
        {
            **dict.fromkeys(("stage", "name", "reached", "seen", "skipped", "advanced", "lost", "open", "on_hold", "back_moves")),
            "so_far": INTERVAL,
            "resolved": None,
            "projected": PROJECTED,
            "won": None,
            "from_start": None,
            "bounds": {"low": None, "high": None},
            "days": {**DAYS, "p75": None},
            "advance_days": DAYS,
        }
    ],
    "leaks": [
        {
            **dict.fromkeys(("from", "to", "lost", "lost_amount", "share_of_losses")),
            "reasons": [{"reason": None, "lost": None}],
            "reference": {"value": None, "source": None},
            "recoverable": dict.fromkeys(("wins", "low", "high", "amount")),
            "window": {"from": None, "to": None},
            "ranked_first": None,
        }
    ],
    "stalled": {
        **dict.fromkeys(("count", "amount", "on_hold_count")),
        "by_stage": [{}],
        "deals": [dict.fromkeys(("deal_id", "stage", "days", "limit", "limit_source", "owner", "amount"))],
    },
    "pairs": [{"from": None, "to": None, "projected": PROJECTED, "days": DAYS}],
    "notes": [{}],
    "findings": [{}],
}


@cache
def printed(shape: str) -> bytes:
    return render_as("json", audit(read(SHAPES[shape], ROOT / "stages.yaml")))


def tree(shape: str) -> dict[str, Any]:
    return json.loads(printed(shape))


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its path, list items as [] ."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for item in value:
            yield from walk(item, f"{path}[]")
    else:
        yield path, value


def lacking(wanted: Any, found: Any, path: str = "$") -> list[str]:
    if found is None or wanted is None:
        return []
    if isinstance(wanted, list):
        assert isinstance(found, list), path
        return [line for item in found for line in lacking(wanted[0], item, f"{path}[]")]
    assert isinstance(found, dict), path
    missing = [f"{path}.{key}" for key in wanted if key not in found]
    return missing + [line for key in wanted if key in found for line in lacking(wanted[key], found[key], f"{path}.{key}")]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_fixed_key_is_there(shape: str) -> None:
    assert lacking(FIXED, tree(shape)) == []


def test_no_branch_of_the_fixed_keys_went_untried() -> None:
    """Over all shapes every list has an item and every nullable record appears: the walk above has seen it all."""

    def hollow(wanted: Any, found: list[Any], path: str) -> list[str]:
        found = [item for item in found if item is not None]
        if not found:
            return [path]
        if isinstance(wanted, list):
            return hollow(wanted[0], [item for items in found for item in items], f"{path}[]")
        if isinstance(wanted, dict):
            return [line for key, part in wanted.items() for line in hollow(part, [item[key] for item in found], f"{path}.{key}")]
        return []

    assert hollow(FIXED, [tree(shape) for shape in SHAPES], "$") == []


@pytest.mark.parametrize("shape", SHAPES)
def test_values_mean_what_they_should(shape: str) -> None:
    found = tree(shape)
    assert found["schema"] == "funnel-audit/1"
    assert found["as_of"].endswith("Z") and len(found["as_of"]) == len("2026-06-30T17:46:20Z")
    shares = ("value", "low", "high", "unresolved", "resolved", "share_of_losses", "ranked_first")
    for path, value in walk(found):
        if isinstance(value, float):
            assert math.isfinite(value), path
        elsewhere = any(part in path for part in ("recoverable", "changes[", "segments["))  # counts, days, names
        if path.split(".")[-1] in shares and not elsewhere and value is not None:
            assert 0 <= value <= 1, (path, value)
    for change in found["changes"]:
        sides = [side for side in (change["before"], change["after"]) if side and change["what"] in ("conversion", "mix")]
        assert all(0 <= side["low"] <= side["value"] <= side["high"] <= 1 for side in sides), change
        assert 0 <= change["q_value"] <= 1 and (change["since"] is None or change["survives"])
    stages = found["funnel"]
    assert [stage["won"] is not None for stage in stages] == [False] * (len(stages) - 1) + [True], "won stands in the won stage only"
    for stage in stages:
        for rate in (stage["so_far"], stage["projected"], stage["from_start"]):
            assert rate is None or rate["low"] <= rate["value"] <= rate["high"]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_missing_has_a_note(shape: str) -> None:
    found = tree(shape)
    why = {(note["what"], note["stage"]) for note in found["notes"]}
    assert all(note["text"] and note["reason"] for note in found["notes"])
    for stage in found["funnel"][:-1]:
        if stage["projected"] is None:
            assert ("funnel.projected", stage["stage"]) in why
        if stage["skipped"] is None:
            assert ("funnel.skipped", None) in why
    if found["totals"]["win_rate"]["projected"] is None:
        assert ("totals.win_rate.projected", None) in why
    if found["stalled"]["count"] is None:
        assert ("stalled", None) in why


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ledger(shape: str) -> None:
    found = tree(shape)
    totals, stages = found["totals"], found["funnel"]
    assert totals["deals"] == totals["won"] + totals["lost"] + totals["open"]
    assert totals["lost"] == totals["unplaced"] + sum(stage["lost"] for stage in stages)
    for index, stage in enumerate(stages[:-1]):
        assert stage["reached"] == stage["advanced"] + stage["lost"] + stage["open"] + (totals["unplaced"] if index == 0 else 0)
    assert stages[-1]["reached"] == stages[-1]["won"] + stages[-1]["lost"] + stages[-1]["open"]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_input_gives_the_same_bytes(shape: str) -> None:
    assert render_as("json", audit(read(SHAPES[shape], ROOT / "stages.yaml"))) == printed(shape)


def test_python_gives_what_the_command_prints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["report", str(SHAPES["dated"][0]), "--stages", str(ROOT / "stages.yaml"), "--format", "json", "--lang", "en"]
    run = CliRunner().invoke(app, asked, standalone_mode=False)
    assert run.stdout_bytes == printed("dated")


def test_another_process_with_another_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "funnel_audit", "report", *map(str, SHAPES["both"]), "--stages", str(ROOT / "stages.yaml")]
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "TZ": "Asia/Tokyo", "PATH": ""}
    run = subprocess.run([*asked, "--format", "json"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert run.stdout == printed("both")
    assert run.stderr == b""


# ---------------------------------------------------------------- the schema


def schema() -> dict[str, Any]:
    return json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))


KINDS: dict[str, Any] = {
    **{"object": dict, "array": list, "string": str, "boolean": bool},
    **{"null": type(None), "integer": int, "number": (int, float)},
}


def faults(value: Any, rule: dict[str, Any], definitions: dict[str, Any], path: str = "$") -> list[str]:
    """What in ``value`` breaks the rule: the few words of JSON Schema that msgspec writes."""
    known = {"$ref", "anyOf", "type", "properties", "required", "items", "title", "description", "default", "$schema", "$defs",
             "additionalProperties"}  # fmt: skip
    assert rule.keys() <= known, f"{path}: this check does not know {rule.keys() - known}"
    if "$ref" in rule:
        return faults(value, definitions[rule["$ref"].rsplit("/", 1)[1]], definitions, path)
    if "anyOf" in rule:
        tries = [faults(value, option, definitions, path) for option in rule["anyOf"]]
        return [] if [] in tries else tries[0]
    kind = rule["type"]
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{path}: {value!r} is no {kind}"]
    if kind == "array":
        return [fault for item in value for fault in faults(item, rule.get("items", {}), definitions, f"{path}[]")]
    if kind != "object":
        return []
    if "properties" not in rule:
        return [fault for key, item in value.items() for fault in faults(item, rule["additionalProperties"], definitions, f"{path}.{key}")]
    properties = rule["properties"]
    out = [f"{path}: {key} is missing" for key in rule.get("required", []) if key not in value]
    out += [f"{path}: the schema does not know {key}" for key in value if key not in properties]
    known_items = ((key, item) for key, item in value.items() if key in properties)
    return out + [fault for key, item in known_items for fault in faults(item, properties[key], definitions, f"{path}.{key}")]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_output_is_valid(shape: str) -> None:
    assert faults(tree(shape), schema(), schema()["$defs"]) == []


def test_the_check_itself_finds_faults() -> None:
    broken = tree("dated")
    broken["totals"]["deals"] = "600"
    del broken["funnel"][0]["name"]
    broken["extra"] = 1
    assert len(faults(broken, schema(), schema()["$defs"])) == 3


def test_the_committed_schema_is_what_the_types_say() -> None:
    subprocess.run([sys.executable, str(ROOT / "docs" / "make_schemas.py"), "--check"], check=True)
