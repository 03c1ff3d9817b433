"""One outcome is missing for months.

*What it finds*
    Months in which deals were won but none was lost (or the other way round), although by the other months at least nine were to be
    expected, both from the share of that outcome and from its pace. The first months, in which it cannot have come yet, do not count.

*Why it matters*
    Deals of one outcome were archived, deleted, or not yet recorded then. Where losses are missing the win rate of that time is too
    high, and today's looks like a decline; where wins are missing it is the other way round.

*When it is wrong*
    When nothing was lost (or won) then: a season without sales, a team that did not yet work.

*Example*
    From January to June 16 deals were won and none lost; since July one in three is won: losses are only recorded since then.

*How to mend it*
    Export the archived and deleted deals of that time as well, or look only at deals created later: --from.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("one outcome is missing for months")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for sign in evidence.signs:
        if sign.kind != "period_without":
            continue
        span = {"first": texts.short_date(sign.first), "last": texts.short_date(sign.last), "expected": round(sign.expected)}
        won = float(sign.n) if sign.outcome == "lost" else sign.expected
        if sign.outcome == "lost":
            text = texts.count(
                "From {first} to {last} {n} deal was won and none was lost; by the other months about {expected} were to be expected. "
                "Losses of that time are not in the export, so its win rate is too high.",
                "From {first} to {last} {n} deals were won and none was lost; by the other months about {expected} were to be expected. "
                "Losses of that time are not in the export, so its win rate is too high.",
                sign.n, **span,
            )  # fmt: skip
        else:
            text = texts.count(
                "From {first} to {last} {n} deal was lost and none was won; by the other months about {expected} were to be expected. "
                "Wins of that time are not in the export, so its win rate is too low.",
                "From {first} to {last} {n} deals were lost and none was won; by the other months about {expected} were to be expected. "
                "Wins of that time are not in the export, so its win rate is too low.",
                sign.n, **span,
            )  # fmt: skip
        cure = texts.say("Export archived and deleted deals too, or look only at the deals created after that time: --from.")
        effect = texts.say(
            "With those that seem to be missing about {share} of the deals closed then would be won, not {shown}.",
            share=texts.percent(won / (sign.n + sign.expected), 0), shown=texts.percent(float(sign.outcome == "lost"), 0),
        )  # fmt: skip
        numbers: dict[str, float | int | str] = {"deals": sign.n, "expected": round(sign.expected, 1)}
        numbers |= {"first": sign.first, "last": sign.last}
        yield Found(report.Place(file=evidence.files[0]), text, cure, sign.n, effect=effect, numbers=numbers)
