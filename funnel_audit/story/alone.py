"""The journeys of one deal, cut out of those of all: nothing is worked out anew, so that it is what the report counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

if TYPE_CHECKING:
    from funnel_audit.journeys import Journeys, Stays

_PER_DEAL = ("outcome", "stage", "stage_now", "placed", "has_history", "on_hold", "unmapped", "seen", "stayed", "reopened", "back_moves")
_MOMENTS = ("since", "won_at", "lost_at")
_DEAL_LISTS = ("vanished", "outcome_conflicts", "stage_conflicts")


def alone(journeys: Journeys, deal: int) -> Journeys:
    """The same journeys with this deal only, numbered 0."""
    index = np.array([deal])
    parts: dict[str, Any] = {name: getattr(journeys, name)[index] for name in _PER_DEAL}
    parts |= {name: getattr(journeys, name).take(index) for name in _MOMENTS}
    parts |= {name: np.zeros(int(np.any(getattr(journeys, name) == deal)), np.int64) for name in _DEAL_LISTS}
    entries = journeys.entries
    if entries is not None:
        low, high = np.searchsorted(entries.deal, [deal, deal + 1])
        entries = replace(
            entries,
            deal=entries.deal[low:high] * 0,
            at=entries.at[low:high],
            label=entries.label[low:high],
            day=entries.day[low:high] if isinstance(entries.day, np.ndarray) else entries.day,
            slack_us=None if entries.slack_us is None else entries.slack_us[low:high],
            starts=np.zeros(min(int(high - low), 1), np.int64),
        )
    stays = stays_of(journeys.stays, deal)
    gone_back = np.zeros_like(journeys.back_into)
    return replace(
        journeys, facts=journeys.facts.take(index), stays=stays, pairs=stays_of(journeys.pairs, deal), back_into=gone_back,
        entries=entries if entries is not None and len(entries.deal) else None, excluded=0, not_yet=0, unknown_history=0, unknown_ids=(),
        **parts,
    )  # fmt: skip


def stays_of(stays: Stays, deal: int) -> Stays:
    """The stays of one deal, numbered 0."""
    rows = np.flatnonzero(stays.deal == deal)
    return replace(
        stays,
        deal=np.zeros(len(rows), np.int32),
        stage=stays.stage[rows],
        entered=stays.entered[rows],
        us=stays.us[rows],
        exit=stays.exit[rows],
        slack_us=None if stays.slack_us is None else stays.slack_us[rows],
    )
