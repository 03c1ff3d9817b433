"""Every error is told in the language of the run: nothing of the English sentence is left in a Russian one."""

from __future__ import annotations

import ast
import copy
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from command_line import ROOT, Run

from funnel_audit.errors import FunnelError, InputError, Said, UsageError, did_you_mean, recognised, sentences
from funnel_audit.texts import Texts

PACKAGE = ROOT / "funnel_audit"
EXPORT = ROOT / "sample_data" / "deals.csv"
STAGES = "stages:\n  - {id: new, name: New}\n  - {id: met, name: {en: Met, ru: Встреча}}\n  - {id: done, name: Done, won: true}\n"
PLAIN = "ID,Created,Amount,Note\n1,2025-01-02,10,a\n2,2025-01-03,20,b\n"


def stages(text: str) -> Callable[[], list[str | Path]]:
    def words() -> list[str | Path]:
        Path("own.yaml").write_text(text, "utf-8")
        return ["report", EXPORT, "--stages", "own.yaml"]

    return words


def made(name: str, data: str | bytes, *more: str) -> Callable[[], list[str | Path]]:
    def words() -> list[str | Path]:
        Path(name).write_bytes(data.encode() if isinstance(data, str) else data)
        return ["report", name, *more]

    return words


def typed(*words: str | Path) -> Callable[[], list[str | Path]]:
    return lambda: list(words)


def folder() -> list[str | Path]:
    Path("empty_folder").mkdir(exist_ok=True)
    return ["report", "empty_folder"]


def dangling() -> list[str | Path]:
    Path("dang.csv").unlink(missing_ok=True)
    Path("dang.csv").symlink_to("nowhere.csv")
    return ["report", "dang.csv"]


def workbook() -> list[str | Path]:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Stage"])
    book.active.append([1, "New"])
    book.save("book.xlsx")
    return ["report", "book.xlsx", "--sheet", "Nosuch"]


def baseline(text: str) -> Callable[[], list[str | Path]]:
    def words() -> list[str | Path]:
        Path("base.yaml").write_text(text, "utf-8")
        return ["check", EXPORT, "--baseline", "base.yaml"]

    return words


LINE = "  - {fingerprint: a, code: FA203}\n"
CASES: dict[str, tuple[int, Callable[[], list[str | Path]]]] = {
    "no file": (3, typed("report", "nosuch.csv")),
    "no folder": (3, typed("report", "nowhere/nosuch.csv")),
    "folder without tables": (3, folder),
    "no match": (3, typed("report", "nosuch*.csv")),
    "empty file": (3, made("x.csv", "")),
    "blank lines": (3, made("x.csv", "\n\n\n")),
    "pdf": (3, made("x.csv", "%PDF-1.7 and so on")),
    "binary": (3, made("x.csv", bytes(range(1, 9)) * 50)),
    "zip": (3, made("x.xlsx", b"PK\x03\x04 cut short")),
    "gzip": (3, made("x.csv.gz", gzip.compress(b"a,b\n" * 99)[:-20])),
    "html": (3, made("x.xls", "<html><body>Войдите</body></html>")),
    "xml": (3, made("x.csv", "<?xml version='1.0'?><deals/>")),
    "json": (3, made("x.json", '{"result": []}')),
    "sheet": (3, workbook),
    "no stage": (3, made("x.csv", "Имя,Заметка\na,b\nc,d\n")),
    "no header": (3, made("x.csv", "31048223,Печать: ИП Ершов,01.07.2025\n31048224,Вывеска: ООО Ольха,02.07.2025\n")),
    "no stage, anonymous": (3, made("x.csv", "Имя,Заметка\na,b\nc,d\n", "--anonymous")),
    "link to nothing": (3, dangling),
    "from after to": (2, typed("report", EXPORT, "--from", "2026-05-01", "--to", "01.04.2026")),
    "today that is none": (2, typed("check", EXPORT, "--today", "31.02.2026")),
    "as-of": (2, typed("report", EXPORT, "--as-of", "soon")),
    "as-of that is none": (2, typed("report", EXPORT, "--as-of", "31.02.2026")),
    "as-of at no hour": (2, typed("report", EXPORT, "--as-of", "2026-02-01T25:00")),
    "ambiguous as-of": (2, typed("report", EXPORT, "--as-of", "03/04/2025")),
    "period": (2, typed("report", EXPORT, "--from", "2090-01-01")),
    "pipeline": (2, typed("report", EXPORT, "--pipeline", "Опт")),
    "target": (2, typed("forecast", EXPORT, "--target", "qualifyed")),
    "horizon": (2, typed("forecast", EXPORT, "--horizon", "soon")),
    "horizon and until": (2, typed("forecast", EXPORT, "--horizon", "30d", "--until", "2090-01-01")),
    "until": (2, typed("forecast", EXPORT, "--until", "2001-01-01")),
    "format": (2, typed("report", EXPORT, "--format", "pdf")),
    "lang": (2, typed("report", EXPORT, "--lang", "tlh")),
    "output is input": (2, lambda: [*made("x.csv", PLAIN)(), "-o", "x.csv"]),
    "output folder": (2, typed("report", EXPORT, "-o", "nowhere/x.txt")),
    "code": (2, typed("explain", "FA999")),
    "deal": (2, typed("deal", "nosuch", EXPORT)),
    "no stages file": (2, typed("report", EXPORT, "--stages", "nosuch.yaml")),
    "stages not yaml": (2, stages("stages: [a, b\nlost: x\n")),
    "tabs": (2, stages("stages:\n\t- id: new\n")),
    "empty stages": (2, stages("")),
    "twice": (2, stages(STAGES + "lost: [a]\nlost: [b]\n")),
    "anchor": (2, stages(STAGES + "lost: &a [x]\n")),
    "unknown key": (2, stages(STAGES + "losst: [a]\n")),
    "missing key": (2, stages("stages:\n  - {name: New}\n  - {id: done, name: Done, won: true}\n")),
    "kind": (2, stages(STAGES + "lost: 5\n")),
    "text kind": (2, stages(STAGES + "lost: [5]\n")),
    "number kind": (2, stages(STAGES.replace("name: New", "name: New, target: 40%"))),
    "currency": (2, stages(STAGES + "currency: руб\n")),
    "time zone": (2, stages(STAGES + "timezone: Moscow\n")),
    "won twice": (2, stages(STAGES.replace("name: New", "name: New, won: true"))),
    "label twice": (2, stages(STAGES + "lost: [Met]\n")),
    "key stage": (2, stages(STAGES + "key_stage: new\n")),
    "pair": (2, stages(STAGES + "pairs: [{from: done, to: new}]\n")),
    "per cent": (2, stages(STAGES.replace("name: New", "name: New, target: 40"))),
    "plan": (2, stages(STAGES + "plan: {period: week, wins: 3}\n")),
    "check code": (2, stages(STAGES + "checks: {ignore: [FA999]}\n")),
    "severity": (2, stages(STAGES + "checks: {severity: {FA203: grave}}\n")),
    "misfit": (2, stages("stages:\n  - {id: abc, name: Раз}\n  - {id: xyz, name: Два, won: true}\n")),
    "no baseline": (2, typed("check", EXPORT, "--baseline", "nosuch.yaml")),
    "baseline twice": (2, baseline("accepted:\n" + LINE + LINE)),
    "baseline day": (2, baseline("accepted:\n  - {fingerprint: a, code: FA203, expires: soon}\n")),
    "baseline key": (2, baseline("accepted:\n  - {fingerprint: a, code: FA203, reasonn: x}\n")),
    "update without a baseline": (2, typed("check", EXPORT, "--update-baseline")),
    "today": (2, typed("check", EXPORT, "--today", "soon")),
    "missing argument": (2, typed("report")),
    "no such command": (2, typed("reprot")),
    "no such option": (2, typed("report", EXPORT, "--nosuch")),
    "option without a value": (2, typed("report", EXPORT, "--top")),
    "no number": (2, typed("report", EXPORT, "--top", "many")),
    "too small": (2, typed("report", EXPORT, "--top", "-1")),
}
NAMES = set(
    """
    PDF JSON XML HTML Excel CSV YAML IANA UTC ISO UTF RUB FA Europe Moscow CRM FILE funnel audit python pytest gzip zip
    csv tsv txt gz xls xlsx xlsb ods parquet html terminal json svg
    columns stage won true wins amount month quarter year id lost met qualified en ru aliases error warning info
    """.split()  # noqa: SIM905
)
"""Names of formats, keys, options and values: the same in both languages."""

QUOTED = r"[«`'\"].*?[»`'\"]|--?[a-z-]+|[\w./*-]+\.(csv|yaml|gz|xlsx|xls|json|txt|md)\b|\w*_\w*|(?<=: )[\w.\[\]]+(?=: )"
"""What a message quotes, options, file names, and the key before a message."""


@pytest.mark.parametrize("name", CASES)
def test_no_english_is_left(name: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, words = CASES[name]
    english = run(*words())
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    russian = run(*words())
    assert (english.code, russian.code) == (code, code), english.err + russian.err
    assert "Error: " in english.err and "Ошибка: " in russian.err
    rest = re.sub(QUOTED, " ", russian.err)
    typed_words = set(re.findall("[A-Za-z]+", " ".join(map(str, words()))))
    left = {word for word in re.findall("[A-Za-z]{2,}", rest) if word in re.findall("[A-Za-z]+", english.err)} - NAMES - typed_words
    assert not left, russian.err


def test_every_message_is_marked() -> None:
    """An error is given a ``Said``, never a bare text: mypy sees to it, but not where a type is Any."""
    kinds = {"FunnelAuditError", "UsageError", "FunnelError", "InputError"}
    texts = (ast.JoinedStr, ast.Constant, ast.BinOp)
    bad = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            own = name in kinds or ast.unparse(node.func) == "document.error"
            given = [*node.args, *(word.value for word in node.keywords if word.arg == "cure")] if own else []
            bad += [f"{path.name}:{node.lineno}" for one in given if isinstance(one, texts) and not _only_said(one)]
            if name == "Said" and isinstance(node.args[0], ast.JoinedStr):
                bad.append(f"{path.name}:{node.lineno}: an f-string cannot be translated")
    assert bad == []


def _only_said(node: ast.expr) -> bool:
    """Sentences one after the other: ``Said(...) + Said(...)`` or names of such."""
    if isinstance(node, ast.BinOp):
        return _only_said(node.left) and _only_said(node.right)
    return isinstance(node, ast.Name | ast.Call)


def test_an_error_is_english_until_it_is_told() -> None:
    error = InputError(Said("there is no such file."), file="a.csv", cure=did_you_mean(["b.csv", "c.csv"]))
    assert str(error) == "a.csv: there is no such file.\n  Did you mean b.csv or c.csv?"
    assert error.told(Texts("ru")) == "a.csv: такого файла нет.\n  Может быть, b.csv или c.csv?"
    assert error.told(Texts("en")) == str(error) == str(copy.copy(error))
    assert error.cure == "Did you mean b.csv or c.csv?" and error.file == "a.csv"


def test_parameters_stay_data() -> None:
    said = Said.count("{n} stage is marked as won", "{n} stages are marked as won", 5)
    assert (str(said), said.told(Texts("ru"))) == ("5 stages are marked as won", "5 этапов отмечены как выигранные")
    big = Said("a sheet spans {rows} rows and {columns} columns though it is nearly empty.", rows=1_048_576, columns=3)
    assert str(big).startswith("a sheet spans 1,048,576 rows") and "1\u00a0048\u00a0576" in big.told(Texts("ru"))
    assert str(sentences(None, Said("Swap the two."), Said("Known ids: {ids}.", ids=["a", "{b}"]))) == "Swap the two. Known ids: a, {b}."
    assert str(Said("{text}", text="\x1b[31m").cleaned(lambda text: text.replace("\x1b", ""))) == "[31m"
    assert str(FunnelError(Said("unknown key"), file="s.yaml", line=3, key="lost")) == "s.yaml:3: lost: unknown key"
    assert isinstance(FunnelError(Said("unknown key")), UsageError)


def test_foreign_messages_are_recognised() -> None:
    known = (Said("No such option: {name} (Possible options: {names})"), Said("No such option: {name}"))
    assert recognised("No such option: --x (Possible options: --y)", known).params == {"name": "--x", "names": "--y"}
    assert recognised("No such option: --x", known).told(Texts("ru")) == "Параметра --x нет"
    assert str(recognised("something {else}", known)) == "something {else}"
