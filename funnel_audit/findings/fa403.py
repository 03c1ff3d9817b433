"""A stage without a task or a limit.

*What it finds*
    Stages of your stages.yaml (but the won one) for which it does not say what has to be done next (task); and, where some stages have a
    limit of days (max_days), those that have none. One finding that names them.

*Why it matters*
    A stage without a task is a place to wait. Without a limit, stalled deals are judged by what is usual in the data, and what is usual may
    be slow.

*When it is wrong*
    When tasks are kept elsewhere and everybody knows them.

*Example*
    max_days for five stages of seven; "Offer sent" has none.

*How to mend it*
    Write task and max_days for every stage in stages.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.effects import stage_place
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import label_name, quoted
from funnel_audit.texts import N_, Texts

NAME = N_("stages without a task or a limit")
SEVERITY = "info"
CONFIDENCE = "high"
SHOWN = 5


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    funnel = evidence.funnel
    if funnel.source != "file":
        return
    inner = range(len(funnel.stages) - 1)
    no_task = [k for k in inner if funnel.stages[k].task is None]
    limited = [k for k in inner if funnel.stages[k].max_days is not None]
    no_limit = [k for k in inner if funnel.stages[k].max_days is None] if limited else []
    cure = texts.say("Write task and max_days for every stage in stages.yaml.")
    for key, stages in (("task", no_task), ("max_days", no_limit)):
        if not stages:
            continue
        names = quoted(texts, [label_name(evidence, texts, k) for k in stages[:SHOWN]])
        names += texts.say(" and others") if len(stages) > SHOWN else ""
        if key == "task":
            text = texts.count("{n} stage has no task: {names}.", "{n} stages have no task: {names}.", len(stages), names=names)
            effect = texts.say("What has to happen for a deal to move on is nowhere written.")
        else:
            text = texts.count(
                "{n} stage has no limit of days: {names}.", "{n} stages have no limit of days: {names}.", len(stages), names=names
            )
            effect = texts.say("There a deal is called stalled by what is usual in the data.")
        yield Found(stage_place(evidence, stages[0]), text, cure, len(stages), effect=effect, numbers={"stages": len(stages)}, key=key)
