"""What changed: the counting that all tests rest on, by hand; and made-up companies with a change that is known."""

from __future__ import annotations

import numpy as np
import pytest
from build import journeys
from changes import graded  # bench/changes.py
from simulate import company

from funnel_audit.measures.calendar import axis
from funnel_audit.measures.changes import Change, Found, Side, changes
from funnel_audit.measures.changes.cells import History, Part, count_history
from funnel_audit.measures.changes.parts import parts_of
from funnel_audit.segments_of import segments_of
from funnel_audit.tally import tally


def history_of(table: str, as_of: float, parts: list[Part] | None = None) -> History:
    j = journeys(table, "aw", as_of)
    return count_history(j, tally(j), axis(int(j.facts.created.at.min()), j.as_of, "UTC"), parts or [])


def test_a_stay_that_is_old_enough_is_a_plain_success_or_none() -> None:
    # 40 of 100 advance on the 2nd day, 40 are lost on the 4th, 20 stand: the common age is 2 days, and by then all is said of all
    found = history_of("A*40: a0 w2\nB*40: a0 x4\nC*20: a0", 50)
    assert found.age_days.tolist() == [2.0]
    assert found.conversion.m[0, 0] == pytest.approx(100) and found.conversion.y[0, 0] == pytest.approx(40)


def test_an_open_young_stay_counts_as_what_others_of_its_age_came_to() -> None:
    # of 100 old deals 20 are lost on day 1 and 60 win on day 4: F(4) = 0.6. A deal that is open at 2 days has S = 0.8: it is worth
    # 0.6 / 0.8; one that is lost by then is worth nothing; the weight is Var Y / (F (1 - F)) = (0.8 × 0.75² - 0.36) / 0.24 = 0.375
    found = history_of("A*20: a0 x1\nB*60: a0 w4\nC*20: a0 x40\nD*8: a47.5\nE*2: a47.5 x48.5", 50)
    assert found.age_days.tolist() == [4.0]
    day = 47
    n, rate, worth = 10, 0.6, 0.75
    assert found.conversion.m[0, day] == pytest.approx(n * 0.375, rel=0.03)  # the eight and the two are in the pooled curve too
    assert found.conversion.y[0, day] == pytest.approx(rate * n * 0.375 + 8 * worth - n * rate, abs=0.1)


def test_parts_add_up_to_the_whole() -> None:
    j = company(5, "steady").journeys
    parts = parts_of(j, segments_of(j), None)
    assert [part.column for part in parts] == ["owner", "source", "amount"] and [part.claims for part in parts] == [True, True, False]
    found = count_history(j, tally(j), axis(int(j.facts.created.at.min()), j.as_of, "UTC"), parts)
    for cells in found.by_part:
        assert np.allclose(cells.y.sum(axis=0), found.conversion.y) and np.allclose(cells.m.sum(axis=0), found.conversion.m)


def test_the_newest_stays_are_neither_better_nor_worse_for_being_new() -> None:
    """So far, recent months always look worse; with the cells they do not: the mean of z over companies without a change is 0."""
    scores, naive = [], []
    for seed in range(301, 313):
        j = company(seed, "nothing").journeys
        days = axis(int(j.facts.created.at.min()), j.as_of, "UTC")
        found = count_history(j, tally(j), days, [])
        late = slice(days.n - 30, None)
        for k in range(j.stages - 1):
            rate = found.conversion.y[k].sum() / found.conversion.m[k].sum()
            y, m = found.conversion.y[k, late].sum(), found.conversion.m[k, late].sum()
            scores.append((y - m * rate) / np.sqrt(m * rate * (1 - rate)))
            stays = (j.stays.stage == k) & (days.position(j.stays.entered) >= days.n - 30)
            naive.append((j.stays.exit[stays] < j.stages).mean() - rate)
    assert abs(np.mean(scores)) < 3 / np.sqrt(len(scores)) and 0.7 < np.std(scores) < 1.3
    assert np.mean(naive) < -0.08


@pytest.mark.parametrize("setting", ["step_leak", "better_source", "mix_shift"])
def test_a_planted_change_is_named_first_and_dated(setting: str) -> None:
    for seed in (1, 2):
        found = graded((seed, setting))
        assert found.first and found.days_off is not None and found.days_off <= 30, (setting, seed)
        assert found.cause == {"step_leak": "rate", "mix_shift": "mix"}.get(setting)


def test_where_nothing_changed_nothing_is_claimed() -> None:
    assert [graded((seed, "nothing")).claims for seed in (1, 2, 3)] == [0, 0, 0]


def leaking(seed: int = 2) -> tuple[Found, int, int]:
    made = company(seed, "step_leak")
    found = changes(made.journeys, tally(made.journeys))
    assert found is not None and made.planted is not None
    return found, made.planted.stage, made.planted.day


def test_what_a_claim_says() -> None:
    found, stage, day = leaking()
    first = found.claimed[0]
    assert (first.what, first.stage, first.better) == ("conversion", stage, False)
    assert first.since is not None and first.since_first is not None and first.since_last is not None
    assert first.since_first <= first.since <= first.since_last and abs(first.since - day) <= 14
    assert first.before and first.after and first.before.value and first.after.value and first.before.value - first.after.value > 0.15
    assert first.q <= 0.05 and first.makeup is not None
    total = first.makeup.mix.value + first.makeup.rate.value
    assert total == pytest.approx(first.after.value - first.before.value)
    quiet = [change for change in found.all if not change.claimed]
    assert quiet and all(change.since is None and change.makeup is None for change in quiet)
    assert list(found.all) == [*found.claimed, *quiet]


def test_two_runs_say_the_same() -> None:
    assert leaking()[0].all == leaking()[0].all


def test_too_little_is_told_apart_from_nothing() -> None:
    side = Side(0.5, 0.4, 0.6, 100)
    assert not Change("conversion", 0, 0.0, -5.0, side, Side(0.49, 0.48, 0.5, 9000)).matters
    assert Change("conversion", 0, 0.0, -5.0, side, Side(0.47, 0.46, 0.48, 9000)).matters
    assert not Change("pace", 0, 0.0, -5.0, Side(0.01, None, None, 9), Side(0.05, None, None, 9)).matters  # an hour
    assert not Change("pace", 0, 0.0, -5.0, side, Side(None, None, None, 9)).matters


def test_few_deals_make_no_histories_and_no_dates_make_none() -> None:
    j = journeys("A*3: a0 b1 w2", as_of=10)
    found = changes(j, tally(j))
    assert found is not None and found.all == ()
    j = journeys("A*3: | label=b", as_of=10)
    assert changes(j, tally(j)) is None


def test_a_time_without_any_new_deal_is_the_exports_not_the_companys() -> None:
    table = "\n".join(f"D{day}*2: a{day} b{day + 1}" for day in range(100))
    for as_of, claimed in ((101, False), (160, False)):
        j = journeys(table, as_of=as_of)
        found = changes(j, tally(j))
        assert found is not None and any(one.what == "intake" for one in found.all)
        assert any(one.what == "intake" and one.claimed for one in found.all) == claimed
    few = journeys(table + "\n" + "\n".join(f"E{day}: a{day} b{day + 1}" for day in range(102, 160, 9)), as_of=160)
    found = changes(few, tally(few))
    assert found is not None and [one.what for one in found.claimed] == ["intake"]
