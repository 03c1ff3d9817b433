"""Origins, what they may know, and what they are graded by."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from build import journeys
from msgspec.structs import replace
from simulate import HISTORY, Company, company

from funnel_audit.clock import DAY, NAT, start_of_day
from funnel_audit.journeys import Journeys
from funnel_audit.journeys.records import STILL_OPEN, Moments, Outcome
from funnel_audit.measures.forecast import Backtest, Forecast, forecast
from funnel_audit.measures.forecast.origins import gradable, month_starts
from funnel_audit.measures.forecast.spread import SCALES, Ended, period_weights

cached = cache(company)


def made(j: Journeys, days: float = 30, **options: object) -> Forecast:
    found = forecast(j, until_us=j.as_of.us + round(days * DAY), **options)  # type: ignore[arg-type]
    assert isinstance(found, Forecast)
    return found


def table_of(found: Forecast) -> Backtest:
    assert found.backtest is not None
    return found.backtest


def test_origins_are_local_month_ends() -> None:
    first = start_of_day(2025, 1, 10, "Asia/Tokyo")
    as_of = start_of_day(2025, 7, 2, "Asia/Tokyo")
    starts = month_starts(first, as_of, "Asia/Tokyo")
    assert starts == [start_of_day(2025, month, 1, "Asia/Tokyo") for month in range(2, 8)]
    # 60 days before: from the end of March on; 30 days after: up to the end of May
    assert gradable(starts, first, as_of, 30) == [2, 3, 4]
    assert gradable(starts, first, as_of, 30, 2) == [3, 4]
    assert gradable(starts, first, as_of, 90, None) == [2]


def cut_after(j: Journeys, at: int, rng: np.random.Generator) -> Journeys:
    """Another future: exits later than ``at`` get another time and fate, later deals vanish, and the rows say other things."""
    stays = j.stays
    end = stays.entered + stays.us
    late = (end > at) | (stays.exit == STILL_OPEN)
    us, code = stays.us.copy(), stays.exit.copy()
    last = np.append(stays.deal[1:] != stays.deal[:-1], True)
    earlier = np.maximum(at - stays.entered, 0)
    us[late] = earlier[late] + rng.integers(1, 20 * DAY, int(late.sum()))
    us = np.minimum(us, np.maximum(j.as_of.us - stays.entered, 0))
    change = late & last
    code[change] = np.where(rng.random(int(change.sum())) < 0.5, STILL_OPEN, j.stages - 1)
    keep = stays.entered <= at
    change &= keep
    outcome = j.outcome.copy()
    outcome[stays.deal[change]] = np.where(code[change] == STILL_OPEN, Outcome.OPEN, Outcome.WON)
    gone = np.ones(j.n, bool)
    gone[stays.deal[keep]] = False
    outcome[gone] = Outcome.OPEN
    facts = replace(j.facts, amount=j.facts.amount[::-1].copy(), label=np.full(j.n, 3, np.uint8))
    changed = replace(stays, deal=stays.deal[keep], stage=stays.stage[keep], entered=stays.entered[keep], us=us[keep], exit=code[keep])
    return replace(j, stays=changed, outcome=outcome, stage=np.zeros_like(j.stage), facts=facts)


@pytest.mark.parametrize("setting", ["small", "leak"])
def test_another_future_changes_no_past_forecast(setting: str) -> None:
    j = cached(7, setting).journeys
    before = table_of(made(j)).origins
    middle = before[6].as_of_us
    other = cut_after(j, middle, np.random.default_rng(3))
    after = table_of(made(other)).origins
    assert [row.as_of_us for row in after] == [row.as_of_us for row in before]
    told = [replace(row, actual=0, actual_of_open=0) for row in before[:7]]
    horizon_over = [row.as_of_us + 30 * DAY <= middle for row in before[:7]]
    assert [replace(row, actual=0, actual_of_open=0) for row in after[:7]] == told
    assert [row.actual for row, over in zip(after, horizon_over, strict=False) if over] == [
        row.actual for row, over in zip(before, horizon_over, strict=False) if over
    ]
    assert [row.mean for row in after[8:]] != [row.mean for row in before[8:]]


def test_an_origin_is_what_a_forecast_made_then_would_have_said() -> None:
    """Journeys built again with the origin as as-of give the same means as the origin cut out of today's."""
    j = cached(9, "small").journeys
    row = table_of(made(j)).origins[4]
    stays = j.stays
    begun = stays.entered <= row.as_of_us
    end = stays.entered + stays.us
    open_then = (end > row.as_of_us) | (stays.exit == STILL_OPEN)
    us = np.where(open_then, row.as_of_us - stays.entered, stays.us)
    code = np.where(open_then, STILL_OPEN, stays.exit)
    then = replace(stays, deal=stays.deal[begun], stage=stays.stage[begun], entered=stays.entered[begun], us=us[begun], exit=code[begun])
    outcome = j.outcome.copy()
    outcome[stays.deal[open_then | ~begun]] = Outcome.OPEN
    won = np.where(j.won_at.at <= row.as_of_us, j.won_at.at, NAT)
    exists = np.zeros(j.n, bool)
    exists[then.deal] = True
    stage = np.where(exists, j.stage, j.stages - 1).astype(np.int8)  # a deal that is not there yet is not open
    past = replace(j, stays=then, outcome=outcome, stage=stage, won_at=Moments(won), as_of=replace(j.as_of, us=row.as_of_us))
    assert made(past).wins.mean == row.mean


def wild_table(seed: int) -> str:
    """Deals that skip, go back, are parked, are lost and taken up again."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(500):
        at = float(rng.uniform(0, 190))
        words = [f"a{at:.3f}"]
        for letter in "bcw":
            at += float(rng.lognormal(1.5, 0.8))
            luck = rng.random()
            if luck < 0.08:
                words.append(f"a{at - 0.3:.3f}")
            if luck > 0.9:
                words += [f"x{at - 0.2:.3f}"]
                at += float(rng.uniform(5, 40))
            if 0.1 < luck < 0.15:
                continue
            if 0.2 < luck < 0.45:
                words.append(f"x{at:.3f}")
                break
            words.append(f"{letter}{at:.3f}")
        rows.append(f"D{i}: " + " ".join(words))
    return "\n".join(rows)


def test_reopened_deals_were_lost_then() -> None:
    """The same export read at an earlier as-of says what the origin says, though some of its losses were undone later."""
    table = wild_table(4)
    whole = journeys(table, "abcw", 200)
    assert (whole.reopened > 0).sum() > 20
    origins = table_of(made(whole)).origins
    for row, day in zip(origins, (89, 119, 150), strict=True):
        then = journeys(table, "abcw", f"{day}d")
        assert abs(then.as_of.us - row.as_of_us) < 2_000_000
        found = made(then, backtest_origins=0)
        assert found.wins.mean == pytest.approx(row.mean, rel=1e-4)
        assert found.crm_weighted.wins == pytest.approx(row.crm_weighted, rel=1e-9)
        assert found.stage_only == pytest.approx(row.stage_only, rel=1e-4)
        assert sum(stage.open for stage in found.by_stage) == row.open


def test_the_same_twice() -> None:
    j = cached(7, "small").journeys
    assert made(j) == made(j)


def test_actuals_and_rivals_are_counted() -> None:
    c: Company = cached(7, "small")
    won = c.reached[: c.journeys.n, -1]
    start = c.journeys.as_of.us - HISTORY * DAY
    for row in table_of(made(c.journeys)).origins:
        at = (row.as_of_us - start) / DAY
        assert row.actual == np.count_nonzero((won > at) & (won <= at + 30))
        assert row.naive == np.count_nonzero((won > at - 30) & (won <= at))
        assert row.p10 <= row.p50 <= row.p90


def test_stage_weights_are_the_crms() -> None:
    """40 won and 60 lost in b, 100 lost in a: weights 0.2 and 0.4; 5 open in a, 10 in b."""
    table = "W*40: a0 b5 w20\n L*60: a0 b5 x9\n M*100: a0 x9\n O*5: a60\n P*10: a60 b70"
    found = made(journeys(table, "abw", 100), backtest_origins=0)
    assert found.crm_weighted.wins == pytest.approx(5 * 0.2 + 10 * 0.4)
    assert found.why_no_backtest == "not_asked"


def taught(actual: int) -> Ended:
    return Ended(mean=50.0, variance=50.0, by_scale=(50.0 * SCALES) ** 2, actual=actual)


def test_the_period_effect_waits_for_three_origins() -> None:
    wild = [taught(110)] * 3
    prior = period_weights([])
    assert (period_weights(wild[:2]) == prior).all()
    grid = SCALES
    assert period_weights(wild) @ grid > 2 * (prior @ grid)
    calm = [taught(50)] * 12
    assert period_weights(calm) @ grid < prior @ grid


def test_a_short_history_has_no_backtest() -> None:
    found = made(journeys("W*40: a0 w20\n L*60: a0 x9\n O*5: a60", "aw", 70))
    assert found.backtest is None
    assert found.why_no_backtest == "short_history"


def test_all_origins_are_more_than_twelve() -> None:
    j = cached(7, "small").journeys
    assert len(table_of(made(j)).origins) == 12
    assert len(table_of(made(j, backtest_origins=None)).origins) > 12


def test_bands_add_up() -> None:
    table = table_of(made(cached(7, "leak").journeys))
    assert sum(band.deals for band in table.bands) == sum(row.open for row in table.origins)
    assert sum(band.actual for band in table.bands) == sum(row.actual_of_open for row in table.origins)
    assert table.brier is not None and table.brier_crm is not None
    assert table.brier < table.brier_crm
