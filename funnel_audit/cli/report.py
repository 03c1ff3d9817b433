"""``funnel-audit report``: the audit of one or several exports."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from funnel_audit.cli.edge import Exit, language
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.cli.options import (
    Anonymous,
    AsOfDate,
    CreatedFrom,
    CreatedTo,
    DialectFile,
    Files,
    Language,
    Output,
    Pipeline,
    Sheet,
    StagesFile,
    chosen_language,
    deliver,
    one_of,
    page_size,
    resolved_as_of,
)
from funnel_audit.render import FORMATS, SECTIONS, render_as
from funnel_audit.texts import Texts

if TYPE_CHECKING:
    from funnel_audit.measures.calendar import Kind

PERIODS = ("week", "month", "quarter")
STAGES_HERE = "stages.yaml"
"""Read without being named, it is an input all the same."""
SHOW_PROGRESS_FROM_BYTES = 20_000_000
t = Texts(language())


def report(
    files: Files,
    stages: StagesFile = None,
    as_of: AsOfDate = None,
    created_from: CreatedFrom = None,
    created_to: CreatedTo = None,
    pipeline: Pipeline = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help=t.say("Compare the deals by these columns, with commas; without it by owner and source."), show_default=False
        ),
    ] = None,
    period: Annotated[str, typer.Option("--period", help=t.say("Tell how things went by week, month or quarter."))] = "month",
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal, json or svg."))] = "terminal",
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            help=t.say(
                "Only these sections, with commas: "
                "summary, funnel, leaks, segments, periods, pairs, stalled, key_stage, forecast, limits, findings."
            ),
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top", min=0, help=t.say("How many leaks, loss reasons and stalled deals to list (3, 5 and 10)."), show_default=False
        ),
    ] = None,
    lang: Language = None,
    output: Output = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
    anonymous: Anonymous = False,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help=t.say("Exit with 1 on findings of this severity or above: never, error, warning, info."))
    ] = "never",
) -> None:
    """Read, audit, render, write; then the verdict."""
    one_of("--format", output_format, tuple(FORMATS))
    one_of("--period", period, PERIODS)
    one_of("--fail-on", fail_on, ("never", "error", "warning", "info"))
    sections = None if only is None else frozenset(one_of("--only", name.strip(), SECTIONS) for name in only.split(","))
    lang = chosen_language(lang)
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], stages or STAGES_HERE)
    stdin = standard_input(names)

    from funnel_audit.api import audit, read
    from funnel_audit.gate import fails, ruled
    from funnel_audit.intake.by_columns import names_of
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    with progress(names, stdin, lang) as step:
        step("read")
        reading = read(
            names,
            funnel,
            as_of=resolved_as_of(as_of, funnel.timezone),
            created_from=created_from,
            created_to=created_to,
            pipeline=pipeline,
            by=None if by is None else names_of(by),
            sheet=sheet,
            dialect=dialect,
            stdin=stdin,
        )
        key = os.environ.get("FUNNEL_AUDIT_KEY")
        finished = audit(
            reading,
            lang=lang,
            top=10 if top is None else top,
            anonymous=anonymous,
            key=key.encode() if key else None,
            step=step,
            period=cast("Kind", period),
        )
    finished = ruled(finished, funnel.checks)
    width, color = page_size(output)
    payload = render_as(
        output_format,
        finished,
        width=width,
        color=color,
        only=sections,
        top=top,
    )
    deliver(payload, output)
    raise typer.Exit(Exit.FINDINGS if fails(finished.findings, fail_on) else Exit.DONE)


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
