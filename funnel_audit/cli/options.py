"""Options that several commands share, each written once; and what is done with them before and after the one call."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from funnel_audit.cli.edge import language, write
from funnel_audit.errors import Said, UsageError, reason_of
from funnel_audit.texts import LANGUAGES, Lang, Texts, pick_language

PIPED_WIDTH = 80
t = Texts(language())

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help=t.say("CSV, Excel, HTML or Parquet exports; patterns, a folder of exports, - for standard input."),
        show_default=False,
    ),
]
StagesFile = Annotated[
    str | None,
    typer.Option("--stages", help=t.say("The stages file; without it ./stages.yaml, else the packaged one."), show_default=False),
]
AsOfDate = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help=t.say("Look from this date (2026-03-31), instant, or today; without it the newest date of the data."),
        show_default=False,
    ),
]
Pipeline = Annotated[str | None, typer.Option("--pipeline", help=t.say("Only the deals of this pipeline."), show_default=False)]
Language = Annotated[
    str | None, typer.Option("--lang", help=t.say("en or ru; without it from LC_ALL, LC_MESSAGES or LANG."), show_default=False)
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", help=t.say("Write to this file, not to standard output."), show_default=False)
]
DialectFile = Annotated[
    str | None,
    typer.Option(
        "--dialect", help=t.say("A dialect of your own: how the files of a CRM that is not known are laid out."), show_default=False
    ),
]
CreatedFrom = Annotated[
    str | None, typer.Option("--from", help=t.say("Only deals created on this date or later."), show_default=False)
]
CreatedTo = Annotated[
    str | None, typer.Option("--to", help=t.say("Only deals created on this date or earlier."), show_default=False)
]
Anonymous = Annotated[
    bool, typer.Option("--anonymous", help=t.say("Owners, companies and deal ids as stable codes (key: FUNNEL_AUDIT_KEY)."))
]
Sheet = Annotated[str | None, typer.Option("--sheet", help=t.say("The sheet of an Excel file."), show_default=False)]


def one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, where it is one of those allowed; else UsageError."""
    if value not in allowed:
        raise UsageError(Said("{option}: “{value}” is none of {allowed}", option=option, value=value, allowed=allowed))
    return value


def chosen_language(lang: str | None) -> Lang:
    """The language of the output; UsageError for one that is not there."""
    try:
        return pick_language(lang, os.environ)
    except ValueError as error:
        what = Said("{option}: “{value}” is none of {allowed}", option="--lang", value=lang, allowed=LANGUAGES)
        raise UsageError(what) from error


def resolved_as_of(as_of: str | None, timezone: str) -> str | None:
    """``today`` as a date in the funnel's timezone, the one way the clock enters: asked for by name."""
    if as_of != "today":
        return as_of
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(timezone)).date().isoformat()


def page_size(output: Path | None) -> tuple[int, bool]:
    """(width in cells, colours or not): the terminal's own where the page goes to one, else plain and fixed."""
    to_terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((PIPED_WIDTH, 24)).columns if to_terminal else PIPED_WIDTH
    return width, to_terminal and not os.environ.get("NO_COLOR")


def deliver(payload: bytes, output: Path | None) -> None:
    """The payload to the file, else to standard output."""
    if output is None:
        write(payload)
        return
    try:
        output.write_bytes(payload)
    except OSError as error:
        raise UsageError(Said("-o {file}: cannot be written ({why}).", file=output, why=reason_of(error))) from error
