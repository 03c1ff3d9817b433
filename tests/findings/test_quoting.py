"""Findings go to the logs of CI: of the cells they quote only those of stage, date, amount and currency columns, cut to 40 characters."""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from clean_export import clean

from funnel_audit.api import audit, read
from funnel_audit.cli import main
from funnel_audit.render.check import FORMATS

SECRET = "Zaphod"
LONG = "Q" * 60
NAMES = {
    "owner": ["{s} Beeble", "{s}  beeble.", ""],
    "source": ["Test {s} 79161234567", "{s}.Site", "{s} site", "test {s}", ""],
    "lost_reason": ["Duplicate of {s}", "Дубль: {s}", "Test by {s}", ""],
    "company": ["{s} Ltd", ""],
    "title": ["Тестовая сделка {s}", "Order of {s}"],
    "pipeline": ["{s} new", "{s} old"],
}
HOSTILE = "=1+1|<b>::error::x%0A[a](http://b) @all"


@pytest.fixture
def export(tmp_path: Path) -> list[Path]:
    """The clean export, where every name column holds the secret in forms that rules speak up about."""
    made = clean()
    made.header.append("pipeline")
    for number, deal in enumerate(made.deals):
        for column, forms in NAMES.items():
            if column != "lost_reason" or deal["stage"] == "Lost":
                deal[column] = forms[number % len(forms)].format(s=SECRET)
    made.deals[3]["created"] = f"31.02.2026 {LONG}"
    made.deals[4]["amount"] = f"{HOSTILE} {LONG}"
    made.deals[5]["stage"] = made.moves(made.deals[5]["deal_id"])[-1][1] = f"Seen {HOSTILE} {LONG}"
    made.deals[6]["currency"] = "C" * 50
    (tmp_path / "stages.yaml").write_text(made.stages, "utf-8")
    return made.write(tmp_path)


def check(export: list[Path], monkeypatch: pytest.MonkeyPatch, capsysbinary: Any, *words: str) -> str:
    monkeypatch.chdir(export[0].parent)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setattr(sys, "argv", ["funnel-audit", "check", *(path.name for path in export), "--today", "2026-04-01", *words])
    capsysbinary.readouterr()
    with pytest.raises(SystemExit):
        main()
    out, err = capsysbinary.readouterr()
    assert not err, err
    return str(out.decode())


def test_the_rules_in_question_speak_up(export: list[Path]) -> None:
    found = {one.code for one in audit(read(export, export[0].parent / "stages.yaml")).findings}
    assert {"FA101", "FA109", "FA203", "FA210", "FA215", "FA216", "FA217", "FA218", "FA219", "FA222"} <= found


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_format_tells_a_name(name: str, lang: str, export: list[Path], monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    out = check(export, monkeypatch, capsysbinary, "--format", name, "--lang", lang)
    if name == "json":  # what was read names its pipelines, for --pipeline; no finding does
        verdict = json.loads(out)
        out = json.dumps({key: verdict[key] for key in verdict if key != "input"}, ensure_ascii=False)
    assert SECRET.lower() not in out.lower() and "79161234567" not in out


@pytest.mark.parametrize("name", FORMATS)
def test_cells_are_cut_and_harmless(name: str, export: list[Path], monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    out = check(export, monkeypatch, capsysbinary, "--format", name)
    assert "Q" * 41 not in out and "C" * 41 not in out
    if name == "json":
        json.loads(out)
    elif name == "junit":
        assert ElementTree.fromstring(out) is not None and "<b>" not in out
    elif name == "markdown":
        assert "<b>" not in out and "[a](" not in out and "@all" not in html.unescape(out)
    elif name == "github":
        assert not any(line.startswith("::error::x") for line in out.splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_anonymous_finds_the_same(name: str, export: list[Path], monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    """The same verdict, the same counts; and no id of a deal in any format."""
    plain = json.loads(check(export, monkeypatch, capsysbinary, "--format", "json"))
    coded = json.loads(check(export, monkeypatch, capsysbinary, "--format", "json", "--anonymous"))

    def said(verdict: dict[str, Any]) -> list[tuple[str, int, str]]:
        return sorted((one["finding"]["code"], one["finding"]["count"], one["finding"]["severity"]) for one in verdict["findings"])

    assert said(plain) == said(coded)
    out = check(export, monkeypatch, capsysbinary, "--format", name, "--anonymous")
    assert not [deal["deal_id"] for deal in clean().deals if deal["deal_id"] in out]
