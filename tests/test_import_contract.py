"""The import contract of docs/development.md: which room may import which. Data flows one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "funnel_audit"

# A room that stands for several files is a folder, or files of one prefix (stages_*.py: how stages.yaml is read).
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "defects": set(),
    "zones": set(),
    "clock": set(),
    "frozen": set(),
    "pieces": set(),
    "labels": set(),
    "clean": set(),
    "codes": set(),
    "estimators": set(),
    "texts": set(),
    "report": set(),
    "verdict": {"report"},
    "deal_record": {"report"},
    "story": {"deal_record", "findings", "funnel", "intake", "journeys", "labels", "report", "tally", "texts"},
    "gate": {"codes", "funnel", "report", "texts", "verdict"},
    "baseline": {"funnel", "gate", "labels", "report", "verdict"},
    "funnel": {"codes", "labels"},
    "journeys": {"labels", "pieces"},
    "anonymous": {"journeys"},
    "intake": {"defects", "funnel", "journeys", "labels", "pieces"},
    "tally": {"journeys", "labels", "pieces"},
    "measures": {"tally", "estimators", "report"},
    "measures.stalled": {"tally", "estimators", "report", "journeys"},
    # Weekly counts of a stage with their wins in the end, and days from there to won, need each deal's own way.
    "measures.key_stage": {"tally", "estimators", "report", "journeys"},
    "measures.changes": {"tally", "estimators", "report", "journeys", "labels", "segments_of"},  # histories of steps by segment
    "measures.periods": {"tally", "estimators", "report", "journeys", "labels"},
    "measures.cohorts": {"tally", "estimators", "report", "journeys"},
    "measures.rewritten": {"journeys", "labels"},  # deals of two exports, one by one
    "measures.since_then": {"tally", "estimators", "journeys"},  # amounts and days of the deals won since
    "measures.reconcile": {"tally", "estimators", "report", "journeys"},  # which deals make a difference: each deal's own way
    "measures.segments": {"tally", "estimators", "report", "journeys", "labels", "segments_of"},  # every deal has its segment
    "measures.forecast": {"tally", "estimators", "report", "journeys", "labels"},  # labels: the exit code of a loss
    "selective": {"journeys"},
    "segments_of": {"journeys"},
    "findings": {
        "codes",
        "defects",
        "estimators",
        "funnel",
        "journeys",
        "labels",
        "process_names",
        "report",
        "selective",
        "tally",
        "texts",
        "verdict",
    },  # estimators: the interval of a demanded share
    "segment_names": {"report", "texts"},
    "change_names": {"report", "segment_names", "texts"},
    "in_short": {"change_names", "report", "segment_names", "texts"},
    "foremost": {"report", "texts"},
    "doctor": {"report", "tally", "texts", "measures"},
    "notes": {"report", "tally", "texts", "measures"},
    "process_names": {"labels"},
    "forgiving": {"funnel", "intake"},
    "inspection_record": {"report"},
    "compare_record": {"report"},
    "comparison": {
        "compare_record",
        "comparison_words",
        "intake",
        "journeys",
        "measured",
        "measures",
        "recorded",
        "report",
        "tally",
        "texts",
    },
    "comparison_words": {"compare_record", "intake", "labels", "measures", "texts"},
    "reconcile_record": {"report"},
    "reconciliation": {"intake", "measures", "reconcile_record", "recorded", "tally", "texts"},
    "inspection": {
        "assemble",
        "defects",
        "doctor",
        "findings",
        "foremost",
        "forgiving",
        "funnel",
        "inspection_record",
        "intake",
        "journeys",
        "labels",
        "measures",
        "selective",
        "starter",
        "tally",
        "texts",
    },  # as assemble, for another record; the signs of a selective export are counted as there
    "starter": {"forgiving", "funnel", "intake", "journeys", "labels", "measures", "process_names", "tally", "texts"},
    "horizon": {"funnel", "intake"},  # --until is read as --as-of is
    "ahead": {"funnel", "horizon", "journeys", "labels", "measures", "report", "tally", "texts"},
    "over_time": {"funnel", "journeys", "measures", "report", "segments_of", "tally"},
    "measured": {"funnel", "measures", "tally"},
    "recorded": {"clock", "funnel", "intake", "journeys", "measured", "measures", "report", "tally"},
    "assemble": {
        "measured",
        "over_time",
        "recorded",
        "ahead",
        "selective",
        "foremost",
        "in_short",
        "doctor",
        "notes",
        "defects",
        "funnel",
        "intake",
        "journeys",
        "tally",
        "measures",
        "findings",
        "report",
        "segments_of",
        "texts",
    },
    "render": {
        "change_names",
        "report",
        "inspection_record",
        "compare_record",
        "reconcile_record",
        "texts",
        "clean",
        "deal_record",
        "segment_names",
        "verdict",
    },
}
ALWAYS = {"errors", "clock", "frozen", "pieces", "zones"}
"""What every room may import: the error tree, the names for instants and days, what a value is, and how long arrays are worked through."""
SHARED_BY_MEASURES = {"measures.rates", "measures.calendar"}
"""No measures themselves: what several of them need."""
EVERYTHING = {"cli", "api", "__init__", "__main__"}
"""Those that may import every room."""
GIVEN_BY_TYPER = "click"


def room_of(module: str) -> str:
    """The room of a module named from inside the package: the longest name in the table that it begins with, else its first part."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in MAY_IMPORT:
            return name
    return "funnel" if parts[0].startswith("stages_") else parts[0]


def module_name(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a file imports, also inside functions and for type checking only."""
    here = ["funnel_audit", *path.relative_to(PACKAGE).with_suffix("").parts][:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def faults(path: Path) -> list[str]:
    module = module_name(path)
    room = room_of(module)
    found = []
    for line, name in imported(path):
        place = f"{path.relative_to(PACKAGE.parent)}:{line}"
        if name.split(".")[0] == GIVEN_BY_TYPER:
            found.append(f"{place}: imports click; typer carries its own")
        if not name.startswith("funnel_audit."):
            continue
        target = name.removeprefix("funnel_audit.")
        if room in EVERYTHING or target == "__version__" or room_of(target) in ALWAYS:
            continue
        if room not in MAY_IMPORT:
            found.append(f"{place}: {room} is a room that the contract does not know")
        elif room.startswith("measures") and target.split(".")[0] == "measures":
            shared = ".".join(target.split(".")[:2]) in SHARED_BY_MEASURES
            own = target.split(".")[:2] == module.split(".")[:2]  # a measure of several modules
            if module != "measures" and not shared and not own:
                found.append(f"{place}: a measure imports another measure ({target}); audit.py hands results on")
        elif room_of(target) != room and room_of(target).split(".")[0] not in MAY_IMPORT[room]:
            found.append(f"{place}: {room} may not import {target}")
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_name)
def test_imports_follow_the_contract(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize(
    ("file", "source", "count"),
    [
        ("tally.py", "from funnel_audit.journeys import Journeys", 0),
        ("tally.py", "from funnel_audit.measures import pace", 1),
        ("journeys.py", "def f():\n    from funnel_audit import intake", 1),
        ("measures/leaks.py", "from funnel_audit.measures.pace import pace", 1),
        ("measures/leaks.py", "from . import pace", 1),
        ("measures/forecast/plan.py", "from funnel_audit.measures.forecast.spread import draw", 0),
        ("measures/forecast/plan.py", "from funnel_audit.measures.pace import pace", 1),
        ("measures/leaks.py", "from ..tally import Tally\nfrom .rates import projected", 0),
        ("measures/leaks.py", "from funnel_audit import report\nfrom funnel_audit.estimators import wilson", 0),
        ("measures/leaks.py", "from funnel_audit.journeys import Journeys", 1),
        ("measures/stalled.py", "from funnel_audit.journeys import Journeys", 0),
        ("render/json.py", "from funnel_audit.report import Audit\nimport funnel_audit.texts", 0),
        ("render/json.py", "import funnel_audit.tally", 1),
        ("cli/__init__.py", "import click\nfrom funnel_audit.intake import files", 1),
        ("novelty.py", "from funnel_audit.report import Audit", 1),
        ("novelty.py", "from funnel_audit.errors import InputError", 0),
    ],
)
def test_the_contract_notices(file: str, source: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "funnel_audit" / file
    path.parent.mkdir(parents=True)
    path.write_text(source, "utf-8")
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path / "funnel_audit")
    assert len(faults(path)) == count
