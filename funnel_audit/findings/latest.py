"""Until when the data speak: every instant at which something was done to a deal, up to the as-of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.journeys import Outcome

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
    found = [int(known.max()) for column in columns if len(known := column[(column != NAT) & (column <= us)])]
    return max(found, default=None)


def count_within(columns: list[Array], begin: int, end: int) -> int:
    """How many instants lie after ``begin`` and not after ``end``."""
    return sum(int(np.count_nonzero((column > begin) & (column <= end))) for column in columns)
