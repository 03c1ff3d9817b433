"""The canonical tables as data frames, for people and for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from funnel_audit.clock import DAY, NAT
from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.labels import LOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys, Labels

    Array = NDArray[Any]


def deals_frame(j: Journeys) -> pd.DataFrame:
    """One row a deal."""
    facts = j.facts
    known = j.outcome == Outcome.OPEN
    frame = pd.DataFrame(
        {
            "deal_id": [facts.id_text(code) for code in range(j.n)],
            "outcome": _from_codes(j.outcome, ["open", "won", "lost"]),
            "stage": j.stage.astype(np.int16),
            "stage_now": pd.array(np.where(known, j.stage_now, 0), dtype="Int16"),
            "created": _stamps(facts.created.at),
            "closed": _stamps(np.where(j.outcome == Outcome.WON, j.won_at.at, j.lost_at.at)),
            "since": _stamps(j.since.at),
            "placed": j.placed,
            "has_history": j.has_history,
            "on_hold": j.on_hold,
            "unmapped": j.unmapped,
            "reopened": j.reopened,
            "back_moves": j.back_moves,
            "amount": np.where(facts.amount_known, facts.amount / 100, np.nan),
            "currency": _categories(facts.currency),
            "owner": _categories(facts.owner),
            "source": _categories(facts.source),
            "lost_reason": _categories(facts.lost_reason),
            "company": [facts.company.text(code) for code in range(j.n)],
            "title": [facts.title.text(code) for code in range(j.n)],
        }
    )
    frame.loc[~known, "stage_now"] = pd.NA
    return frame


def stays_frame(j: Journeys) -> pd.DataFrame:
    """One row a stay; ``to`` is the next stage of an advance, ``days`` NaN where the length is not known."""
    stays = j.stays
    advance = stays.exit < STILL_OPEN
    kind = np.where(advance, 1, np.where(stays.exit == LOST, 2, 0))
    left = np.where((stays.us == NAT) | (stays.entered == NAT) | (kind == 0), NAT, stays.entered + stays.us)
    frame = pd.DataFrame(
        {
            "deal_id": [j.facts.id_text(int(code)) for code in stays.deal],
            "stage": stays.stage.astype(np.int16),
            "entered": _stamps(stays.entered),
            "left": _stamps(left),
            "exit": _from_codes(kind, ["open", "advance", "lost"]),
            "to": pd.array(np.where(advance, stays.exit, 0), dtype="Int16"),
            "days": np.where(stays.us == NAT, np.nan, stays.us / DAY),
        }
    )
    frame.loc[~advance, "to"] = pd.NA
    return frame


def _stamps(at: Array) -> Any:
    return pd.DatetimeIndex(np.ascontiguousarray(at).view("M8[us]")).tz_localize("UTC")


def _categories(labels: Labels) -> Any:
    return _from_codes(labels.codes, list(labels.texts))


def _from_codes(codes: Array, texts: list[str]) -> Any:
    return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(texts, dtype=object))
