"""Names from a hostile export reach no output as anything but text: escapes, bidi, markup, newlines, sheer length."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any
from xml.dom import minidom

import msgspec
import pytest
from audit_example import example
from rich.cells import cell_len

from funnel_audit.clean import _SUSPECT, clean, clean_record
from funnel_audit.render import FORMATS, render_as, terminal
from funnel_audit.report import Audit

EVIL = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \x9b2J \x07 \x00 \u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c"
    " \ud800 \ufeff \ufdd0 \ufffe [red]x[/] [/] [link=http://e]y[/link] :warning: {n} {0} %s"
    " a\r\nb\u2028c\td </text><script>alert(1)</script> &amp; "
)
LONG = EVIL + "длинно" * 2000
SAFE_SPACE = {" ", "\n", "\xa0"}


def poisoned(value: Any, evil: str) -> Any:
    """Every text of the record replaced by the evil one, but those that say which kind of thing it is."""
    if isinstance(value, str):
        return evil
    if isinstance(value, msgspec.Struct):
        keep = {"schema", "lang", "severity", "verdict"}
        fields = {name: getattr(value, name) for name in value.__struct_fields__ if name not in keep}
        return msgspec.structs.replace(value, **{name: poisoned(one, evil) for name, one in fields.items()})
    if isinstance(value, tuple):
        return tuple(poisoned(item, evil) for item in value)
    return value


def harmful(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn") and char not in SAFE_SPACE}


@pytest.mark.parametrize("evil", [EVIL, LONG, "", " ", "\x1b", "\n"], ids=["evil", "long", "empty", "blank", "escape", "newline"])
@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_them_through(form: str, lang: str, evil: str) -> None:
    audit: Audit = poisoned(example(lang), evil)
    text = render_as(form, audit, width=80, color=False).decode("utf-8")
    assert not harmful(text)
    if form == "json":
        tree = json.loads(text)
        assert not any(harmful(name) or "\n" in name for name in (tree["title"], tree["stalled"]["deals"][0]["owner"]))
    if form == "svg":
        document = minidom.parseString(text)
        assert not document.getElementsByTagName("script")
    if form == "terminal":
        assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_markup_is_shown_not_obeyed() -> None:
    audit = poisoned(example(), "[red]x[/]")
    page = terminal.render(audit, width=120)
    assert "[red]x[/]" in page
    assert "[red]x[/]" in terminal.render(audit, width=120, color=True)


def test_a_long_name_does_not_drown_the_page() -> None:
    audit = example()
    deals = tuple(msgspec.structs.replace(deal, title="длинно" * 2000, owner="о" * 10_000) for deal in audit.stalled.deals)
    stages = tuple(msgspec.structs.replace(stage, name=stage.name + "!" * 10_000) for stage in audit.funnel)
    loud = msgspec.structs.replace(audit, funnel=stages, stalled=msgspec.structs.replace(audit.stalled, deals=deals))
    assert len(terminal.render(loud, width=80).splitlines()) < 2 * len(terminal.render(audit, width=80).splitlines())


def test_wide_characters_keep_the_width() -> None:
    page = terminal.render(poisoned(example(), "漢字" * 40 + "👨‍👩‍👧"), width=80)
    assert max(cell_len(line) for line in page.splitlines()) <= 80


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain ООО «Ромашка»", "plain ООО «Ромашка»"),
        ("\x1b[31mred", "[31mred"),
        ("a\r\nb\nc\td\x0be\x85f", "a b c d e f"),
        ("\u202eevil\u202c\u2066\u2069\u200e\u200f\u061c", "evil"),
        ("x\x7f\x80\x9fy", "xy"),
        ("\ud83d lone", " lone"),
        ("emoji 👨‍👩‍👧 stays", "emoji 👨‍👩‍👧 stays"),
        ("no\xa0break", "no\xa0break"),
    ],
)
def test_clean(raw: str, safe: str) -> None:
    assert clean(raw) == safe
    assert clean(safe) == safe


def test_what_is_removed_is_never_printable() -> None:
    """``clean`` lets printable text pass without looking at it."""
    cleaned = [chr(code) for code in range(sys.maxunicode + 1) if clean(f"a{chr(code)}b") != f"a{chr(code)}b"]
    assert len(cleaned) > 2000 and not any(one.isprintable() for one in cleaned)
    assert not any(_SUSPECT.search(chr(code)) for code in range(sys.maxunicode + 1) if chr(code).isprintable())


def test_clean_shortens() -> None:
    assert clean("abcdef", 4) == "abc…"
    assert clean("abcd", 4) == "abcd"


def test_a_clean_record_is_the_same_object() -> None:
    audit = example("ru")
    assert clean_record(audit) is audit
    dirty = msgspec.structs.replace(audit, title="a\x1bb")
    assert clean_record(dirty) == msgspec.structs.replace(audit, title="ab")
    assert clean_record(dirty).funnel is audit.funnel
    tabs = msgspec.structs.replace(audit.input.files[0], delimiter="\t")
    assert clean_record(tabs).delimiter == "\t"
