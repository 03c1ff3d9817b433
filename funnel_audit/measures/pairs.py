"""Conversion and days between two stages the trade speaks of, such as lead to offer (definitions, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit import report
from funnel_audit.frozen import Frozen
from funnel_audit.measures.rates import MIN_REACHED, fit, projected, with_untimed
from funnel_audit.tally.spans import merge

if TYPE_CHECKING:
    from funnel_audit.tally import Tally

ARRIVED, LEAPT = 0, 1
"""Exit codes of a pair's spans: on the way, or by one jump over both stages, which takes no time."""


class PairRate(Frozen):
    reached: int
    projected: report.Projected | None
    days: report.Days


def pair_rates(tally: Tally, pairs: int) -> tuple[PairRate, ...]:
    """From reaching the one stage (or a later one) to reaching the other.

    ``days`` are of those that arrive: the age at which the cumulative incidence of arriving has got to p of its last value. Unlike the
    average of those that have arrived, it does not run fast while slow deals are still on the way.
    """
    out = []
    for index in range(pairs):
        arrived, leapt = tally.pairs.group(index, ARRIVED), tally.pairs.group(index, LEAPT)
        losses, still_open = tally.pairs.losses(index), tally.pairs.still_open(index)
        advances = with_untimed(merge([arrived, leapt]), int(tally.untimed_pairs[0, index]))
        timed_losses = with_untimed(losses, int(tally.untimed_pairs[1, index]))
        n = sum(int(group[1].sum()) for group in (arrived, leapt, losses, still_open)) + int(tally.untimed_pairs[:, index].sum())
        rate = None
        days = report.Days(p50=None, p90=None, n=0)
        if n >= MIN_REACHED and advances is not None and timed_losses is not None:
            rate = projected(fit(advances, timed_losses, still_open))
            walked = fit(arrived, losses, still_open)
            if walked is not None and walked.cif[-1] > 0:
                p50, p90 = (float(walked.ages[np.searchsorted(walked.cif, p * walked.cif[-1] - 1e-12)]) for p in (0.5, 0.9))
                days = report.Days(p50=p50, p90=p90, n=int(arrived[1].sum()))
        out.append(PairRate(n, rate, days))
    return tuple(out)
