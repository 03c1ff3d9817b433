"""Deals were filtered by a date.

*What it finds*
    Either deals created before the first closing of all, although at the pace of the later deals many of them were to be expected to close
    earlier; or, in the first days in which any deal was created, over three times as many closings as deals so young can give.

*Why it matters*
    The first means a filter by closing date. Of the old deals only the slow ones are there: time in a stage and days to win come out too
    long. Losses are as a rule faster than wins, so more of them are missing, and the win rate of those old deals comes out too high. Where
    open deals are missing as well, the newest deals are only the fast ones, and the error is the other way round.
    The second means that the date of creation is that of an import, or of a filter by creation whose old deals were moved in: days to win
    come out too short.
    A plain filter by date of creation leaves the rates of what is there right, and is not reported; but older deals that are still open are
    missing from the stalled ones and from the forecast.

*When it is wrong*
    When nobody closed deals in the CRM before that day, though they were entered.

*Example*
    1,168 deals were created before 1 March, none was closed before it; at the pace of later deals 518 would have been.

*How to mend it*
    Export by date of creation, or everything. Until then look only at deals created after that day: --from.
"""

from __future__ import annotations

from collections.abc import Iterator

from funnel_audit import report
from funnel_audit.findings.effects import in_question
from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.texts import N_, Texts

NAME = N_("deals were filtered by a date")
SEVERITY = "warning"
CONFIDENCE = "medium"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    for sign in evidence.signs:
        if sign.kind == "closing_filter":
            text = texts.count(
                "{n} deal was created before {first} and not closed before it; at the pace of later deals about {expected} would have "
                "been. It seems that only deals closed since then were exported: of the older ones only the slow ones are here. "
                "Days to win come out too long, the win rate of the older deals mostly too high.",
                "{n} deals were created before {first} and none was closed before it; at the pace of later deals about {expected} would "
                "have been. It seems that only deals closed since then were exported: of the older ones only the slow ones are here. "
                "Days to win come out too long, the win rate of the older deals mostly too high.",
                sign.n, first=texts.short_date(sign.first), expected=round(sign.expected),
            )  # fmt: skip
        elif sign.kind == "imported":
            text = texts.count(
                "No deal was created before {first}, but {n} was closed by {last}; at the pace of later deals about {expected} would have "
                "been. The older deals were moved in, or filtered by date: their date of creation is not their beginning, and days to win "
                "come out too short.",
                "No deal was created before {first}, but {n} were closed by {last}; at the pace of later deals about {expected} would have "
                "been. The older deals were moved in, or filtered by date: their date of creation is not their beginning, and days to win "
                "come out too short.",
                sign.n, first=texts.short_date(sign.first), last=texts.short_date(sign.last), expected=round(sign.expected),
            )  # fmt: skip
        else:
            continue
        day = sign.first if sign.kind == "closing_filter" else sign.last
        cure = texts.say(
            "Export all deals, or filter by date of creation only. Until then look at the deals created later: --from {day}", day=day
        )
        numbers: dict[str, float | int | str] = {"deals": sign.n, "expected": round(sign.expected, 1)}
        numbers |= {"first": sign.first, "last": sign.last}
        effect = in_question(evidence, texts, sign.n)
        yield Found(report.Place(file=evidence.files[0]), text, cure, sign.n, effect=effect, numbers=numbers)
