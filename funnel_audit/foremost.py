"""What stands before every figure of the report: signs that it is of other deals, or of another funnel, than the reader thinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funnel_audit.report import Finding
    from funnel_audit.texts import Texts

SELECTIVE = ("FA114", "FA115", "FA116", "FA117")
"""The findings that say of an export that it is only a selection."""
UNMAPPED = "FA203"
NAMED = 3


def foremost(findings: Sequence[Finding], texts: Texts) -> tuple[str, ...]:
    """Sentences: labels that no stage knows, where they are many; then signs of a selection."""
    unmapped = _unmapped([finding for finding in findings if finding.code == UNMAPPED], texts)
    return (*unmapped, *(finding.text for finding in findings if finding.code in SELECTIVE))


def _unmapped(findings: Sequence[Finding], texts: Texts) -> tuple[str, ...]:
    labelled = [finding for finding in findings if finding.numbers.get("verdict") == "too many"]
    if not labelled:
        return ()
    quoted = [f"{texts.say('“{label}”', label=one.numbers['label'])} ({texts.number(one.count)})" for one in labelled[:NAMED]]
    share = texts.percent(float(labelled[0].numbers["share"]), None)
    if len(findings) > len(quoted):
        quoted.append(texts.say("others"))
    labels = texts.listing(quoted)
    said = (
        texts.say("{share} of the open deals stand in labels that stages.yaml does not know: {labels}.", share=share, labels=labels)
        if labelled[0].numbers["of"] == "deals"
        else texts.say("{share} of the moves are to labels that stages.yaml does not know: {labels}.", share=share, labels=labels)
    )
    rest = texts.say("They count at another stage here: conversion, losses and times are wrong by them. First mend stages.yaml (FA203).")
    return (f"{said} {rest}",)
