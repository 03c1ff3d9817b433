"""Unmapped label.

*What it finds*
    A label of the export that stages.yaml does not know, neither as a stage nor as lost or on hold; one finding a label.

*Why it matters*
    Deals in it stand at the furthest stage that is known of them, else at the first, and count as open: conversion and losses are off
    by them. It is an error where three deals or more stand in such labels, all labels together, and they are more than 2% of the open
    deals (or, with a history, more than 2% of the moves are to them); the report then begins with it. Where checks: max_unmapped_share is
    set, that demand (FA504) decides, and this stays a warning.

*When it is wrong*
    Never quite: even a label without meaning for sales has to be put under on_hold or exclude to be counted on purpose.

*Example*
    37 deals stand in "Meeting held (zoom)", which is no alias of "Meeting held".

*How to mend it*
    Add the label to the aliases of the stage it means, or to lost, on_hold or exclude.labels, in stages.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from funnel_audit import report
from funnel_audit.findings.effects import conversion_range
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import cut
from funnel_audit.journeys import Outcome
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, nearest, normal
from funnel_audit.texts import N_, Texts

NAME = N_("label that no stage knows")
SEVERITY = "warning"
CONFIDENCE = "high"
SHOWN = 20
TOO_MANY = 0.02
"""From above this share on a rate of some stage may be off by more than its interval says. Above 20 % the run stops (intake/fit)."""
FEW = 3
"""Fewer deals than this are a slip, whatever their share."""


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    left_out = {normal(label) for label in evidence.funnel.exclude.labels}
    deals: dict[str, tuple[str, int]] = {}
    for label in evidence.labels:
        if label.code == UNMAPPED and normal(label.text) not in left_out:
            text, n = deals.get(normal(label.text), (label.text, 0))
            deals[normal(label.text)] = text, n + label.deals
    ranked = sorted(deals.values(), key=lambda item: (-item[1], item[0]))
    total = sum(n for _, n in ranked)
    share, of = unmapped_share(evidence, total)
    many = share > TOO_MANY and total >= FEW
    severity = "error" if many and evidence.checks.max_unmapped_share is None else None
    verdict = "too many" if many else "few"
    place = report.Place(file=evidence.files[0])
    effect = effect_of(evidence, texts)
    for label_text, n in ranked[:SHOWN]:
        numbers: dict[str, float | int | str] = {"label": cut(label_text), "share": round(share, 6), "of": of, "verdict": verdict}
        yield Found(
            place, _said(label_text, n, evidence, texts), _cure(label_text, evidence, texts), n, effect=effect, numbers=numbers,
            severity=severity, key=normal(label_text),
        )  # fmt: skip
    if len(ranked) > SHOWN:
        n = sum(n for _, n in ranked[SHOWN:])
        text = texts.count("{n} more label is in no stage, too.", "{n} more labels are in no stage, too.", len(ranked) - SHOWN)
        cure = texts.say("Is it the right column? Name it in stages.yaml under columns: stage.")
        more: dict[str, float | int | str] = {"labels": len(ranked) - SHOWN, "share": round(share, 6), "of": of}
        yield Found(place, text, cure, n, effect=effect, numbers=more, severity=severity, key="more")


def effect_of(evidence: Evidence, texts: Texts) -> str:
    """The range of a conversion that all deals in unknown labels leave open, whichever label they stand in."""
    deals = np.flatnonzero(evidence.journeys.unmapped)
    if not len(deals):
        return texts.say("No deal stands in such a label now; the moves into it are in no figure.")
    return conversion_range(evidence, texts, deals)


def unmapped_share(evidence: Evidence, labelled: int) -> tuple[float, str]:
    """The larger of two shares, 0 to 1: of the open deals those that stand in unknown labels ("deals"), of the rows in labels that end
    nothing those in unknown ones ("moves"; ``labelled`` rows). A stage that few stand in may have been passed by many."""
    ends = (LOST, len(evidence.funnel.stages) - 1)
    going = sum(label.deals for label in evidence.labels if label.code not in ends)
    open_deals, unmapped = evidence.tally.outcome(Outcome.OPEN), evidence.tally.unmapped
    moves = labelled / going if going else 0.0
    deals = min(unmapped / open_deals, 1.0) if open_deals else 0.0
    return (deals, "deals") if deals >= moves else (moves, "moves")


def _said(label: str, n: int, evidence: Evidence, texts: Texts) -> str:
    if evidence.tally.with_history:
        return texts.count(
            "stages.yaml does not know the label “{label}”; it stands in {n} row of the export.",
            "stages.yaml does not know the label “{label}”; it stands in {n} rows of the export.", n, label=cut(label),
        )  # fmt: skip
    return texts.count(
        "stages.yaml does not know the label “{label}”; {n} deal stands in it.",
        "stages.yaml does not know the label “{label}”; {n} deals stand in it.", n, label=cut(label),
    )  # fmt: skip


def _cure(label: str, evidence: Evidence, texts: Texts) -> str:
    """The lines of stages.yaml that would map it, in one line of YAML each; with the label that it looks like, where there is one."""
    funnel, quoted = evidence.funnel, json.dumps(label, ensure_ascii=False)
    known = [text for stage in funnel.stages for text in stage.labels()] + [*funnel.lost, *funnel.on_hold]
    alike = next(iter(nearest(label, known, 1)), None)
    if cut(label) != label:
        return texts.say("In stages.yaml, add it in full to the aliases of the stage that it means, or to lost: or on_hold:.")
    if alike is None:
        return texts.say(
            "In stages.yaml, under the stage that it means: aliases: [{label}]; or, if deals end or rest there, under lost: or on_hold:.",
            label=quoted,
        )
    code = funnel.label_index()[normal(alike)]
    if code in (LOST, ON_HOLD):
        key = "lost" if code == LOST else "on_hold"
        return texts.say("Did you mean “{alike}”? In stages.yaml: {key}: [{label}].", alike=cut(alike), key=key, label=quoted)
    return texts.say(
        "Did you mean “{alike}”? In stages.yaml, under the stage with id: {stage}: aliases: [{label}].",
        alike=cut(alike), stage=funnel.stages[code].id, label=quoted,
    )  # fmt: skip
