"""The same forty deals give the same deals and stays, whatever layout they are written in."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import forty

from funnel_audit.intake.read import Reading, read
from funnel_audit.stages_file import load_funnel

COLUMNS = ["deal_id", "outcome", "created", "closed", "amount", "currency", "owner"]


def table(found: Reading, columns: list[str]) -> pd.DataFrame:
    frame = found.journeys.deals[columns].sort_values("deal_id", ignore_index=True).astype({"outcome": str})
    return frame.astype({name: str for name in ("currency", "owner") if name in columns})


def truth(columns: list[str]) -> pd.DataFrame:
    rows = [
        {
            "deal_id": str(deal.number),
            "outcome": deal.outcome,
            "created": pd.Timestamp(deal.created, tz="UTC"),
            "closed": pd.Timestamp(deal.end, tz="UTC") if deal.end else pd.NaT,
            "amount": float(deal.amount),
            "currency": "EUR",
            "owner": deal.owner,
        }
        for deal in forty.forty()
    ]
    return pd.DataFrame(rows)[columns]


@pytest.mark.parametrize("layout", forty.LAYOUTS)
def test_deals(layout: str, tmp_path: Path) -> None:
    found = read([str(forty.write(tmp_path, layout))], load_funnel(None))
    assert found.tables[0].outline.found.dialect.name == layout.split("_")[0]
    pd.testing.assert_frame_equal(table(found, COLUMNS), truth(COLUMNS), check_dtype=False)


@pytest.mark.parametrize("layout", [*forty.HISTORIES, "hubspot"])
def test_stays(layout: str, tmp_path: Path) -> None:
    paths = [forty.write(tmp_path, layout)] if layout == "hubspot" else forty.write_history(tmp_path, layout)
    found = read([str(path) for path in paths], load_funnel(None))
    pd.testing.assert_frame_equal(table(found, COLUMNS[:4]), truth(COLUMNS[:4]), check_dtype=False)
    starts = {(str(deal.number), stage, at) for deal in forty.forty() for stage, at in deal.moves}
    frame = found.journeys.stays_frame
    if layout == "salesforce_field_history":  # of a deal that never moved it tells the creation, and no stage
        still = {str(deal.number) for deal in forty.forty() if len(deal.moves) == 1 and deal.outcome == "open"}
        frame, starts = frame[~frame.deal_id.isin(still)], {start for start in starts if start[0] not in still}
    names = {stage: rank for rank, stage in enumerate(sorted(set(frame.stage)))}
    assert {(row.deal_id, names[row.stage], row.entered.tz_localize(None).to_pydatetime()) for row in frame.itertuples()} == starts
