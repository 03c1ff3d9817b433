"""Words, numbers, money and dates in both languages; the catalogues are complete."""

from __future__ import annotations

import ast
import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from audit_example import EXAMPLES

from funnel_audit.render import terminal
from funnel_audit.texts import N_, NBSP, Texts, pick_language

EN, RU = Texts("en"), Texts("ru")
PACKAGE = Path(__file__).resolve().parent.parent / "funnel_audit"
TOOL = Path(__file__).resolve().parent.parent / "tools" / "catalogues.py"


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_is_missing_fuzzy_or_stale(catalogues: ModuleType) -> None:
    """No msgid is missing from the Russian catalogue, placeholders agree, the .mo is the compiled .po. Cure: tools/catalogues.py."""
    assert catalogues.problems() == []


def test_russian_is_set_as_russian(catalogues: ModuleType) -> None:
    """A dash is a dash, and quotes are «»; "-" for standard input is what is typed."""
    with catalogues.po_path("ru").open("rb") as file:
        forms = [form for one in catalogues.read_po(file) for form in ([one.string] if isinstance(one.string, str) else one.string)]
    dialects = "".join(path.read_text("utf-8") for path in sorted((PACKAGE / "intake" / "dialects").glob("*.yaml")))
    forms += [line for line in dialects.splitlines() if line.strip().startswith("ru:")]
    forms += [path.read_text("utf-8") for path in sorted((PACKAGE / "findings" / "ru").glob("*.md"))]
    assert [form for form in forms if " - " in form.replace("- для стандартного", "") or re.search(r"[“”]", form)] == []


def test_one_word_for_one_thing_in_russian(catalogues: ModuleType) -> None:
    """A deal is «выиграна» or «проиграна», one that stands too long «зависшая»; «причина отказа» is the CRMs' own term."""
    with catalogues.po_path("ru").open("rb") as file:
        forms = [form for one in catalogues.read_po(file) for form in ([one.string] if isinstance(one.string, str) else one.string)]
    pages = [path.read_text("utf-8") for path in (PACKAGE / "findings" / "ru").glob("*.md")]
    other = re.compile(r"побед|успе[хш](?!но реализован)|застр[яе]|потерян[аы]\b|потерь|потери\b|отказ(?![ао])", re.IGNORECASE)
    assert [(hit[0], text) for text in [*forms, *pages] for hit in other.finditer(text)] == []


def test_quotes_come_from_the_catalogue() -> None:
    """A quoted name is a text of its own: an English quote in a string that is not marked would stay in the Russian page."""
    strings = [
        (path.name, node.lineno, part.value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant) and "“" in str(part.value)
    ]
    assert strings == []


def test_the_extractor_reads_what_is_marked(catalogues: ModuleType) -> None:
    code = 't.say("a {x}", x=1); texts.count("one", "many", n); N_("later"); b"".count(b"\\n"); "x".count("y"); say(f"no"); page.word("w")'
    code += '; UsageError(Said("b {y}", y=1)); Said.count("f", "g", n)'
    assert sorted(map(str, catalogues.marked(ast.parse(code)))) == ["('f', 'g')", "('one', 'many')", "a {x}", "b {y}", "later", "w"]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_english_is_left_on_the_russian_page(name: str, width: int) -> None:
    page = terminal.render(EXAMPLES[name]("ru"), width=width)
    latin = set(re.findall(r"[A-Za-z]{2,}", page))
    files = {
        "CRM",
        "amoCRM",
        "deals",
        "csv",
        "stages",
        "yaml",
        "USD",
        "Europe",
        "Moscow",
        "amocrm",
        "top",
        "explain",
        "pipeline",
        "FA",
        "format",
        "json",
        "notes",
        "II",
        "funnel",
        "audit",
        "init",
        "FILE",
    }
    assert latin <= files


@pytest.mark.parametrize(
    ("n", "ru", "en"),
    [
        (0, "0 сделок", "0 deals"),
        (1, "1 сделка", "1 deal"),
        (2, "2 сделки", "2 deals"),
        (5, "5 сделок", "5 deals"),
        (11, "11 сделок", "11 deals"),
        (21, "21 сделка", "21 deals"),
        (22, "22 сделки", "22 deals"),
        (112, "112 сделок", "112 deals"),
        (1001, f"1{NBSP}001 сделка", "1,001 deals"),
    ],
)
def test_plural_forms(n: int, ru: str, en: str) -> None:
    assert RU.count("{n} deal", "{n} deals", n) == ru
    assert EN.count("{n} deal", "{n} deals", n) == en


def test_words() -> None:
    assert RU.word(N_("Funnel")) == "Воронка"
    assert RU.word("data {with} braces %s") == "data {with} braces %s"
    assert RU.word("") == ""
    assert RU.say("no such text {x}", x="{y}") == "no such text {y}"
    assert Texts("xx").lang == "en"


@pytest.mark.parametrize(
    ("en", "ru", "make"),
    [
        ("1,234.5", "1_234,5", lambda t: t.number(1234.5, 1)),
        ("0", "0", lambda t: t.number(-0.2)),
        ("12.3%", "12,3_%", lambda t: t.percent(0.123)),
        ("12%", "12_%", lambda t: t.percent(0.123, None)),
        ("3.3%", "3,3_%", lambda t: t.percent(0.0333, None)),
        ("100%", "100_%", lambda t: t.percent(1.0, None)),
        ("61–74%", "61–74_%", lambda t: t.percent_range(0.612, 0.7391, None)),
        ("8.7–10.0%", "8,7–10,0_%", lambda t: t.percent_range(0.087, 0.1, None)),
        ("0.8–4.1", "0,8–4,1", lambda t: t.range(0.82, 4.11)),
        ("RUB_1,234,567", "1_234_567_₽", lambda t: t.money(1_234_567.4, "RUB")),
        ("RUB_1.2M", "1,2_млн_₽", lambda t: t.money(1_234_567, "RUB", short=True)),
        ("$1.2M", "1,2_млн_$", lambda t: t.money(1_234_567, "USD", short=True)),
        ("-€5K", "-5_тыс._€", lambda t: t.money(-5000, "EUR", short=True)),
        ("RUB_1M", "1_млн_₽", lambda t: t.money(999_999, "RUB", short=True)),
        ("950", "950", lambda t: t.money(950, None, short=True)),
        ("1_day", "1_день", lambda t: t.days(1.0)),
        ("2.5_days", "2,5_дня", lambda t: t.days(2.5)),
        ("12_days", "12_дней", lambda t: t.days(11.7)),
        ("31_March_2026", "31_марта_2026_г.", lambda t: t.date("2026-03-31")),
        ("1_May_2026", "1_мая_2026_г.", lambda t: t.date(date(2026, 5, 1))),
        ("not a date", "not a date", lambda t: t.date("not a date")),
        ("31_Mar_2026", "31.03.2026", lambda t: t.short_date("2026-03-31T12:00:00Z")),
        ("Q1_2026", "I_кв._2026_г.", lambda t: t.quarter("2026Q1")),
        ("a, b and c", "a, b и c", lambda t: t.listing(["a", "b", "c"])),
    ],
)
def test_figures(en: str, ru: str, make) -> None:  # type: ignore[no-untyped-def]
    assert make(EN) == en.replace("_", NBSP)
    assert make(RU) == ru.replace("_", NBSP)


@pytest.mark.parametrize(
    ("option", "env", "lang"),
    [
        (None, {}, "en"),
        ("ru", {"LC_ALL": "en_US.UTF-8"}, "ru"),
        (None, {"LC_ALL": "ru_RU.UTF-8", "LANG": "en_US"}, "ru"),
        (None, {"LC_ALL": "", "LANG": "ru_RU"}, "ru"),
        (None, {"LC_MESSAGES": "en_GB", "LANG": "ru_RU"}, "en"),
        (None, {"LC_ALL": "C", "LANG": "ru_RU"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_language(option: str | None, env: dict[str, str], lang: str) -> None:
    assert pick_language(option, env) == lang


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="there are en, ru"):
        pick_language("de", {})


def test_an_abbreviation_ends_its_sentence() -> None:
    """One full stop for both; what follows without a space, or ends in dots of its own, stays as it is."""
    said = Texts("ru")
    assert said.say("Until {day}. More.", day="1 января 2026 г.") == "Until 1 января 2026 г. More."
    assert said.say("It is {money}.", money="77,5 тыс.") == "It is 77,5 тыс."
    assert said.say("It is {money}.", money="77") == "It is 77."
    assert said.say("{name}.csv, {name}.", name="a..") == "a...csv, a..."
