"""``funnel-audit inspect``: what an export is, how it was read, and what it can show."""

from __future__ import annotations

from typing import Annotated

import typer

from funnel_audit.cli.edge import language
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.cli.options import (
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
from funnel_audit.texts import Texts

t = Texts(language(None))


def inspect(
    files: Files,
    stages: StagesFile = None,
    as_of: AsOfDate = None,
    pipeline: Pipeline = None,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal or json."))] = "terminal",
    lang: Language = None,
    output: Output = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
) -> None:
    """Read, look, write."""
    one_of("--format", output_format, ("terminal", "json"))
    texts = Texts(chosen_language(lang))
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], stages)
    stdin = standard_input(names)

    from funnel_audit.inspection import inspect as look
    from funnel_audit.intake.read import Options
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    options = Options(as_of=resolved_as_of(as_of, funnel.timezone), pipeline=pipeline, sheet=sheet, dialect=dialect)
    found = look(names, funnel, options, texts, stdin)
    if output_format == "json":
        from funnel_audit.render.json import render as as_json

        payload = as_json(found)
    else:
        from funnel_audit.render.inspect_terminal import render

        width, color = page_size(output)
        payload = render(found, width=width, color=color).encode()
    deliver(payload, output)
