"""``explain``: one text, from the rule's own docstring; in Russian where there is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from funnel_audit.codes import codes, covers, likely
from funnel_audit.findings import rules
from funnel_audit.findings.documents import HEADINGS, document, parsed


def test_the_list_holds_every_code(run: Any) -> None:
    page = run("explain").out
    assert [word for line in page.splitlines() if (word := line.split(" ")[0]) in codes()] == list(rules())
    assert "FA2  The deals" in page


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_code_is_explained(run: Any, lang: str) -> None:
    ran = run("explain", "fa203", "--lang", lang)
    assert ran.code == 0 and ran.out.startswith("FA203  ")
    assert max(map(len, ran.out.splitlines())) <= 80


def test_formats_share_one_text(run: Any) -> None:
    text = document("FA203", "en").markdown()
    assert json.loads(run("explain", "FA203", "--format", "json").out)[0]["text"] == text
    assert text in run("explain", "FA203", "--format", "markdown").out
    assert "| FA203 |" in run("explain", "--format", "markdown").out


def test_unknown_codes(run: Any) -> None:
    ran = run("explain", "FA2O3")
    assert ran.code == 2 and "FA203" in run("explain", "203").err
    assert run("explain", "FA203", "--format", "pdf").code == 2


@pytest.mark.parametrize("code", codes())
def test_every_document_has_five_sections(code: str) -> None:
    text = document(code, "en")
    assert text.summary and tuple(heading for heading, _ in text.sections) == HEADINGS["en"]
    assert all(words.strip() for _, words in text.sections)


def test_the_forms_that_are_read() -> None:
    plain = parsed("Title.\n\n*One*\n    a\n    b\n\n*Two*\n    c", "en")
    marked = parsed("# Title.\n\n## One\n\na\nb\n\n## Two\n\nc\n", "ru")
    assert plain.sections == marked.sections == (("One", "a\nb"), ("Two", "c"))
    assert plain.summary == marked.summary == "Title."


def test_groups_and_hints() -> None:
    assert covers(["FA2"], "FA203") and covers(["FA203"], "FA203") and not covers(["FA20"], "FA203")
    assert likely("F203") == ("FA203",) and likely("zzz") == ()
