"""The program as a user runs it, but in this process: arguments in, exit code and two streams out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command_line import ROOT, Ran, Run

from funnel_audit.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """``run("report", "deals.csv")`` in an empty folder of its own, in English unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "FUNNEL_AUDIT_KEY", "FUNNEL_AUDIT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")

    def go(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["funnel-audit", *map(str, words)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsysbinary.readouterr()
        return Ran(int(stop.value.code or 0), out, err.decode("utf-8"))

    return go


@pytest.fixture
def deals() -> Path:
    return ROOT / "sample_data" / "deals.csv"


@pytest.fixture
def amocrm() -> Path:
    return ROOT / "sample_data" / "amocrm.csv"
