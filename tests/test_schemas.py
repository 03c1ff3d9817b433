"""What the commands print as JSON is what their JSON Schemas say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from funnel_audit.cli import app

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
DEALS, HISTORY, AMOCRM = (str(SAMPLE / name) for name in ("deals.csv", "history.csv", "amocrm.csv"))
PRINTED = {
    "check": [
        ["check", AMOCRM, "--today", "2026-07-01", "--fail-on", "never"],
        ["check", HISTORY, "--today", "2026-07-01", "--max", "1"],
        ["check", str(SAMPLE / "snapshots"), "--today", "2026-07-01", "--lang", "ru", "--anonymous"],
    ],
    "deal": [["deal", "31048895", DEALS], ["deal", "31048442", AMOCRM, "--lang", "ru"], ["deal", "31065341", HISTORY]],
    "inspect": [["inspect", DEALS], ["inspect", AMOCRM, HISTORY, "--lang", "ru"], ["inspect", str(SAMPLE / "snapshots")]],
    "report": [["report", AMOCRM], ["report", DEALS]],
}


def schema(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "docs" / f"{name}.schema.json").read_text("utf-8"))


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, some in PRINTED.items() for words in some])
def test_what_is_printed_is_what_the_schema_says(name: str, words: list[str]) -> None:
    ran = CliRunner().invoke(app, [*words, "--format", "json"])
    assert ran.exit_code in (0, 1), ran.stderr
    rules = schema(name)
    jsonschema.Draft202012Validator.check_schema(rules)
    said = json.loads(ran.stdout)
    jsonschema.validate(said, rules)
    assert rules["title"] == said["schema"]


@pytest.mark.parametrize("name", PRINTED)
def test_every_key_of_a_record_is_told(name: str) -> None:
    """A key that the type does not have is a defect of one of the two: nothing but the schema's own keys is printed."""
    known = {struct: set(rule["properties"]) for struct, rule in schema(name)["$defs"].items() if "properties" in rule}
    top = schema(name)["$ref"].rsplit("/", 1)[1]
    said = json.loads(CliRunner().invoke(app, [*PRINTED[name][0], "--format", "json"]).stdout)
    assert said.keys() == known[top]


@pytest.mark.parametrize("name", PRINTED)
def test_the_docs_name_the_schema(name: str) -> None:
    pages = "".join((ROOT / "docs" / page).read_text("utf-8") for page in ("cli.md", "report.md"))
    assert f"({name}.schema.json)" in pages
