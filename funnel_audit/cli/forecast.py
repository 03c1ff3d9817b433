"""``funnel-audit forecast``: how many deals and how much money to expect, which deals, and how far such forecasts could be trusted."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from funnel_audit.cli.edge import language
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.cli.options import (
    Anonymous,
    AsOfDate,
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
from funnel_audit.cli.report import STAGES_HERE, progress
from funnel_audit.render import FORMATS, render_as
from funnel_audit.texts import Texts

LATEST, ALL = "12", "all"
t = Texts(language())


def forecast(
    files: Files,
    stages: StagesFile = None,
    as_of: AsOfDate = None,
    horizon: Annotated[
        str | None,
        typer.Option(
            "--horizon",
            help=t.say("Look so many days ahead: 30d; without it to the end of the plan's period, else 30 days."),
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help=t.say("Look ahead until this date (2026-03-31)."), show_default=False)
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help=t.say("Forecast how many deals reach this stage; without it wins."), show_default=False)
    ] = None,
    plan_wins: Annotated[
        int | None,
        typer.Option("--plan-wins", min=1, help=t.say("The plan in won deals; without it that of stages.yaml."), show_default=False),
    ] = None,
    plan_amount: Annotated[
        float | None,
        typer.Option("--plan-amount", min=0, help=t.say("The plan in money; without it that of stages.yaml."), show_default=False),
    ] = None,
    backtest: Annotated[
        bool, typer.Option("--backtest", help=t.say("Show what would have been forecast at the last 12 month ends, and what came."))
    ] = False,
    backtest_all: Annotated[bool, typer.Option("--backtest-all", help=t.say("The same at all month ends."))] = False,
    top: Annotated[int, typer.Option("--top", min=0, help=t.say("How many deals to list."))] = 10,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal, json or svg."))] = "terminal",
    pipeline: Pipeline = None,
    lang: Language = None,
    output: Output = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
    anonymous: Anonymous = False,
) -> None:
    """Read, audit with the horizon asked for, and show what is to come."""
    one_of("--format", output_format, tuple(FORMATS))
    lang = chosen_language(lang)
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], stages or STAGES_HERE)
    stdin = standard_input(names)

    from funnel_audit.ahead import Ask
    from funnel_audit.api import audit, read
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    key = os.environ.get("FUNNEL_AUDIT_KEY")
    with progress(names, stdin, lang) as step:
        step("read")
        reading = read(
            names, funnel, as_of=resolved_as_of(as_of, funnel.timezone), pipeline=pipeline, sheet=sheet, dialect=dialect, stdin=stdin
        )
        ask = Ask(
            days=horizon,
            until=until,
            target=target,
            plan_wins=plan_wins,
            plan_amount=plan_amount,
            top=top,
            origins=None if backtest_all else int(LATEST),
        )
        finished = audit(reading, lang=lang, top=top, anonymous=anonymous, key=key.encode() if key else None, step=step, ask=ask)
    sections = {"key_stage", "forecast", "outlook"} | ({"backtest"} if backtest or backtest_all else set())
    width, color = page_size(output)
    deliver(render_as(output_format, finished, width=width, color=color, only=frozenset(sections)), output)
