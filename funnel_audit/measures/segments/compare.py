"""Which segments differ from all others, in what, and whether that survives the false-discovery control.

The last row of every array is the deals without a value: they are compared with nobody and are no one's others, because a column that is
filled in late is empty where nothing came of the deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.estimators import benjamini_hochberg
from funnel_audit.estimators.many_incidences import ManyIncidences
from funnel_audit.estimators.two_groups import lengths_differ, means_differ, shares_differ
from funnel_audit.frozen import Frozen
from funnel_audit.measures.segments.worth import OwnersMix, Settled, Values
from funnel_audit.pieces import distinct, median

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

MIN_COMPARED = 30
"""A segment with fewer deals (of a step: stays) than this, or against fewer, is not compared: not enough data."""
MIN_COMPARED_WINS = 10
"""The same for days and values, which won deals alone tell."""
MIN_EXPECTED = 5.0
"""On the same mix: successes and failures that must be expected of the owner."""
MIN_EFFECT = 0.05
"""A difference of less than this share of the others' figure is not claimed, however sure it is: of a million deals everything differs."""
MIN_SHORTER = 0.05
"""The same for days: by how much the share of pairs of which the segment's deal was the faster one departs from a half."""
FALSE_DISCOVERIES = 0.05
"""Of the differences that are claimed, at most this share is expected to be false."""


class Comparison(Frozen):
    """One comparison of one segment with all others; ``matters``: whether the difference is large enough to be told."""

    column: int
    row: int
    what: str
    stage: int | None
    value: float
    others: float
    better: bool
    p: float
    basis: str
    matters: bool


def _matters(value: float, others: float) -> bool:
    return abs(value - others) >= MIN_EFFECT * abs(others)


def projected(column: int, counts: Array, whole: Mapping[int, ManyIncidences], won_stage: int, ranked: Array) -> list[Comparison]:
    """Every ``ranked`` segment's projected rates against those of all others at a common age, the smaller of the two longest ones.

    ``counts``: (segments, tracks, 3, ages); ``whole``: the same as incidences, by track.
    """
    out = []
    for number, (k, here) in enumerate(whole.items()):
        own = counts[:, number]
        others = own[:-1].sum(axis=0)[None] - own
        others[-1] = 0
        there = ManyIncidences.of(others[:, 0], others[:, 1], others[:, 2])
        place = np.minimum(here.last, there.last)
        mine, theirs = here.read(place), there.read(place)
        enough = ranked & (mine.n >= MIN_COMPARED) & (theirs.n >= MIN_COMPARED)
        rows = np.flatnonzero(enough)
        p = shares_differ(mine.value[rows], mine.sizes[rows], theirs.value[rows], theirs.sizes[rows])
        what, stage = ("win_rate", None) if k == won_stage else ("step", k)
        for row, one in zip(rows.tolist(), p.tolist(), strict=True):
            a, b = float(mine.value[row]), float(theirs.value[row])
            out.append(Comparison(column, row, what, stage, a, b, a > b, one, "projected", _matters(a, b)))
    return out


def closed_only(column: int, won: Array, lost: Array, ranked: Array) -> list[Comparison]:
    """Won of the closed deals, where the whole way has no projected rate."""
    n = (won + lost).astype(np.float64)
    rest = n[:-1].sum() - n
    rows = np.flatnonzero(ranked & (n >= MIN_COMPARED) & (rest >= MIN_COMPARED))
    rate, other = won[rows] / n[rows], (won[:-1].sum() - won[rows]) / rest[rows]
    p = shares_differ(rate, n[rows], other, rest[rows])
    return [
        Comparison(column, row, "win_rate", None, a, b, a > b, one, "closed", _matters(a, b))
        for row, a, b, one in zip(rows.tolist(), rate.tolist(), other.tolist(), p.tolist(), strict=True)
    ]


def on_same_mix(
    column: int, mix: OwnersMix, rates: Mapping[int, Sequence[report.SameMix | None]], ranked: Array, won_stage: int
) -> list[Comparison]:
    """Owners against the others on the same mix of sources and amounts; ``rates``: of each step, as ``mix_rates`` gives them."""
    out = []
    for k, found, n in zip(mix.stages, mix.found, mix.n, strict=True):
        enough = ranked & (n >= MIN_COMPARED) & (n.sum() - n >= MIN_COMPARED)
        enough &= (found.expected >= MIN_EXPECTED) & (found.expected_failures >= MIN_EXPECTED) & ~np.isnan(found.p)
        what, stage = ("win_rate", None) if k == won_stage else ("step", k)
        for row in np.flatnonzero(enough).tolist():
            one = rates[k][row]
            if one is None:
                continue
            rate, others, better = one.rate.value, one.others, bool(found.difference[row] > 0)
            out.append(Comparison(column, row, what, stage, rate, others, better, float(found.p[row]), "same mix", _matters(rate, others)))
    return out


def days(column: int, found: Settled, cells: Array, ranked: Array, stratum: Array | None) -> list[Comparison]:
    """Created to won, of the settled deals that are won; for owners (``stratum``) within the same mix."""
    rows = np.flatnonzero(found.deals & ~np.isnan(found.days) & (cells < len(ranked) - 1))
    cell, length = cells[rows], found.days[rows]
    p, shorter = lengths_differ(length, cell, len(ranked), None if stratum is None else stratum[rows])
    wins = np.bincount(cell, minlength=len(ranked))
    enough = ranked & (wins >= MIN_COMPARED_WINS) & (len(rows) - wins >= MIN_COMPARED_WINS) & ~np.isnan(p)
    basis = "settled" if stratum is None else "same mix"
    return [
        Comparison(column, row, "days_to_win", None, np.nan, np.nan, bool(shorter[row] > 0.5), float(p[row]), basis,
             abs(float(shorter[row]) - 0.5) >= MIN_SHORTER)
        for row in np.flatnonzero(enough).tolist()
    ]  # fmt: skip


def worth(column: int, found: Values | None, ranked: Array) -> list[Comparison]:
    """Won amount per settled deal."""
    if found is None:
        return []
    p = means_differ(found.mean, found.variance, found.other_mean, found.other_variance)
    enough = ranked & (found.n >= MIN_COMPARED) & (found.n[:-1].sum() - found.n >= MIN_COMPARED) & ~np.isnan(p)
    enough &= (found.wins >= MIN_COMPARED_WINS) & (found.wins[:-1].sum() - found.wins >= MIN_COMPARED_WINS)
    return [
        Comparison(column, row, "value_per_lead", None, float(found.mean[row]), float(found.other_mean[row]),
             bool(found.mean[row] > found.other_mean[row]), float(p[row]), "settled",
             _matters(float(found.mean[row]), float(found.other_mean[row])))
        for row in np.flatnonzero(enough).tolist()
    ]  # fmt: skip


class Verdict(Frozen):
    """What the tests of one segment say together; ``few`` where none could be made."""

    word: str
    q: float | None
    claimed: tuple[tuple[Comparison, float], ...]


def verdicts(tests: Sequence[Comparison]) -> dict[tuple[int, int], Verdict]:
    """(column, segment) -> verdict, false discoveries held over all tests together and over those of each column by itself.

    Together alone would let a column in which everything differs pay for false claims of another in which nothing does; column by column
    alone would make a claim of every twentieth column that is asked for.
    """
    p, column = np.array([test.p for test in tests], float), np.array([test.column for test in tests], np.int64)
    together = benjamini_hochberg(p)
    by_column = np.full(len(tests), np.nan)
    for one in distinct(column):
        by_column[column == one] = benjamini_hochberg(p[column == one])
    q = np.maximum(together, by_column).tolist()
    found: dict[tuple[int, int], list[tuple[Comparison, float]]] = {}
    for test, value in zip(tests, q, strict=True):
        if value == value:
            found.setdefault((test.column, test.row), []).append((test, value))
    out = {}
    for key, rows in found.items():
        claimed = tuple(sorted((row for row in rows if row[1] <= FALSE_DISCOVERIES and row[0].matters), key=lambda row: row[1]))
        ways = {test.better for test, _ in claimed}
        word = "same" if not ways else "mixed" if len(ways) == 2 else "better" if True in ways else "worse"
        out[key] = Verdict(word, min(one for _, one in rows), claimed)
    return out


def difference(test: Comparison, q: float, stage_ids: Sequence[str], found: Settled, cells: Array, blank: int) -> report.Difference:
    """A claimed test as a record; medians of days are only made here, for the few that are claimed."""
    value, others = test.value, test.others
    if test.what == "days_to_win":
        timed = found.deals & ~np.isnan(found.days) & (cells < blank)
        value, others = (median(found.days[timed & mask]) for mask in (cells == test.row, cells != test.row))
    return report.Difference(
        what=test.what, stage=None if test.stage is None else stage_ids[test.stage], value=value, others=others,
        direction="better" if test.better else "worse", q_value=q, basis=test.basis,
    )  # fmt: skip
