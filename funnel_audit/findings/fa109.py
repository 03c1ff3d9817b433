"""Several currencies.

*What it finds*
    Deals with amounts in more than one currency, or some with a currency and some without.

*Why it matters*
    Amounts of different currencies are never added: the money in the report is that of one currency only.

*When it is wrong*
    When a sign was mistyped in a few cells and all deals are in truth in one currency.

*Example*
    540 deals in RUB, 60 in USD: the report's sums leave the 60 out.

*How to mend it*
    Export the amount in the base currency of the CRM, or say in stages.yaml which one the report is about: currency: RUB.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import cut
from funnel_audit.texts import N_, Texts

NAME = N_("several currencies")
SEVERITY = "info"
CONFIDENCE = "high"
SHOWN = 6


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    counts = {name: int(cells[0].sum()) for name, cells in evidence.tally.money.items()}
    ranked = sorted(((name, n) for name, n in counts.items() if n), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
    if len(ranked) < 2:
        return
    shown = [texts.say("{name}: {n}", name=texts.say("no currency") if name is None else cut(name), n=n) for name, n in ranked[:SHOWN]]
    if len(ranked) > SHOWN:
        shown.append(texts.say("others: {n}", n=sum(n for _, n in ranked[SHOWN:])))
    total = sum(n for _, n in ranked)
    listing = ", ".join(shown)
    text = texts.say("Amounts are not all in one currency, and different currencies are never added up ({listing}).", listing=listing)
    main = next(name for name, _ in ranked if name is not None)
    cure = texts.say(
        "Export the amount in one currency, or choose the one to report in stages.yaml, such as currency: {name}.", name=cut(main)
    )  # fmt: skip
    shown_in = evidence.funnel.currency or ranked[0][0]
    left_out = total - counts.get(shown_in, 0)
    if shown_in is None:
        effect = texts.count(
            "Sums without a currency leave {n} deal of {total} out.", "Sums without a currency leave {n} deals of {total} out.", left_out,
            total=total,
        )  # fmt: skip
    else:
        effect = texts.count(
            "Sums in {currency} leave {n} deal of {total} out.", "Sums in {currency} leave {n} deals of {total} out.", left_out,
            currency=cut(shown_in), total=total,
        )  # fmt: skip
    numbers: dict[str, float | int | str] = {"currencies": len(ranked), "with_amount": total, "left_out": left_out}
    yield Found(report.Place(file=evidence.files[0]), text, cure, total, effect=effect, numbers=numbers)
