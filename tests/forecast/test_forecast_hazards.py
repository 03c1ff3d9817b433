"""Rates by age from counted stays: against Aalen-Johansen, and the tails, the joins and the loans that thin data need."""

from __future__ import annotations

import numpy as np
import pytest
from build import journeys

from funnel_audit.clock import DAY
from funnel_audit.estimators import aalen_johansen
from funnel_audit.measures.forecast.ground import Ground, survey
from funnel_audit.measures.forecast.hazards import MIN_EXITS, fit
from funnel_audit.measures.forecast.past import EDGES, Past, class_of


def ground(table: str, stages: str = "aw", as_of: str | float = 100) -> Ground:
    found = survey(journeys(table, stages, as_of))
    assert isinstance(found, Ground)
    return found


def test_classes_hold_their_upper_edge() -> None:
    us = np.array([0, 1, DAY, DAY + 1, 2 * DAY, 5000 * DAY])
    edges = EDGES[class_of(us)]
    assert edges[0] == 0.0
    assert edges[1] == pytest.approx(1 / 1440)
    assert edges[2:5].tolist() == [1.0, 2.0, 2.0]
    assert edges[5] == EDGES[-1]


def test_without_open_deals_the_incidence_is_the_share_that_had_gone_on() -> None:
    g = ground("W*40: a0 w3\n L*30: a0 x5\n V*30: a0 w9")
    hazard = fit(g.past.known(len(g.past.boundaries)).counts)[0]
    here = hazard.gone_by(np.array([2.0, 3.0, 4.0, 5.0, 8.0]))
    assert here[0, 0] == pytest.approx([0.0, 0.4, 0.4, 0.4, 0.4], abs=1e-9)
    assert hazard.surviving(np.array([3.0, 5.0]))[0] == pytest.approx([0.6, 0.3], abs=1e-9)


def test_with_open_deals_it_is_close_to_aalen_johansen() -> None:
    rng = np.random.default_rng(5)
    begin = rng.uniform(0, 99.9, 1500)
    on, off = rng.exponential(12, 1500), rng.exponential(20, 1500)
    rows = []
    for i, (s, a, b) in enumerate(zip(begin, on, off, strict=True)):
        end = s + min(a, b)
        rows.append(f"D{i}: a{s:.5f}" + (f" {'w' if a < b else 'x'}{end:.5f}" if end <= 100 else ""))
    g = ground("\n".join(rows))
    hazard = fit(g.past.known(len(g.past.boundaries)).counts)[0]
    ages = np.array([3.0, 10.0, 25.0, 43.0])
    here = hazard.gone_by(ages)
    length = np.minimum(np.minimum(on, off), 100 - begin)
    ended = begin + np.minimum(on, off) <= 100
    kinds = [ended & (on < off), ended & (off <= on), ~ended]
    curve = aalen_johansen(*(part for kind in kinds for part in (length[kind], np.ones(kind.sum(), np.int64))))
    assert curve is not None
    exact = curve.cif[np.searchsorted(curve.ages, ages, side="right") - 1]
    assert here[0, 0] == pytest.approx(exact, abs=0.006)


def test_classes_are_joined_until_enough_exits_stand_in_each() -> None:
    table = "\n".join(f"D{i}: a0 {'w' if i % 2 else 'x'}{1 + i * 0.7:.1f}" for i in range(100))
    g = ground(table)
    hazard = fit(g.past.known(len(g.past.boundaries)).counts)[0]
    assert 3 <= len(hazard.start) <= 100 // MIN_EXITS + 1
    assert hazard.rate[0, -1] > 0  # and the last rate holds for ever


def test_a_stage_with_few_exits_borrows_from_all_stages() -> None:
    g = ground("W*60: a0 b5 w20\n L*40: a0 x9\n O*3: a0 b5", "abw")
    thin = ground("L*60: a0 x9\n V*40: a0 w9\n O*3: a0 b5", "abw")
    assert fit(g.past.known(len(g.past.boundaries)).counts)[1].rate.max() > 0
    assert fit(thin.past.known(len(thin.past.boundaries)).counts)[1].rate.max() > 0


def test_draws_scatter_around_the_estimate() -> None:
    g = ground("W*40: a0 w3\n L*30: a0 x5\n V*30: a0 w9")
    counts = g.past.known(len(g.past.boundaries)).counts
    drawn = fit(counts, 400, np.random.default_rng(1))[0]
    here = drawn.gone_by(np.array([4.0]))
    assert here[0, :, 0].mean() == pytest.approx(0.4, abs=0.02)
    assert here[0, :, 0].std() == pytest.approx((0.4 * 0.6 / 100) ** 0.5, rel=0.2)


def test_a_stage_that_has_changed_is_told_from_one_that_has_not() -> None:
    """b loses one in ten at first and half of its deals in the last quarter; a stays as it was."""
    rows = []
    for day in range(0, 300):
        kind = "x" if day % 10 == 0 or (day >= 200 and day % 2) else "w"
        rows.append(f"D{day}: a{day} b{day + 1} {kind}{day + 4}")
        rows.append(f"E{day}: a{day} b{day + 1} {kind}{day + 5}")
    g = ground("\n".join(rows), "abw", 310)
    assert isinstance(g.past, Past)
    known = g.past.known(len(g.past.boundaries))
    assert known.recent.exits[0].sum() == known.counts.exits[0].sum()
    assert known.recent.exits[1].sum() < 0.5 * known.counts.exits[1].sum()
