"""What no list of headers can say: one small function for each habit, switched on by a dialect and shared by all that have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.intake.csv_tolerant import Builder
from funnel_audit.intake.dialect import Log
from funnel_audit.intake.table import Head, Kind, Table
from funnel_audit.journeys.records import Labels
from funnel_audit.labels import normal

if TYPE_CHECKING:
    from funnel_audit.intake.dialect import Dialect

_GUARDED = re.compile(r"^'(?=[-+=@])")
STAGE, CREATED, LOSS, STATUS = 1, 2, 3, 4


def relabelled(labels: Labels, new: Callable[[str], str]) -> Labels:
    """A label column under other texts; texts that become equal share a code, an empty one is blank."""
    position: dict[str, int] = {}
    renumber = [position.setdefault(text, len(position)) if text else -1 for text in map(new, labels.texts)]
    return labels if tuple(position) == labels.texts else Labels(np.array([*renumber, -1], np.int32)[labels.codes], tuple(position))


def unguarded(text: str) -> str:
    """Quirk ``quote_guard``: a cell that spreadsheets would take for a formula was written with a ' before it."""
    return _GUARDED.sub("", text)


def without_prefix(pattern: str) -> Callable[[str], str]:
    """``labels.prefix``: what stands before the label is not part of it (``C3:NEW`` is NEW of another pipeline)."""
    compiled = re.compile(pattern)
    return lambda text: compiled.sub("", text, count=1)


def summed(cents: Any, known: Any, code: Any, chosen: Any) -> tuple[Any, Any]:
    """Quirk ``product_rows``: (amounts, whether known) of the deals whose rows are ``chosen``, each the sum over all rows of that deal."""
    _, group = np.unique(code, return_inverse=True)
    size = int(group.max()) + 1 if len(group) else 0
    total = np.zeros(size, np.int64)
    np.add.at(total, group[known], cents[known])
    any_known = np.zeros(size, bool)
    any_known[group[known]] = True
    return total[group[chosen]], any_known[group[chosen]]


def unfolded(head: Head, value: int, time: int) -> Head:
    """Quirk ``value_time_pairs``: rows go on with further (value, time) pairs to their end; each pair becomes a row of its own."""
    if head.records is None:
        return head
    records = head.records

    def read(wanted: Mapping[int, Kind]) -> Table:
        builder, lines = Builder(wanted), []
        for line, cells in records():
            cells = cells + [""] * (len(head.headers) - len(cells))
            for at in range(value, max(len(cells) - 1, value + 1), 2):
                if at > value and not cells[at] and not cells[at + 1]:
                    continue
                row = [*cells[: len(head.headers)]]
                row[value], row[time] = cells[at], cells[at + 1]
                builder.add([row[index].encode() for index in wanted])
                lines.append(line)
        known = np.array(lines, np.int64)
        return Table(builder.columns(), builder.rows, "utf-8", (), lambda asked: known[asked])

    return replace(head, read=read)


def kinds_of(field: Labels, log: Log) -> Any:
    """What each row of a log of changes of any field is about: STAGE, CREATED, LOSS, STATUS, or 0 for what an audit does not need."""
    words: dict[str, int] = {}
    for kind, names in ((STAGE, log.stage), (CREATED, log.created), (LOSS, log.lost), (STATUS, log.status)):
        words.update({normal(name): kind for name in names})
    return np.array([words.get(normal(text), 0) for text in field.texts] + [0], np.int8)[field.codes]


def stages_of_log(kinds: Any, values: Labels, filled: Any, dialect: Dialect) -> tuple[Labels, Any]:
    """The label that each row of a log of changes leads to, and which rows to keep.

    A filled reason of loss is the loss; of a status only won and lost are events. ``values`` has texts for stages and statuses only.
    """
    lost, won = (dialect.labels.lost or ("lost",))[0], (dialect.labels.won or ("won",))[0]
    texts = [*values.texts, lost, won]
    codes = values.codes.copy()
    codes[kinds == CREATED] = -1
    codes[(kinds == LOSS) & filled] = len(texts) - 2
    outcome = {**{normal(word): -2 for word in dialect.status.lost}, **{normal(word): -1 for word in dialect.status.won}}
    of_status = np.array([outcome.get(normal(text), 0) for text in values.texts] + [0], np.int32)[values.codes]
    status = kinds == STATUS
    codes[status] = np.where(of_status[status] < 0, len(texts) + of_status[status], -1)
    keep = (kinds == STAGE) | (kinds == CREATED) | ((kinds == LOSS) & filled) | (status & (of_status < 0))
    return relabelled(Labels(codes.astype(np.int32), tuple(texts)), lambda text: text), keep
