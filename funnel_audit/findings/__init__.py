"""What is wrong with the data or with the funnel: one module a rule, all run over the same evidence."""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, cast

from funnel_audit import report
from funnel_audit.codes import codes
from funnel_audit.findings.fingerprints import fingerprints
from funnel_audit.findings.rule import SHOWN_DEALS, Evidence, Found, Rule
from funnel_audit.pieces import at_once

if TYPE_CHECKING:
    from funnel_audit.texts import Texts

__all__ = ["MOST", "SEVERITIES", "Evidence", "Found", "Rule", "rules", "run"]

SEVERITIES = ("info", "warning", "error")
"""From harmless to grave."""
MOST = 1000
"""So many findings of one rule are kept; the rest is counted."""


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its code, in order of code."""
    return {code: cast("Rule", import_module(f"{__name__}.{code.lower()}")) for code in codes()}


def run(evidence: Evidence, texts: Texts) -> tuple[report.Finding, ...]:
    """All findings, the grave ones first, then by code."""
    works = [partial(of_rule, code, rule, evidence, texts) for code, rule in rules().items()]
    found = [finding for findings in at_once(evidence.journeys.n, works) for finding in findings]
    return tuple(sorted(found, key=lambda finding: (-SEVERITIES.index(finding.severity), finding.code)))


def of_rule(code: str, rule: Rule, evidence: Evidence, texts: Texts) -> list[report.Finding]:
    """The findings of one rule, at most ``MOST`` of them; the last one says how many more there are."""
    flaws = iter(rule.find(evidence, texts))
    kept = list(islice(flaws, MOST))
    rest = sum(1 + flaw.more for flaw in flaws)
    id_text = evidence.journeys.facts.id_text
    shown = [tuple(id_text(deal) for deal in flaw.deals[:SHOWN_DEALS]) for flaw in kept]
    marks = fingerprints(code, [(flaw.key, flaw.place, ids) for flaw, ids in zip(kept, shown, strict=True)])
    return [
        report.Finding(
            code=code,
            name=texts.word(rule.NAME),
            severity=flaw.severity or rule.SEVERITY,
            confidence=rule.CONFIDENCE,
            place=flaw.place,
            text=flaw.text,
            cure=flaw.cure,
            count=flaw.count,
            deals=ids,
            effect=flaw.effect,
            numbers=flaw.numbers,
            fingerprint=mark,
            more=flaw.more + (rest if flaw is kept[-1] else 0),
        )
        for flaw, ids, mark in zip(kept, shown, marks, strict=True)
    ]
