"""JUnit XML as Jenkins, GitLab, GitHub and Azure read it: a suite a group, a case a finding, a passed case a rule without findings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import groupby

from funnel_audit.render.check.words import SEVERITIES, message, spot, stand, verdict
from funnel_audit.texts import Texts
from funnel_audit.verdict import Check, Judged, RuleInfo

NAME_LIMIT = 200


def render(check: Check) -> bytes:
    """The document. A finding fails its case where it fails the check; below that level it passes with its words as output."""
    texts = Texts(check.lang)
    found: dict[str, list[Judged]] = {}
    for one in check.findings:
        found.setdefault(one.finding.code, []).append(one)
    root = ET.Element("testsuites", {"name": "funnel-audit"})
    for group, rules in groupby(check.rules, key=lambda rule: rule.code[:3]):
        root.append(_suite(group, list(rules), found, texts))
    if check.not_evaluated:
        root.append(_not_evaluated(check))
    total: Counter[str] = Counter()
    for suite in root:
        for name in ("tests", "failures", "errors", "skipped"):
            total[name] += int(suite.get(name, "0"))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(total[name]))
    root.set("time", "0")
    if len(root):
        ET.SubElement(root[-1], "system-out").text = verdict(check, texts)
    ET.indent(root)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n").encode("utf-8")


def _suite(group: str, rules: list[RuleInfo], found: dict[str, list[Judged]], texts: Texts) -> ET.Element:
    suite = ET.Element("testsuite", {"name": f"funnel-audit.{group}"})
    names: Counter[str] = Counter()
    for rule in rules:
        findings = found.get(rule.code, [])
        if not findings:
            _case(suite, group, f"{rule.code} {rule.name}")
        for one in findings:
            name = f"{rule.code} {rule.name} [{_which(one)}]"[:NAME_LIMIT]
            names[name] += 1
            _finding(suite, group, name if names[name] == 1 else f"{name} #{names[name]}", one, texts)
    return _counted(suite)


def _which(one: Judged) -> str:
    """What tells findings of a rule apart and stays the same in the next run: the deal, else the place without the line."""
    finding, place = one.finding, one.finding.place
    if finding.count == 1 and len(finding.deals) == 1:
        return finding.deals[0]
    return place.stage or " ".join(part for part in (one.path, place.column) if part)


def _case(suite: ET.Element, group: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": f"funnel-audit.{group}", "name": name, "time": "0"})


def _finding(suite: ET.Element, group: str, name: str, one: Judged, texts: Texts) -> None:
    case = _case(suite, group, name)
    if one.path:
        case.set("file", one.path)
    if one.line is not None:
        case.set("line", str(one.line))
    if one.standing == "accepted":
        ET.SubElement(case, "skipped", {"message": stand(one, texts)})
    elif one.fails:
        body = ET.SubElement(case, "failure", {"type": one.finding.severity, "message": one.finding.text})
        body.text = f"{spot(one)}\n{message(one, texts)}"
    else:
        severity = texts.word(SEVERITIES[one.finding.severity])
        ET.SubElement(case, "system-out").text = f"{severity}: {spot(one)}\n{message(one, texts)}"


def _not_evaluated(check: Check) -> ET.Element:
    """Skipped cases: what could not be evaluated is neither passed nor failed."""
    suite = ET.Element("testsuite", {"name": "funnel-audit.evaluated"})
    for note in check.not_evaluated:
        case = _case(suite, "evaluated", " ".join(part for part in (note.what, note.stage) if part))
        ET.SubElement(case, "skipped", {"message": note.text})
    return _counted(suite)


def _counted(suite: ET.Element) -> ET.Element:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", "0")
    return suite
