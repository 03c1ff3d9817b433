"""Several pipelines.

*What it finds*
    Deals of more than one pipeline in the same audit.

*Why it matters*
    A stage of one name may mean different things in two pipelines; together their conversion is that of neither.

*When it is wrong*
    When the pipelines have the same stages and differ only by team or region.

*Example*
    "New clients" (420 rows) and "Repeat orders" (180 rows) in one export.

*How to mend it*
    Audit them one by one with --pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("several pipelines")
SEVERITY = "info"
CONFIDENCE = "high"
SHOWN = 6


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    ranked = [(name, n) for name, n in evidence.pipelines if n]
    if len(ranked) < 2:
        return
    shown = [texts.say("{name}: {n}", name=name, n=n) for name, n in ranked[:SHOWN]]
    if len(ranked) > SHOWN:
        shown.append(texts.say("others: {n}", n=sum(n for _, n in ranked[SHOWN:])))
    text = texts.say(
        "The export holds {kinds} pipelines (rows: {listing}). Stages of one name may mean different things in them.",
        kinds=len(ranked), listing=", ".join(shown),
    )  # fmt: skip
    cure = texts.say("Audit them one by one: --pipeline {name}", name=json.dumps(ranked[0][0], ensure_ascii=False))
    yield Found(report.Place(file=evidence.files[0]), text, cure, sum(n for _, n in ranked))
