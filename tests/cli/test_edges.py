"""Where the program meets the shell: full and closed streams, what errors quote, the command that ``init`` proposes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT, Run

from funnel_audit.intake.outline import headless

EXPORT = str(ROOT / "sample_data" / "deals.csv")
NAMES = ("Ершов", "Гущин", "31048223")


def in_shell(words: str, lang: str = "en_US.UTF-8") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": lang}
    program = f"{shlex.quote(sys.executable)} -m funnel_audit"
    return subprocess.run(f"{program} {words}", shell=True, env=environment, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", ["report {export}", "report {export} --format json", "check {export}", "--help", "--version"])
def test_a_full_disk_is_no_defect(words: str) -> None:
    ran = in_shell(words.format(export=shlex.quote(EXPORT)) + " >/dev/full")
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1 and "No space left on device" in ran.stderr and "defect" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(("words", "code"), [("report nosuch.csv", 3), ("report", 2)])
def test_errors_that_cannot_be_told_keep_the_exit_code(words: str, code: int) -> None:
    assert in_shell(words + " 2>/dev/full").returncode == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_in_russian() -> None:
    ran = in_shell(f"report {shlex.quote(EXPORT)} >/dev/full", "ru_RU.UTF-8")
    assert (ran.returncode, ran.stderr) == (2, "Ошибка: не удаётся записать в стандартный вывод (на диске нет места).\n")


@pytest.mark.parametrize(("words", "code"), [("report {export}", 0), ("check {export} --fail-on info", 1), ("--help", 0)])
def test_a_closed_output_ends_quietly(words: str, code: int) -> None:
    ran = in_shell(words.format(export=shlex.quote(EXPORT)) + " >&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", "")


def test_closed_errors_and_input_keep_the_exit_code() -> None:
    assert in_shell("report nosuch.csv 2>&-").returncode == 3
    assert in_shell("report - <&-").returncode == 3


@pytest.mark.parametrize("more", [[], ["--anonymous"]])
@pytest.mark.parametrize("command", ["report", "check"])
def test_without_its_header_line_an_export_is_not_quoted(run: Run, amocrm: Path, command: str, more: list[str]) -> None:
    Path("nohdr.csv").write_bytes(amocrm.read_bytes().split(b"\n", 1)[1])
    ran = run(command, "nohdr.csv", *more)
    assert ran.code == 3 and "the header line seems to be missing" in ran.err
    assert not any(name in ran.err for name in NAMES)


@pytest.mark.parametrize(
    "text", ["Ершов,Гущин\nа,б\nв,г\n", "<html><body>Ершов 31048223</body></html>", "Нет сделок у менеджера Гущин\n"]
)
def test_anonymous_errors_quote_no_cell(run: Run, text: str) -> None:
    Path("x.csv").write_text(text, "utf-8")
    assert any(name in run("report", "x.csv").err for name in NAMES)
    ran = run("report", "x.csv", "--anonymous")
    assert ran.code == 3 and "(not shown: --anonymous)" in ran.err
    assert not any(name in ran.err for name in NAMES)


def test_anonymous_findings_quote_no_cell_of_a_file_left_out(run: Run) -> None:
    Path("folder").mkdir()
    shutil.copy(EXPORT, "folder")
    Path("folder/e.csv").write_text("Нет сделок у менеджера Гущин\n", "utf-8")
    Path("folder/p.xls").write_text("<html><body>Ершов</body></html>", "utf-8")
    out = run("report", "folder", "--anonymous", "--format", "json").out
    assert out.count("(not shown: --anonymous)") == 2 and not any(name in out for name in NAMES[:2])


def test_what_is_no_header() -> None:
    assert headless(["31048223", "Anna"]) and headless(["D-1", "05.01.2026 12:00"]) and headless(["D-1", "anna@example.com"])
    assert not headless(["ID", "Created", "2025", "Q1", ""])


def test_a_link_to_nothing_is_called_so(run: Run) -> None:
    Path("dang.csv").symlink_to("nowhere.csv")
    err = run("report", "dang.csv").err
    assert "a link to nowhere.csv" in err and "Did you mean" not in err


def test_from_after_to(run: Run) -> None:
    ran = run("report", EXPORT, "--from", "2026-05-01", "--to", "01.04.2026")
    assert (ran.code, ran.err) == (2, "Error: --from 2026-05-01 is after --to 01.04.2026.\n")


def test_today_is_read_as_every_date(run: Run) -> None:
    dotted, iso = (run("check", EXPORT, "--today", day) for day in ("31.12.2026", "2026-12-31"))
    assert dotted.code == 0 and dotted.stdout == iso.stdout
    assert run("check", EXPORT, "--today", "03/04/2026").code == 2


def test_the_usage_of_explain(run: Run) -> None:
    assert run("explain", "--help").out.splitlines()[0].endswith("explain [OPTIONS] [CODE]")
    assert run("explain", "fa309").code == 0


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_init_proposes_what_was_typed(run: Run, lang: str) -> None:
    shutil.copytree(ROOT / "sample_data" / "snapshots", "my snapshots")
    err = run("init", "my snapshots", "-o", "st.yaml", "--lang", lang).err
    assert err.endswith("funnel-audit report 'my snapshots' --stages st.yaml\n")
    proposed = shlex.split(err.partition("funnel-audit ")[2])
    assert "600 deals" in run(*proposed).out.splitlines()[0]
    assert "report 'my snapshots/*.csv' --stages" in run("init", "my snapshots/*.csv", "-o", "st.yaml", "--force").err
