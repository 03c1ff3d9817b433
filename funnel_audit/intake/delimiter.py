"""Which character separates the cells: the one under which the records agree on their width. (csv.Sniffer is wrong too often.)"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from funnel_audit.intake.csv_scan import scan
from funnel_audit.intake.layout import is_blank, is_value
from funnel_audit.intake.notes import Notes

DELIMITERS = ",;\t|"
RECORDS = 60
_HINT = re.compile(rb"sep=([,;\t|])\s*\r?\n", re.I)  # Excel's own first line


def sniff_delimiter(sample: bytes) -> str:
    """"," where nothing separates anything: a table of one column."""
    if hint := _HINT.match(sample):
        return hint[1].decode()
    return max(DELIMITERS, key=lambda delimiter: _score(sample, delimiter))


def _score(sample: bytes, delimiter: str) -> tuple[float, int]:
    try:
        records = [cells for _, cells in islice(scan(memoryview(sample), delimiter, first_line=1, notes=Notes("")), RECORDS)]
    except Exception:  # an endless cell under this delimiter: the real reader will say so
        return (0.0, 0)
    rows = [cells for cells in records if not is_blank(cells)]
    widths = Counter(len(cells) for cells in rows)
    wide = [(count, width) for width, count in widths.items() if width > 1]
    if not wide:
        return (0.0, 0)
    count, width = max(wide)
    return (count / len(rows) + 0.3 * _header_agrees(rows, width), width)


def _header_agrees(rows: Sequence[Sequence[str]], width: int) -> float:
    """The first record with several cells should be as wide as most and hold words: decimal commas stand in data, not in headers."""
    first = next(cells for cells in rows if len(cells) > 1)
    texts = sum(1 for cell in first if cell.strip() and not is_value(cell.strip()))
    return (texts / len(first)) * (abs(len(first) - width) <= 1)
