"""The benchmark: `python bench/run.py [--deals N] [--ids plain|numbers|opaque] [--rounds 5] [--pm4py PYTHON]`.

Every figure is a whole process, start-up included. The processes of one comparison run in turn, round after round; the first round warms
the memory and the file cache up and is thrown away; a ratio is taken within a round, for the machine's speed drifts between rounds.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PY = sys.executable
REPORT = [PY, "-m", "funnel_audit", "report"]
FLOOR = "import sys, pyarrow.csv; pyarrow.csv.read_csv(sys.argv[1])"
IMPORTS = "import pandas, pyarrow"
EMPTY_APP = "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])"
MIB = 1 << 10  # ru_maxrss is in KiB

Run = tuple[float, float, float]
"""(wall seconds, processor seconds, peak MiB)."""


def run(command: list[str]) -> Run:
    """One process to its end; what it prints is thrown away."""
    begin = time.perf_counter()
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")]))}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, cwd=tempfile.gettempdir()) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode(errors='replace')}")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / MIB


def rounds(commands: dict[str, list[str]], count: int) -> dict[str, list[Run]]:
    """``count`` rounds of every command in turn, after one that does not count."""
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(count + 1):
        for name, command in commands.items():
            measured = run(command)
            if number:
                taken[name].append(measured)
    return taken


def show(title: str, taken: dict[str, list[Run]], base: str, limits: dict[str, str] | None = None) -> None:
    """Medians of each command, and its ratio to ``base`` within a round."""
    print(f"\n{title}\n{'':34}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}   {'ratio':>6} (least to most){'   cpu ratio':>12}")
    for name, runs in taken.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        ratios = sorted(mine[0] / other[0] for mine, other in zip(runs, taken[base], strict=True))
        cpus = statistics.median(mine[1] / other[1] for mine, other in zip(runs, taken[base], strict=True))
        told = f"{statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}){cpus:12.2f}"
        print(f"{name:34}{wall:8.2f}{cpu:8.2f}{peak:10.0f}   {told}  {(limits or {}).get(name, '')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--ids", choices=["plain", "numbers", "opaque"], action="append", help="default: plain, then opaque")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pm4py", metavar="PYTHON", help="an interpreter that has pm4py (AGPL: never a dependency of this project)")
    parser.add_argument("--only", choices=["floor", "check", "others", "growth", "small"], action="append", help="default: all")
    asked = parser.parse_args()
    only = asked.only or ["floor", "check", "others", "growth", "small"]
    # as an installer does, and as pandas and pyarrow are: where nothing may write bytecode, every run would else compile the package anew
    compileall.compile_dir(str(HERE.parent / "funnel_audit"), quiet=1)
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}; {asked.rounds} rounds after one that does not count", flush=True)
    with tempfile.TemporaryDirectory(prefix="funnel-audit-bench-") as folder:
        measure(Path(folder), asked, only)
    print(f"\nlargest process of all: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MIB:,.0f} MiB")


def measure(folder: Path, asked: argparse.Namespace, only: list[str]) -> None:
    files: dict[tuple[int, str], Path] = {}

    def data(deals: int, ids: str) -> str:
        path = files.setdefault((deals, ids), folder / f"{ids}{deals}.csv")
        if not path.exists():
            # in a process of its own: the peak memory of a child is never less than that of the process that started it
            subprocess.run([PY, str(HERE / "make_data.py"), str(path), "--deals", str(deals), "--ids", ids], check=True)
        return str(path)

    if "floor" in only:
        for ids in asked.ids or ["plain", "opaque"]:
            file = data(asked.deals, ids)
            commands = {
                "pyarrow.csv.read_csv alone": [PY, "-c", FLOOR, file],
                "report --format json": [*REPORT, file, "--format", "json"],
                "without forecast and changes": [PY, str(HERE / "core.py"), file],
            }
            limit = f"(limit {'4.5' if ids == 'opaque' else '3.5'}; 2048 MiB)"
            taken = rounds(commands, asked.rounds)
            limits = dict.fromkeys(list(commands)[1:], limit)
            show(f"Against the floor, ids {ids}", taken, "pyarrow.csv.read_csv alone", limits)
    if "check" in only:
        file = data(asked.deals, "plain")
        judge = [PY, "-m", "funnel_audit", "check", file, "--fail-on", "never", "--format", "json"]
        commands = {"report --format json": [*REPORT, file, "--format", "json"], "check --format json": judge}
        show("The gate", rounds(commands, asked.rounds), "report --format json", {"check --format json": "(limit 1.5)"})
    if "others" in only:
        file = data(asked.deals, "plain")
        commands = {
            "report --format json": [*REPORT, file, "--format", "json"],
            "pandas groupby, counts only": [PY, str(HERE / "by_pandas.py"), file],
        }
        if asked.pm4py:
            commands["pm4py, nearest equivalent"] = [asked.pm4py, str(HERE / "by_pm4py.py"), file]
        limits = {"pandas groupby, counts only": "(at least 5)", "pm4py, nearest equivalent": "(at least 20)"}
        show("Against other ways", rounds(commands, min(asked.rounds, 3)), "report --format json", limits)
    if "growth" in only:
        tenth, whole = data(asked.deals // 10, "plain"), data(asked.deals, "plain")
        commands = {"a tenth of the deals": [*REPORT, tenth, "--format", "json"], "all deals": [*REPORT, whole, "--format", "json"]}
        show("Growth", rounds(commands, asked.rounds), "a tenth of the deals", {"all deals": "(limit 10)"})
    if "small" in only:
        file = data(60, "plain")
        commands = {"import pandas, pyarrow": [PY, "-c", IMPORTS], "report, 300 rows": [*REPORT, file]}
        show("A small file", rounds(commands, asked.rounds * 2), "import pandas, pyarrow", {"report, 300 rows": "(limit 1.8)"})
        commands = {"an empty typer app --help": [PY, "-c", EMPTY_APP], "funnel-audit --help": [PY, "-m", "funnel_audit", "--help"]}
        show("Help", rounds(commands, asked.rounds * 2), "an empty typer app --help", {"funnel-audit --help": "(limit 1.3)"})


if __name__ == "__main__":
    main()
