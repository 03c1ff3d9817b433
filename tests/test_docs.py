"""The documents say what the program does: every option, key and exit code, and commands that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typer

from funnel_audit import report
from funnel_audit.cli import app
from funnel_audit.cli.edge import Exit
from funnel_audit.gate import SEVERITIES
from funnel_audit.render import FORMATS, SECTIONS

ROOT = Path(__file__).resolve().parents[1]
CLI, REPORT, README = (ROOT / name for name in ("docs/cli.md", "docs/report.md", "README.md"))


def text(path: Path) -> str:
    return path.read_text("utf-8")


def commands() -> dict[str, list[str]]:
    """Command -> its options, from the running program."""
    group = typer.main.get_command(app)
    found = group.commands.items()  # type: ignore[attr-defined]
    return {name: [option for one in command.params for option in one.opts if option.startswith("-")] for name, command in found}


def section(page: str, heading: str) -> str:
    """From a heading up to the next of its level or above."""
    level = heading.split(" ")[0]
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{len(level)}}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading}"
    return found[1]


def test_every_command_and_option_is_in_cli_md() -> None:
    for name, options in commands().items():
        said = section(text(CLI), f"## {name}")
        assert [option for option in options if option != "--help" and f"`{option}" not in said] == [], name


def test_cli_md_names_no_option_that_is_not_there() -> None:
    known = {option for options in commands().values() for option in options} | {"--version", "--help"}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)", text(CLI))) <= known


@pytest.mark.parametrize("page", [CLI, README], ids=lambda path: path.name)
def test_every_exit_code_is_told(page: Path) -> None:
    for code in Exit:
        assert re.search(rf"^\| {int(code)} \| ", text(page), re.MULTILINE), code


def test_every_choice_is_told() -> None:
    said = text(CLI)
    assert [word for word in (*FORMATS, *SECTIONS, *SEVERITIES, "never") if f"`{word}`" not in said] == []
    assert [word for word in SECTIONS if f"| `{word}` |" not in text(REPORT)] == []


def test_every_environment_variable_is_told() -> None:
    sources = [text(path) for path in (ROOT / "funnel_audit").rglob("*.py")]
    names = {name for source in sources for name in re.findall(r"environ\S*?[\[(]\"(\w+)\"", source)}
    names.discard("PYDANTIC_DISABLE_PLUGINS")  # set for the start of our own process, not read from the user's
    assert names and [name for name in sorted(names) if f"`{name}`" not in text(CLI)] == []


def keys(kind: type, path: str = "") -> Iterator[tuple[str, str]]:
    """(record, key as JSON writes it) of every record that the audit holds."""
    for field in msgspec.structs.fields(kind):
        yield kind.__name__, field.encode_name


def records() -> list[type]:
    kinds = [kind for kind in vars(report).values() if isinstance(kind, type) and issubclass(kind, report.Record)]
    return [kind for kind in kinds if kind is not report.Record]


def test_every_json_key_is_in_report_md() -> None:
    said = set(re.findall(r"`([a-z0-9_\[\].]+)`", text(REPORT)))
    words = {word for path in said for word in re.split(r"[.\[\]]+", path) if word}
    assert [(kind, key) for one in records() for kind, key in keys(one) if key not in words] == []


def test_report_md_names_no_key_that_is_not_there() -> None:
    known = {key for one in records() for _, key in keys(one)}
    tables = re.findall(r"^\| (`.+?) \|", section(text(REPORT), "## The JSON"), re.MULTILINE)
    named = {word for cell in tables for path in re.findall(r"`([^`]+)`", cell) for word in re.split(r"[.\[\]]+", path) if word}
    assert named <= known


def shell_lines(page: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.mark.parametrize("page", [README, CLI, ROOT / "docs/development.md"], ids=lambda path: path.name)
def test_commands_in_code_blocks_use_options_that_exist(page: Path) -> None:
    known = commands()
    inline = re.findall(r"`((?:\.venv/bin/)?funnel-audit [^`]+)`", text(page))
    for line in [*shell_lines(page), *inline]:
        for part in re.split(r"&&|\|(?![a-z])|;", line):
            words = shlex.split(part.replace("[", "").replace("]", ""), comments=True)
            names = [place for place, word in enumerate(words) if word.endswith("funnel-audit") or word == "funnel_audit"]
            if not names or len(words) <= names[0] + 1:
                continue
            command, *rest = words[names[0] + 1 :]
            if command.startswith("-") or not command.islower():
                continue
            assert command in known, line
            assert [word for word in rest if word.startswith("-") and word != "-" and word.split("=")[0] not in known[command]] == [], line


def test_the_readme_python_prints_what_it_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", text(README), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(block, {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", block)


def test_the_readme_lists_every_option_of_report() -> None:
    said = section(text(README), "## Options of `report`")
    assert [option for option in commands()["report"] if option not in ("--help", "--output") and f"`{option}" not in said] == []


def links(page: Path) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(page)) if "://" not in link]


@pytest.mark.parametrize("page", [README, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    later = {"performance.md"}  # written by make bench
    assert [link for link in links(page) if not (page.parent / link).exists() and link not in later] == []


def test_the_picture_is_what_the_program_prints() -> None:
    subprocess.run([sys.executable, str(ROOT / "docs" / "make_picture.py"), "--check"], check=True)
