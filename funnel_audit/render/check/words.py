"""What the formats of ``check`` say alike: severities, standings, places, the verdict in one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from funnel_audit.clean import clean_record
from funnel_audit.report import Finding
from funnel_audit.texts import N_, Texts
from funnel_audit.verdict import Accepted, Check, Judged, RuleInfo

SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "info": N_("remark")}
CONFIDENCES = {"high": N_("high confidence"), "medium": N_("medium confidence"), "low": N_("low confidence")}
MESSAGE_LIMIT = 4000
OLD_DAYS = 30
"""From this age on the data are called old, even where stages.yaml demands nothing of it."""


def spot(one: Judged) -> str:
    """``deals.csv:14 (column)``, or the stage."""
    place = one.finding.place
    if place.stage is not None and place.file is None:
        return one.stage or place.stage
    text = one.path if one.line is None else f"{one.path}:{one.line}"
    return f"{text} ({place.column})" if place.column else text


def deals(finding: Finding, texts: Texts) -> str:
    """``Deals: D-1, D-2 and 35 more.``; nothing where no deal is named."""
    if not finding.deals:
        return ""
    some = ", ".join(finding.deals)
    rest = finding.count - len(finding.deals)
    if rest > 0:
        return texts.count("Deals: {some} and {n} more.", "Deals: {some} and {n} more.", rest, some=some)
    return texts.count("Deal: {some}.", "Deals: {some}.", len(finding.deals), some=some)


def unlisted(finding: Finding, texts: Texts) -> str:
    """How many findings of the rule are not listed one by one."""
    if not finding.more:
        return ""
    return texts.count("{n} more finding of this kind is not listed.", "{n} more findings of this kind are not listed.", finding.more)


def message(one: Judged, texts: Texts, *, cure: bool = True) -> str:
    """Everything there is to say of a finding, on several lines."""
    finding = one.finding
    parts = [finding.text, finding.effect, deals(finding, texts), unlisted(finding, texts), stand(one, texts)]
    if cure and finding.cure:
        parts.append(f"→ {finding.cure}")
    said = "\n".join(part for part in parts if part)
    return said if len(said) <= MESSAGE_LIMIT else said[: MESSAGE_LIMIT - 1] + "…"


def stand(one: Judged, texts: Texts) -> str:
    """What the baseline has to say of it; nothing of what is new."""
    line = one.accepted
    if line is None:
        return ""
    if one.standing == "expired":
        said = texts.say("Was accepted until {day}.", day=texts.date(line.expires or ""))
    elif one.standing == "worse":
        said = texts.count("Accepted is {n}, now there are more.", "Accepted are {n}, now there are more.", line.count)
    else:
        said = texts.say("Accepted.") if line.expires is None else texts.say("Accepted until {day}.", day=texts.date(line.expires))
    return " ".join(part for part in (said, reason(line, texts)) if part)


def reason(line: Accepted, texts: Texts) -> str:
    """Why, and by whom, as far as the baseline says it."""
    parts = []
    if line.reason:
        parts.append(texts.say("Reason: {reason}.", reason=line.reason.rstrip(". ")))
    if line.owner:
        parts.append(texts.say("Owner: {owner}.", owner=line.owner.rstrip(". ")))
    return " ".join(parts)


def tallied(check: Check, texts: Texts) -> str:
    """``2 errors, 3 warnings, 1 remark; 5 accepted``, or that there is nothing."""
    counts = check.counts
    parts = []
    if counts.error:
        parts.append(texts.count("{n} error", "{n} errors", counts.error))
    if counts.warning:
        parts.append(texts.count("{n} warning", "{n} warnings", counts.warning))
    if counts.info:
        parts.append(texts.count("{n} remark", "{n} remarks", counts.info))
    said = ", ".join(parts) or texts.say("no findings")
    return said + "; " + texts.count("{n} accepted", "{n} accepted", counts.accepted) if counts.accepted else said


def verdict(check: Check, texts: Texts) -> str:
    """The last line: failed or passed, at which level, and what there is in all."""
    counts, level = tallied(check, texts), f"--fail-on {check.fail_on}"
    if check.failed:
        return texts.count(
            "Failed: {n} finding at {level}. In all: {counts}.", "Failed: {n} findings at {level}. In all: {counts}.", check.counts.failing,
            level=level, counts=counts,
        )  # fmt: skip
    return texts.say("Passed at {level}. In all: {counts}.", level=level, counts=counts)


def not_evaluated(check: Check, texts: Texts) -> list[str]:
    """What could not be judged, each reason once, with the number of stages that it holds for."""
    stages: dict[str, list[str]] = {}
    for note in check.not_evaluated:
        stages.setdefault(note.text, []).extend([check.stages.get(note.stage, note.stage)] if note.stage else [])
    out = []
    for text, named in stages.items():
        different = list(dict.fromkeys(named))
        said = ", ".join(different) if len(different) < 3 else texts.count("{n} stage", "{n} stages", len(different))
        out.append(f"{text} ({said})" if said else text)
    return out


def dates(check: Check, texts: Texts) -> str:
    """Which day the data are of, and which day is taken for today."""
    today = texts.date(check.today)
    as_of = texts.date(check.as_of_local)
    said = (
        texts.say("data as of {as_of}; today is {today} by this computer's clock", as_of=as_of, today=today)
        if check.today_from == "system"
        else texts.say("data as of {as_of}; today is {today} by --today", as_of=as_of, today=today)
    )
    age = (dt.date.fromisoformat(check.today) - dt.date.fromisoformat(check.as_of_local[:10])).days
    if age < OLD_DAYS:
        return said
    return said + texts.say("; the data are {days} old (checks: max_age_days makes that a finding)", days=texts.days(age))


def hidden(check: Check, texts: Texts) -> str:
    """What --max leaves out."""
    if not check.hidden:
        return ""
    return texts.count("{n} more finding is not shown (--max).", "{n} more findings are not shown (--max).", check.hidden)


def clean_rules(rules: Sequence[RuleInfo]) -> tuple[RuleInfo, ...]:
    """Without harmful characters; the line breaks of the documentation stay."""
    return tuple(
        msgspec.structs.replace(clean_record(rule), text="\n".join(clean_record(line) for line in rule.text.split("\n"))) for rule in rules
    )
