"""Flows and cohorts by hand. Day 0 is 1 January 2025: January is days 0 to 30, February 31 to 58, March begins on day 59."""

from __future__ import annotations

import numpy as np
import pytest
from build import journeys
from simulate import company

from funnel_audit.clock import DAY, NAT
from funnel_audit.journeys import Journeys
from funnel_audit.measures.calendar import Axis, Period, axis, first_instant, periods
from funnel_audit.measures.cohorts import Cohort, cohorts
from funnel_audit.measures.periods import Flows, flows


def by_month(j: Journeys) -> tuple[Axis, tuple[Period, ...]]:
    first = first_instant(j.facts.created.at, j.stays.entered)
    assert first is not None
    days = axis(first, j.as_of, j.timezone)
    return days, periods("month", days)


def flowed(j: Journeys, currency: str | None = None) -> Flows:
    days, spans = by_month(j)
    return flows(j, days, spans, currency)


def grown(j: Journeys) -> tuple[Cohort, ...]:
    return cohorts(j, *by_month(j))


TABLE = """
    D1: a0 b5 c40 w60 | amount=100
    D2: a10 b35 x36
    D3: a31 w45       | amount=50
    D4: a40 b41
    D5: a59 x70
"""


def test_every_move_is_counted_on_its_own_day() -> None:
    went = flowed(journeys(TABLE, as_of=80))
    assert went.new.tolist() == [2, 2, 1]
    assert went.won.tolist() == [0, 1, 1] and went.lost.tolist() == [0, 1, 1]
    assert went.won_amount is not None and went.won_amount.tolist() == [0, 5000, 10000]
    assert went.entered.tolist() == [[2, 1, 0, 0], [2, 2, 1, 1], [1, 0, 0, 1]]  # D3 jumped over b and c
    assert went.advanced.tolist() == [[1, 0, 0, 0], [3, 1, 0, 0], [0, 0, 1, 0]]
    assert went.lost_there.tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]]


def test_the_flows_of_all_periods_are_all_stays() -> None:
    j = company(7, "small").journeys
    went = flowed(j)
    assert went.entered[:, :-1].sum(axis=0).tolist() == np.bincount(j.stays.stage, minlength=j.stages)[:-1].tolist()
    assert went.new.sum() == j.n
    last = went.entered[:, -1].sum()
    assert last == went.won.sum() == np.count_nonzero(j.outcome == 1)


def test_a_cohort_by_hand() -> None:
    january, february, march = grown(journeys(TABLE, as_of=80))
    assert (january.deals, february.deals, march.deals) == (2, 2, 1)
    assert january.cells[0] is None
    assert [(cell.reached, cell.resolved, cell.ripe) for cell in january.cells if cell] == [(2, 1.0, True), (1, 1.0, True), (1, 1.0, True)]
    # D3 jumped to w: it reached b and c on that day; D4 stands in b, undecided about c
    assert [(cell.reached, cell.resolved) for cell in february.cells if cell] == [(2, 1.0), (1, 0.5), (1, 0.5)]
    assert all(cell.incidence is None for cell in february.cells if cell)  # under ten deals


def test_a_cell_is_aalen_johansen_from_creation() -> None:
    # 10 reach b on their 2nd day, 5 are lost on the 4th, 5 stand for 20: all are decided by the age of 4 that can be
    (cohort,) = grown(journeys("A*10: a0 b2\nB*5: a0 x4\nC*5: a0", as_of=20))
    cell = cohort.cells[1]
    assert cell is not None and cell.incidence is not None
    assert (cell.n, cell.reached, cell.resolved, cell.ripe) == (20, 10, 0.75, False)
    assert cell.incidence.value == pytest.approx(0.5) and cell.incidence.unresolved == pytest.approx(0.25)


def test_when_a_cell_will_be_ripe_follows_from_the_pace_of_all() -> None:
    # of January's forty deals all are decided by day 10 of their life; February's ten are 5 days old: five more days
    table = "A*36: a0 b4\nB*4: a0 x10\nC*10: a40"
    january, february = grown(journeys(table, as_of=45))
    assert january.cells[1] is not None and january.cells[1].ripe_day is None
    cell = february.cells[1]
    assert cell is not None and not cell.ripe and cell.ripe_day == 45 + 5


def test_without_a_history_only_wins_have_a_cohort() -> None:
    table = "A*12: | label=w created=0 closed=9\nB*12: | label=x created=0 closed=5\nC*3: | label=b created=2"
    (cohort,) = grown(journeys(table, as_of=30))
    assert cohort.cells[1] is None and cohort.cells[2] is None
    assert cohort.cells[3] is not None and (cohort.cells[3].reached, cohort.cells[3].n) == (12, 27)


def test_cohorts_against_a_plain_loop() -> None:
    j = company(3, "small").journeys
    days, spans = by_month(j)
    born, stays = j.facts.created.at, j.stays
    for cohort in cohorts(j, days, spans)[2:5]:
        span = spans[cohort.period]
        inside = [i for i in range(j.n) if span.first <= days.position(born[i : i + 1])[0] < span.last]
        assert cohort.deals == len(inside)
        for k, cell in enumerate(cohort.cells):
            if cell is None:
                continue
            ages = []
            for deal in inside:
                own = stays.entered[(stays.deal == deal) & (stays.stage >= k) & (stays.entered != NAT)]
                at = [*own.tolist(), *([int(j.won_at.at[deal])] if j.outcome[deal] == 1 else [])]
                ages += [(min(at) - int(born[deal])) // DAY] if at else []
            assert cell.reached == len(ages)
            if cell.incidence is not None:
                assert cell.incidence.advances.sum() == len(ages)
                assert sorted(np.repeat(cell.incidence.ages, cell.incidence.advances.astype(int)).tolist()) == sorted(ages)
