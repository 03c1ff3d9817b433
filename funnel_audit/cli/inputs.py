"""From what was typed to the files that are meant: patterns, folders, standard input; and where the output may go."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable
from pathlib import Path

from funnel_audit.errors import InputError, Said, UsageError
from funnel_audit.intake.swept import Swept

TABLES = (".csv", ".tsv", ".txt", ".gz", ".xls", ".xlsx", ".xlsb", ".ods", ".parquet", ".html")

SHOWN = 5


def expand(names: list[str]) -> list[str]:
    """Patterns that the shell left alone, and folders (their tables, by name), as ``Swept``; a name that exists is always itself."""
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-" or path.is_file():
            found.append(name)
        elif path.is_dir():
            inside = sorted(str(entry) for entry in path.iterdir() if entry.suffix.lower() in TABLES and not entry.name.startswith("~$"))
            if not inside:
                raise InputError(Said("there is no table in this folder"), file=name, cure=_taken(path))
            found += map(Swept, inside)
        elif glob.has_magic(name):
            matching = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
            if not matching:
                raise InputError(
                    Said("no file matches this pattern"),
                    file=name,
                    cure=Said("Check the folder, and quote the pattern as the shell needs it."),
                )
            found += map(Swept, matching)
        else:
            found.append(name)
    named = {name for name in found if not isinstance(name, Swept)}
    return [str(name) if name in named else name for name in dict.fromkeys(found)]


def _taken(folder: Path) -> Said:
    """What a folder is read for, and what is there instead."""
    kinds = Said("Of a folder the files with these endings are read, not its subfolders: {kinds}.", kinds=TABLES)
    there = sorted(entry.name + "/" * entry.is_dir() for entry in folder.iterdir())
    return kinds + Said("There are: {names}.", names=there[:SHOWN]) if there else kinds + Said("It is empty.")


def standard_input(names: list[str]) -> bytes | None:
    """All of standard input where "-" is among the names."""
    if "-" not in names:
        return None
    if sys.stdin.isatty():
        raise UsageError(Said("“-” reads standard input, and nothing is piped into it. For example: cat deals.csv | funnel-audit report -"))
    return sys.stdin.buffer.read()


def refuse_overwriting(output: Path | None, names: Iterable[str | None], stages: str | None) -> None:
    """An output file that is one of the inputs, under whatever name; what was not given is None."""
    if output is None or not output.exists():
        return
    for name in [*names, stages]:
        if name and name != "-" and Path(name).exists() and output.samefile(name):
            raise UsageError(Said("-o {file} is one of the inputs: it would be overwritten. Choose another name.", file=output))
