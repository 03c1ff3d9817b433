"""Outlying amount.

*What it finds*
    Amounts far outside the rest of their currency: more than six robust standard deviations from the median on the scale of logarithms
    (median and median absolute deviation), and at least eleven times above or below the median. At least 30 amounts are needed.

*Why it matters*
    Money adds up: one amount with three zeros too many outweighs all the others.

*When it is wrong*
    When a few large customers are the business: then they are right, and worth a funnel of their own.

*Example*
    Most deals are worth 20 000 to 200 000, one is worth 85 000 000.

*How to mend it*
    Look at the deals shown. A wrong amount is often a telephone number, an account number, or kopecks or cents without the point.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from funnel_audit.findings.effects import flagged, share_of
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.pieces import median
from funnel_audit.texts import N_, Texts

NAME = N_("outlying amounts")
SEVERITY = "info"
CONFIDENCE = "low"
ENOUGH = 30
LIMIT = 6.0
LEAST_SPREAD = 0.4
"""Of the natural logarithm: so that equal prices do not make every other price an outlier; 6 × 0.4 is a factor of eleven."""
HEAVY = 0.2
"""Outliers with so large a share of all money are a warning."""


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    facts = evidence.journeys.facts
    usable = facts.amount_known & (facts.amount > 0)
    for code in range(-1, len(facts.currency.texts)):
        rows = np.flatnonzero(usable & (facts.currency.codes == code)) if facts.currency.texts else np.flatnonzero(usable)
        if len(rows) < ENOUGH:
            continue
        logs = np.log(facts.amount[rows].astype(np.float64))
        middle = median(logs)
        away = np.abs(logs - middle)
        spread = max(1.4826 * median(away), LEAST_SPREAD)
        far = away > LIMIT * spread
        if not far.any():
            continue
        deals = rows[far]
        name = facts.currency.texts[code] if code >= 0 else None
        total, theirs = float(facts.amount[rows].sum()), float(facts.amount[deals].sum())
        least, most, usual = (float(amount) / 100 for amount in (facts.amount[deals].min(), facts.amount[deals].max(), np.exp(middle)))
        smallest, largest, half = (texts.money(amount, name) for amount in (least, most, usual))
        text = (
            texts.count(
                "{n} amount of {total} is far from the rest: {most}; half of all are below {usual}.",
                "{n} amounts of {total} are far from the rest, from {least} to {most}; half of all are below {usual}.",
                len(deals), total=len(rows), least=smallest, most=largest, usual=half,
            )
            if smallest != largest
            else texts.count(
                "{n} amount of {total}, {most}, is far from the rest; half of all are below {usual}.",
                "{n} amounts of {total}, {most} each, are far from the rest; half of all are below {usual}.",
                len(deals), total=len(rows), most=largest, usual=half,
            )
        )  # fmt: skip
        cure = texts.say("Look at these deals: a telephone number, an account number or a missing decimal point is the usual cause.")
        effect = texts.say("They hold {share} of all money.", share=share_of(texts, round(theirs), round(total)))
        numbers: dict[str, float | int | str] = {"median": usual, "largest": most, "smallest": least, "share_of_money": theirs / total}
        yield flagged(evidence, deals, text, cure, effect, numbers, "warning" if theirs > HEAVY * total else None, key=name or "")
