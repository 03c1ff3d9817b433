"""One outcome is missing altogether.

*What it finds*
    At least 30 closed deals that are all won or all lost; or at least 30 deals of which none is closed.

*Why it matters*
    No business wins or loses everything: the other deals were filtered out, or their label was not understood. Without the lost ones every
    rate is 100 %, without the won ones 0 %, and time in a stage is that of one kind only.

*When it is wrong*
    When the pipeline is so young, or its deals so few and large, that the other outcome has not come yet.

*Example*
    148 won deals and not one lost: the list in the CRM stood on "Successful deals" when it was exported.

*How to mend it*
    Clear the filter of the list in the CRM and export again, closed deals of both kinds included. If they are in the file under a label of
    your own, write that label in stages.yaml under lost, or under the won stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("one outcome is missing altogether")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for sign in evidence.signs:
        if sign.kind == "none_closed":
            text = texts.count(
                "{n} deal, and none is won or lost: only open deals were exported, or the labels that mean won and lost are not known. "
                "Rates and forecasts cannot be had from this.",
                "{n} deals, and none is won or lost: only open deals were exported, or the labels that mean won and lost are not known. "
                "Rates and forecasts cannot be had from this.",
                sign.n,
            )
        elif sign.kind == "no_lost":
            text = texts.count(
                "{n} deal is closed, and none is lost: lost deals were left out of the export, or their label is not known. "
                "Every rate here is far too high.",
                "{n} deals are closed, and none is lost: lost deals were left out of the export, or their label is not known. "
                "Every rate here is far too high.",
                sign.n,
            )
        elif sign.kind == "no_won":
            text = texts.count(
                "{n} deal is closed, and none is won: won deals were left out of the export, or their label is not known. "
                "Every rate here is far too low.",
                "{n} deals are closed, and none is won: won deals were left out of the export, or their label is not known. "
                "Every rate here is far too low.",
                sign.n,
            )
        else:
            continue
        cure = texts.say(
            "Clear the filter in the CRM and export all deals, won and lost ones included; "
            "or name the missing labels in stages.yaml (lost, or aliases of the won stage)."
        )
        if sign.kind == "none_closed":
            effect = texts.say("There is no win rate, no days to win and no forecast.")
        elif sign.kind == "no_lost":
            effect = texts.say("What share of the closed deals is won can be anything up to 100%.")
        else:
            effect = texts.say("What share of the closed deals is won can be anything from 0% up.")
        numbers: dict[str, float | int | str] = {"deals": sign.n, "of": evidence.journeys.n, "kind": sign.kind}
        yield Found(report.Place(file=evidence.files[0]), text, cure, sign.n, effect=effect, numbers=numbers)
