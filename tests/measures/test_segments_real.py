"""Segments of real exports, against published figures and against pandas."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from funnel_audit import audit, read
from funnel_audit.report import Segment

REFERENCE = Path(__file__).parents[1] / "reference"


def by_value(found: tuple[Segment, ...], column: str) -> dict[str | None, Segment]:
    return {row.value: row for row in found if row.column == column}


@pytest.fixture(scope="module")
def maven(shared_data: Path) -> tuple[Segment, ...]:
    file = shared_data / "maven_crm" / "sales_pipeline.csv"
    return audit(read(file, REFERENCE / "maven.yaml", as_of="2017-12-31", by=("sales_agent", "product", "close_value"))).segments


def test_maven_by_product_as_published(maven: tuple[Segment, ...], shared_data: Path) -> None:
    wanted = json.loads((shared_data / "reference.json").read_text("utf-8"))["maven_crm"]
    found = by_value(maven, "product")
    assert found.keys() == wanted["win_rate_by_product"].keys()
    for name, rate in wanted["win_rate_by_product"].items():
        closed = found[name].win_rate.closed_only
        assert closed is not None
        assert closed.value == pytest.approx(rate, abs=5e-5)
    assert {row.verdict for row in found.values()} == {"same"}  # 60 to 65 %: no more than chance


def test_maven_by_agent_as_published(maven: tuple[Segment, ...], shared_data: Path) -> None:
    wanted = json.loads((shared_data / "reference.json").read_text("utf-8"))["maven_crm"]
    found = by_value(maven, "owner")
    assert len(found) == 30
    top = sorted((row.won_amount or 0, row.value) for row in found.values())[:-4:-1]
    assert {name: amount for amount, name in top} == wanted["top_agent_by_won_value"]
    assert sum(row.won for row in found.values()) == wanted["current_stage"]["Won"]
    assert sum(row.won_amount or 0 for row in found.values()) == wanted["won_value"]


def test_maven_amounts_are_typed_in_on_winning(maven: tuple[Segment, ...]) -> None:
    assert {row.verdict for row in maven if row.column == "amount"} == {"not compared"}


def test_ich_school_by_source(shared_data: Path) -> None:
    file = shared_data / "ich_school_crm" / "deals.xlsx"
    found = by_value(audit(read(file, by=("source",))).segments, "source")
    frame = pd.read_excel(file, engine="calamine")
    frame = frame[frame["Stage"].notna()]
    for name, rows in frame.groupby("Source"):
        row = found[str(name)]
        lost = int((rows["Stage"] == "Lost").sum())
        assert row.won == int((rows["Stage"] == "Payment Done").sum())
        assert 0 <= lost - row.lost <= 2  # three were lost after the newest date of the data, by their closing dates
    verdicts = {name: row.verdict for name, row in found.items()}
    assert {verdicts[name] for name in ("SMM", "Organic")} == {"better"}
    assert {verdicts[name] for name in ("Tiktok Ads", "Youtube Ads")} == {"worse"}
    assert verdicts["Offline"] == "few"  # two deals
    assert verdicts["Facebook Ads"] == "same"  # the most deals, as good as the others


def test_bpic2012_by_amount_band(shared_data: Path) -> None:
    folder = shared_data / "bpic2012"
    found = audit(read([folder / "deals.csv", folder / "events.csv"], REFERENCE / "bpic2012.yaml", by=("amount",))).segments
    frame = pd.read_csv(folder / "deals.csv")
    assert sum(row.deals for row in found) == len(frame) == 13_087
    for row in found:
        inside = frame[(frame["amount"] >= (row.low or 0)) & (frame["amount"] < (row.high or float("inf")))]
        assert (row.deals, row.won, row.lost) == (
            len(inside),
            int((inside["outcome"] == "won").sum()),
            int((inside["outcome"] == "lost").sum()),
        )
        assert row.won_amount == inside.loc[inside["outcome"] == "won", "amount"].sum()
    small = next(row for row in found if row.low is None)
    step = next(one for one in small.differences if one.what == "step")
    assert (small.high, small.verdict, step.stage) == (5000.0, "worse", "submitted")  # hardly any small loan is preaccepted
    assert step.value < 0.3 < 0.6 < step.others
