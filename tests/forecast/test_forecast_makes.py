"""The forecast as a whole: reasons, money, plan, lists, the fallback, and a small calibration."""

from __future__ import annotations

import numpy as np
import pytest
from build import journeys
from simulate import HISTORY, company

from funnel_audit.clock import DAY
from funnel_audit.journeys import Journeys
from funnel_audit.measures.forecast import Forecast, Ground, Plan, Why, forecast, survey
from funnel_audit.measures.forecast.make import work
from funnel_audit.measures.forecast.probit import crowd, probit, shifted
from funnel_audit.measures.forecast.spread import SAMPLES, SCALES, Ended, period_weights

CLOSED = "W*40: a0 b5 w20 | amount=100 currency=RUB\n L*40: a0 b5 x9\n M*20: a0 x9\n"


def made(j: Journeys | Ground, days: float = 30, **options: object) -> Forecast:
    at = (j.journeys if isinstance(j, Ground) else j).as_of.us
    found = forecast(j, until_us=at + round(days * DAY), **options)  # type: ignore[arg-type]
    assert isinstance(found, Forecast)
    return found


def why(j: Journeys, days: float = 30, **options: object) -> str:
    found = forecast(j, until_us=j.as_of.us + round(days * DAY), **options)  # type: ignore[arg-type]
    assert isinstance(found, Why)
    return found.reason


def test_reasons() -> None:
    assert why(journeys("W*15: a0 b5 w20\n L*14: a0 x9\n O*5: a60", "abw")) == "few_closed"
    assert why(journeys(CLOSED, "abw"), days=0) == "no_horizon"
    assert why(journeys("W*40: | label=w\n L*40: | label=x created=3", "abw")) == "no_times"
    rows = "W*40: | label=w created=1 closed=20\n L*40: | label=x created=3 closed=9\n O*9: | label=b created=90"
    assert why(journeys(rows, "abw"), target=1) == "no_stage_times"


def test_without_stage_times_the_age_since_creation_serves() -> None:
    rows = "W*40: | label=w created=1 closed=21\n L*60: | label=x created=3 closed=13\n"
    found = made(journeys(rows + "O*10: | label=b created=95\n P*5: | label=a created=85", "abw"))
    assert found.method == "age since creation"
    # losses come at 10 days, 60 of the 105 that got there; wins at 20. So 45 / 105 at 5 days, and all at 15
    assert found.wins.from_open == pytest.approx(10 * 45 / 105 + 5, rel=0.001)
    assert {(row.stage, row.open) for row in found.by_stage} == {(0, 5), (1, 10)}
    assert found.slipping == ()  # no deal has lost what it had when it was made
    assert {deal.chance_at_entry for deal in found.deals} == {None}


def test_open_deals_by_stage_and_age() -> None:
    """Of 84 in b 40 are lost after 4 days; all others win after 15. So 44 / 84 before, and 1 for those who are there at 10."""
    found = made(journeys(CLOSED + "O*10: a80 b98\n P*4: a80 b90", "abw"))
    assert {row.stage: (row.open, round(row.expected, 1)) for row in found.by_stage} == {1: (14, 9.2)}
    assert [deal.deal for deal in made(journeys(CLOSED + "O: a80 b98\n P: a80 b90", "abw"), top=1).deals] == [101]


def test_a_deal_of_unknown_age_has_the_chance_of_its_stage() -> None:
    found = made(journeys(CLOSED + "O*3: a80 b98\n P*4: b* | created=1 begun=1", "abw"), top=99)
    unknown = [deal for deal in found.deals if deal.age_days is None]
    assert len(unknown) == 4
    assert 0.5 < unknown[0].chance < 1.0


def test_on_hold_deals_stay_in() -> None:
    found = made(journeys(CLOSED + "O: a80 b90 h95\n P: a80 b90", "abw"), top=9)
    assert sorted(deal.on_hold for deal in found.deals) == [False, True]
    assert len({deal.chance for deal in found.deals}) == 1


def test_money_is_the_deals_own_and_drawn_where_missing() -> None:
    found = made(journeys(CLOSED + "O*10: a80 b90 | amount=1000 currency=RUB\n P*10: a80 b90", "abw"), currency="RUB")
    assert found.amount is not None
    assert found.amount_drawn == 10
    each = found.by_stage[0].expected / 20
    assert found.amount.from_open == pytest.approx(each * (10 * 1000 + 10 * 100))
    assert found.amount.from_new == pytest.approx(found.wins.from_new * 100)
    assert found.amount.p10 < found.amount.p50 <= found.amount.p90
    assert made(journeys(CLOSED, "abw"), currency="EUR").why_no_amount == "no_amounts"


def test_other_currencies_are_left_out() -> None:
    table = CLOSED + "O*10: a80 b90 | amount=1000 currency=USD\n P*10: a80 b90 | amount=50 currency=RUB"
    found = made(journeys(table, "abw"), currency="RUB")
    assert found.amount is not None
    assert found.amount.from_open == pytest.approx(found.by_stage[0].expected / 20 * 10 * 50)


def test_the_plan_counts_what_the_period_has_brought() -> None:
    j = journeys(CLOSED + "O*10: a80 b90", "abw")
    since = j.as_of.us - 85 * DAY
    easy = made(j, plan=Plan(since_us=since, wins=40))
    assert easy.plan is not None
    assert (easy.plan.already, easy.plan.chance) == (40, 1.0)
    chances = [made(j, plan=Plan(since_us=since, wins=wins)).plan.chance for wins in (46, 50, 54)]  # type: ignore[union-attr]
    assert chances == sorted(chances, reverse=True)
    late = made(j, plan=Plan(since_us=j.as_of.us - DAY, wins=40))
    assert late.plan is not None and late.plan.already == 0
    money = made(j, plan=Plan(since_us=since, amount=3999.0), currency="RUB").plan
    assert money is not None and (money.already_amount, money.chance) == (4000.0, 1.0)


def told(j: Journeys, wins: int) -> tuple[int | None, str | None]:
    plan = made(j, plan=Plan(since_us=j.as_of.us, wins=wins), key_stage=1).plan
    assert plan is not None and plan.key_stage_needed is not None
    return plan.key_stage_needed.deals, plan.key_stage_needed.why


def test_how_many_must_reach_the_key_stage() -> None:
    """Of those who get to b half win, 15 days later: for 20 more wins with 80 % some 46 deals, and soon."""
    j = journeys(CLOSED + "O*10: a80", "abw")
    found = made(j, plan=Plan(since_us=j.as_of.us, wins=20), key_stage=1).plan
    assert found is not None and found.key_stage_needed is not None
    needed = found.key_stage_needed
    assert needed.chance == pytest.approx(0.5, abs=0.03)
    assert needed.by_us == pytest.approx(j.as_of.us + 15 * DAY, abs=DAY)
    assert needed.deals is not None and 42 <= needed.deals <= 56
    assert (needed.why, needed.most) == (None, 80)
    assert told(j, 0) == (None, "nothing_needed")
    assert told(j, 500) == (None, "unreachable")  # no more than 80 ever got there in fifteen days


def test_the_key_stage_as_target() -> None:
    ground = survey(journeys(CLOSED + "O*10: a98\n P*3: a80 b90", "abw"))
    assert isinstance(ground, Ground)
    found = made(ground, target=1)
    # 80 of 100 get to b on day 5, 20 are lost on day 9; those in b are there already
    assert found.by_stage[0].expected == pytest.approx(8.0, rel=0.02)
    assert found.why_no_amount == "target_is_no_win"
    assert found.amount is None


def test_slipping_deals_have_lost_chance() -> None:
    found = made(company(7, "leak").journeys, top=5)
    assert len(found.deals) == len(found.slipping) == 5
    assert all(deal.chance_at_entry is not None and deal.chance < deal.chance_at_entry for deal in found.slipping)
    assert sum(row.reached for row in found.history[:-1]) > 0


def test_days_without_times_give_the_same_as_instants() -> None:
    by_day = made(journeys("W*40: a0d b5d w20d\n L*40: a0d b5d x9d\n O*10: a80d b98d\n P*4: a80d b90d", "abw", "100d"))
    assert by_day.wins.from_open == pytest.approx(9.0, abs=0.3)


def test_a_small_calibration() -> None:
    """Twenty companies: the range holds for most, the mean is near, and far nearer than the same as last month."""
    rows = []
    for seed in range(501, 521):
        c = company(seed, "small")
        found = made(c.journeys, backtest_origins=0)
        won = c.reached[:, -1]
        actual = int(np.count_nonzero((won > HISTORY) & (won <= HISTORY + 30)))
        rows.append((found.wins.p10 <= actual <= found.wins.p90, found.wins.mean, actual, found.naive))
    inside, mean, actual, naive = (np.array(column, float) for column in zip(*rows, strict=True))
    assert 0.6 <= inside.mean() <= 1.0
    assert mean.sum() == pytest.approx(actual.sum(), rel=0.25)
    assert np.abs(mean - actual).mean() < np.abs(naive - actual).mean()


def test_all_figures_are_of_one_distribution() -> None:
    """The mean of the draws is the sum of the deals' chances and of the new ones; so are the sums by stage; the money's likewise."""
    for seed in (501, 502, 503):
        ground = survey(company(seed, "steady").journeys)
        assert isinstance(ground, Ground)
        until = ground.journeys.as_of.us + 30 * DAY
        found = made(ground, currency="RUB")
        done = work(ground, until, ground.journeys.stages - 1)
        assert found.wins.mean == pytest.approx(found.wins.from_open + found.wins.from_new)
        assert found.wins.from_open == pytest.approx(sum(row.expected for row in found.by_stage))
        assert found.wins.from_open == pytest.approx(float(found.open_chances.chance.sum()))
        assert done.drawn.total.mean() == pytest.approx(found.wins.mean, rel=0.01)
        assert found.wins.p10 <= found.wins.mean <= found.wins.p90
        assert abs(found.wins.p50 - found.wins.mean) < 0.1 * found.wins.mean + 1


def test_near_certain_deals_stay_near_certain_whatever_the_period_brings() -> None:
    """A stormy past widens what is undecided; eight sure deals meet a plan of seven all the same."""
    stormy = [Ended(30.0, 20.0, (30.0 * SCALES) ** 2, actual) for actual in (5, 60, 8, 70, 10, 55)]
    sure, open_ = np.full(8, 0.95), np.full(60, 0.08)
    rng = np.random.default_rng(1)
    scale = np.random.default_rng(2).choice(SCALES, SAMPLES, p=period_weights(stormy))
    assert scale.mean() > 0.3
    z = rng.standard_normal(SAMPLES)
    drawn = crowd(np.append(sure, open_)).draw(scale, z, rng)
    assert drawn.mean() == pytest.approx(8 * 0.95 + 60 * 0.08, rel=0.03)
    assert np.mean(drawn >= 7) > 0.9
    assert drawn.std() > 1.3 * np.sqrt(8 * 0.95 * 0.05 + 60 * 0.08 * 0.92)


@pytest.mark.parametrize("chance", [0.0, 0.002, 0.1, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("scale", [0.0, 0.1, 0.6])
def test_the_effect_leaves_the_mean(chance: float, scale: float) -> None:
    z = probit((np.arange(4000) + 0.5) / 4000)
    assert shifted(np.array(chance), np.array(scale), z).mean() == pytest.approx(chance, abs=2e-5)
