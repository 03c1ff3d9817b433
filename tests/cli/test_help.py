"""The help: typer's own words are in the language of the run, and nothing of it is cut."""

from __future__ import annotations

import re

import pytest
from command_line import Run

COMMANDS = ("report", "forecast", "check", "inspect", "explain", "deal", "reconcile", "compare", "init")
TYPERS = ("Usage", "Options:", "Commands:", "Arguments:", "Show this message", "[required]", "[default", "required")


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_russian_help_has_none_of_typers_english(command: str | None, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    page = run(*([command] if command else []), "--help").out
    assert [word for word in TYPERS if word in page] == []
    assert page.startswith("Использование: ")
    assert "Параметры:" in page
    assert "Показать эту справку и выйти." in page
    assert all(len(line) <= 80 for line in page.splitlines())


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_shows_no_type_of_python_and_cuts_no_sentence(command: str | None, run: Run) -> None:
    page = run(*([command] if command else []), "--help").out
    assert not re.search(r"<[a-z]|\{FILE|\w\.\.\.\n", page.replace("FILE...\n", "\n").replace("[ARGS]...\n", "\n"))


def test_usage_of_a_misuse_is_the_one_of_the_help(run: Run) -> None:
    wrong = run("report", "--lang", "ru")
    assert wrong.code == 2
    assert wrong.err.startswith("Использование: ")
    assert "[ПАРАМЕТРЫ] FILE...\n" in wrong.err
    assert run("report", "--lang", "ru", "--help").out.splitlines()[0] == wrong.err.splitlines()[0]


def test_every_option_that_takes_something_says_what(run: Run) -> None:
    flags = {"--help", "--version", "--anonymous", "--update-baseline", "--backtest", "--backtest-all", "--force"}
    for command in COMMANDS:
        lines = re.findall(r"^  (?:-o, )?(--[a-z-]+)( [A-Z]+)?(?:  |$)", run(command, "--help").out, re.MULTILINE)
        assert [name for name, place in lines if not place and name not in flags] == [], command
        assert [name for name, place in lines if place and name in flags] == [], command
