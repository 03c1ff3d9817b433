"""Cases of rules as data: flagged ones, and clean ones that come close; in both languages where texts are compared."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from edits import edited
from planted import NO_BACKTEST, TODAY
from test_export_rules import CASES as OF_EXPORTS
from test_rules import CASES, CLEAN
from test_selective_rules import SIGNS

from funnel_audit.assemble import assemble
from funnel_audit.findings import rules
from funnel_audit.intake.read import read
from funnel_audit.report import Finding
from funnel_audit.stages_file import packaged_text, parse_funnel
from funnel_audit.texts import Texts

DATA: dict[str, dict[str, list[dict[str, Any]]]] = {}
for path in sorted((Path(__file__).parent / "cases").glob("*.yaml")):
    DATA |= yaml.safe_load(path.read_text("utf-8"))
FLAGGED = [(code, case) for code, cases in DATA.items() for case in cases["flagged"]]
NEAR = [(code, case) for code, cases in DATA.items() for case in cases["clean"]]
ELSEWHERE = {case.code for case in CASES} | {code for code, *_ in SIGNS} | {case.code for case in OF_EXPORTS}
"""Rules whose cases are the bytes of whole files (test_rules.py, test_export_rules.py) or signs of a selective export."""
TEXTS_MATTER = {"FA203", "FA217", "FA218", "FA219", "FA401", "FA402"}
"""Rules that compare words: each has flagged and clean cases of both languages."""


def found(code: str, case: dict[str, Any], folder: Path) -> list[Finding]:
    export = edited(case["edits"])
    funnel = parse_funnel(packaged_text(), source="packaged") if case.get("packaged") else parse_funnel(export.stages)
    reading = read([str(path) for path in export.write(folder)], funnel)
    audit = assemble(reading, Texts(case.get("lang", "en")), today_us=int(TODAY.timestamp()) * 1_000_000, ask=NO_BACKTEST)
    return [one for one in audit.findings if one.code == code]


def name(case: Any) -> str:
    return case if isinstance(case, str) else f"{case.get('lang', 'en')}-{case.get('why') or case.get('says') or ''}"


@pytest.mark.parametrize(("code", "case"), FLAGGED, ids=name)
def test_flagged(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    findings = found(code, case, tmp_path)
    assert findings, "not found"
    first = findings[0]
    assert first.numbers and first.effect and first.fingerprint and first.cure
    assert first.severity == case.get("severity", first.severity)
    assert first.count == case.get("count", first.count)
    assert any(case.get("says", "") in f"{one.text} {one.effect} {one.cure}".replace("\xa0", " ") for one in findings), findings


@pytest.mark.parametrize(("code", "case"), NEAR, ids=name)
def test_clean(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert [one.text for one in found(code, case, tmp_path)] == []


@cache
def covered() -> set[str]:
    return set(DATA) | ELSEWHERE


@pytest.mark.parametrize("code", rules())
def test_every_rule_has_cases(code: str) -> None:
    assert code in covered()
    if code in DATA:
        assert DATA[code]["flagged"] and DATA[code]["clean"]


@pytest.mark.parametrize("code", sorted({case.code for case in CASES}))
def test_clean_cases_come_close(code: str) -> None:
    """At least one clean case of a rule is more than the clean export: it holds what looks like the flaw and is none."""
    assert any(case.code == code and case.like is not CLEAN for case in CASES)


@pytest.mark.parametrize("code", sorted(TEXTS_MATTER))
@pytest.mark.parametrize("kind", ["flagged", "clean"])
def test_both_languages_where_texts_are_compared(code: str, kind: str) -> None:
    if code in DATA:
        assert {case.get("lang", "en") for case in DATA[code][kind]} == {"en", "ru"}
