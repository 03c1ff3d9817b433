"""GitLab's code quality report: a JSON list, shown in merge requests. What the baseline accepts is not in it."""

from __future__ import annotations

import json

from funnel_audit.render.check.words import message
from funnel_audit.texts import Texts
from funnel_audit.verdict import Check

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(check: Check) -> str:
    """One object a finding: every key that GitLab requires, nothing else but the text. A finding without a row points at line 1."""
    texts = Texts(check.lang)
    issues = [
        {
            "description": " ".join(message(one, texts).split("\n")),
            "check_name": one.finding.code,
            "fingerprint": one.finding.fingerprint,
            "severity": SEVERITIES[one.finding.severity],
            "location": {"path": one.path or "-", "lines": {"begin": one.line or 1}},
        }
        for one in check.findings
        if one.standing != "accepted"
    ]
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"
