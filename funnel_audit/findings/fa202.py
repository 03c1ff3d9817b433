"""Missing id.

*What it finds*
    Rows of a deal table without an id; each of them is counted as a deal of its own, called by its file and line.

*Why it matters*
    Without an id a row cannot be matched with a history or with the export of another day, and a deal that stands twice counts twice.

*When it is wrong*
    When every row is a deal and neither a history nor a second export will be added.

*Example*
    A spreadsheet to which three deals were added by hand, without numbers.

*How to mend it*
    Add the column with the id of the deal to the export (in amoCRM and Bitrix24 it is called ID).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from funnel_audit.findings.rule import Evidence, Found
from funnel_audit.findings.wording import first_deals
from funnel_audit.texts import N_, Texts

NAME = N_("missing deal ids")
SEVERITY = "warning"
CONFIDENCE = "high"


def find(evidence: Evidence, texts: Texts) -> Iterator[Found]:
    journeys = evidence.journeys
    names = {Path(file).name for file in evidence.files}

    def nameless(deal: int) -> bool:
        file, _, line = journeys.facts.id_text(deal).rpartition(":")
        return file in names and line.isdigit()

    begin = bisect_left(range(journeys.n), True, key=nameless)  # deals without an id are numbered after all others
    n = journeys.n - begin
    if n:
        text = texts.count(
            "{n} row of {total} has no deal id; it counts as a deal of its own.",
            "{n} rows of {total} have no deal id; each counts as a deal of its own.", n, total=journeys.n,
        )  # fmt: skip
        cure = texts.say("Add the column with the deal's id to the export.")
        yield Found(evidence.deal_place(begin), text, cure, n, first_deals(evidence, np.arange(begin, journeys.n)))
