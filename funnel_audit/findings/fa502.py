"""Too many stalled deals.

*What it finds*
    A share of stalled deals among the open ones (but those on hold) above checks: max_stalled_share. Open deals of which it is not known
    since when they stand in their stage could be either; under ten open deals nothing is judged.

*Why it matters*
    You asked for it: what is stalled is lost without anybody having said so.

*When it is wrong*
    When a limit of days in stages.yaml is too short.

*Example*
    412 of 900 open deals are stalled; demanded are at most 30 %.

*How to mend it*
    The report lists the stalled deals, the most money first: move them, or close them.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.demands import share_at_most
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("too many stalled deals")
SEVERITY = "error"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    demanded = evidence.checks.max_stalled_share
    if demanded is None or evidence.audit is None:
        return
    stalled, counted = evidence.audit.stalled, evidence.tally
    total = counted.outcome(Outcome.OPEN) - int(counted.on_hold.sum()) - int(counted.ledger[Outcome.OPEN, counted.stages - 1])
    unknown = stalled.unknown if stalled.count is not None else total
    found = share_at_most(
        evidence, texts, texts.say("stalled among the open deals"), stalled.count or 0, max(total, 0), demanded,
        texts.say("Move or close the stalled deals that the report lists, the most money first."), "stalled", min(unknown, max(total, 0)),
    )  # fmt: skip
    if found is not None:
        yield found
