"""What may not be trusted: notes, findings, and what the export cannot show."""

from __future__ import annotations

import msgspec

from funnel_audit.report.base import Record


class Note(Record, frozen=True, kw_only=True):
    """Something that could not be evaluated: ``what`` (the key of the record), ``stage``, ``reason`` (a stable word) and one sentence."""

    what: str
    reason: str
    text: str
    stage: str | None = None


class Place(Record, frozen=True, kw_only=True):
    """Where a finding is: a file (and physical line, and column), or a stage."""

    file: str | None = None
    line: int | None = None
    column: str | None = None
    stage: str | None = None


class Finding(Record, frozen=True, kw_only=True):
    """One flaw of the data or of the funnel. ``deals`` holds the first five ids, ``count`` how many there are in all.

    ``effect`` is what it does to the audit, in words; ``numbers`` the figures compared. ``fingerprint`` is the same in the next export
    (rule and deal id, stage, column or file; never the row); under --anonymous it is another one. ``more`` counts the findings of the same
    rule that are not listed one by one; it stands at the last one that is.
    """

    code: str
    name: str
    severity: str
    confidence: str
    place: Place
    text: str
    cure: str
    count: int
    deals: tuple[str, ...] = ()
    effect: str = ""
    numbers: dict[str, float | int | str] = msgspec.field(default_factory=dict)
    fingerprint: str = ""
    more: int = 0


class Capability(Record, frozen=True, kw_only=True):
    """One line of the doctor: can the export answer this? ``verdict`` is yes, partly or no; ``need`` names the export that would."""

    analysis: str
    verdict: str
    why: str
    need: str | None = None
