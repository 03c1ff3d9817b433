"""Facts and entries -> journeys: who is in scope, then part by part (see ``part``), then one table again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import NAT, AsOf
from funnel_audit.journeys.order import journey_order
from funnel_audit.journeys.part import build_part
from funnel_audit.journeys.records import NO_LABEL, Entries, Facts, Journeys, Labels, Moments, RowTexts, Stays
from funnel_audit.journeys.stays import join_stays, overlay
from funnel_audit.labels import LOST
from funnel_audit.pieces import edges, in_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]


PART = 1 << 15
"""Deals in a part: with their entries they stay in the processor's cache."""
_PER_DEAL = ("outcome", "stage", "stage_now", "placed", "has_history", "on_hold", "unmapped", "seen", "stayed", "reopened", "back_moves")


def build(
    facts: Facts, entries: Entries, *, stages: int, as_of: AsOf, timezone: str, pairs: Sequence[tuple[int, int]] = (),
    left_out: Array | None = None, vanished: Array | None = None, unknown_history: int = 0, unknown_ids: tuple[str, ...] = (),
) -> Journeys:  # fmt: skip
    """Journeys of all deals that exist at ``as_of`` and are neither excluded nor ``left_out`` by the user's choice of a period.

    ``stages`` is the number of stages, the last being the won one; ``pairs`` are (from, to) indices. An entry after as-of does not exist.
    ``vanished`` are deals that a series of snapshots no longer has; ``unknown_history`` counts ids of the history that no deal row has.
    """
    not_yet = (facts.created.at != NAT) & (facts.created.at > as_of.us)
    in_scope = ~not_yet if left_out is None else ~not_yet & ~left_out
    keep = ~facts.excluded & in_scope
    excluded, future = int(np.count_nonzero(facts.excluded & in_scope)), int(np.count_nonzero(not_yet))
    gone = np.zeros(facts.n, bool)
    if vanished is not None:
        gone[vanished] = True
        gone = gone[keep]
    known_by_now = entries.at <= as_of.us  # an unknown instant, too: NAT is less than any
    if not keep.all():
        new_code = np.cumsum(keep, dtype=np.int32) - 1
        entries = entries.take(np.flatnonzero(known_by_now & keep[entries.deal]))
        entries = Entries(new_code[entries.deal], entries.at, entries.label, entries.day, entries.slack_us)
        facts = facts.take(np.flatnonzero(keep))
    elif not known_by_now.all():
        entries = entries.take(np.flatnonzero(known_by_now))

    facts = as_then(facts, as_of, stages - 1)
    ordered = journey_order(entries, timezone)
    recorded = ordered.recorded(stages - 1)
    cuts = edges(facts.n, PART)
    places = dict(zip(cuts, np.searchsorted(ordered.deal, np.array(cuts, ordered.deal.dtype)).tolist(), strict=True))

    def work(begin: int, end: int) -> Journeys:
        mine = ordered.part(places[begin], places[end], begin)
        return build_part(
            rows_of(facts, begin, end), mine, stages=stages, as_of=as_of, timezone=timezone, pairs=pairs, recorded=recorded
        )  # fmt: skip

    joined = join_parts(facts, in_pieces(cuts, work), cuts)
    return replace(
        joined, excluded=excluded, not_yet=future, vanished=np.flatnonzero(gone), unknown_history=unknown_history, unknown_ids=unknown_ids,
        entries=ordered if len(ordered.deal) else None,
    )  # fmt: skip


def earlier(j: Journeys, as_of: AsOf) -> Journeys:
    """The same deals as they are known to have stood at an earlier as-of; those created after it are not there. No pairs of stages."""
    entries = Entries.none()
    if j.entries is not None:
        ordered = j.entries
        entries = Entries(ordered.deal, ordered.at, ordered.label, ordered.day, ordered.slack_us)
    return build(j.facts, entries, stages=j.stages, as_of=as_of, timezone=j.timezone)


def as_then(facts: Facts, as_of: AsOf, won_stage: int) -> Facts:
    """The facts as known at as-of: a label set later is not known yet; a terminal label's own date stands in for a missing closing date."""
    changed, closed = facts.stage_changed, facts.closed
    later = (changed.at != NAT) & (changed.at > as_of.us)
    if later.any():
        facts = replace(facts, label=np.where(later, NO_LABEL, facts.label).astype(np.uint8))
    dated = (closed.at == NAT) & (changed.at != NAT) & ((facts.label == won_stage) | (facts.label == LOST))
    if dated.any():
        rows = np.flatnonzero(dated)
        facts = replace(facts, closed=overlay(closed, rows, changed.take(rows), np.ones(facts.n, bool)))
    return facts


def rows_of(facts: Facts, begin: int, end: int) -> Facts:
    """The facts of some deals that follow each other, as views; their ``id_text`` stays that of all."""
    part: Any = slice(begin, end)
    columns: dict[str, Any] = {}
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        if isinstance(value, np.ndarray):
            columns[name] = value[part]
        elif isinstance(value, Labels | Moments | RowTexts):
            columns[name] = value.take(part)
    return replace(facts, n=end - begin, columns=(), **columns)


def join_parts(facts: Facts, parts: Sequence[Journeys], cuts: Sequence[int]) -> Journeys:
    """The journeys of all deals from those of the parts, whose deals are numbered from ``cuts``."""
    if len(parts) == 1:
        return replace(parts[0], facts=facts)
    columns: dict[str, Any] = {}
    for name in _PER_DEAL:
        columns[name] = np.concatenate([getattr(part, name) for part in parts])
    for name in ("since", "won_at", "lost_at"):
        columns[name] = join_moments([getattr(part, name) for part in parts])
    for name in ("stays", "pairs"):
        columns[name] = join_stays(*(renumbered(getattr(part, name), begin) for part, begin in zip(parts, cuts, strict=False)))
    for name in ("stage_conflicts", "outcome_conflicts"):
        columns[name] = np.concatenate([getattr(part, name) + begin for part, begin in zip(parts, cuts, strict=False)])
    return replace(parts[0], facts=facts, back_into=np.sum([part.back_into for part in parts], axis=0), **columns)


def join_moments(parts: Sequence[Moments]) -> Moments:
    """Moments one below the other."""
    at = np.concatenate([part.at for part in parts])
    if all(part.day is parts[0].day for part in parts) and isinstance(parts[0].day, bool):
        return Moments(at, parts[0].day)
    return Moments(at, np.concatenate([np.broadcast_to(part.day, len(part.at)) for part in parts]))


def renumbered(stays: Stays, begin: int) -> Stays:
    """Stays of a part with the deals' codes among all deals."""
    return replace(stays, deal=stays.deal + np.int32(begin))
