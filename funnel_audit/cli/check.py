"""``funnel-audit check``: the gate for cron and CI. Reads, audits, judges, writes; the exit code is the verdict."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnel_audit import __version__
from funnel_audit.clean import clean
from funnel_audit.cli.edge import Exit, language
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
from funnel_audit.errors import Said, UsageError
from funnel_audit.render.check import FORMATS, render_as
from funnel_audit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.baseline import Baseline
    from funnel_audit.funnel import Checks
    from funnel_audit.gate import Choice, Today
    from funnel_audit.report import Audit

LEVELS = ("error", "warning", "info", "never")
t = Texts(language())


def check(
    files: Files,
    stages: StagesFile = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help=t.say("Exit with 1 on findings of this severity or above: error, warning, info, never."))
    ] = "error",
    select: Annotated[
        str | None,
        typer.Option("--select", help=t.say("Only these findings: codes or groups, with commas: FA2,FA301."), show_default=False),
    ] = None,
    ignore: Annotated[
        str | None, typer.Option("--ignore", help=t.say("Not these findings: codes or groups, with commas."), show_default=False)
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", help=t.say("terminal, json, sarif, junit, github, gitlab, markdown or csv."))
    ] = "terminal",
    output: Output = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help=t.say("A file of accepted findings; only new, worse or expired ones fail."), show_default=False),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help=t.say("Write what is found now into the baseline, and take out what is gone."))
    ] = False,
    most: Annotated[
        int | None, typer.Option("--max", min=0, help=t.say("List at most so many findings; all of them count."), show_default=False)
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(
            "--today",
            help=t.say("The date for ages and expiry dates (2026-03-31); without it the one of this computer."),
            show_default=False,
        ),
    ] = None,
    as_of: AsOfDate = None,
    pipeline: Pipeline = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
    lang: Language = None,
    anonymous: Anonymous = False,
) -> None:
    """Everything that may be wrong with the words typed is said before a file is read."""
    one_of("--format", output_format, tuple(FORMATS))
    one_of("--fail-on", fail_on, LEVELS)
    language_chosen = chosen_language(lang)
    key = os.environ.get("FUNNEL_AUDIT_KEY")
    _refuse_at_odds(baseline, update_baseline, anonymous, key)
    names = expand(files)
    refuse_overwriting(output, [*names, dialect, str(baseline) if baseline else None], stages or STAGES_HERE)
    refuse_overwriting(baseline, [*names, dialect], stages or STAGES_HERE)

    from funnel_audit.gate import Choice, chosen_codes, judge

    choice = Choice(fail_on, chosen_codes("--select", select), chosen_codes("--ignore", ignore), most)
    lines = _baseline(baseline, update_baseline)
    stdin = standard_input(names)

    from funnel_audit.api import audit, read
    from funnel_audit.findings.documents import rule_infos
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    day = _today(today, funnel.timezone)
    with progress(names, stdin, language_chosen) as step:
        step("read")
        as_of_day = resolved_as_of(as_of, funnel.timezone)
        reading = read(names, funnel, as_of=as_of_day, pipeline=pipeline, sheet=sheet, dialect=dialect, stdin=stdin)
        finished = audit(
            reading, lang=language_chosen, anonymous=anonymous, key=key.encode() if key else None, today=day.date, step=step
        )  # fmt: skip
    texts = Texts(language_chosen)
    if lines is not None and update_baseline:
        lines = _rewritten(lines, finished, choice, funnel.checks, texts)
    gone = () if lines is None else lines.gone(finished.findings, _looked_for(choice, funnel.checks))
    verdict = judge(
        finished, funnel.checks, choice, day, accepted=lines.accepted() if lines else None, gone=gone,
        baseline=None if baseline is None else str(baseline), rules=rule_infos(texts), root=str(Path.cwd()), version=__version__,
    )  # fmt: skip
    width, color = page_size(output)
    deliver(render_as(output_format, verdict, width=width, color=color), output)
    raise typer.Exit(Exit.FINDINGS if verdict.failed else Exit.DONE)


def _refuse_at_odds(baseline: Path | None, update: bool, anonymous: bool, key: str | None) -> None:
    if update and baseline is None:
        raise UsageError(Said("--update-baseline needs to know the file: --baseline baseline.yaml"))
    if baseline is not None and anonymous and not key:
        raise UsageError(
            Said(
                "--anonymous with --baseline needs a key of its own: without one the codes change with the data, and nothing accepted is "
                "found again. Set FUNNEL_AUDIT_KEY."
            )
        )


def _today(typed: str | None, timezone: str) -> Today:
    """The one place where the clock enters; what it says is printed with the verdict. ``typed`` is read as every date of an option."""
    from zoneinfo import ZoneInfo

    from funnel_audit.clock import to_datetime
    from funnel_audit.gate import Today
    from funnel_audit.intake.period import moment

    zone = ZoneInfo(timezone)
    if typed is None:
        return Today(dt.datetime.now(zone).date(), "system")
    return Today(to_datetime(moment(typed, "--today", timezone)[0]).astimezone(zone).date())


def _baseline(path: Path | None, update: bool) -> Baseline | None:
    """What is accepted; an empty baseline where a file is about to be made."""
    if path is None:
        return None
    from funnel_audit.baseline import Baseline, load

    return Baseline((), str(path)) if update and not path.exists() else load(str(path))


def _looked_for(choice: Choice, checks: Checks) -> Callable[[str], bool]:
    """Which codes this run looks for: of the others the baseline's lines stay as they are."""
    from funnel_audit.gate import wanted

    return lambda code: wanted(code, choice, checks)


def _rewritten(lines: Baseline, audit: Audit, choice: Choice, checks: Checks, texts: Texts) -> Baseline:
    """The baseline as it is from now on, written; what changed is told on standard error."""
    from funnel_audit.baseline import save
    from funnel_audit.gate import settled

    kept = [finding for finding in audit.findings if settled(finding, choice, checks)]
    looked_for = _looked_for(choice, checks)
    gone = lines.gone(kept, looked_for)
    new = lines.updated(kept, looked_for)
    if new != lines or not Path(lines.path).exists():
        save(new, lines.path)
    added = len(new.lines) - len(lines.lines) + len(gone)
    said = [
        texts.count("{file}: {n} finding accepted", "{file}: {n} findings accepted", len(new.lines), file=lines.path),
        texts.count("{n} is new", "{n} are new", added) if added else "",
        texts.count("{n} taken out", "{n} taken out", len(gone)) if gone else "",
        texts.count("{n} without a reason", "{n} without a reason", new.unexplained()) if new.unexplained() else "",
    ]
    sys.stderr.write(", ".join(part for part in said if part) + ".\n")
    for line in gone:
        sys.stderr.write("  - " + clean(f"{line.code} {line.place}".rstrip()) + "\n")
    return new
