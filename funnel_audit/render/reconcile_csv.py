"""The reconciliation for a spreadsheet: a row for every rule and step, and one for every deal that counts otherwise there."""

from __future__ import annotations

import csv
import io

from funnel_audit.clean import clean_record
from funnel_audit.reconcile_record import Reconciliation
from funnel_audit.render.check.csv import cell

COLUMNS = ("rule", "start", "end", "base", "gone_on", "rate", "difference", "cause", "effect", "deal")
DIGITS = 6


def render(found: Reconciliation) -> bytes:
    """UTF-8 with a byte order mark; the headers are the keys of the JSON, the same in every language. No cell is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rule in clean_record(found).rules:
        for step in rule.steps:
            head = (rule.rule, step.start, step.end)
            figures = (step.base, step.gone_on, _share(step.rate), _share(step.difference))
            writer.writerow(map(cell, (*head, *figures, "", "", "")))
            for part in step.behind:
                writer.writerows([*map(cell, (*head, "", "", "", "", part.cause, part.effect, deal))] for deal in part.ids)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0
