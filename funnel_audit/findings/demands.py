"""Verdicts on what stages.yaml demands under ``checks``: not met, or not enough evidence; nothing is said where a demand is met."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.findings.effects import share_of, whole_file
from funnel_audit.findings.rule import Found

if TYPE_CHECKING:
    from funnel_audit.findings.rule import Evidence
    from funnel_audit.texts import Texts

FEW = 10
"""Of fewer deals no share is judged."""
PRECISE = 0.10
"""An estimate whose 95 % interval reaches further than this to either side has not seen a miss of ten percentage points."""
_BOTH_TAILS, _POWER = 1.959963984540054, 0.8416212335729143


def no_evidence(evidence: Evidence) -> str:
    """How grave "not enough evidence" is, by ``checks.on_no_evidence``."""
    return "error" if evidence.checks.on_no_evidence == "fail" else "warning"


def detectable(share: float, n: int) -> float:
    """The least difference from ``share`` that ``n`` deals show in four of five cases (two-sided, 5 %)."""
    spread = max(share * (1.0 - share), 0.01)
    return min((_BOTH_TAILS + _POWER) * sqrt(spread / max(n, 1)), 1.0)


def points(texts: Texts, share: float) -> str:
    """A difference of shares in percentage points."""
    return texts.amount(share * 100)


def undecided(
    evidence: Evidence, texts: Texts, why: str, demanded: float, n: int, place: report.Place, key: str, at_least: bool = True
) -> Found:  # fmt: skip
    """Not enough evidence for a rate, with the change that could have been seen."""
    least = detectable(demanded, n)
    limit = texts.percent(demanded, None)
    wanted = texts.say("Demanded: at least {limit}.", limit=limit) if at_least else texts.say("Demanded: at most {limit}.", limit=limit)
    seen = texts.count(
        "With {n} deal a miss of under {points} percentage points could not have been seen.",
        "With {n} deals a miss of under {points} percentage points could not have been seen.", n, points=points(texts, least),
    )  # fmt: skip
    text = " ".join([texts.say("Not enough evidence: {why}", why=why), wanted, seen])
    cure = texts.say("Wait for more deals, look at a longer time, or ask for less; checks.on_no_evidence says how grave this is.")
    numbers: dict[str, float | int | str] = {"demanded": demanded, "n": n, "detectable": round(least, 4), "verdict": "no evidence"}
    effect = texts.say("The demand was neither met nor missed.")
    return Found(place, text, cure, 1, effect=effect, numbers=numbers, key=key, severity=no_evidence(evidence))


def share_at_most(
    evidence: Evidence, texts: Texts, subject: str, count: int, total: int, demanded: float, cure: str, key: str, unknown: int = 0
) -> Found | None:
    """The verdict on a share that is counted, not estimated; ``unknown`` deals of the total could be either. None: it is met."""
    limit = texts.percent(demanded, None)
    place = whole_file(evidence)
    if total < FEW:
        why = texts.count(
            "{subject}: there is {n} deal to judge by.", "{subject}: there are {n} deals to judge by.", total, subject=subject
        )
        return undecided(evidence, texts, why, demanded, total, place, key, at_least=False)
    low, high = count / total, min((count + unknown) / total, 1.0)
    numbers: dict[str, float | int | str] = {"count": count, "total": total, "share": round(low, 6), "demanded": demanded}
    if low > demanded:
        text = texts.say(
            "{subject}: {n} of {total} ({share}); demanded are at most {limit}.",
            subject=subject, n=count, total=total, share=share_of(texts, count, total), limit=limit,
        )  # fmt: skip
        more = count - int(demanded * total)
        effect = texts.count("{n} deal too many.", "{n} deals too many.", more)
        return Found(place, text, cure, count, effect=effect, numbers=numbers | {"verdict": "missed"}, key=key, severity="error")
    if high > demanded:
        text = texts.say(
            "Not enough evidence: {subject}: from {low} to {high}, for of {unknown} deals it is not known; demanded are at most {limit}.",
            subject=subject, low=texts.percent(low, None), high=texts.percent(high, None), unknown=unknown, limit=limit,
        )  # fmt: skip
        effect = texts.say("A miss of up to {points} percentage points could not have been seen.", points=points(texts, high - demanded))
        verdict: dict[str, float | int | str] = {"unknown": unknown, "detectable": round(high - demanded, 6), "verdict": "no evidence"}
        return Found(place, text, cure, 1, effect=effect, numbers=numbers | verdict, key=key, severity=no_evidence(evidence))
    return None
