"""``funnel-audit deal``: one deal's story, to see why it counts as it does."""

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
from funnel_audit.cli.report import STAGES_HERE, progress
from funnel_audit.texts import Texts

FORMATS = ("terminal", "json")
t = Texts(language())


def deal(
    deal_id: Annotated[str, typer.Argument(metavar="ID", help=t.say("The deal's id, as the export has it."), show_default=False)],
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
    """Read everything, keep what the as-of cuts off, tell of one deal."""
    one_of("--format", output_format, FORMATS)
    texts = Texts(chosen_language(lang))
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], stages or STAGES_HERE)
    stdin = standard_input(names)

    from funnel_audit.api import audit, read
    from funnel_audit.stages_file import load_funnel
    from funnel_audit.story import tell

    funnel = load_funnel(stages)
    with progress(names, stdin, texts.lang) as step:
        step("read")
        as_of_day = resolved_as_of(as_of, funnel.timezone)
        reading = read(names, funnel, as_of=as_of_day, pipeline=pipeline, sheet=sheet, dialect=dialect, stdin=stdin, keep=True)
        finished = audit(reading, lang=texts.lang, step=step)
        story = tell(reading, finished, deal_id, texts)
    if output_format == "json":
        from funnel_audit.render.deal_json import render as as_json

        deliver(as_json(story), output)
        return
    from funnel_audit.render.deal_terminal import render

    width, color = page_size(output)
    deliver(render(story, width=width, color=color).encode("utf-8"), output)
