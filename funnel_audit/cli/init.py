"""``funnel-audit init``: a stages file made from an export."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from funnel_audit.clean import clean
from funnel_audit.cli.edge import language
from funnel_audit.cli.inputs import expand, refuse_overwriting, standard_input
from funnel_audit.cli.options import DialectFile, Files, Language, Output, Pipeline, Sheet, chosen_language, deliver
from funnel_audit.errors import Said, UsageError
from funnel_audit.texts import Texts

t = Texts(language(None))


def init(
    files: Files,
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help=t.say("Overwrite the file of -o."))] = False,
    pipeline: Pipeline = None,
    lang: Language = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
) -> None:
    """Read, make the file, write it."""
    texts = Texts(chosen_language(lang))
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], None)
    if output is not None and output.exists() and not force:
        what = Said("{path} is there already and is not overwritten. Name another file, or add --force.", path=f"-o {output}")
        raise UsageError(what)
    stdin = standard_input(names)

    from funnel_audit.intake.read import Options
    from funnel_audit.starter import starter

    made = starter(names, Options(pipeline=pipeline, sheet=sheet, dialect=dialect), stdin, texts)
    deliver(made.encode(), output)
    if output is not None:
        given = [(name, value) for name, value in (("--pipeline", pipeline), ("--sheet", sheet), ("--dialect", dialect)) if value]
        command = clean(shlex.join(["funnel-audit", "report", *files, "--stages", str(output), *(word for pair in given for word in pair)]))
        sys.stderr.write(texts.say("{path} is written. Look through it, then: {command}", path=output, command=command) + "\n")
