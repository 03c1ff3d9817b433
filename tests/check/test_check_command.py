"""``funnel-audit check``: exit codes in every format, what is selected, how grave it is, which day is today."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from funnel_audit.render.check import FORMATS

ROOT = Path(__file__).resolve().parents[2]


def found(run: Any, *words: str) -> dict[str, Any]:
    return json.loads(run("check", "deals.csv", "--today", "2026-02-01", "--format", "json", *words).out)


def codes(verdict: dict[str, Any]) -> list[str]:
    return [one["finding"]["code"] for one in verdict["findings"]]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["deals.csv", "--fail-on", "never"], 0),
        (["deals.csv"], 1),
        (["deals.csv", "--fail-on", "loud"], 2),
        (["missing.csv"], 3),
    ],
)
def test_exit_codes_of_every_format(run: Any, name: str, words: list[str], code: int) -> None:
    ran = run("check", *words, "--format", name)
    assert ran.code == code
    assert bool(ran.stdout) == (code < 2), "with 2 and 3 nothing is written to standard output"
    assert bool(ran.err) == (code >= 2)


@pytest.mark.parametrize("name", FORMATS)
def test_an_internal_error_is_4(run: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("funnel_audit.api.assemble", broken)
    ran = run("check", "deals.csv", "--format", name)
    assert (ran.code, ran.stdout) == (4, b"") and "boom" in ran.err


def test_nothing_found_passes(run: Any) -> None:
    ran = run("check", "deals.csv", "--select", "FA105")
    assert ran.code == 0 and "Passed at --fail-on error. In all: no findings." in ran.out


def test_severity_of_stages_yaml_and_order(run: Any) -> None:
    verdict = found(run)
    assert codes(verdict)[0] == "FA203", "made an error in stages.yaml, so first"
    assert verdict["failed"] and verdict["counts"]["error"] == 1
    assert [one["fails"] for one in verdict["findings"]][:2] == [True, False]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--select", "FA203"], {"FA203"}),
        (["--select", "fa2"], {"FA2"}),
        (["--ignore", "FA2"], {"FA1", "FA3", "FA4", "FA5"}),
        (["--select", "FA2", "--ignore", "FA203"], {"FA2"}),
    ],
)
def test_select_and_ignore(run: Any, words: list[str], kept: set[str]) -> None:
    left = codes(found(run, *words))
    assert all(any(code.startswith(prefix) for prefix in kept) for code in left)
    assert ("FA203" in left) == (words[-1] in ("FA203", "fa2") and words[-2] == "--select")


def test_an_unknown_code_is_a_fault_with_a_hint(run: Any) -> None:
    ran = run("check", "deals.csv", "--select", "F203")
    assert ran.code == 2 and "“F203”" in ran.err and "Did you mean FA203?" in ran.err


def write_checks(lines: Iterable[str]) -> None:
    text = Path("stages.yaml").read_text("utf-8").partition("checks:")[0]
    Path("stages.yaml").write_text(text + "checks:\n" + "".join(f"  {line}\n" for line in lines), "utf-8")


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (["severity: {FA203: info}"], "info"),
        (["severity: {FA2: error}"], "error"),
        (["severity: {FA2: error, FA203: info}"], "info"),
        (["severity: {FA203: info}", "paths: {'deals.*': {severity: {FA203: error}}}"], "error"),
        (["paths: {'archive/*': {severity: {FA203: error}}}"], "warning"),
        (["ignore: [FA203]"], None),
        (["paths: {'*.csv': {ignore: [FA2]}}"], None),
    ],
)
def test_what_stages_yaml_says_of_a_code(run: Any, lines: list[str], severity: str | None) -> None:
    write_checks(lines)
    severities = [one["finding"]["severity"] for one in found(run)["findings"] if one["finding"]["code"] == "FA203"]
    assert severities == ([] if severity is None else [severity])


def test_what_is_selected_by_name_is_looked_for_all_the_same(run: Any) -> None:
    write_checks(["ignore: [FA203]"])
    assert codes(found(run, "--select", "FA203")) == ["FA203"]


def test_max_hides_and_still_counts(run: Any) -> None:
    every, some = found(run), found(run, "--max", "1")
    assert len(some["findings"]) == 1 and some["hidden"] == len(every["findings"]) - 1
    assert some["counts"] == every["counts"]
    assert "not shown (--max)" in run("check", "deals.csv", "--max", "1").out


def test_today_is_printed_with_where_it_comes_from(run: Any) -> None:
    assert (found(run)["today"], found(run)["today_from"]) == ("2026-02-01", "option")
    assert "today is 1 February 2026 by --today" in " ".join(run("check", "deals.csv", "--today", "2026-02-01").out.split())
    assert "by this computer's clock" in " ".join(run("check", "deals.csv").out.split())
    assert run("check", "deals.csv", "--today", "tomorrow").code == 2


def test_two_runs_give_the_same_bytes(run: Any) -> None:
    for name in FORMATS:
        words = ("check", "deals.csv", "--today", "2026-02-01", "--format", name)
        assert run(*words).stdout == run(*words).stdout


def test_findings_point_at_the_row(run: Any) -> None:
    lines = {one["finding"]["code"]: (one["path"], one["line"]) for one in found(run)["findings"]}
    assert lines["FA206"] == ("deals.csv", 5), "D4 was closed before it was created"


def test_fingerprints_do_not_move_with_the_rows(run: Any) -> None:
    before = {one["finding"]["fingerprint"] for one in found(run)["findings"]}
    head, *rows = Path("deals.csv").read_text("utf-8").splitlines()
    Path("deals.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    assert {one["finding"]["fingerprint"] for one in found(run)["findings"]} == before


@pytest.mark.parametrize("name", FORMATS)
def test_anonymous_names_nobody(run: Any, name: str) -> None:
    out = run("check", "deals.csv", "--anonymous", "--format", name).out
    assert not any(word in out for word in ("D2", "D4", "Ann", "Ben"))


@pytest.mark.parametrize("name", FORMATS)
def test_russian(run: Any, name: str) -> None:
    ran = run("check", "deals.csv", "--lang", "ru", "--format", name)
    assert ran.code == 1 and any("а" <= char <= "я" for char in ran.out)


def test_a_page_of_80_columns(run: Any) -> None:
    for lang in ("en", "ru"):
        page = run("check", ROOT / "sample_data" / "amocrm.csv", "--lang", lang, "--stages", ROOT / "stages.yaml").out
        assert max(map(len, page.splitlines())) <= 80


def test_output_goes_to_a_file_and_never_over_an_input(run: Any) -> None:
    ran = run("check", "deals.csv", "--format", "sarif", "-o", "out.sarif")
    assert (ran.code, ran.stdout) == (1, b"") and json.loads(Path("out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert run("check", "deals.csv", "-o", "deals.csv").code == 2
    assert run("check", "deals.csv", "--baseline", "stages.yaml", "--update-baseline").code == 2
