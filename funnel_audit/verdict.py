"""What ``check`` found, as one frozen record tree: the findings with their standing against the baseline, and whether they fail.

Renderers of ``check`` get this and nothing else. The tree is language-neutral but for ``text``, ``cure``, ``effect`` and names.
"""

from __future__ import annotations

import msgspec

from funnel_audit.report import Finding, Input, Note, Record

SCHEMA = "funnel-audit-check/1"
STANDARD_INPUT = "<stdin>"
"""The ``path`` of what was piped in."""
FAILING = ("new", "worse", "expired")
"""The standings that count against ``--fail-on``; the fourth is ``accepted``."""


class Accepted(Record, frozen=True, kw_only=True):
    """What the baseline says of a finding. ``expires`` is the last day on which it is accepted; None: for good."""

    count: int
    reason: str | None = None
    owner: str | None = None
    expires: str | None = None


class Judged(Record, frozen=True, kw_only=True):
    """A finding, where an editor or CI finds it, and how it stands.

    ``standing``: new; worse (accepted, but there are more of it now); expired (accepted until a day that is over); accepted.
    ``path`` is relative to where the command ran where it lies below, with slashes; ``<stdin>`` for standard input.
    """

    finding: Finding
    standing: str
    fails: bool
    path: str
    line: int | None = None
    stage: str | None = None
    """The name of the stage, in the language of the verdict, where the finding is of one."""
    accepted: Accepted | None = None


class Gone(Record, frozen=True, kw_only=True):
    """A line of the baseline whose finding does not occur any more."""

    fingerprint: str
    code: str
    place: str


class RuleInfo(Record, frozen=True, kw_only=True):
    """A rule that was applied; ``text`` is its documentation in Markdown, only for rules that found something."""

    code: str
    name: str
    severity: str
    confidence: str
    summary: str
    text: str = ""


class Counts(Record, frozen=True, kw_only=True):
    """Findings that are not accepted, by severity; ``accepted`` ones; ``unlisted``: further ones of a rule that found over a thousand."""

    error: int
    warning: int
    info: int
    accepted: int
    unlisted: int
    failing: int


class Check(Record, frozen=True, kw_only=True):
    schema: str = SCHEMA
    version: str
    title: str
    lang: str
    as_of: str
    as_of_local: str
    timezone: str
    today: str
    """The date against which ages and expiry dates are judged."""
    today_from: str
    """Where it comes from: "option" or "system" (the one place where the clock enters)."""
    input: Input
    deals: int
    fail_on: str
    failed: bool
    counts: Counts
    findings: tuple[Judged, ...]
    hidden: int
    """Findings beyond ``--max`` that are not listed; they count all the same."""
    gone: tuple[Gone, ...] = ()
    baseline: str | None = None
    not_evaluated: tuple[Note, ...] = ()
    stages: dict[str, str] = msgspec.field(default_factory=dict)
    """The names of the stages by their ids, in the language of the verdict."""
    rules: tuple[RuleInfo, ...] = ()
