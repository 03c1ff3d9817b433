"""What intake noticed about a file, as data: what findings are made of. Never an exception."""

from __future__ import annotations

from funnel_audit.errors import Said
from funnel_audit.frozen import Frozen


class Defect(Frozen):
    """Something wrong in one place of one file: data for a finding, never an exception.

    ``kind`` is a short stable word ("unreadable_date", "blank_rows", "duplicate_header" ...); ``line`` the physical line in the file
    (1 = the first line), None where the defect is of the whole file; ``count`` how many times, ``sample`` the offending text (cut to 40).
    ``lines`` holds at most the first five places, so that a million bad cells cost nothing.
    """

    kind: str
    file: str
    line: int | None = None
    column: str | None = None
    count: int = 1
    sample: str | None = None
    lines: tuple[int, ...] = ()
    said: Said | None = None
    """Why, where the error that it would have been says it."""


class LabelCount(Frozen):
    """One label of the export: how many deals stand (or, with a history, stood) in it, and the code it maps to (see ``labels``)."""

    text: str
    deals: int
    code: int
