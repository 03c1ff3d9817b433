"""Several pipelines.

*What it finds*
    Deals of more than one pipeline in the same audit.

*Why it matters*
    A stage of one name may mean different things in two pipelines; together their conversion is that of neither.

*When it is wrong*
    When the pipelines have the same stages and differ only by team or region: only such are audited together.

*Example*
    "New clients" (420 rows) and "Repeat orders" (180 rows) in one export.

*How to mend it*
    Audit them one by one with --pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import share_of, whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("several pipelines")
SEVERITY = "info"
CONFIDENCE = "high"
SHOWN = 6


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    ranked = [(name, n) for name, n in evidence.pipelines if n]
    if len(ranked) < 2 or evidence.of_kind("pipelines_left_out"):  # then one of them is audited, and FA126 speaks of the others
        return
    rows = sorted((n for _, n in ranked), reverse=True)
    shown = [texts.number(n) for n in rows[:SHOWN]]
    if len(rows) > SHOWN:
        shown.append(texts.say("others: {n}", n=sum(rows[SHOWN:])))
    text = texts.say(
        "The export holds {kinds} pipelines (rows: {listing}). Stages of one name may mean different things in them.",
        kinds=len(ranked), listing=", ".join(shown),
    )  # fmt: skip
    cure = texts.say("Audit them one by one with --pipeline; funnel-audit inspect tells their names.")
    total = sum(rows)
    effect = texts.say(
        "Every rate mixes them: {n} of {total} rows ({share}) are of other pipelines than the largest.",
        n=total - rows[0], total=total, share=share_of(texts, total - rows[0], total),
    )  # fmt: skip
    numbers: dict[str, float | int | str] = {"pipelines": len(rows), "rows": total, "largest": rows[0]}
    yield Found(whole_file(evidence), text, cure, total, effect=effect, numbers=numbers)
