"""Workflow commands of GitHub Actions: annotations at the rows, and everything again as plain lines for the log.

The runner shows ten annotations of a type for a step, and says nothing of the rest: the tenth says it here.
"""

from __future__ import annotations

from funnel_audit.render.check.words import hidden, message, spot, verdict
from funnel_audit.texts import Texts
from funnel_audit.verdict import STANDARD_INPUT, Check, Judged

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
PER_STEP = 10
MESSAGE_LIMIT = 4000
TITLE_LIMIT = 200


def render(check: Check) -> str:
    """Annotations first, then a group with the findings that got none."""
    texts = Texts(check.lang)
    lines, rest = [], []
    open_ones = [one for one in check.findings if one.standing != "accepted"]
    for severity, command in COMMANDS.items():
        mine = [one for one in open_ones if one.finding.severity == severity]
        fits = mine if len(mine) <= PER_STEP else mine[: PER_STEP - 1]
        lines += [_annotation(command, one, texts) for one in fits]
        left = mine[len(fits) :]
        if left:
            said = texts.count("{n} more finding is in the log of this step.", "{n} more findings are in the log of this step.", len(left))
            lines.append(f"::{command} title=funnel-audit::{data(said)}")
            rest += left
    if rest:
        lines += ["::group::" + data(texts.say("Findings without an annotation")), *(_plain(one) for one in rest), "::endgroup::"]
    lines += [_harmless(said) for said in (hidden(check, texts), verdict(check, texts)) if said]
    return "\n".join(lines) + "\n"


def _annotation(command: str, one: Judged, texts: Texts) -> str:
    finding = one.finding
    file = "" if one.path == STANDARD_INPUT else one.path  # no file of the repository: the annotation is the job's own
    properties = {"file": file, "line": "" if one.line is None or not file else str(one.line)}
    properties["title"] = f"{finding.code} {finding.name}"[:TITLE_LIMIT]
    told = ",".join(f"{key}={property_(value)}" for key, value in properties.items() if value)
    said = message(one, texts)
    if not file or one.finding.place.file is None:
        said = f"{spot(one)}: {said}" if spot(one) else said
    return f"::{command} {told}::{data(said[:MESSAGE_LIMIT])}"


def data(text: str) -> str:
    """The message of a command: one line, and nothing in it is read as an escape."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_(text: str) -> str:
    """The value of a property: colon and comma end it, too."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(one: Judged) -> str:
    finding = one.finding
    return _harmless(f"{finding.severity} {finding.code} {spot(one)} {finding.text}")


def _harmless(line: str) -> str:
    """A line of the log that the runner cannot take for a command, of this form (``::``) or the older one (``##[``)."""
    return " ".join(line.split("\n")).replace("::", ":\u2060:").replace("##[", "#\u2060#[")
