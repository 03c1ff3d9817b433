"""``funnel-audit report``: the audit of one or several exports."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from funnel_audit.cli.edge import language, verdict, write
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.errors import UsageError
from funnel_audit.render import FORMATS, SECTIONS, render_as
from funnel_audit.texts import Texts, pick_language

PIPED_WIDTH = 80
SHOW_PROGRESS_FROM_BYTES = 20_000_000
t = Texts(language(None))


def one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise UsageError(f"{option}: “{value}” is none of {', '.join(allowed)}")
    return value


def report(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help=t.say("CSV, Excel, HTML or Parquet exports; patterns, a folder of exports, - for standard input."),
            show_default=False,
        ),
    ],
    stages: Annotated[
        str | None,
        typer.Option("--stages", help=t.say("The stages file; without it ./stages.yaml, else the packaged one."), show_default=False),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help=t.say("Look from this date (2026-03-31), instant, or today; without it the newest date of the data."),
            show_default=False,
        ),
    ] = None,
    created_from: Annotated[
        str | None, typer.Option("--from", help=t.say("Only deals created on this date or later."), show_default=False)
    ] = None,
    created_to: Annotated[
        str | None, typer.Option("--to", help=t.say("Only deals created on this date or earlier."), show_default=False)
    ] = None,
    pipeline: Annotated[str | None, typer.Option("--pipeline", help=t.say("Only the deals of this pipeline."), show_default=False)] = None,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal, json or svg."))] = "terminal",
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            help=t.say("Only these sections, with commas: summary, funnel, leaks, pairs, stalled, limits, findings."),
            show_default=False,
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=0, help=t.say("How many stalled deals to list."))] = 10,
    lang: Annotated[
        str | None, typer.Option("--lang", help=t.say("en or ru; without it from LC_ALL, LC_MESSAGES or LANG."), show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=t.say("Write to this file, not to standard output."), show_default=False)
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help=t.say("The sheet of an Excel file."), show_default=False)] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help=t.say("Owners, companies and deal ids as stable codes (key: FUNNEL_AUDIT_KEY)."))
    ] = False,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help=t.say("Exit with 1 on findings of this severity or above: never, error, warning, info."))
    ] = "never",
) -> None:
    """Read, audit, render, write; then the verdict."""
    one_of("--format", output_format, tuple(FORMATS))
    one_of("--fail-on", fail_on, ("never", "error", "warning", "info"))
    sections = None if only is None else frozenset(one_of("--only", name.strip(), SECTIONS) for name in only.split(",") if name.strip())
    try:
        lang = pick_language(lang, os.environ)
    except ValueError as error:
        raise UsageError(f"--lang: {error}") from error
    names = expand(files)
    refuse_overwriting(output, names, stages)
    stdin = standard_input(names)

    from funnel_audit.api import audit, read
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    with progress(names, stdin, lang) as step:
        step("read")
        reading = read(
            names,
            funnel,
            as_of=today(funnel.timezone) if as_of == "today" else as_of,
            created_from=created_from,
            created_to=created_to,
            pipeline=pipeline,
            sheet=sheet,
            stdin=stdin,
        )
        key = os.environ.get("FUNNEL_AUDIT_KEY")
        finished = audit(reading, lang=lang, top=top, anonymous=anonymous, key=key.encode() if key else None, step=step)
    to_terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((PIPED_WIDTH, 24)).columns if to_terminal else PIPED_WIDTH
    payload = render_as(
        output_format,
        finished,
        width=width,
        color=to_terminal and not os.environ.get("NO_COLOR"),
        only=sections,
        top=top if top != 10 else None,
    )
    if output is None:
        write(payload)
    else:
        try:
            output.write_bytes(payload)
        except OSError as error:
            raise UsageError(f"-o {output}: {error.strerror}") from error
    raise typer.Exit(verdict((finding.severity for finding in finished.findings), fail_on))


def today(timezone: str) -> str:
    """The one way the clock enters: asked for by name."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(timezone)).date().isoformat()


def progress(names: list[str], stdin: bytes | None, lang: str) -> Any:
    """A progress bar on standard error while large files are read, where somebody watches; else nothing."""
    from contextlib import contextmanager

    size = len(stdin or b"") + sum(Path(name).stat().st_size for name in names if name != "-" and Path(name).is_file())

    @contextmanager
    def quiet() -> Any:
        yield lambda step: None

    @contextmanager
    def shown() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        texts = Texts(lang)
        words = {"read": texts.say("reading"), "count": texts.say("counting")}
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words["read"], total=len(words) + 1)

            def step(name: str) -> None:
                bar.update(task, description=words[name], advance=1)

            yield step

    return shown() if size >= SHOW_PROGRESS_FROM_BYTES and sys.stderr.isatty() else quiet()
