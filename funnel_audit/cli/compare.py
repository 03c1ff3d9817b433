"""``funnel-audit compare``: two exports of one CRM. What was rewritten, and what really changed?"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from funnel_audit.cli.edge import Exit, language
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.cli.options import (
    Anonymous,
    AsOfDate,
    DialectFile,
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
from funnel_audit.texts import Texts

FORMATS = ("terminal", "json")
FAIL_ON = ("never", "rewritten")
t = Texts(language())


def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help=t.say("The older export: a file, a folder or a pattern."), show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help=t.say("The newer export of the same CRM."), show_default=False)],
    stages: StagesFile = None,
    old_as_of: Annotated[
        str | None,
        typer.Option(
            "--old-as-of", help=t.say("The day that the older export shows; without it the newest date of its data."), show_default=False
        ),
    ] = None,
    as_of: AsOfDate = None,
    pipeline: Pipeline = None,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal or json."))] = "terminal",
    lang: Language = None,
    output: Output = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
    anonymous: Anonymous = False,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help=t.say("never; or rewritten: exit with 1 where a deal was rewritten."))
    ] = "never",
) -> None:
    """Read both, find each deal again, write; then the verdict."""
    one_of("--format", output_format, FORMATS)
    one_of("--fail-on", fail_on, FAIL_ON)
    texts = Texts(chosen_language(lang))
    older, newer = expand([old]), expand([new])
    if "-" in older and "-" in newer:
        raise UsageError(Said("only one of OLD and NEW can be standard input."))
    refuse_overwriting(output, [*older, *newer, dialect], stages or STAGES_HERE)
    stdin = standard_input([*older, *newer])

    from funnel_audit import api
    from funnel_audit.comparison import LISTED
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    with progress([*older, *newer], stdin, texts.lang) as step:
        step("read")
        chosen, older_day = (resolved_as_of(day, funnel.timezone) for day in (as_of, old_as_of))
        options = {"pipeline": pipeline, "sheet": sheet, "dialect": dialect, "stdin": stdin}
        second = api.read(newer, funnel, as_of=chosen, keep=True, **options)  # type: ignore[arg-type]
        first = api.read(older, second.funnel, as_of=older_day, keep=True, **options)  # type: ignore[arg-type]
        step("count")
        key = os.environ.get("FUNNEL_AUDIT_KEY")
        listed = 5 if output_format == "terminal" else LISTED
        found = api.compare(first, second, lang=texts.lang, anonymous=anonymous, key=key.encode() if key else None, listed=listed)
    if output_format == "json":
        from funnel_audit.render.json import render as as_json

        payload = as_json(found)
    else:
        from funnel_audit.render.compare_terminal import render

        width, color = page_size(output)
        payload = render(found, width=width, color=color).encode("utf-8")
    deliver(payload, output)
    raise typer.Exit(Exit.FINDINGS if fail_on == "rewritten" and found.rewritten_deals else Exit.DONE)
