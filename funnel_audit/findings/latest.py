"""Until when the data speak: every instant at which something was done to a deal, up to the as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import DAY, NAT
from funnel_audit.journeys import Outcome
from funnel_audit.pieces import distinct

if TYPE_CHECKING:
    from funnel_audit.findings.rule import Evidence
    from funnel_audit.journeys.records import Array


def born_and_closed(evidence: Evidence) -> list[Array]:
    """When deals were created, won and lost: what happens every week where sales go on."""
    journeys, facts = evidence.journeys, evidence.journeys.facts
    closed = np.where(journeys.outcome > Outcome.OPEN, facts.closed.at, NAT)
    return [facts.created.at, journeys.won_at.at, journeys.lost_at.at, closed]


def moved(evidence: Evidence) -> list[Array]:
    """When deals were edited and moved."""
    facts, entries = evidence.journeys.facts, evidence.journeys.entries
    return [facts.updated.at, facts.stage_changed.at] + ([] if entries is None else [entries.at])


def newest_of(columns: list[Array], us: int) -> int | None:
    """The newest instant not after ``us``; None without any."""
    return max((newest for column in columns if (newest := _newest(column, us)) > NAT), default=None)


def newest_few(columns: list[Array], us: int, many: int) -> list[int]:
    """The newest instants not after ``us``, each once, the newest first: ``many`` of them, or all there are."""
    found: set[int] = set()
    for column in columns:
        newest, span = _newest(column, us), DAY  # as a rule the last day of a column holds enough
        while newest > NAT:
            late = distinct(column[(column > max(newest - span, NAT)) & (column <= us)])
            if len(late) >= many or newest - span <= NAT:
                found.update(late[-many:].tolist())
                break
            span *= 32
    return sorted(found, reverse=True)[:many]


def _newest(column: Array, us: int) -> int:
    """The newest instant of a column not after ``us``; NAT without any."""
    newest = int(column.max(initial=NAT))
    return newest if newest <= us else int(column[column <= us].max(initial=NAT))


def count_within(columns: list[Array], begin: int, end: int) -> int:
    """How many instants lie after ``begin`` and not after ``end``."""
    return sum(int(np.count_nonzero((column > begin) & (column <= end))) for column in columns)
