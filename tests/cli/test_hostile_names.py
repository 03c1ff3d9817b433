"""Texts of a hostile export, through the whole program: nothing steers a terminal, reorders a line or breaks a document."""

from __future__ import annotations

import csv
import json
import unicodedata
from pathlib import Path
from xml.dom import minidom

import pytest
from command_line import Run

EVIL = {
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://evil\x07link\x1b]8;;\x07\x9b2J",
    "bidi": "\u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c",
    "markup": "[red]x[/] [/] [link=http://e]y[/link] :warning: {n} {0} %s </text><script>alert(1)</script> &amp; <!--",
    "formula": "=HYPERLINK(\"http://evil\";\"x\") +1 -1 @SUM(A1)",
    "lines": "one\r\ntwo\nthree\u2028four\u2029five\x85six\x0bseven\teight",
    "control": "a\x00b\x01c\x08d\x7fe\x80f\ufefff\u200bg\ufff9h",
    "long": "длинно" * 400,
    "wide": "漢字" * 60,
}
HEADERS = ["ID", "Название сделки", "Компания", "Ответственный", "Источник", "Бюджет", "Валюта", "Этап сделки", "Дата создания",
           "Дата закрытия", "Причина отказа", "Воронка", "Дата смены этапа"]  # fmt: skip
FORMATS = ("terminal", "json", "svg")


OWN = """stages:
  - {id: new, name: Новая заявка, max_days: 1}
  - {id: qualified, name: Квалификация пройдена, max_days: 1}
  - {id: won, name: Успешно реализовано, won: true}
lost: [Закрыто и не реализовано]
"""


def export(path: Path, evil: str, labels: int = 20) -> None:
    """Eighty deals; every text column of every other row is evil, one stage in ``labels`` too, and now and then a date or an amount."""
    with path.open("w", encoding="utf-8", newline="", errors="surrogatepass") as file:
        sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
        sheet.writerow([*HEADERS, evil])
        for n in range(80):
            name = evil if n % 2 else "обычное имя, каких много"
            stage = evil if n % labels == 3 else ["Новая заявка", "Квалификация пройдена", "Закрыто и не реализовано"][n % 3]
            day = f"{1 + n % 28:02d}.01.2026"
            amount, currency = evil if n == 1 else 100 * n, evil[:20] if n == 2 else "RUB"
            sheet.writerow([f"{name}{n}", name, name, name, name, amount, currency, stage,
                            evil if n == 3 else day, evil if n == 4 else "", name, name, "20.02.2026" if n == 79 else day, name])


def harmful(text: str, allowed: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn") and c not in allowed}


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize(("funnel", "lang"), [("own", "en"), ("made", "ru")])
def test_no_output_lets_them_through(run: Run, tmp_path: Path, evil: str, funnel: str, lang: str) -> None:
    """With a stages file that fits, the stalled deals are named; without one, the evil text is the name of a stage as well."""
    export(tmp_path / "d.csv", EVIL[evil], labels=20 if funnel == "own" else 5)
    if funnel == "own":
        (tmp_path / "stages.yaml").write_text(OWN, "utf-8")
    for form in FORMATS:
        ran = run("report", "d.csv", "--format", form, "--lang", lang, "--top", "40")
        assert ran.code == 0, ran.err
        assert harmful(ran.out, "\n") == set() and harmful(ran.err, "\n") == set()
        if form == "json":
            found = json.loads(ran.out)
            assert harmful(json.dumps(found, ensure_ascii=False), "") == set(), "not in the decoded strings either"
            named = found["stalled"]["deals"] if funnel == "own" else [stage["name"] for stage in found["funnel"]]
            assert len(named) == (40 if funnel == "own" else 4), "else the names would be unproven"
        if form == "terminal":
            assert len(ran.out) < 40_000, "a long name does not drown the page"
            assert max(width(line) for line in ran.out.splitlines()) <= 80
        if form == "svg":
            document = minidom.parseString(ran.stdout)
            assert not document.getElementsByTagName("script") and not document.getElementsByTagName("a")


def width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


@pytest.mark.parametrize("evil", ["escape", "bidi", "lines", "control"])
def test_errors_do_not_let_them_through(run: Run, tmp_path: Path, evil: str) -> None:
    """A stages file that does not fit lists the export's labels; an unknown pipeline lists the export's pipelines; a path is typed back."""
    export(tmp_path / "d.csv", EVIL[evil])
    (tmp_path / "own.yaml").write_text("stages:\n  - {id: a, name: A}\n  - {id: b, name: B, won: true}\n")
    for words in (["d.csv", "--stages", "own.yaml"], ["d.csv", "--pipeline", "none"], [EVIL[evil].replace("\x00", "") + ".csv"]):
        ran = run("report", *words)
        assert ran.code in (2, 3) and ran.stdout == b""
        assert harmful(ran.err, "\n") == set()


def test_a_hostile_file_name(run: Run, tmp_path: Path) -> None:
    name = "\x1b[31mdeals\u202e[bold].csv"
    export(tmp_path / name, "x")
    for form in FORMATS:
        ran = run("report", tmp_path / name, "--format", form)
        assert ran.code == 0 and harmful(ran.out, "\n") == set()
    assert "[bold].csv" in run("report", tmp_path / name).out
