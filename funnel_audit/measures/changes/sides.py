"""The figures of a change: before and after, each with its interval, and what of a step's change is mix and what is rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.estimators import Z95, incidence_at, median_limits, wilson
from funnel_audit.estimators.decompose import Decomposition, kitagawa
from funnel_audit.measures.changes.records import AMOUNT, CONVERSION, MIX, PACE, Change, Makeup, Piece, Side
from funnel_audit.measures.rates import fit
from funnel_audit.pieces import quantiles
from funnel_audit.tally.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.estimators import Incidence
    from funnel_audit.journeys import Journeys
    from funnel_audit.measures.calendar import Axis, Period
    from funnel_audit.measures.changes.cells import History, Part
    from funnel_audit.measures.changes.totals import Totals
    from funnel_audit.tally import Tally

    Array = NDArray[Any]

WINSOR = 0.05
"""Amounts beyond this quantile from either end are drawn in to it: one giant deal is no change of the mean."""
PER_DAYS = 30


class Sides:
    """What is needed to fill changes in; a step's curves are made once for all that ask for the same days."""

    def __init__(
        self, journeys: Journeys, tally: Tally, history: History, totals: Totals, days: Axis, last: Period | None, parts: Sequence[Part]
    ) -> None:
        self.journeys, self.tally, self.history, self.totals = journeys, tally, history, totals
        self.days, self.last, self.parts = days, last, parts
        self.curves: dict[tuple[int, int, int, int], list[Incidence | None]] = {}

    def filled(self, change: Change) -> Change:
        """The change with both sides (None where a side has nothing to show)."""
        spans = self._spans(change)
        if spans is None:
            return change
        if change.what in (CONVERSION, PACE):
            return self._of_step(change, *spans)
        before, after = (self._of_total(change, *span) for span in (spans[:2], spans[1:]))
        change = replace(change, before=before, after=after)
        return replace(change, good=self._good(change)) if change.what == MIX and change.claimed else change

    def _spans(self, change: Change) -> tuple[int, int, int] | None:
        """Days: from, the change, to."""
        if change.since is not None:
            return change.base, change.since, self.days.n
        if self.last is None or self.last.first <= change.base:
            return None
        return change.base, self.last.first, self.last.last

    def _part(self, change: Change) -> tuple[int, int]:
        place = next(index for index, part in enumerate(self.parts) if part.column == change.column)
        return place, self.parts[place].names.index(change.value or "")

    def _of_step(self, change: Change, begin: int, cut: int, end: int) -> Change:
        assert change.stage is not None
        cuts = [int(self.days.starts[begin]), int(self.days.starts[cut]), self._instant(end)]
        if change.value is None:
            key = change.stage, begin, cut, end
            if key not in self.curves:
                self.curves[key] = [fit(*one) for one in self.tally.stays.windows(change.stage, cuts)]
            before, after = self.curves[key]
        else:
            before, after = (fit(*one) for one in self._spans_of_part(change).windows(0, cuts))
        if before is None or after is None:
            return change
        if change.what == PACE:
            return replace(change, before=_median(before), after=_median(after))
        age = min(before.longest, after.longest)
        rates = [incidence_at(one, age) for one in (before, after)]
        sides = [Side(one.value, one.low, one.high, one.n) for one in rates]
        change = replace(change, before=sides[0], after=sides[1], age_days=age)
        return replace(change, makeup=self._makeup(change, begin, cut, end)) if change.claimed and change.value is None else change

    def _instant(self, day: int) -> int:
        return int(self.days.starts[day]) if day < self.days.n else self.days.as_of.us + 1

    def _spans_of_part(self, change: Change) -> Spans:
        place, value = self._part(change)
        stays = self.journeys.stays
        rows = np.flatnonzero(stays.stage == change.stage)
        rows = rows[self.parts[place].codes[stays.deal[rows]] == value]
        return Spans.of(np.zeros(len(rows), np.uint8), stays.exit[rows], stays.us[rows], stays.entered[rows])

    def _of_total(self, change: Change, begin: int, end: int) -> Side | None:
        totals = self.totals
        if change.what == AMOUNT:
            return _mean(totals.won_amount, totals.won_day, begin, end)
        new = totals.new[begin:end]
        if change.what == MIX:
            place, value = self._part(change)
            share = wilson(int(totals.by_part[place][value, begin:end].sum()), int(new.sum()))
            return None if share is None else Side(share.value, share.low, share.high, int(new.sum()))
        assert totals.intake is not None
        counted, exposure = (series[begin:end] for series in totals.intake)
        n, days = float(counted.sum()), float(exposure.sum())
        if days < 1:
            return None
        spread = _spread(counted[: len(counted) // 7 * 7].reshape(-1, 7).sum(axis=1))
        factor = float(np.exp(Z95 * np.sqrt(spread / n))) if n else 1.0
        per = n / days * PER_DAYS
        return Side(per, per / factor, per * factor, round(n))

    def _makeup(self, change: Change, begin: int, cut: int, end: int) -> Makeup | None:
        """By the column whose mix carries most of the change, in the units of the change as it is shown."""
        found: list[tuple[float, str, Decomposition]] = []
        for part, cells in zip(self.parts, self.history.by_part, strict=True):
            sides = []
            for span in (slice(begin, cut), slice(cut, end)):
                sides += [series[:, change.stage, span].sum(axis=1) for series in (cells.y, cells.m)]
            apart = kitagawa(sides[0], sides[1], sides[2], sides[3])
            if apart is not None and apart.change != 0:
                found.append((apart.mix / apart.change, part.column, apart))
        if not found or change.before is None or change.after is None:
            return None
        share, column, apart = max(found, key=lambda one: one[0])
        shown = (change.after.value or 0.0) - (change.before.value or 0.0)
        scale = shown / apart.change if shown * apart.change > 0 else 1.0
        both = (apart.mix, apart.mix_within), (apart.rate, apart.rate_within)
        pieces = [(value * scale, within * abs(scale)) for value, within in both]
        verdict = "both"
        if share > 0.5 and abs(apart.mix) > apart.mix_within:
            verdict = "mix"
        elif share < 0.5 and abs(apart.rate) > apart.rate_within:
            verdict = "rate"
        mix, rate = (Piece(value, value - within, value + within) for value, within in pieces)
        return Makeup(column, mix, rate, verdict, any(one.simpson for _, _, one in found))

    def _good(self, change: Change) -> bool | None:
        """Whether deals of the value pass more of their steps than others do: at the step where that is surest."""
        place, value = self._part(change)
        cells = self.history.by_part[place]
        y, m = cells.y.sum(axis=2), cells.m.sum(axis=2)
        rest_y, rest_m = y.sum(axis=0) - y[value], m.sum(axis=0) - m[value]
        with np.errstate(divide="ignore", invalid="ignore"):
            own, others = np.log(y[value] / m[value]), np.log(rest_y / rest_m)
            doubt = np.sqrt(1 / y[value] - 1 / m[value] + 1 / rest_y - 1 / rest_m)
        used = np.isfinite(own) & np.isfinite(others) & np.isfinite(doubt)
        gap = float((own - others)[used].sum())
        return gap > 0 if used.any() and abs(gap) > Z95 * float(np.sqrt((doubt[used] ** 2).sum())) else None


def _median(curve: Incidence) -> Side:
    below = curve.surv <= 0.5 + 1e-9
    low, high = median_limits(curve.ages, curve.surv, curve.at_risk, curve.advances + curve.losses)
    return Side(float(curve.ages[np.argmax(below)]) if below.any() else None, low, high, curve.n)


def _mean(amount: Array, day: Array, begin: int, end: int) -> Side | None:
    """Mean with its 95 % interval, the outermost twentieths of all amounts drawn in."""
    chosen = (day >= begin) & (day < end)
    n = int(chosen.sum())
    if n < 2:
        return None
    low, high = quantiles(amount, [WINSOR, 1 - WINSOR])
    held = np.clip(amount[chosen], low, high)
    mean, within = float(held.mean()), Z95 * float(held.std(ddof=1)) / n**0.5
    return Side(mean, mean - within, mean + within, n)


def _spread(counts: Array) -> float:
    """Variance over mean of weekly counts, at least 1."""
    mean = float(counts.mean()) if len(counts) > 1 else 0.0
    return max(1.0, float(counts.var(ddof=1)) / mean) if mean > 0 else 1.0


