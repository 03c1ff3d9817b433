"""Every rule is documented in both languages, and docs/findings.md is what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from funnel_audit.findings import rules
from funnel_audit.findings.documents import FOLDER, HEADINGS, document


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("code", rules())
def test_complete(code: str, lang: str) -> None:
    found = document(code, lang)
    assert found.lang == lang
    assert tuple(heading for heading, _ in found.sections) == HEADINGS[lang]
    assert found.summary.endswith(".") and all(text.strip() for _, text in found.sections)
    if lang == "ru":
        assert all(re.search("[а-яё]", text) for _, text in found.sections[:3])


CRMS = ("amoCRM", "Bitrix24", "HubSpot", "Salesforce", "Pipedrive", "Zoho", "Excel", "stages.yaml", "--from", "--as-of", "--pipeline")


@pytest.mark.parametrize("code", rules())
def test_the_twins_say_as_much(code: str) -> None:
    """Each Russian section is at least two thirds as long as the English one (short ones may be terse) and names the same programs."""
    for (heading, english), (_, russian) in zip(document(code, "en").sections, document(code, "ru").sections, strict=True):
        assert len(russian) >= min(len(english), 40) / 2 and len(russian) >= len(english) * 2 / 3 - 40, heading
        named = russian.replace("Битрикс24", "Bitrix24")
        assert [crm for crm in CRMS if crm in english and crm not in named] == [], heading


def test_no_twin_is_left_over() -> None:
    assert {path.stem.upper() for path in FOLDER.glob("*.md")} == set(rules())


def test_the_page_has_every_rule() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "findings.md").read_text("utf-8")
    assert [code for code in rules() if f"### {code}\n" not in page] == []
