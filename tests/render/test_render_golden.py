"""Every renderer against its golden files, from the shared hand-made audits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from audit_example import EXAMPLES, example
from rich.cells import cell_len

from funnel_audit import render
from funnel_audit.render import FORMATS, SECTIONS, render_as, terminal
from funnel_audit.texts import NBSP, Texts

PAGES = [(name, lang, width) for name in EXAMPLES for lang in ("en", "ru") for width in (80, 120)]


@pytest.mark.parametrize(("name", "lang", "width"), PAGES)
def test_page(name: str, lang: str, width: int, golden: Callable[[str, bytes], None]) -> None:
    golden(f"{name}.{lang}.{width}.txt", render_as("terminal", EXAMPLES[name](lang), width=width, color=False))


@pytest.mark.parametrize("name", EXAMPLES)
def test_json(name: str, golden: Callable[[str, bytes], None]) -> None:
    golden(f"{name}.json", render_as("json", EXAMPLES[name]("en")))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_svg_is_one_document_with_the_words_of_the_page(lang: str) -> None:
    svg = render_as("svg", example(lang), width=100).decode()
    words = "".join(node.text or "" for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")).replace("\xa0", " ")
    assert all(stage.name in words for stage in example(lang).funnel)
    assert "funnel-audit-" in svg


@pytest.mark.parametrize("width", [72, 80, 96, 110, 120, 200])
@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_line_is_too_wide_and_nothing_is_cut(name: str, lang: str, width: int) -> None:
    page = terminal.render(EXAMPLES[name](lang), width=width)
    assert max(cell_len(line) for line in page.splitlines()) <= width
    assert "…" not in page or name == "full"
    for line in page.splitlines():
        assert line == line.rstrip()
        assert not any(char.isdigit() for char in line.partition("…")[2][:1]), line


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_figure_is_on_the_narrow_page(lang: str) -> None:
    audit = EXAMPLES["full"](lang)
    words = terminal.render(audit, width=80)
    for stage in audit.funnel:
        assert f" {stage.reached} " in words
    assert "…" not in words.partition("── ")[2].partition("Daisy" if lang == "en" else "Ромашка")[0]


def times(value: Any, factor: int, name: str = "") -> Any:
    """The same audit of so many times more deals and money."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **{key: times(getattr(value, key), factor, key) for key in value.__struct_fields__})
    if isinstance(value, tuple):
        return tuple(times(item, factor, name) for item in value)
    counted = isinstance(value, int) and not isinstance(value, bool) and name != "line"
    return value * factor if counted or (isinstance(value, float) and name.endswith("amount")) else value


@pytest.mark.parametrize("factor", [10, 1000, 10_000])
@pytest.mark.parametrize("width", [72, 80, 110])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_millions_of_deals_are_not_cut(lang: str, width: int, factor: int) -> None:
    audit, texts = times(example(lang), factor), Texts(lang)
    page = terminal.render(audit, width=width, only=frozenset({"funnel"}))
    lines = [line for line in page.splitlines() if re.search(r"\d \(\d", line)]
    for stage, line in zip(audit.funnel, lines, strict=False):
        counts = [texts.number(count).replace(NBSP, " ") for count in (stage.reached, stage.open, stage.lost)]
        assert re.search(" +".join(map(re.escape, counts)), line), line
        assert not stage.skipped or "  " in line
        if "kip" in page or "Мимо" in page:
            assert not stage.skipped or line.endswith(texts.number(stage.skipped).replace(NBSP, " "))


def test_without_color_there_is_no_escape_and_the_words_are_the_same() -> None:
    plain, colored = (terminal.render(example("ru"), width=80, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    bare = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = terminal.render(example(), width=80), terminal.render(example(), width=80, color=True)
    for key, value in {
        "NO_COLOR": "1",
        "COLUMNS": "40",
        "TERM": "dumb",
        "FORCE_COLOR": "1",
        "COLORTERM": "truecolor",
        "LANG": "ru_RU.UTF-8",
    }.items():
        monkeypatch.setenv(key, value)
    assert before == (terminal.render(example(), width=80), terminal.render(example(), width=80, color=True))


@pytest.mark.parametrize("section", SECTIONS)
def test_only_one_section(section: str) -> None:
    page = terminal.render(example(), width=80, only=frozenset({section}))
    assert page.startswith("Signs and Stands Ltd")
    assert page.count("\n── ") == 1


def test_top_bounds_leaks_and_deals() -> None:
    page = terminal.render(example(), width=80, top=1)
    assert "2. New lead" not in page
    assert "10417" in page
    assert "10448" not in page
    assert "4. Meeting scheduled" in terminal.render(example(), width=80, top=10)


@pytest.mark.parametrize("form", FORMATS)
def test_twice_the_same_bytes(form: str) -> None:
    assert render_as(form, example("ru")) == render_as(form, example("ru"))


def test_json_is_rounded_in_one_place() -> None:
    tree = json.loads(render_as("json", example()))
    assert tree["leaks"][0]["recoverable"]["amount"] == 1183518.52
    assert tree["funnel"][0]["so_far"]["value"] == 0.775
    assert tree["funnel"][1]["resolved"] == 0.952688
    assert tree["stalled"]["deals"][0]["days"] == 141.27
    assert list(tree)[:4] == ["schema", "title", "lang", "as_of"]
    assert tree["leaks"][0]["from"] == "contract_sent"


def test_json_has_neither_nan_nor_infinity_nor_minus_zero() -> None:
    audit = example()
    first = msgspec.structs.replace(audit.funnel[0], open_days=float("nan"), open_amount=float("inf"), lost_amount=-0.0)
    text = render_as("json", msgspec.structs.replace(audit, funnel=(first,)))
    row = json.loads(text, parse_constant=pytest.fail)["funnel"][0]
    assert (row["open_days"], row["open_amount"], str(row["lost_amount"])) == (None, None, "0.0")


def test_formats_are_loaded_only_when_asked_for() -> None:
    import subprocess
    import sys

    code = "import sys, funnel_audit.render, funnel_audit.texts; sys.exit(any(m in sys.modules for m in ('rich', 'babel', 'msgspec')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert set(render.FORMATS) >= {"terminal", "json", "svg"}
