"""CSV for a spreadsheet: one row a finding, UTF-8 with a byte order mark, and no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io

from funnel_audit.verdict import Check

COLUMNS = (
    "code", "name", "severity", "confidence", "standing", "fails", "file", "line", "column", "stage", "count", "more", "deals", "text",
    "effect", "cure", "fingerprint", "reason", "owner", "expires",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render(check: Check) -> bytes:
    """The table; its headers are the keys of the JSON, the same in every language."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in check.findings:
        finding, place, line = one.finding, one.finding.place, one.accepted
        writer.writerow(
            map(
                cell,
                (
                    finding.code, finding.name, finding.severity, finding.confidence, one.standing, "yes" if one.fails else "no", one.path,
                    one.line, place.column, place.stage, finding.count, finding.more, " ".join(finding.deals), finding.text, finding.effect,
                    finding.cure, finding.fingerprint, line and line.reason, line and line.owner, line and line.expires,
                ),
            )
        )  # fmt: skip
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def cell(value: object) -> object:
    """A text that begins like a formula gets an apostrophe before it."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_FORMULA) else value
