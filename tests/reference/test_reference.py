"""Third-party funnels whose figures somebody else computed with plain pandas (``shared/data/reference.json``).

Where the rules of the definitions differ from the reference's, the test says so and pins both numbers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from funnel_audit import audit, read
from funnel_audit.report import Audit, FunnelStage

HERE = Path(__file__).parent
MINUTE = 1 / 1440


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> dict[str, Any]:
    return json.loads((shared_data / "reference.json").read_text("utf-8"))


def column(audited: Audit, key: str) -> dict[str, Any]:
    """One figure of every stage, by the stage's English name."""
    return {stage.name: getattr(stage, key) for stage in audited.funnel}


def last(audited: Audit) -> FunnelStage:
    return audited.funnel[-1]


def outcomes(audited: Audit) -> dict[str, int]:
    totals = audited.totals
    found = {"won": totals.won, "lost": totals.lost, "open": totals.open}
    return {name: count for name, count in found.items() if count}


def close(found: float | None, wanted: float) -> bool:
    """Within one percent or one minute."""
    return found is not None and abs(found - wanted) <= max(0.01 * wanted, MINUTE)


# ---------------------------------------------------------------- bpic2012: a strict funnel, exact in everything


@pytest.fixture(scope="module", params=["deals and events", "events alone"])
def bpic(request: pytest.FixtureRequest, shared_data: Path) -> Audit:
    folder = shared_data / "bpic2012"
    files = [folder / "events.csv"] if request.param == "events alone" else [folder / "deals.csv", folder / "events.csv"]
    return audit(read(files, HERE / "bpic2012.yaml"))


def test_bpic_counts(bpic: Audit, reference: dict[str, Any]) -> None:
    wanted = reference["bpic2012"]
    assert bpic.totals.deals == wanted["n_deals"]
    assert outcomes(bpic) == wanted["outcome"]
    assert column(bpic, "reached") == wanted["reached_stage_or_later"]
    assert column(bpic, "seen") == wanted["ever_entered"]
    assert set(column(bpic, "skipped").values()) == {0}, "no stage is skipped in this process"
    assert sum(column(bpic, "back_moves").values()) == wanted["backwards_moves"]
    rate = bpic.totals.win_rate.closed_only
    assert rate is not None and rate.value == pytest.approx(wanted["win_rate_of_closed"], abs=1e-6)


def test_bpic_conversion_so_far(bpic: Audit, reference: dict[str, Any]) -> None:
    wanted = list(reference["bpic2012"]["adjacent_conversion_or_later"].values())
    assert [stage.so_far.value for stage in bpic.funnel[:-1] if stage.so_far] == pytest.approx(wanted, abs=1e-6)


def test_bpic_lost_and_open_per_stage(bpic: Audit, shared_data: Path) -> None:
    """Counted here from the log: the furthest stage of every deal, and how its deal ended."""
    log = pd.read_csv(shared_data / "bpic2012" / "events.csv")
    deals = pd.read_csv(shared_data / "bpic2012" / "deals.csv").set_index("deal_id")["outcome"]
    order = {stage.name: place for place, stage in enumerate(bpic.funnel)}
    furthest = log.assign(place=log["stage"].map(order)).groupby("deal_id")["place"].max()
    for outcome in ("lost", "open"):
        wanted = furthest[deals == outcome].value_counts()
        assert [getattr(stage, outcome) for stage in bpic.funnel] == [int(wanted.get(place, 0)) for place in range(len(order))]


def test_bpic_days_to_advance(bpic: Audit, reference: dict[str, Any]) -> None:
    """The reference counts from first entry to first entry; no stage is skipped here, so a finished advance is the same span."""
    wanted = reference["bpic2012"]["median_days_first_entry_to_first_entry"]
    for stage, days in zip(bpic.funnel[:-1], wanted.values(), strict=True):
        assert stage.advance_days.n == days["n"]
        assert close(stage.advance_days.p50, days["median"]), stage.name
        assert close(stage.advance_days.p90, days["p90"]), stage.name


def test_bpic_money_comes_from_the_deal_rows(bpic: Audit, reference: dict[str, Any]) -> None:
    alone = bpic.input.shape == "stage changes"
    assert bpic.totals.won_amount == (None if alone else reference["bpic2012"]["amount_total_won"])


def test_bpic_both_ways_of_reading_agree(shared_data: Path) -> None:
    folder = shared_data / "bpic2012"
    log = folder / "events.csv"
    alone, both = (read(files, HERE / "bpic2012.yaml").journeys for files in (log, [folder / "deals.csv", log]))
    key = ["deal_id", "entered"]
    pd.testing.assert_frame_equal(
        alone.stays_frame.sort_values(key, ignore_index=True), both.stays_frame.sort_values(key, ignore_index=True), check_dtype=False
    )


# ---------------------------------------------------------------- enpal: a log of changed fields, made into two tables here


@pytest.fixture(scope="module")
def enpal(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The change log as deal rows (created, owner, loss reason) and stage changes; a loss reason is an entry into Lost."""
    folder = shared_data / "enpal_pipedrive"
    log = pd.read_csv(folder / "deal_changes.csv", dtype=str)
    names = pd.read_csv(folder / "stages.csv", dtype=str).set_index("stage_id")["stage_name"]
    field = log["changed_field_key"]
    moved, lost = log[field == "stage_id"], log[field == "lost_reason"]
    changes = pd.concat([moved.assign(stage=moved["new_value"].map(names)), lost.assign(stage="Lost")])
    deals = pd.DataFrame({"deal_id": log["deal_id"].unique()}).set_index("deal_id")
    for name, key in (("created_at", "add_time"), ("owner", "user_id"), ("lost_reason", "lost_reason")):
        deals[name] = log[field == key].groupby("deal_id")["new_value"].first()
    deals["stage"] = "Lost"
    work = tmp_path_factory.mktemp("enpal")
    deals.reset_index().to_csv(work / "deals.csv", index=False)
    changes[["deal_id", "stage", "change_time"]].to_csv(work / "history.csv", index=False)
    return audit(read([work / "deals.csv", work / "history.csv"], HERE / "enpal.yaml"))


def test_enpal_counts(enpal: Audit, reference: dict[str, Any]) -> None:
    wanted = reference["enpal_pipedrive"]
    assert enpal.totals.deals == wanted["n_deals"]
    assert outcomes(enpal) == wanted["outcome"]
    assert column(enpal, "reached") == wanted["reached_stage_or_later"]
    assert column(enpal, "seen") == wanted["ever_entered"]
    assert sum(column(enpal, "back_moves").values()) == wanted["backwards_moves"]


def test_enpal_deals_are_lost_after_the_last_stage(enpal: Audit) -> None:
    """A difference of rules: the last stage is the won one, and 324 deals that reached it are lost there (nobody is won)."""
    assert (last(enpal).reached, last(enpal).lost, last(enpal).won) == (324, 324, 0)
    assert enpal.totals.lost == enpal.totals.unplaced + sum(column(enpal, "lost").values())


# ---------------------------------------------------------------- flinn: one date column per stage


@pytest.fixture(scope="module")
def flinn(shared_data: Path) -> Audit:
    return audit(read(shared_data / "flinn_hubspot_wide" / "hubspot_deals.csv", HERE / "flinn.yaml"))


def test_flinn_counts(flinn: Audit, reference: dict[str, Any]) -> None:
    wanted = reference["flinn_hubspot"]
    assert flinn.input.shape == "dated columns"
    assert flinn.totals.deals == wanted["n_deals"]
    assert outcomes(flinn) == wanted["outcome"]
    assert [stage.reached for stage in flinn.funnel] == list(wanted["reached_stage_or_later"].values())
    assert [stage.seen for stage in flinn.funnel] == list(wanted["ever_entered"].values())
    assert flinn.totals.won_amount == wanted["amount_total_won"]
    rate = flinn.totals.win_rate.closed_only
    assert rate is not None and rate.value == pytest.approx(wanted["win_rate_of_closed"], abs=1e-6)


def test_flinn_deals_lost_after_the_last_stage(flinn: Audit) -> None:
    """A difference of rules: 33 deals have a date for closed_won, 31 are won; 2 were closed as lost afterwards and are lost there."""
    assert (last(flinn).reached, last(flinn).won, last(flinn).lost) == (33, 31, 2)


def test_flinn_days_of_the_last_step(flinn: Audit, reference: dict[str, Any]) -> None:
    """Elsewhere the reference leaves out advances that jump a stage; into the last stage none can."""
    wanted = reference["flinn_hubspot"]["median_days_first_entry_to_first_entry"]["contract_negotiation -> closed_won"]
    days = flinn.funnel[-2].advance_days
    assert days.n == wanted["n"] and close(days.p50, wanted["median"]) and close(days.p90, wanted["p90"])


def test_flinn_median_won_cycle(flinn: Audit) -> None:
    """A difference of rules: 98 days there, up to close_date; a deal is won here when it entered the won stage, which is 72 days."""
    assert flinn.totals.days_to_win.p50 == 72.0
    assert flinn.totals.days_to_win.n == 31


# ---------------------------------------------------------------- maven: current stage and one date, in three notations

MAVEN = ("sales_pipeline.csv", "variants/sales_pipeline.dd-mm-yy.csv", "variants/sales_pipeline.us-dates.csv")


@pytest.fixture(scope="module")
def maven(shared_data: Path) -> list[Audit]:
    return [audit(read(shared_data / "maven_crm" / name, HERE / "maven.yaml", as_of="2017-12-31")) for name in MAVEN]


def test_maven_counts(maven: list[Audit], reference: dict[str, Any]) -> None:
    wanted = reference["maven_crm"]
    found, now = maven[0], wanted["current_stage"]
    assert found.totals.deals == wanted["n_deals"]
    assert outcomes(found) == {"won": now["Won"], "lost": now["Lost"], "open": now["Engaging"] + now["Prospecting"]}
    assert [stage.open for stage in found.funnel] == [now["Prospecting"], now["Engaging"], 0]
    assert column(found, "reached") == wanted["reached"]
    assert found.totals.won_amount == wanted["won_value"]
    rate = found.totals.win_rate.closed_only
    assert rate is not None and rate.value == pytest.approx(wanted["win_rate_of_closed"], abs=1e-6)
    assert found.funnel[1].advance_days.p50 == wanted["median_days_engage_to_won"]


def test_maven_date_notations_make_no_difference(maven: list[Audit]) -> None:
    keys = ("totals", "funnel", "leaks", "stalled", "as_of", "summary")
    for other in maven[1:]:
        assert all(getattr(other, key) == getattr(maven[0], key) for key in keys)


def test_maven_without_an_as_of(shared_data: Path) -> None:
    """A difference of rules: closing dates may be expectations and do not set the as-of; the newest engage date does."""
    found = audit(read(shared_data / "maven_crm" / MAVEN[0], HERE / "maven.yaml"))
    assert found.as_of == "2017-12-27T23:59:59Z"
    assert found.totals.open == 1589 + 500 + 102
    assert {finding.code: finding.count for finding in found.findings}["FA204"] == 102


# ---------------------------------------------------------------- salesforce_demo: rows and history that contradict each other


@pytest.fixture(scope="module")
def salesforce(shared_data: Path) -> Audit:
    folder = shared_data / "salesforce_demo"
    return audit(read([folder / "Opportunity.csv", folder / "Opportunity History.csv"], HERE / "salesforce.yaml"))


def test_salesforce_counts(salesforce: Audit, reference: dict[str, Any]) -> None:
    wanted = reference["salesforce_demo"]
    assert salesforce.totals.deals == wanted["n_deals"]
    assert outcomes(salesforce) == wanted["outcome"]
    assert column(salesforce, "seen") == wanted["ever_entered"]
    assert salesforce.totals.won_amount == wanted["amount_total_won"]
    assert sum(column(salesforce, "back_moves").values()) == wanted["backwards_moves"]
    reached = dict(wanted["reached_stage_or_later"])
    assert reached.pop("Prospecting") == 206
    found = column(salesforce, "reached")
    assert found.pop("Prospecting") == 219, "a difference of rules: every deal has reached the first stage"
    assert salesforce.totals.unplaced == 13 == 219 - 206, "lost, and no entry says from which stage"
    assert found == reached


def test_salesforce_contradictions_are_said(salesforce: Audit) -> None:
    """shared/data/README.md: the last history stage is the row's stage for 198 of 219."""
    assert {finding.code: finding.count for finding in salesforce.findings}["FA302"] == 219 - 198


def test_salesforce_days_of_the_last_step(salesforce: Audit, reference: dict[str, Any]) -> None:
    wanted = reference["salesforce_demo"]["median_days_first_entry_to_first_entry"]["Negotiation/Review -> Closed Won"]
    days = salesforce.funnel[-2].advance_days
    assert days.n == wanted["n"] and close(days.p50, wanted["median"]) and close(days.p90, wanted["p90"])
