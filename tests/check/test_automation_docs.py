"""docs/automation.md: its YAML parses, its shell is sound, and the commands in it run on the sample."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "automation.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every shell line of every example: sh blocks, ``run:`` of GitHub, ``script:`` of GitLab."""
    found = list(blocks("sh"))
    for block in blocks("yaml"):
        tree = yaml.safe_load(block)
        for job in tree.get("jobs", {}).values():
            found += [step["run"] for step in job["steps"] if "run" in step]
        found += ["\n".join(job["script"]) for job in tree.values() if isinstance(job, dict) and "script" in job]
    return found


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """A folder with the sample and a ``funnel-audit`` and a ``pip`` on the PATH; the environment to run in."""
    tools = tmp_path / "bin"
    tools.mkdir()
    program = tools / "funnel-audit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m funnel_audit "$@"\n', "utf-8")
    (tools / "pip").write_text("#!/bin/sh\n", "utf-8")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    shutil.copy(ROOT / "sample_data" / "deals.csv", tmp_path)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "HOME": str(tmp_path)}
    environment |= {"FUNNEL_AUDIT_KEY": "secret", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    made = subprocess.run(["sh", "-c", blocks("sh")[0]], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return environment | {"FOLDER": str(tmp_path)}


def test_there_is_something_to_run() -> None:
    assert len(blocks("yaml")) >= 4 and sum("funnel-audit check" in command for command in commands()) >= 6


@pytest.mark.parametrize("command", commands())
def test_the_shell_parses(command: str) -> None:
    subprocess.run(["sh", "-n"], input=command, text=True, check=True)


def test_the_commands_run(place: dict[str, str]) -> None:
    for command in commands():
        ran = subprocess.run(["sh", "-c", command], cwd=place["FOLDER"], env=place, capture_output=True, text=True)
        assert (ran.returncode, ran.stderr.replace("is new", "")) == (0, ran.stderr), f"{command}\n{ran.stdout}{ran.stderr}"
    made = {path.name for path in Path(place["FOLDER"]).iterdir()}
    assert {"baseline.yaml", "summary.md", "funnel.sarif", "junit.xml", "codequality.json"} <= made


def test_cron_prints_only_when_something_is_wrong(place: dict[str, str]) -> None:
    script = next(block for block in blocks("sh") if "mktemp" in block)
    good = subprocess.run(["sh", "-c", script], cwd=place["FOLDER"], env=place, capture_output=True, text=True)
    assert (good.returncode, good.stdout) == (0, "")
    Path(place["FOLDER"], "stages.yaml").write_text(
        (ROOT / "stages.yaml").read_text("utf-8") + "\nchecks: {max_age_days: 0}\n", "utf-8"
    )  # fmt: skip
    bad = subprocess.run(["sh", "-c", script], cwd=place["FOLDER"], env=place, capture_output=True, text=True)
    assert bad.returncode == 1 and "Failed at" not in bad.stdout and "Failed: 1 finding" in bad.stdout


def test_the_pre_commit_hook(run: Any) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    used = [hook["id"] for block in blocks("yaml") for repo in yaml.safe_load(block).get("repos", []) for hook in repo["hooks"]]
    assert used == [hook["id"] for hook in hooks]
    pattern = re.compile(hooks[0]["files"])
    assert pattern.search("exports/deals_2026-03-31.csv") and pattern.search("Deal.xlsx") and not pattern.search("deals.py")
    assert run(*hooks[0]["entry"].split()[1:], "deals.csv").code == 1
