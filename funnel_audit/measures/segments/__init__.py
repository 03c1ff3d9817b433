"""Who or what is different? The deals by owner, source and other columns; each segment against all others (docs/method.md).

Owners are compared on the same mix of sources and amounts, the other columns as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.estimators import win_products
from funnel_audit.estimators.many_incidences import ManyIncidences, Reading
from funnel_audit.estimators.shrinkage import beta_binomial
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import MIN_REACHED, share
from funnel_audit.measures.segments import compare, worth
from funnel_audit.measures.segments.cells import stock
from funnel_audit.tally import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys
    from funnel_audit.segments_of import Split
    from funnel_audit.tally import Tally

    Array = NDArray[Any]


class Known(Frozen):
    """What other measures found: stages whose steps have a projected rate; whether the whole way has one; stalled deals and those that
    could be (both as (deals,) masks, None where there are no limits)."""

    steps: tuple[int, ...]
    whole: bool
    stuck: Array | None
    standing: Array | None


class _Column(Frozen):
    """One column counted: ``readings`` by track, each over all segments."""

    split: Split
    cells: Array
    ranked: Array
    ledger: Array
    readings: dict[int, Reading]
    shrunk: dict[int, Array]
    from_start: tuple[Array, Array, Array]
    values: worth.Values | None
    mix: dict[int, list[report.SameMix | None]]


def segments(
    journeys: Journeys, tally: Tally, splits: Sequence[Split], known: Known, currency: str | None, stage_ids: Sequence[str]
) -> tuple[report.Segment, ...]:
    """Every segment of every column, the columns in their order, the segments by rank: better ones first, then those with too few deals,
    the rare values together, and the deals without a value."""
    if not splits or not journeys.n:
        return ()
    won_stage = journeys.stages - 1
    kept = stock(journeys, tally, known.steps, known.whole, max(split.size for split in splits))
    old = worth.settled(journeys, currency)
    stratum = worth.strata(journeys, currency) if any(split.column == "owner" for split in splits) and old.deals.any() else None
    tests: list[compare.Comparison] = []
    columns = []
    for number, split in enumerate(splits):
        cells = split.cells()
        counts = kept.counts(cells, split.size)
        ledger = _ledger(journeys, cells, split.size)
        deals = ledger.sum(axis=(1, 2))
        ranked = _ranked(split, journeys) & (deals > 0)
        incidences = {k: ManyIncidences.of(*(counts[:, place, kind] for kind in range(3))) for place, k in enumerate(kept.tracks)}
        mix, rates = None, {}
        if split.column == "owner" and stratum is not None:
            mix = worth.same_mix(journeys, split, stratum, old.deals, known.steps)
            rates = {k: worth.mix_rates(mix, step, ranked) for step, k in enumerate(mix.stages)}
            tests += compare.on_same_mix(number, mix, rates, ranked, won_stage)
        else:
            tests += compare.projected(number, counts, incidences, won_stage, ranked)
            tests += [] if known.whole else compare.closed_only(number, *_closed(ledger), ranked)
        values = worth.values(old, cells, split.size)
        tests += compare.days(number, old, cells, ranked, stratum if mix is not None else None)
        if mix is None and split.column != "amount":  # what an owner is given, and what an amount is worth, are no findings
            tests += compare.worth(number, values, ranked)
        readings = {k: incidence.read() for k, incidence in incidences.items()}
        shrunk = {k: _shrunk(reading.value, reading.sizes, ranked) for k, reading in readings.items()}
        if won_stage not in readings:
            won, lost = _closed(ledger)
            with np.errstate(invalid="ignore"):
                shrunk[won_stage] = _shrunk(won / (won + lost), (won + lost).astype(np.float64), ranked)
        columns.append(_Column(split, cells, ranked, ledger, readings, shrunk, _from_start(readings, split.size, won_stage), values, rates))
    found = compare.verdicts(tests)
    return tuple(
        segment
        for number, column in enumerate(columns)
        for segment in _records(journeys, number, column, found, known, old, currency, stage_ids)
    )


def _ledger(j: Journeys, cells: Array, segments: int) -> Array:
    """(segments, 3, K + 1) deals by outcome and furthest stage, as in the tally."""
    slots = j.stages + 1
    slot = np.where((j.outcome == Outcome.LOST) & ~j.placed, j.stages, j.stage)
    code = (cells * 3 + j.outcome) * slots + slot
    return np.bincount(code, minlength=segments * 3 * slots).reshape(segments, 3, slots)


def _closed(ledger: Array) -> tuple[Array, Array]:
    return ledger[:, Outcome.WON].sum(axis=1), ledger[:, Outcome.LOST].sum(axis=1)


def _ranked(split: Split, journeys: Journeys) -> Array:
    """Segments that are compared: not the blank one, not the rare values together; no bands of an amount that is filled in on winning."""
    ranked = np.ones(split.size, bool)
    ranked[len(split.values) - (1 if split.rest else 0) :] = False
    if split.column == "amount" and not worth.amounts_tell(journeys):
        ranked[:] = False
    return ranked


def _shrunk(rates: Array, sizes: Array, ranked: Array) -> Array:
    """Rates drawn to that of all ranked segments; NaN for a segment without a stay."""
    used = np.where(ranked & ~np.isnan(rates), sizes, 0.0)
    drawn = beta_binomial(np.nan_to_num(rates), used)
    return np.full(len(rates), np.nan) if drawn is None else np.where(used > 0.0, drawn.rates, np.nan)


def _records(
    j: Journeys, number: int, column: _Column, found: dict[tuple[int, int], compare.Verdict], known: Known, old: worth.Settled,
    currency: str | None, stage_ids: Sequence[str],
) -> list[report.Segment]:  # fmt: skip
    split, size = column.split, column.split.size
    days = _days_to_win(old.days, old.by_days, column.cells, size)
    mean_amounts, won_amounts = _won_amounts(j, column.cells, size, currency)
    stalled = _stalled_shares(column.cells, size, known)
    made = []
    for row in np.flatnonzero(column.ledger.sum(axis=(1, 2))).tolist():
        verdict = found.get((number, row), compare.Verdict("few" if column.ranked[row] else "not compared", None, ()))
        counts = column.ledger[row]
        won, lost, open_ = (int(counts[kind].sum()) for kind in (Outcome.WON, Outcome.LOST, Outcome.OPEN))
        won_stage = j.stages - 1
        whole = column.readings.get(won_stage)
        blank, rest = row == len(split.values), bool(split.rest) and row == len(split.values) - 1
        low, high = split.bands[row] if split.bands and not blank else (None, None)
        made.append(
            report.Segment(
                column=split.column,
                header=split.header,
                value=None if blank or rest else split.values[row],
                kind="blank" if blank else "rest" if rest else "band" if split.bands else "value",
                low=low,
                high=high,
                values=split.rest if rest else 0 if blank else 1,
                deals=won + lost + open_,
                won=won,
                lost=lost,
                open=open_,
                steps=_steps(column, row, counts, stage_ids),
                win_rate=report.WinRate(
                    so_far=share(won, won + lost + open_),
                    closed_only=share(won, won + lost),
                    projected=None if whole is None or whole.n[row] < MIN_REACHED else _projected(whole, row),
                ),
                win_rate_shrunk=_or_none(column.shrunk[won_stage][row]),
                same_mix=column.mix[won_stage][row] if column.mix else None,
                days_to_win=days[row],
                mean_amount=mean_amounts[row],
                won_amount=won_amounts[row],
                value_per_lead=worth.value_per_lead(column.values, row),
                stalled_share=stalled[row],
                verdict=verdict.word,
                q_value=verdict.q,
                differences=tuple(compare.difference(test, q, stage_ids, old, column.cells, size - 1) for test, q in verdict.claimed),
            )
        )
    return sorted(made, key=_rank)


def _rank(segment: report.Segment) -> tuple[int, float, int, str]:
    """Compared ones by their rate, drawn to the whole and (owners) on the same mix; the others by their deals."""
    group = {"few": 1, "not compared": 2}.get(segment.verdict, 0) + (segment.kind == "blank")
    best = segment.same_mix.shrunk if segment.same_mix is not None else segment.win_rate_shrunk
    return group, -(best or 0.0) if not group else 0.0, -segment.deals, segment.value or ""


def _steps(column: _Column, row: int, counts: Array, stage_ids: Sequence[str]) -> tuple[report.SegmentStep, ...]:
    """One a step; reached = advanced + lost + open (+ unplaced, at the first)."""
    stages = len(stage_ids)
    here = counts[:, :stages].sum(axis=0)
    reached = here[::-1].cumsum()[::-1]
    unplaced = int(counts[Outcome.LOST, stages])
    out = []
    for k in range(stages - 1):
        reading = column.readings.get(k)
        rate = _projected(reading, row) if reading is not None and reading.n[row] >= MIN_REACHED else None
        out.append(
            report.SegmentStep(
                stage=stage_ids[k],
                reached=int(reached[k]) + (unplaced if k == 0 else 0),
                advanced=int(reached[k + 1]),
                lost=int(counts[Outcome.LOST, k]),
                open=int(counts[Outcome.OPEN, k]),
                projected=rate,
                shrunk=_or_none(column.shrunk[k][row]) if k in column.shrunk else None,
                from_start=None if rate is None else _interval(column.from_start, row, k),
            )
        )
    return tuple(out)


def _projected(reading: Reading, row: int) -> report.Projected:
    value, low, high, unresolved = (float(part[row]) for part in (reading.value, reading.low, reading.high, reading.unresolved))
    return report.Projected(value=value, low=low, high=high, unresolved=unresolved, ripe=bool(reading.ripe[row]))


def _from_start(readings: dict[int, Reading], segments: int, steps: int) -> tuple[Array, Array, Array]:
    """Product of the rates up to each step with its limits, (segments, steps) each; NaN from the first step without a rate on."""
    parts = np.full((3, segments, steps), np.nan)
    for k, reading in readings.items():
        if k < steps:
            parts[:, :, k] = np.where(reading.n >= MIN_REACHED, [reading.value, reading.low, reading.high], np.nan)
    return win_products(*parts)


def _interval(parts: tuple[Array, Array, Array], row: int, k: int) -> report.Interval | None:
    value, low, high = (float(part[row, k]) for part in parts)
    return None if np.isnan(value) else report.Interval(value=value, low=low, high=high)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _days_to_win(days: Array, rows: Array, cells: Array, segments: int) -> list[report.Days]:
    """Created to won of the won deals, as ``pace.days_to_win``; ``rows``: those deals by their days, sorted once for all columns."""
    order = rows[np.argsort(cells[rows].astype(np.int16), kind="stable")]  # so few values are counted, not compared
    n = np.bincount(cells[order], minlength=segments)
    begin = np.cumsum(n) - n

    def quantile(q: float) -> Array:
        at = begin + (n - 1) * q
        low = np.clip(np.floor(at), 0, max(len(order) - 1, 0)).astype(np.int64)
        high = np.minimum(low + (at > low), max(len(order) - 1, 0))
        if not len(order):
            return np.zeros(segments)
        length = days[order]
        found: Array = length[low] + (length[high] - length[low]) * (at - low)
        return found

    p50, p75, p90 = quantile(0.5), quantile(0.75), quantile(0.9)
    return [
        report.Days(p50=float(p50[row]), p75=float(p75[row]), p90=float(p90[row]), n=int(n[row]))
        if n[row] else report.Days(p50=None, p90=None, n=0)
        for row in range(segments)
    ]  # fmt: skip


def _won_amounts(j: Journeys, cells: Array, segments: int, currency: str | None) -> tuple[list[float | None], list[float | None]]:
    """Mean and sum of the won amounts in the main currency; None where no won deal has one."""
    facts = j.facts
    code = facts.currency.texts.index(currency) if currency in facts.currency.texts else -1
    rows = np.flatnonzero((j.outcome == Outcome.WON) & facts.amount_known & (facts.currency.codes == code))
    n = np.bincount(cells[rows], minlength=segments)
    total = np.rint(np.bincount(cells[rows], weights=facts.amount[rows], minlength=segments)) / 100
    return (
        [float(total[row] / n[row]) if n[row] else None for row in range(segments)],
        [float(total[row]) if n[row] else None for row in range(segments)],
    )


def _stalled_shares(cells: Array, segments: int, known: Known) -> list[float | None]:
    """Stalled of the open deals that are not on hold; None under ``MIN_REACHED`` of them."""
    if known.stuck is None or known.standing is None:
        return [None] * segments
    open_ = np.bincount(cells[known.standing], minlength=segments)
    stuck = np.bincount(cells[known.stuck], minlength=segments)
    return [float(stuck[row] / open_[row]) if open_[row] >= MIN_REACHED else None for row in range(segments)]
