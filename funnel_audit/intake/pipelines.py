"""Several pipelines in one export: which of them is audited, and the rows of the others left out and counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import NAT
from funnel_audit.defects import Defect
from funnel_audit.errors import Said, UsageError, sentences
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Funnel
from funnel_audit.intake.columns import Parsed, joined, only_rows
from funnel_audit.intake.deals import representative
from funnel_audit.intake.fit import MIN_SHARE, bridged, counted, dialect_funnel, mapped_share
from funnel_audit.intake.quirks import relabelled
from funnel_audit.journeys.records import Labels
from funnel_audit.labels import UNMAPPED, nearest, normal

if TYPE_CHECKING:
    from funnel_audit.intake.dialect import Dialect

_BARE_ID = re.compile(r"\d+")


class Scope(Frozen):
    """The tables and codes of the pipelines audited; all pipelines with their deals; which are audited; deals of the others."""

    parts: list[Parsed]
    codes: list[Any]
    pipelines: list[tuple[str, int]]
    audited: tuple[str, ...]
    left_out: Any
    defects: tuple[Defect, ...] = ()


def named(parts: Sequence[Parsed]) -> list[Parsed]:
    """Stages that are ids under their names, where a table of names is given; bare ids that several pipelines share, kept apart."""
    names: dict[str, str] = {}
    for part in parts:
        if part.outline.found.shape == "names":
            names |= {_name(part, "name_id", row): _name(part, "name", row) for row in range(part.rows)}
    names.pop("", None)
    return [_apart(_renamed(part, names)) for part in parts if part.outline.found.shape in ("deals", "changes")]


def _name(part: Parsed, field: str, row: int) -> str:
    return part.text(field, row) or ""


def _renamed(part: Parsed, names: dict[str, str]) -> Parsed:
    if not names:
        return part
    changed = {
        name: relabelled(labels, lambda text: names.get(text) or text)
        for name, labels in part.labels.items() if name in ("stage", "from_stage", "last_stage")
    }  # fmt: skip
    dated = tuple((names.get(label, label), moments) for label, moments in part.dated)
    return replace(part, labels=part.labels | changed, dated=dated)


def _apart(part: Parsed) -> Parsed:
    """Bare ids mean something in their pipeline only: the label is the pair, written ``142 (7)``."""
    pipeline, stage = part.labels.get("pipeline"), part.labels.get("stage")
    if pipeline is None or stage is None or len(pipeline.texts) < 2 or not stage.texts:
        return part
    if not all(_BARE_ID.fullmatch(text) for text in stage.texts):
        return part
    changed = {}
    for name in ("stage", "from_stage"):
        labels = part.labels.get(name)
        if labels is None:
            continue
        both = (labels.codes >= 0) & (pipeline.codes >= 0)
        pair = np.where(both, labels.codes.astype(np.int64) * len(pipeline.texts) + pipeline.codes, -1)
        kept, first, codes = np.unique(pair[both], return_index=True, return_inverse=True)
        shown = np.argsort(first)  # in the order in which the export shows them
        kept, codes = kept[shown], np.argsort(shown)[codes]
        texts = [f"{labels.texts[int(key) // len(pipeline.texts)]} ({pipeline.texts[int(key) % len(pipeline.texts)]})" for key in kept]
        alone = np.where(labels.codes >= 0, labels.codes + len(texts), -1).astype(np.int32)
        alone[both] = codes
        changed[name] = Labels(alone, (*texts, *labels.texts))
    return replace(part, labels=part.labels | changed)


def no_pipeline(wanted: str, names: list[str]) -> UsageError:
    """The error for --pipeline: what there is instead, and what may have been meant."""
    close = nearest(wanted, names, 1)
    hint = Said("Did you mean “{name}”?", name=close[0]) if close else None
    listed = Said("Pipelines: {names}.", names=names) if names else Said("Pipelines: none.")
    return UsageError(sentences(Said("--pipeline: there is no pipeline “{name}” in the export.", name=wanted), hint, listed))


def in_scope(parts: list[Parsed], codes: list[Any], size: int, wanted: str | None, funnel: Funnel, dialects: Sequence[Dialect]) -> Scope:
    """The rows of the pipeline asked for, or of the one that fits the stages best; all rows where there is one, or where all fit."""
    told = [number for number, part in enumerate(parts) if "pipeline" in part.labels]
    source = [number for number in told if parts[number].outline.found.shape == "deals"] or told
    nobody = np.zeros(size, bool)
    if not source:
        if wanted is not None:
            raise no_pipeline(wanted, [])
        return Scope(parts, codes, [], (), nobody)
    pipe, stage = _of_deals([parts[number] for number in source], [codes[number] for number in source], size)
    counts = np.bincount(pipe.codes[pipe.codes >= 0], minlength=len(pipe.texts))
    found = sorted(((text, int(n)) for text, n in zip(pipe.texts, counts, strict=True)), key=lambda item: (-item[1], item[0]))
    found = [(name, n) for name, n in found if n]
    if wanted is not None:
        audited = tuple(name for name, _ in found if normal(name) == normal(wanted))
        if not audited:
            raise no_pipeline(wanted, [name for name, _ in found])
    else:
        audited = best([name for name, _ in found], pipe, stage, funnel, dialects)
    if len(audited) == len(found):
        return Scope(parts, codes, found, audited, nobody)
    kept, kept_codes = [], []
    inside = np.zeros(size, bool)
    for number, (part, code) in enumerate(zip(parts, codes, strict=True)):
        column = part.labels.get("pipeline")
        if column is not None and (number in source or set(column.texts) & set(audited)):
            mask = np.array([*(text in audited for text in column.texts), False])[column.codes]
            part, code = only_rows(part, mask), code[mask]
        if number in source:
            inside[code] = True
        kept.append(_dated_in(part, audited))
        kept_codes.append(code)
    known = pipe.codes >= 0
    left = known & ~inside
    first = parts[source[0]]
    column_name = first.outline.head.headers[first.outline.fields["pipeline"]]
    defect = Defect("pipelines_left_out", first.outline.head.file, None, column_name, int(left.sum()), ", ".join(audited)[:40])
    return Scope(kept, kept_codes, found, audited, left, (defect,))


def _dated_in(part: Parsed, audited: Sequence[str]) -> Parsed:
    """Without the columns of entry dates of other pipelines, where headers name them."""
    plan = part.outline
    if not set(plan.dated_pipelines.values()) & set(audited):
        return part
    keep = [plan.dated_pipelines.get(index) in (None, *audited) for index in plan.dated]
    dated = {index: label for (index, label), inside in zip(plan.dated.items(), keep, strict=True) if inside}
    columns = tuple(column for column, inside in zip(part.dated, keep, strict=True) if inside)
    return replace(part, outline=replace(plan, dated=dated), dated=columns)


def _of_deals(parts: list[Parsed], codes: list[Any], size: int) -> tuple[Labels, Labels]:
    """Pipeline and stage label of every deal, by its last row (of changes: by the latest one)."""
    code = np.concatenate(codes)
    if parts[0].outline.found.shape == "changes":
        at = np.concatenate([part.moments["entered"].at for part in parts])
        order = np.argsort(np.where(at == NAT, np.iinfo(np.int64).min, at), kind="stable")
    else:
        order = np.arange(len(code))
    order = order[code[order] >= 0]
    last = representative(code[order], size)
    row = np.where(last >= 0, order[last], -1) if len(order) else np.full(size, -1, np.int64)

    def column(name: str) -> Labels:
        labels = joined([part.labels.get(name) or Labels(np.full(part.rows, -1, np.int32), ()) for part in parts])
        return Labels(np.append(labels.codes, np.int32(-1))[row], labels.texts)

    return column("pipeline"), column("stage")


def best(names: Sequence[str], pipe: Labels, stage: Labels, funnel: Funnel, dialects: Sequence[Dialect]) -> tuple[str, ...]:
    """All pipelines when each has 80 % of its deals in labels that the stages know, else the one with the most such deals.

    The stages are those of the file, else of the CRM's default pipeline; where neither fits any, the labels of the largest pipeline.
    """
    if len(names) < 2 or not stage.texts:
        return tuple(names)
    of = {name: stage.codes[pipe.codes == pipe.texts.index(name)] for name in names}
    funnels = [bridged(funnel, dialects, stage.texts)]
    if funnel.source != "file":
        made = (dialect_funnel(funnel, dialect, stage.texts) for dialect in dialects)
        funnels += [bridged(candidate, dialects, stage.texts) for candidate in made if candidate is not None]
    for candidate in funnels:
        labels = {name: counted(stage.texts, codes, candidate) for name, codes in of.items()}
        shares = {name: mapped_share(found, candidate, dialects) for name, found in labels.items()}
        if all(share is None or share >= MIN_SHARE for share in shares.values()):
            return tuple(names)
        if funnel.source == "file" or any(share is not None and share >= MIN_SHARE for share in shares.values()):
            known = {name: sum(label.deals for label in found if label.code != UNMAPPED) for name, found in labels.items()}
            return (max(names, key=lambda name: known[name]),)
    largest = names[0]
    own = np.unique(of[largest])
    alike = all(np.isin(codes[codes >= 0], own).mean() >= MIN_SHARE for codes in of.values() if (codes >= 0).any())
    return tuple(names) if alike else (largest,)
