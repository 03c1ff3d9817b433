"""``funnel-audit reconcile``: why does my CRM show another number?"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from funnel_audit.cli.edge import language
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
from funnel_audit.cli.report import STAGES_HERE, progress
from funnel_audit.texts import Texts

FORMATS = ("terminal", "json", "csv")
NAMES = (
    "furthest", "so-far", "closed-only", "hubspot-all", "hubspot-any", "bitrix24-standard", "bitrix24-conversion", "strict", "direct",
)  # fmt: skip
"""The rules; written here too, for the help must not wait for numpy."""
t = Texts(language())


def reconcile(
    files: Files,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help=t.say("Only this rule; may be repeated, or several with commas: {rules}.", rules=", ".join(NAMES)),
            show_default=False,
        ),
    ] = None,
    stages: StagesFile = None,
    as_of: AsOfDate = None,
    created_from: CreatedFrom = None,
    created_to: CreatedTo = None,
    pipeline: Pipeline = None,
    output_format: Annotated[str, typer.Option("--format", help=t.say("terminal, json or csv."))] = "terminal",
    lang: Language = None,
    output: Output = None,
    sheet: Sheet = None,
    dialect: DialectFile = None,
    anonymous: Anonymous = False,
) -> None:
    """Read, count by every rule, write."""
    one_of("--format", output_format, FORMATS)
    rules = tuple(one_of("--rule", name.strip(), NAMES) for words in rule or [] for name in words.split(",")) or NAMES
    texts = Texts(chosen_language(lang))
    names = expand(files)
    refuse_overwriting(output, [*names, dialect], stages or STAGES_HERE)
    stdin = standard_input(names)

    from funnel_audit import api
    from funnel_audit.reconciliation import LISTED
    from funnel_audit.stages_file import load_funnel

    funnel = load_funnel(stages)
    with progress(names, stdin, texts.lang) as step:
        step("read")
        reading = api.read(
            names, funnel, as_of=resolved_as_of(as_of, funnel.timezone), created_from=created_from, created_to=created_to,
            pipeline=pipeline, sheet=sheet, dialect=dialect, stdin=stdin,
        )  # fmt: skip
        step("count")
        if anonymous:
            key = os.environ.get("FUNNEL_AUDIT_KEY")
            reading = api.coded(reading, key.encode() if key else None)
        listed = 5 if output_format == "terminal" else LISTED
        found = api.reconcile(reading, lang=texts.lang, rules=rules, listed=listed)
    if output_format == "json":
        from funnel_audit.render.json import render as as_json

        deliver(as_json(found), output)
    elif output_format == "csv":
        from funnel_audit.render.reconcile_csv import render as as_csv

        deliver(as_csv(found), output)
    else:
        from funnel_audit.render.reconcile_terminal import render

        width, color = page_size(output)
        deliver(render(found, width=width, color=color).encode("utf-8"), output)
