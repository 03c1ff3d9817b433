"""From an audit to a verdict: which findings count, how grave they are, which of them are accepted. Pure functions, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath, PurePosixPath

import msgspec

from funnel_audit.codes import covers, known, likely
from funnel_audit.errors import Said, UsageError, sentences
from funnel_audit.frozen import Frozen
from funnel_audit.funnel import Checks
from funnel_audit.report import Audit, Finding
from funnel_audit.verdict import STANDARD_INPUT, Accepted, Check, Counts, Gone, Judged, RuleInfo

SEVERITIES = ("error", "warning", "info")
NO_FILE = ("packaged", "export", "dialect")
"""Where the stages come from if not from a file of the user's."""
STDIN = ("-", STANDARD_INPUT)
STANDINGS = ("expired", "worse", "new", "accepted")


class Choice(Frozen):
    """What the command line asks for. ``select`` empty: every rule. Codes may be groups."""

    fail_on: str = "error"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    most: int | None = None


class Today(Frozen):
    """The date of today and where it was taken from ("option" or "system")."""

    date: dt.date
    source: str = "option"


def chosen_codes(option: str, typed: str | None) -> tuple[str, ...]:
    """``FA2,fa301`` as codes; UsageError names the one that is none, and what may have been meant."""
    if typed is None:
        return ()
    out = []
    for name in (part.strip() for part in typed.split(",")):
        if not known(name):
            close = likely(name)
            hint = Said("Did you mean {names}?", names=close) if close else None
            said = Said("{option}: there is no finding with the code “{name}”.", option=option, name=name)
            raise UsageError(sentences(said, hint, Said("`funnel-audit explain` lists all codes.")))
        out.append(name.upper())
    return tuple(out)


def wanted(code: str, choice: Choice, checks: Checks) -> bool:
    """Is a rule asked for? What the command line selects by its full code is, even where stages.yaml ignores it."""
    if covers(choice.ignore, code) or (choice.select and not covers(choice.select, code)):
        return False
    return code in choice.select or not covers(checks.ignore, code)


def settled(finding: Finding, choice: Choice, checks: Checks) -> Finding | None:
    """The finding with the severity that stages.yaml gives it; None where it is not to be reported."""
    if not wanted(finding.code, choice, checks):
        return None
    severity = _severity(finding.code, checks.severity)
    for rule in checks.paths:
        file = finding.place.file
        if file is not None and _matches(file, rule.glob):
            if covers(rule.ignore, finding.code) and finding.code not in choice.select:
                return None
            severity = _severity(finding.code, rule.severity) or severity
    return finding if severity in (None, finding.severity) else msgspec.structs.replace(finding, severity=severity)


def ruled(audit: Audit, checks: Checks) -> Audit:
    """The audit with its findings as ``checks`` of stages.yaml wants them: graver or milder, or left out; the grave ones first."""
    kept = [finding for one in audit.findings if (finding := settled(one, Choice(), checks)) is not None]
    kept.sort(key=lambda finding: (SEVERITIES.index(finding.severity), finding.code))
    return msgspec.structs.replace(audit, findings=tuple(kept))


def fails(findings: Iterable[Finding], level: str) -> bool:
    """Is any finding at or above a level?"""
    return any(at_least(finding.severity, level) for finding in findings)


def _severity(code: str, table: Mapping[str, str]) -> str | None:
    """The code's own line beats its group's."""
    return table.get(code) or table.get(code[:3])


def _matches(file: str, glob: str) -> bool:
    path = PurePath(file)
    return fnmatchcase(path.as_posix(), glob) or fnmatchcase(path.name, glob)


def standing(finding: Finding, line: Accepted | None, today: dt.date) -> str:
    """new, worse, expired or accepted. ``expires`` is the last day on which a finding is accepted."""
    if line is None:
        return "new"
    if line.expires is not None and dt.date.fromisoformat(line.expires) < today:
        return "expired"
    return "worse" if size(finding) > line.count else "accepted"


def size(finding: Finding) -> int:
    """How much of it there is, with what the rule does not list one by one."""
    return finding.count + finding.more


def judge(
    audit: Audit,
    checks: Checks,
    choice: Choice,
    today: Today,
    *,
    accepted: Mapping[str, Accepted] | None = None,
    gone: Iterable[Gone] = (),
    baseline: str | None = None,
    rules: Sequence[RuleInfo] = (),
    root: str = "",
    version: str = "",
) -> Check:
    """The verdict on an audit. ``accepted`` is the baseline by fingerprint; ``root`` the folder that paths are told from."""
    judged = judgements(audit, checks, choice, today, accepted or {}, root)
    order = {name: index for index, name in enumerate(SEVERITIES)}
    judged.sort(key=lambda one: (one.standing == "accepted", order[one.finding.severity], one.finding.code))
    open_ones = [one for one in judged if one.standing != "accepted"]
    by_severity = {name: sum(one.finding.severity == name for one in open_ones) for name in SEVERITIES}
    failing = sum(one.fails for one in judged)
    shown = judged if choice.most is None else judged[: choice.most]
    found = {one.finding.code for one in judged}
    applied = tuple(rule for rule in rules if wanted(rule.code, choice, checks))
    return Check(
        version=version,
        title=audit.title,
        lang=audit.lang,
        as_of=audit.as_of,
        as_of_local=audit.as_of_local,
        timezone=audit.timezone,
        today=today.date.isoformat(),
        today_from=today.source,
        input=audit.input,
        deals=audit.totals.deals,
        fail_on=choice.fail_on,
        failed=failing > 0,
        counts=Counts(
            **by_severity,
            accepted=len(judged) - len(open_ones),
            unlisted=sum(one.finding.more for one in judged),
            failing=failing,
        ),
        findings=tuple(shown),
        hidden=len(judged) - len(shown),
        gone=tuple(gone),
        baseline=baseline,
        not_evaluated=audit.notes,
        stages=_names(audit),
        rules=tuple(rule if rule.code in found else msgspec.structs.replace(rule, text="") for rule in applied),
    )


def judgements(audit: Audit, checks: Checks, choice: Choice, today: Today, accepted: Mapping[str, Accepted], root: str) -> list[Judged]:
    """Every finding that counts, with its standing and its place."""
    names = _names(audit)
    stages = audit.input.stages if audit.input.stages not in NO_FILE else ""
    first = next((file.path or file.name for file in audit.input.files), "")
    out = []
    for one in audit.findings:
        finding = settled(one, choice, checks)
        if finding is None:
            continue
        line = accepted.get(finding.fingerprint)
        stands = standing(finding, line, today.date)
        file = finding.place.file or stages or first
        out.append(
            Judged(
                finding=finding,
                standing=stands,
                fails=stands != "accepted" and at_least(finding.severity, choice.fail_on),
                path=STANDARD_INPUT if file in STDIN else relative(file, root),
                line=finding.place.line,
                stage=names.get(finding.place.stage or "", finding.place.stage),
                accepted=line,
            )
        )
    return out


def _names(audit: Audit) -> dict[str, str]:
    return {stage.stage: stage.name for stage in audit.funnel}


def at_least(severity: str, level: str) -> bool:
    """Is a severity at or above a level? At ``never`` none is."""
    return level != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(level)


def relative(file: str, root: str) -> str:
    """A path as CI wants it: from ``root`` where it lies below, with slashes, without ``./``."""
    path = PurePath(file)
    if root and path.is_absolute() and path.is_relative_to(root):
        path = path.relative_to(root)
    return str(PurePosixPath(path.as_posix()))
