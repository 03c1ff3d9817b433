"""The first line of the page (what was read, as of when), and *In short*."""

from __future__ import annotations

import shlex
from pathlib import PurePath

from rich.console import RenderableType

from funnel_audit.render.terminal.page import Page, bullets, cell, heading, shorten
from funnel_audit.texts import N_, NBSP

SHAPES = {
    "deals": N_("deal rows"),
    "deal rows": N_("deal rows"),
    "dated columns": N_("a date column per stage"),
    "changes": N_("stage changes"),
    "stage changes": N_("stage changes"),
    "change log": N_("change log"),
    "history": N_("stage changes"),
    "deals and history": N_("deal rows with stage changes"),
    "deal rows with stage changes": N_("deal rows with stage changes"),
    "snapshots": N_("a series of snapshots"),
}
OTHERS_NAMED = 3
"""So many of the pipelines that are left out are named."""


def title(page: Page) -> list[RenderableType]:
    """Title · files · CRM, shape · deals · as-of; then what narrows the view or makes it a guess."""
    audit, texts = page.audit, page.texts
    what = [shorten(audit.title, 60)] if audit.title else []
    rest = [_files(page), _kinds(page), texts.count("{n} deal", "{n} deals", audit.totals.deals), _as_of(page)]
    line = cell(what[0] if what else texts.say("Sales funnel"), "bold")
    for part in rest:
        if part:
            line.append_text(cell(f"{NBSP}· ", "dim")).append_text(cell(part))
    return [line, *_caveats(page), *warnings(page)]


def warnings(page: Page) -> list[RenderableType]:
    """Signs that the export is only a selection of the deals, before anything else."""
    if not page.audit.warnings:
        return []
    return [cell(""), bullets([cell(warning, "bold yellow") for warning in page.audit.warnings], mark="!")]


def _files(page: Page) -> str:
    names = [_file_name(page, file.name) for file in page.audit.input.files]
    if len(names) > 2:
        return page.texts.count("{n} file", "{n} files", len(names))
    return ", ".join(names)


def _file_name(page: Page, name: str) -> str:
    return page.texts.say("standard input") if name == "-" else shorten(PurePath(name).name or name, 40)


def _kinds(page: Page) -> str:
    files = page.audit.input.files
    brands = [file.crm for file in files if file.crm]
    whole = page.audit.input.shape
    shapes = [_shape(page, whole)] if whole else [_shape(page, file.shape) for file in files]
    words = [*dict.fromkeys(brands), *dict.fromkeys(shapes)]
    return ", ".join(shorten(word, 40) for word in words if word)


def _shape(page: Page, shape: str) -> str:
    plain = shape.replace("_", " ").replace("-", " ")
    return page.texts.word(SHAPES.get(plain, plain))


def _as_of(page: Page) -> str:
    local = page.audit.as_of_local or page.audit.as_of
    day = page.texts.date(local)
    clock = local[10:].strip(" T")[:5]
    zone = shorten(page.audit.timezone, 30)
    return page.texts.say("as of {day}", day=f"{day}, {clock} ({zone})" if clock else day).replace(" ", NBSP)


def _init(page: Page) -> str:
    """The command that makes a stages file of this export, as it may be typed."""
    source = page.audit.input
    files = [shlex.quote(file.path or file.name) for file in source.files if file.name != "-" and file.path != "-"] or ["FILE"]
    pipeline = f" --pipeline {shlex.quote(source.pipeline)}" if source.pipeline else ""
    return f"funnel-audit init {files[0]}{' …' * (len(files) > 1)}{pipeline} -o stages.yaml"


def _caveats(page: Page) -> list[RenderableType]:
    """What the reader must know before any figure: a part only, or a guessed funnel."""
    source, texts = page.audit.input, page.texts
    lines = []
    if source.pipeline:
        lines.append(texts.say("Only the pipeline {name}.", name=shorten(source.pipeline, 60)))
    elif left := [pipeline for pipeline in source.pipelines if not pipeline.audited]:
        named = texts.listing([shorten(pipeline.name, 40) for pipeline in source.pipelines if pipeline.audited])
        others = texts.listing([f"{shorten(pipeline.name, 40)} ({texts.number(pipeline.deals)})" for pipeline in left[:OTHERS_NAMED]])
        said = N_("Only the pipeline {name}, which fits the stages best; not {others}. Choose with --pipeline.")
        lines.append(texts.say(said, name=named, others=others))
    if source.created_from and source.created_to:
        first, last = texts.date(source.created_from), texts.date(source.created_to)
        lines.append(texts.say("Only deals created from {first} to {last}.", first=first, last=last))
    elif source.created_from:
        lines.append(texts.say("Only deals created from {first} on.", first=texts.date(source.created_from)))
    elif source.created_to:
        lines.append(texts.say("Only deals created up to {last}.", last=texts.date(source.created_to)))
    if source.stages == "export":
        lines.append(
            texts.say("Stages are made from the export, in the order deals pass them. To correct them:")
            if source.order == "history"
            else texts.say("Stages and their order are guessed from the export. To correct them:")
        )
        lines.append(_init(page))
    elif source.stages == "dialect":
        lines.append(texts.say("Stages are those of the CRM's default pipeline. To correct them:"))
        lines.append(_init(page))
    return [cell(line, "yellow") for line in lines]


def summary(page: Page) -> list[RenderableType]:
    """The sentences of the audit, and a warning when errors were found in the data."""
    audit, texts = page.audit, page.texts
    parts: list[RenderableType] = []
    if audit.summary:
        parts += [heading(page, texts.say("In short")), bullets(cell(sentence) for sentence in audit.summary)]
    errors = len({finding.code for finding in audit.findings if finding.severity == "error"})
    if errors:
        warning = texts.count(
            "The data contain {n} kind of error: read the figures with it in mind (see below).",
            "The data contain {n} kinds of errors: read the figures with them in mind (see below).", errors,
        )  # fmt: skip
        parts.append(bullets([cell(warning, "bold red")], mark="!"))
    return parts
