"""The bigger sets of ../shared/data, from their raw files; figures of its README and of reference.json."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from funnel_audit import audit
from funnel_audit import read as read_data
from funnel_audit.clock import NAT, elapsed_us
from funnel_audit.intake.read import Reading, read
from funnel_audit.render.json import render
from funnel_audit.stages_file import load_funnel


def reading(*paths: Path) -> Reading:
    return read([str(path) for path in paths], load_funnel(None))


def test_enpal_from_its_log(shared_data: Path) -> None:
    folder = shared_data / "enpal_pipedrive"
    found = reading(folder / "deal_changes.csv", folder / "stages.csv", folder / "fields.csv")
    assert found.journeys.n == 1995 and (found.journeys.deals.outcome == "lost").all()
    names = [stage.name.en for stage in found.funnel.stages]
    assert names[:3] == ["Lead Generation", "Qualified lead", "Needs Assessment"] and names[8] == "Renewal/Expansion"
    reached = [int((found.journeys.stage >= k).sum()) for k in range(9)]
    assert reached == [1995, 1990, 1951, 1862, 1693, 1424, 1081, 723, 324]
    assert {defect.kind: defect.count for defect in found.defects} == {"ignored_table": 1, "reused_id": 5}


def test_salesforce_demo(shared_data: Path) -> None:
    folder = shared_data / "salesforce_demo"
    found = reading(folder / "Opportunity.csv", folder / "Opportunity History.csv")
    assert len(found.journeys.stage_conflicts) == 21
    assert found.funnel.source == "dialect"
    assert [int((found.journeys.stage >= k).sum()) for k in range(5)][-1] == int((found.journeys.outcome == 1).sum())


def test_flinn(shared_data: Path) -> None:
    found = reading(shared_data / "flinn_hubspot_wide" / "hubspot_deals.csv")
    assert [stage.name.en for stage in found.funnel.stages] == [
        "pre_pitch", "pitching", "product_testing", "price_offering", "contract_negotiation", "closed_won"]  # fmt: skip
    assert found.journeys.n == 89


def test_school(shared_data: Path) -> None:
    found = reading(shared_data / "ich_school_crm" / "deals.xlsx")
    assert found.journeys.n == 21593
    kinds = {defect.kind: defect.count for defect in found.defects}
    assert kinds["broken_id"] == 2 and kinds["junk_rows"] == 1 and kinds["blank_rows"] >= 1
    created, closed = found.journeys.facts.created, found.journeys.facts.closed
    both = np.flatnonzero((created.at != NAT) & (closed.at != NAT))
    days = [np.broadcast_to(column.day, found.journeys.n)[both] for column in (created, closed)]
    by_day = elapsed_us(created.at[both], days[0], closed.at[both], days[1], "UTC")
    assert (int((by_day < 0).sum()), int((closed.at[both] < created.at[both]).sum())) == (44, 3312)


def test_maven_variants_are_one(shared_data: Path) -> None:
    folder = shared_data / "maven_crm"
    paths = [folder / "sales_pipeline.csv", *sorted((folder / "variants").iterdir())]
    first, *others = [reading(path).journeys.deals for path in paths]
    assert first.outcome.value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 2089}
    assert first.amount[first.outcome == "won"].sum() == 10_005_534
    for other in others:
        assert first.equals(other)
    found = {render(audit(read_data("-", stdin=path.read_bytes()))) for path in paths}
    assert len(paths) == 3 and len(found) == 1, "the three ways to write dates give one audit, to the byte"
