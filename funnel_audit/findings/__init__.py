"""What is wrong with the data or with the funnel: one module a rule, all run over the same evidence."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from funnel_audit import report
from funnel_audit.findings.rule import SHOWN_DEALS, Evidence, Found, Rule

if TYPE_CHECKING:
    from funnel_audit.texts import Texts

__all__ = ["SEVERITIES", "Evidence", "Found", "Rule", "rules", "run"]

SEVERITIES = ("info", "warning", "error")
"""From harmless to grave."""


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its code, in order of code."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("fa"))
    return {name.upper(): cast("Rule", import_module(f"{__name__}.{name}")) for name in names}


def run(evidence: Evidence, texts: Texts) -> tuple[report.Finding, ...]:
    """All findings, the grave ones first, then by code."""
    found = []
    for code, rule in rules().items():
        for flaw in rule.find(evidence, texts):
            ids = tuple(evidence.journeys.facts.id_text(deal) for deal in flaw.deals[:SHOWN_DEALS])
            found.append(
                report.Finding(
                    code=code,
                    name=texts.word(rule.NAME),
                    severity=rule.SEVERITY,
                    confidence=rule.CONFIDENCE,
                    place=flaw.place,
                    text=flaw.text,
                    cure=flaw.cure,
                    count=flaw.count,
                    deals=ids,
                )
            )
    return tuple(sorted(found, key=lambda finding: (-SEVERITIES.index(finding.severity), finding.code)))
