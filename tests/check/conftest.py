"""``check`` as its users run it, in this process; and a small export with one flaw of each severity."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from funnel_audit.cli import main

STAGES = """stages:
  - {id: new, name: New}
  - {id: met, name: Met}
  - {id: paid, name: Paid, won: true}
lost: [Lost]
checks:
  severity: {FA203: error}
"""
ROWS = """Deal ID,Stage,Created,Closed date,Amount,Owner,Loss reason
D1,New,2026-01-05,,100,Ann,
D2,Meeting,2026-01-06,,200,Ann,
D3,Lost,2026-01-07,2026-01-09,300,Ben,Price
D4,Paid,2026-01-08,2026-01-05,400,Ben,
D5,Met,2026-01-09,,500,Ann,
""" + "".join(f"E{n},Met,2026-01-{n},,{n}00,Ann,\n" for n in range(10, 31))


class Ran(NamedTuple):
    code: int
    stdout: bytes
    err: str

    @property
    def out(self) -> str:
        return self.stdout.decode("utf-8")


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """``run("check", "deals.csv")`` in a folder with deals.csv and stages.yaml."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "FUNNEL_AUDIT_KEY", "FUNNEL_AUDIT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    Path("deals.csv").write_text(ROWS, "utf-8")
    Path("stages.yaml").write_text(STAGES, "utf-8")

    def go(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["funnel-audit", *map(str, words)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsysbinary.readouterr()
        return Ran(int(stop.value.code or 0), out, err.decode("utf-8"))

    return go
