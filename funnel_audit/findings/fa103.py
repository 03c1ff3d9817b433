"""Ambiguous date order.

*What it finds*
    A date column in which nothing tells whether the day or the month comes first: no number is over 12.

*Why it matters*
    Read the wrong way, 03/04 is March instead of April: every length in days would be wrong.

*When it is wrong*
    When the order that was taken is the right one; day first is the habit nearly everywhere outside the United States.

*Example*
    All cells of "Created" are like 03/04/2026 and 05/06/2026.

*How to mend it*
    Choose the format YYYY-MM-DD in the export settings of the CRM, or export a longer period: one day over 12 settles it.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import place_of
from funnel_audit.texts import N_, Texts

NAME = N_("ambiguous date order")
SEVERITY = "info"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("ambiguous_date_order"):
        column = str(defect.column)
        if defect.sample == "mdy":
            text = texts.say("Nothing in “{column}” tells day from month. It was read month first: 03/04 is 4 March.", column=column)
        else:
            text = texts.say("Nothing in “{column}” tells day from month. It was read day first: 03/04 is 3 April.", column=column)
        cure = texts.say("If that is wrong, export again with dates as 2026-03-31, or a longer period: one day over 12 settles it.")
        effect = texts.say("If the order is the other one, every length of time counted from this column is wrong, by up to eleven months.")
        numbers: dict[str, float | int | str] = {"order": "mdy" if defect.sample == "mdy" else "dmy", "deals": evidence.journeys.n}
        yield Found(place_of(defect), text, cure, defect.count, effect=effect, numbers=numbers)
