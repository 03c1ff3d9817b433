"""A small company with known truth: deals walk through a funnel by chances and waits that are given, and an as-of cuts what is seen.

From the stage it stands in a deal moves on with the stage's chance, else it is lost; a move may jump over one stage. Waits are log-normal;
losses come later than moves, as they do: nobody closes a deal that may still come back. Deals arrive steadily until as-of. All of it is
numpy on arrays over deals, seeded, in microseconds, so that hundreds of companies are made in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from build import as_of_at, instant
from msgspec.structs import replace
from numpy.typing import NDArray

from funnel_audit.clock import DAY, AsOf
from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Entries, Facts, Journeys, Moments, build
from funnel_audit.labels import LOST


class Company(Frozen):
    """``advance`` and ``median_days`` have one element a step (a stage but the won one).

    A loss takes ``loss_slower`` times the median wait of the stage; ``spread`` is the sigma of the log of every wait; ``skip`` is the
    chance that a move jumps over the next stage (never over the won one); ``per_day`` deals arrive on each of ``days`` days before as-of.
    """

    advance: Sequence[float] = (0.7, 0.6, 0.5, 0.8, 0.6)
    median_days: Sequence[float] = (3.0, 7.0, 14.0, 10.0, 7.0)
    spread: float = 0.7
    loss_slower: float = 2.0
    skip: float = 0.1
    per_day: float = 1.5
    days: int = 240

    @property
    def stages(self) -> int:
        return len(self.advance) + 1

    def _may_skip(self, k: int) -> float:
        return self.skip if k + 2 < self.stages else 0.0

    def truth(self) -> list[float]:
        """The chance, for each step, that a deal that has reached stage k gets further, if one waits for ever."""
        standing, over = 1.0, 0.0
        rates = []
        for k, chance in enumerate(self.advance):
            reached = standing + over
            rates.append((standing * chance + over) / reached)
            standing, over = standing * chance * (1 - self._may_skip(k)) + over, standing * chance * self._may_skip(k)
        return rates

    def win_rate(self) -> float:
        return float(np.prod(self.truth()))


class History(Frozen):
    """Every entry that will ever be: of deal, at (microseconds), label; nothing is cut yet."""

    company: Company
    created: NDArray[np.int64]
    entries: Entries
    as_of: AsOf

    def journeys(self, as_of: AsOf | None = None) -> Journeys:
        """What is known at as-of."""
        n = len(self.created)
        facts = replace(Facts.blank(n, lambda code: f"S{code}"), created=Moments(self.created))
        return build(facts, self.entries, stages=self.company.stages, as_of=as_of or self.as_of, timezone="UTC")


def simulate(company: Company, seed: int) -> History:
    """The whole history of one company; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    n = round(company.per_day * company.days)
    created = np.sort(instant("0")[0] + (rng.random(n) * company.days * DAY).astype(np.int64))
    at, stage, alive = created.copy(), np.zeros(n, np.int64), np.ones(n, bool)
    parts = [(np.arange(n), at.copy(), stage.copy())]
    for k in range(company.stages - 1):
        here = np.flatnonzero(alive & (stage == k))
        on = rng.random(len(here)) < company.advance[k]
        median = np.where(on, 1.0, company.loss_slower) * company.median_days[k]
        at[here] += (median * np.exp(company.spread * rng.standard_normal(len(here))) * DAY).astype(np.int64)
        jump = rng.random(len(here)) < company._may_skip(k)
        stage[here] = np.where(on, k + 1 + jump, k)
        alive[here[~on]] = False
        parts.append((here, at[here], np.where(on, stage[here], LOST)))
    deal, when, label = (np.concatenate(column) for column in zip(*parts, strict=True))
    return History(company, created, Entries(deal.astype(np.int32), when, label.astype(np.uint8)), as_of_at(company.days))
