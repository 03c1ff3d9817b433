"""The forecast as its reader sees it, on the sample data: periods, reasons, warnings, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs

from funnel_audit.ahead import Ask
from funnel_audit.api import audit, read
from funnel_audit.intake.read import Reading
from funnel_audit.render import render_as
from funnel_audit.report import Audit, Forecast


@pytest.fixture(scope="module")
def reading(sample_data: Path) -> Reading:
    return read([sample_data / "deals.csv"])


def looked(reading: Reading, lang: str = "en", **ask: object) -> Audit:
    return audit(reading, lang=lang, ask=Ask(**ask))  # type: ignore[arg-type]


def ahead(found: Audit) -> Forecast:
    assert found.forecast is not None
    return found.forecast


def page(found: Audit) -> str:
    only = frozenset({"forecast", "outlook"})
    return " ".join(render_as("terminal", found, width=100, color=False, only=only).decode().split())


@pytest.mark.parametrize("ask", [{}, {"until": "31.07.2026"}, {"days": "31d"}])
def test_the_plan_of_the_last_hours_of_june_is_that_of_july(reading: Reading, ask: dict[str, str]) -> None:
    plan = ahead(looked(reading, plan_wins=15, **ask)).plan
    assert plan is not None
    assert (plan.since, plan.period_end, plan.already) == ("2026-07-01", "2026-07-31", 0)


def test_sure_deals_meet_a_small_plan(reading: Reading) -> None:
    """Eight deals of over 85 % are open: seven wins are next to certain, and nothing more is needed for them."""
    found = looked(reading, plan_wins=7)
    shown = ahead(found)
    assert shown.plan is not None and shown.plan.chance is not None and shown.plan.key_stage_needed is not None
    assert shown.plan.chance > 0.9
    assert (shown.plan.key_stage_needed.deals, shown.plan.key_stage_needed.why) == (None, "nothing_needed")
    assert abs(shown.wins.p50 - shown.wins.mean) <= 1.5
    assert shown.wins.from_open == pytest.approx(sum(row.expected for row in shown.by_stage))
    assert "For a chance of 80% nothing more is needed in “Layout/project approved”." in page(found)


def test_what_no_number_of_deals_can_bring_is_unreachable(reading: Reading) -> None:
    found = looked(reading, plan_wins=60)
    plan = ahead(found).plan
    assert plan is not None and plan.key_stage_needed is not None
    assert (plan.key_stage_needed.deals, plan.key_stage_needed.why) == (None, "unreachable")
    assert "A chance of 80% to meet the plan is out of reach in the time left" in page(found)
    assert [note.reason for note in found.notes if note.what == "forecast.plan.key_stage_needed.deals"] == ["unreachable"]


def test_a_horizon_that_failed_in_the_past_is_not_to_be_trusted(reading: Reading) -> None:
    found = looked(reading, days="200d")
    table = ahead(found).backtest
    assert table is not None and table.doubt == "range"
    assert "Do not trust this forecast: its range held in only" in page(found)
    assert "do not say reliably" in " ".join(found.summary)
    assert "Do not trust" not in page(looked(reading))


def test_a_horizon_too_long_to_be_checked_says_so(reading: Reading) -> None:
    found = looked(reading, days="400d")
    assert ahead(found).backtest is None
    assert "Not checked against the past: the history is too short" in page(found)


def test_by_age_alone_nothing_is_said_of_stages(sample_data: Path) -> None:
    found = audit(read([sample_data / "amocrm.csv"]), lang="en")
    shown = ahead(found)
    assert (shown.method, shown.timed, shown.closed, shown.slipping) == ("age since creation", 0, 518, ())
    assert {deal.chance_at_entry for deal in shown.deals} == {None}
    text = page(found)
    assert "At entry" not in text and "Days since" in text and "is weaker" in text
    line = next(one for one in found.capabilities if one.analysis == "forecast")
    assert line.verdict == "partly"
    assert all(deal.chance is None for deal in found.stalled.deals)


def test_stalled_deals_come_by_the_money_at_risk(reading: Reading) -> None:
    deals = looked(reading).stalled.deals
    risk = [deal.amount * (deal.chance_at_entry - deal.chance) for deal in deals if deal.amount and deal.chance is not None]  # type: ignore[operator]
    assert len(risk) > 5
    assert risk == sorted(risk, reverse=True)


def test_both_languages_and_two_runs_have_the_same_figures(reading: Reading) -> None:
    def figures(found: Audit) -> object:
        shown, key = ahead(found), found.key_stage
        assert key is not None
        return shown.wins, shown.amount, shown.plan, shown.backtest, shown.deals, [(one.stage, one.jump) for one in key.candidates]

    one = figures(looked(reading, plan_wins=15))
    assert figures(looked(reading, lang="ru", plan_wins=15)) == one
    assert figures(looked(reading, plan_wins=15)) == one


def test_the_chance_of_a_plan_of_money_is_one_figure(reading: Reading) -> None:
    """In the JSON too: ``chance_amount`` is a share, and no amount to be rounded to hundredths."""
    plan = json.loads(render_as("json", looked(reading, plan_amount=1.9e6)))["forecast"]["plan"]
    assert plan["chance"] == plan["chance_amount"] != round(plan["chance"], 2) and plan["chance_wins"] is None


@pytest.mark.parametrize(("lang", "median", "mean"), [("en", "(median)", "Mean 1"), ("ru", "(медиана)", "Среднее 1")])
def test_no_average_without_its_name(reading: Reading, lang: str, median: str, mean: str) -> None:
    """Median and mean stand side by side and may be far apart: 7 and 8.8 on the sample of amoCRM."""
    found = looked(reading, lang, plan_wins=15)
    said = page(found)
    assert said.count(median) == 2 and mean in said and ("median;" if lang == "en" else "медиана;") in said
    assert any(word in " ".join(found.summary) for word in ("median; range", "медиана; разброс"))
    whole = " ".join(render_as("terminal", found, width=80, color=False).decode().split())
    assert whole.count("median" if lang == "en" else "медиана") >= 6


def test_a_range_that_held_rarely_is_not_told_as_eight_in_ten(reading: Reading) -> None:
    """Five of nine is no proof against the range, and no eight in ten either; of four periods nothing is said."""
    found = looked(reading, "en")
    backtest = ahead(found).backtest
    assert backtest is not None and (backtest.held, len(backtest.origins), backtest.doubt) == (5, 9, None)
    assert "In the past the range held in 5 of 9 periods, fewer than eight in ten: it may be too narrow." in page(found)
    assert "such a one held in 5 of 9 past periods" in " ".join(found.summary)
    assert not structs.replace(backtest, coverage80=6 / 9).rarely_held
    assert not structs.replace(backtest, origins=backtest.origins[:4], coverage80=0.25).rarely_held
