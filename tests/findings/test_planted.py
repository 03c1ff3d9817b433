"""Eighty kinds of defect in a clean export, one at a time and together: each found by its rule at its row, and the rest silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from clean_export import clean
from planted import PLANTS, Field, Plant, Result, audited, expected_lines, judged, together

from funnel_audit.findings import Evidence, rules, run
from funnel_audit.report import Finding
from funnel_audit.texts import Texts


def test_no_rule_fires_on_the_clean_export(tmp_path: Path) -> None:
    assert [(one.code, one.text) for one in audited(clean(), tmp_path).findings] == []


def test_there_are_enough_kinds() -> None:
    assert len(PLANTS) >= 60
    assert len({one.kind for one in PLANTS}) == len(PLANTS)
    elsewhere = {"FA111", "FA115", "FA116", "FA117", "FA305", "FA307"}  # test_rules.py and test_selective.py have them
    elsewhere |= {"FA126", "FA127", "FA128", "FA129", "FA130"}  # test_export_rules.py has them; FA130 is of an option
    elsewhere |= {"FA407"}  # of an export without a stages.yaml: cases/stages.yaml
    assert {one.code for one in PLANTS} == rules().keys() - elsewhere


@pytest.mark.parametrize("one", PLANTS, ids=lambda one: one.kind)
def test_alone(one: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by its rule at its row, with nothing else said; and Russian says the same."""
    export = clean()
    lines = expected_lines(export, one, one.put(Field(export)))
    russian: list[Finding] = []

    def in_both(evidence: Evidence, texts: Texts) -> tuple[Finding, ...]:
        russian.extend(run(evidence, Texts("ru")))
        return run(evidence, texts)

    monkeypatch.setattr("funnel_audit.assemble.run", in_both)
    findings = audited(export, tmp_path).findings
    assert len(russian) == len(findings)
    for first, second in zip(findings, russian, strict=True):
        same_in_russian(first, second)
    assert judged(one, export, lines, findings) == (True, True)
    assert [(found.code, found.text) for found in findings if found.code not in (one.code, *one.also)] == []
    for found in findings:
        assert found.effect and found.numbers


def test_together() -> None:
    results, strangers = together()
    assert [one.plant.kind for one in results if not (one.found and one.at_row)] == []
    assert [(one.code, one.text, one.deals) for one in strangers] == []
    assert len(results) >= 60 and all(isinstance(one, Result) for one in results)


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    assert clean().text() == clean().text()


def same_in_russian(first: Finding, second: Finding) -> None:
    assert (first.code, first.count, first.place, first.deals, first.severity) == (
        second.code, second.count, second.place, second.deals, second.severity,
    )  # fmt: skip
    for words in (second.name, second.text, second.cure):
        assert any("а" <= letter <= "я" for letter in words), words
    assert first.text != second.text and first.cure != second.cure and (not first.effect or first.effect != second.effect)
    assert max(len(first.text), len(second.text), len(first.effect), len(second.effect)) <= 400 and len(second.cure) <= 300
