"""Amounts of different periods.

*What it finds*
    A column that says what an amount is paid for (once, a month, a year), with more than one answer in it.

*Why it matters*
    1,000 a month and 1,000 once are not the same money. They are added as they stand: sums, mean amounts and the forecast of money mix
    them.

*When it is wrong*
    When the amounts were brought to one period before, and the column is left over.

*Example*
    Close: value_period is one_time, monthly and annual.

*How to mend it*
    Export the annualised value of each deal as its amount, or audit the kinds one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import in_lines, place_of, such_as
from funnel_audit.texts import N_, Texts

NAME = N_("amounts of different periods")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for defect in evidence.of_kind("mixed_periods"):
        n = defect.count
        text = texts.count(
            "The amount of {n} deal is of another period than most are{sample}; they are added as they stand.",
            "The amounts of {n} deals are of another period than most are{sample}; they are added as they stand.",
            n, sample=such_as(texts, defect.sample),
        )  # fmt: skip
        cure = texts.say("Export one amount for all: what the deal is worth in a year. Or audit the kinds of deals one by one.")
        effect = texts.say("Sums, mean amounts and the forecast of money mix them; counts and rates are right.")
        numbers: dict[str, float | int | str] = {"deals": n, "of": evidence.journeys.n}
        yield Found(place_of(defect), text + in_lines(texts, defect), cure, n, effect=effect, numbers=numbers)
