"""A dialect of the user's own, through every command, and every way to get it wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from funnel_audit.errors import FunnelError
from funnel_audit.inspection import inspect
from funnel_audit.intake import dialect as d
from funnel_audit.intake.read import Options, read
from funnel_audit.render.inspect_terminal import render
from funnel_audit.stages_file import load_funnel
from funnel_audit.texts import Texts

MINE = """title: Mine
tables:
  - shape: deals
    columns: {deal_id: [Nr], stage: [Schritt], amount: [Wert], created: [Angelegt]}
labels: {pipeline: [Anfrage, Angebot, Auftrag], won: [Auftrag], lost: [Absage]}
"""
DEALS = "Nr,Schritt,Wert,Angelegt\n1,Anfrage,10,2026-01-05\n2,Absage,5,2026-01-06\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Paths of the deals and of the dialect."""
    (tmp_path / "mine.yaml").write_text(MINE, "utf-8")
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    return str(tmp_path / "deals.csv"), str(tmp_path / "mine.yaml")


def test_it_is_read_with_its_pipeline(files: tuple[str, str]) -> None:
    found = read([files[0]], load_funnel(None), Options(dialect=files[1]))
    assert (found.funnel.source, found.order_source) == ("dialect", "pipeline")
    assert [stage.name.en for stage in found.funnel.stages] == ["Anfrage", "Angebot", "Auftrag"]
    assert found.journeys.deals.outcome.tolist() == ["open", "lost"]


def test_inspect_says_that_it_was_given(files: tuple[str, str]) -> None:
    found = inspect([files[0]], load_funnel(None), Options(dialect=files[1]), Texts("en"))
    assert (found.tables[0].crm, found.tables[0].certainty) == ("Mine", "given")
    assert "CRM: Mine, by your own dialect." in render(found)


def test_the_page_is_headed_by_its_title_not_by_its_file(
    files: tuple[str, str], sample_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "report", files[0], "--dialect", files[1], "--lang", "en") == 0
    assert "Mine, deal rows" in capsys.readouterr().out.partition("as of")[0].replace("\n", " ")
    assert run(monkeypatch, "report", str(sample_data / "amocrm.csv"), "--lang", "en") == 0
    assert "amoCRM" in capsys.readouterr().out.partition("as of")[0]


def test_it_goes_before_a_crm_that_is_known(tmp_path: Path, sample_data: Path) -> None:
    (tmp_path / "own.yaml").write_text("title: Own\ntables:\n- shape: deals\n  columns: {deal_id: [ID], stage: [Этап сделки]}\n", "utf-8")
    found = read([str(sample_data / "amocrm.csv")], load_funnel(None), Options(dialect=str(tmp_path / "own.yaml")))
    assert found.tables[0].outline.found.dialect.title == "Own"


COMMANDS = (["report"], ["check", "--fail-on", "never"], ["inspect"], ["init"], ["forecast"], ["deal", "1"])


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    from funnel_audit.cli import main

    monkeypatch.setattr(sys, "argv", ["funnel-audit", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_every_command_takes_it(
    command: list[str], files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *command, files[0], "--dialect", files[1], "--lang", "en") == 0
    assert capsys.readouterr().out
    Path(files[1]).write_text(MINE.replace("deal_id", "dael_id"), "utf-8")
    said_in = {"en": "there is no field “dael_id”\n  Did you mean deal_id?", "ru": "поля «dael_id» нет\n  Может быть, deal_id?"}
    for lang, said in said_in.items():
        assert run(monkeypatch, *command, files[0], "--dialect", files[1], "--lang", lang) == 2
        shown = capsys.readouterr()
        assert shown.out == "" and f"{files[1]}:4: tables[0].columns.dael_id: {said}" in shown.err


def test_it_is_not_overwritten(files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "report", files[0], "--dialect", files[1], "-o", files[1]) == 2
    assert Path(files[1]).read_text("utf-8") == MINE


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "cure"),
    [
        ("deal_id: [Nr]", "dael_id: [Nr]", "tables[0].columns.dael_id", 4, "deal_id"),
        ("deal_id: [Nr]", "deal_id: [142]", "tables[0].columns.deal_id[0]", 4, '"142"'),
        ("shape: deals", "shape: deal", "tables[0].shape", 3, "deals"),
        ("columns:", "entered: [Date of it]\n    columns:", "tables[0].entered", 4, "docs/dialects.md"),
        ("title: Mine", "titel: Mine", "titel", 1, "title"),
        ("title: Mine", "title: Mine\nlacks: {moeny: {en: x}}", "lacks.moeny", 2, "money"),
        ("title: Mine", "title: Mine\nname: x", "name", 2, "docs/dialects.md"),
        ("won: [Auftrag]", "won: Auftrag", "labels.won", 5, "[Auftrag]"),
        ("won: [Auftrag]", "won: [Auftrag], prefix: '('", "labels.prefix", 5, "docs/dialects.md"),
        ("[Nr]", "[Nr", "", 4, "brackets"),
        ("shape: deals", "shape: names", "tables[0].columns", 4, "docs/dialects.md"),
        ("[Nr]", "&a [Nr]", "", 4, "quotes"),
    ],
)
def test_faults_name_file_line_key_and_cure(tmp_path: Path, old: str, new: str, key: str, line: int, cure: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace(old, new), "utf-8")
    with pytest.raises(FunnelError) as caught:
        d.load_file(str(path))
    assert (caught.value.file, caught.value.key, caught.value.line) == (str(path), key, line)
    assert cure in caught.value.cure


@pytest.mark.parametrize("data", [b"", b"\n", b"- 1\n", b"x", b"\xff\xff", b"a: 1\n" * 50_000])
def test_what_is_no_dialect_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "mine.yaml").write_bytes(data)
    with pytest.raises(FunnelError) as caught:
        d.load_file(str(tmp_path / "mine.yaml"))
    assert caught.value.cure


def test_one_that_takes_no_file_is_a_fault(files: tuple[str, str]) -> None:
    Path(files[0]).write_text(DEALS.replace("Nr,Schritt,Wert,Angelegt", "a,stage,c,created"), "utf-8")
    with pytest.raises(FunnelError, match="It looks for: Nr, Schritt"):
        read([files[0]], load_funnel(None), Options(dialect=files[1]))
    with pytest.raises(FunnelError, match="none of the files"):
        inspect([files[0]], load_funnel(None), Options(dialect=files[1]), Texts("en"))
