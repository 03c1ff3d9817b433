"""Columns that are missing.

*What it finds*
    Fields that an audit of deals expects and of which no deal of the export has a value: date of creation, closing date (where deals are
    closed and no history dates it), amount, owner, source, loss reason (where deals are lost). One finding that names them all.

*Why it matters*
    What rests on the field cannot be answered: no money without amounts, no table of reasons without reasons. All else is right.

*When it is wrong*
    When your CRM does not keep the field; then ignore FA118 in stages.yaml under checks.

*Example*
    No column with the owner and none with the source.

*How to mend it*
    Add the columns to the list in the CRM before the export. If they are there under other headers, name them in stages.yaml under columns.
    amoCRM: "Ответственный", "Бюджет". Bitrix24 exports only the columns that the list shows. HubSpot: all properties on records.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.clock import NAT
from funnel_audit.findings.effects import whole_file
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.journeys import Outcome
from funnel_audit.texts import N_, Texts

NAME = N_("columns are missing")
SEVERITY = "info"
CONFIDENCE = "high"
FIELDS = {
    "created": (N_("date of creation"), N_("days to win")),
    "closed": (N_("closing date"), N_("days to win")),
    "amount": (N_("amount"), N_("money")),
    "owner": (N_("owner"), N_("whose deals are stalled")),
    "source": (N_("source"), N_("where good deals come from")),
    "lost_reason": (N_("loss reason"), N_("why deals are lost")),
}


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys, facts = evidence.journeys, evidence.journeys.facts
    if not journeys.n or not (facts.row >= 0).any():
        return  # a history alone has no such columns
    over = journeys.outcome > Outcome.OPEN
    undated = over.any() and not (facts.closed.at != NAT).any() and not ((journeys.won_at.at != NAT) | (journeys.lost_at.at != NAT)).any()
    absent = {
        "created": not (facts.created.at != NAT).any(),
        "closed": bool(undated),
        "amount": not facts.amount_known.any() and not evidence.of_kind("unreadable_amount", "negative_amount"),
        "owner": not facts.owner.texts or not (facts.owner.codes >= 0).any(),
        "source": not facts.source.texts or not (facts.source.codes >= 0).any(),
        "lost_reason": bool((journeys.outcome == Outcome.LOST).any()) and not (facts.lost_reason.codes >= 0).any(),
    }
    missing = [name for name in FIELDS if absent[name]]
    if missing:
        fields = texts.listing([texts.word(FIELDS[name][0]) for name in missing])
        text = texts.count(
            "{n} field that an audit expects has no value in any deal: {fields}.",
            "{n} fields that an audit expects have no value in any deal: {fields}.", len(missing), fields=fields,
        )  # fmt: skip
        cure = texts.say("Add these columns to the export; if they have other headers, name them in stages.yaml under columns.")
        lacks = texts.listing(list(dict.fromkeys(texts.word(FIELDS[name][1]) for name in missing)))
        effect = texts.say("Cannot be answered: {lacks}.", lacks=lacks)
        yield Found(whole_file(evidence), text, cure, len(missing), effect=effect, numbers={"missing": " ".join(missing)})
