"""Labels of stages.yaml that never occur.

*What it finds*
    Aliases, lost and on-hold labels of your stages.yaml that no deal of the export has ever had, as long as at least half of all of them do
    occur. A list made for many CRMs, like the one that comes with funnel-audit, is not reported.

*Why it matters*
    Most often the label was renamed in the CRM, and its deals now stand under a new one that stages.yaml does not know; or it was mistyped.

*When it is wrong*
    When the label is of the past, or simply has no deal now.

*Example*
    aliases: [Ofer sent] while the export says "Offer sent".

*How to mend it*
    Compare with the stages of the CRM; correct or delete the label.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import quoted
from funnel_audit.labels import normal
from funnel_audit.texts import N_, Texts

NAME = N_("labels of stages.yaml that never occur")
SEVERITY = "info"
CONFIDENCE = "low"
ENOUGH = 20
SHOWN = 6


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    funnel = evidence.funnel
    if funnel.source != "file" or evidence.tally.deals < ENOUGH:
        return
    present = {normal(label.text) for label in evidence.labels}
    listed = [(alias, stage.id) for stage in funnel.stages for alias in stage.aliases]
    listed += [(label, "lost") for label in funnel.lost] + [(label, "on_hold") for label in funnel.on_hold]
    absent = [(label, where) for label, where in listed if normal(label) not in present]
    if not absent or 2 * len(absent) > len(listed):
        return
    names = ", ".join(f"{quoted(texts, [label])} ({where})" for label, where in absent[:SHOWN])
    names += texts.say(" and others") if len(absent) > SHOWN else ""
    text = texts.count(
        "{n} label of stages.yaml occurs nowhere in the export: {names}.",
        "{n} labels of stages.yaml occur nowhere in the export: {names}.",
        len(absent), names=names,
    )  # fmt: skip
    cure = texts.say("Compare with the stages of the CRM: correct the label or delete it.")
    effect = texts.say("No figure is touched, unless the label was renamed in the CRM.")
    numbers: dict[str, float | int | str] = {"absent": len(absent), "listed": len(listed)}
    yield Found(report.Place(file=evidence.files[0]), text, cure, len(absent), effect=effect, numbers=numbers, key="aliases")
