"""SARIF 2.1.0, for GitHub code scanning, Azure DevOps and editors: one run, one result a finding."""

from __future__ import annotations

import json
import math
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from funnel_audit.render.check.words import message, reason, unlisted
from funnel_audit.report import Finding
from funnel_audit.texts import Texts
from funnel_audit.verdict import STANDARD_INPUT, Check, Judged, RuleInfo

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
RANKS = {"high": 90.0, "medium": 60.0, "low": 30.0}
BASELINE_STATES = {"new": "new", "worse": "updated", "expired": "unchanged", "accepted": "unchanged"}
FINGERPRINT = "funnelAudit/v1"


def render(check: Check) -> str:
    """The whole log. Accepted findings are results with a suppression; what could not be evaluated is a notification."""
    texts = Texts(check.lang)
    index = {rule.code: number for number, rule in enumerate(check.rules)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(check)},
        "language": {"ru": "ru-RU"}.get(check.lang, "en-US"),
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "funnel-audit/"},
        "invocations": [_invocation(check, texts)],
        "results": [_result(one, index, check, texts) for one in check.findings],
        "properties": {"asOf": check.as_of, "today": check.today, "todayFrom": check.today_from, "deals": check.deals},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _driver(check: Check) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "funnel-audit", "rules": [_rule(rule) for rule in check.rules]}
    if check.version:
        driver["semanticVersion"] = check.version
    return driver


def _rule(rule: RuleInfo) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split()),
        "shortDescription": {"text": rule.name},
        "fullDescription": {"text": rule.summary or rule.name},
        "defaultConfiguration": {"level": LEVELS[rule.severity], "rank": RANKS[rule.confidence]},
        "properties": {"tags": ["data-quality"], "precision": rule.confidence},
    }
    out["help"] = {"text": rule.summary or rule.name}
    if rule.text:
        out["help"] = {"text": rule.text.replace("**", ""), "markdown": rule.text}
    return out


def _invocation(check: Check, texts: Texts) -> dict[str, Any]:
    notes = [_notification(note.text, f"not-evaluated/{note.reason}", "note", note.what, note.stage) for note in check.not_evaluated]
    notes += [
        _notification(unlisted(one.finding, texts), f"{one.finding.code}/unlisted", "warning") for one in check.findings if one.finding.more
    ]
    return {"executionSuccessful": True, "exitCode": int(check.failed), "toolExecutionNotifications": notes}


def _notification(text: str, kind: str, level: str, what: str = "", stage: str | None = None) -> dict[str, Any]:
    out: dict[str, Any] = {"level": level, "message": {"text": text}, "descriptor": {"id": kind}}
    properties = {key: value for key, value in (("what", what), ("stage", stage)) if value}
    return out | ({"properties": properties} if properties else {})


def _result(one: Judged, index: dict[str, int], check: Check, texts: Texts) -> dict[str, Any]:
    finding = one.finding
    out: dict[str, Any] = {"ruleId": finding.code}
    if finding.code in index:
        out["ruleIndex"] = index[finding.code]
    out |= {
        "level": LEVELS[finding.severity],
        "rank": RANKS[finding.confidence],
        "message": {"text": message(one, texts)},
        "locations": _locations(one),
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "occurrenceCount": max(finding.count, 1),
        "properties": _properties(finding),
    }
    if check.baseline is not None:
        out["baselineState"] = BASELINE_STATES[one.standing]
        out["suppressions"] = _suppressions(one, texts)
    return out


def _suppressions(one: Judged, texts: Texts) -> list[dict[str, Any]]:
    """An empty list says: looked at, not suppressed."""
    if one.standing != "accepted" or one.accepted is None:
        return []
    out = {"kind": "external", "status": "accepted"}
    why = reason(one.accepted, texts)
    return [out | ({"justification": why} if why else {})]


def _locations(one: Judged) -> list[dict[str, Any]]:
    """The row; what concerns a whole file points at its first line, because GitHub shows no result without a region."""
    place = one.finding.place
    location: dict[str, Any] = {}
    if one.path:
        location["physicalLocation"] = {"artifactLocation": _artifact(one.path), "region": {"startLine": max(one.line or 1, 1)}}
    logical = [(place.stage, "stage"), (place.column, "column")]
    named = [{"name": name, "kind": kind} for name, kind in logical if name]
    if named:
        location["logicalLocations"] = named
    return [location] if location else []


def _artifact(path: str) -> dict[str, str]:
    """A relative path from the root of the sources, an absolute one as a file: URI; standard input lies nowhere."""
    if path == STANDARD_INPUT:
        return {"uri": quote(path)}
    if PurePosixPath(path).is_absolute():
        return {"uri": "file://" + quote(path)}
    if len(path) > 1 and path[1] == ":":
        return {"uri": "file:///" + quote(path, safe="/:")}
    first, slash, rest = path.partition("/")
    return {"uri": quote(first, safe="") + slash + quote(rest), "uriBaseId": "%SRCROOT%"}


def _properties(finding: Finding) -> dict[str, Any]:
    numbers = {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in finding.numbers.items()}
    out: dict[str, Any] = {"confidence": finding.confidence, "count": finding.count, "deals": list(finding.deals), "numbers": numbers}
    return out | {key: value for key, value in (("effect", finding.effect), ("cure", finding.cure)) if value}
