"""Made-up companies with a known future, to grade the forecast on, and with a known change: `company(seed, setting)`.

Eleven stages. A deal in a stage advances with a chance of its own (stage, owner, source) or is lost; both take a log-normal time, and
a loss is booked later than an advance would have been. Some advances jump over a stage; some deals are moved back for a while.
640 days are history, 90 more are the future that only the grader sees. Settings:

steady    as many leads a day throughout
growing   8 % more leads every month
small     0.7 leads a day
seasonal  leads and chances swing over the year, weekends are quiet
leak      90 days before the end of the history one step begins to lose a third of its deals more

With a change that began on a day of its own, 60 to 150 days before the end of the history (`bench/changes.py`):

step_leak      from that day on one step lets only two thirds through of the deals that it would have let through
better_source  the deals of one source, a quarter of all, pass one step about twice as often (log odds + 2.5); before, 40 to 55 % of all do
mix_shift      nothing converts differently, but a source of which 30 % pass one step, not 85 % (log odds - 2.6), brings 65 % of the leads,
               not 25 %
nothing        as steady
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import DAY, AsOf, start_of_day
from funnel_audit.journeys import Entries, Facts, Journeys, Labels, Moments, build
from funnel_audit.labels import LOST

SETTINGS = ("steady", "growing", "small", "seasonal", "leak")
CHANGES = ("step_leak", "better_source", "mix_shift", "nothing")
OWNERS, SOURCES = tuple("ABCDEF"), ("ads", "fair", "referral", "web")
STAGES, HISTORY, FUTURE = 11, 640, 90
START = start_of_day(2023, 3, 14, "UTC")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Planted:
    """What was changed: at which step (its first stage), from which day on (since the start), of which source (None: of all)."""

    stage: int
    day: int
    source: str | None = None


@dataclass(frozen=True)
class Company:
    """The journeys as the CRM shows them on day 640, and the days (since the start) on which each stage was reached, in truth."""

    journeys: Journeys
    reached: Array
    """(n, STAGES): day on which the deal got to the stage or beyond, inf: never."""
    planted: Planted | None = None


def company(seed: int, setting: str, strength: float = 1.0) -> Company:
    """``strength`` scales a planted change: 0.5 is half of it."""
    rng = np.random.default_rng([seed, (*SETTINGS, *CHANGES).index(setting)])
    born = _births(rng, setting)
    n = len(born)
    go_on = rng.uniform(0.78, 0.95, STAGES - 1)
    median = np.exp(rng.uniform(np.log(1.0), np.log(8.0), STAGES - 1))
    sigma = rng.uniform(0.6, 1.1, STAGES - 1)
    late = rng.uniform(1.5, 3.0, STAGES - 1)
    owner, source = rng.integers(0, 6, n), rng.integers(0, 4, n)
    owner_skill, source_skill = rng.normal(0.0, 0.3, 6), rng.normal(0.0, 0.3, 4)
    slowness = np.exp(rng.normal(0.0, 0.15, 6)[owner])
    leaking = int(rng.integers(2, 8))
    phase = rng.uniform(0, 2 * np.pi)
    amount = np.exp(rng.normal(8.0, 0.8, n))
    planted, lift = _plant(rng, setting, born, source, go_on, strength)
    skill = owner_skill[owner] + source_skill[source]

    reached = np.full((n, STAGES), np.inf)
    deal, at = np.arange(n), born.copy()
    stage = np.where(rng.random(n) < 0.04, 1, 0)
    rows: list[tuple[Array, Array, Array]] = []
    while len(deal):
        for k in range(STAGES):
            passed = (stage >= k) & np.isinf(reached[deal, k])
            reached[deal[passed], k] = at[passed]
        rows.append((deal, at, stage))
        going = stage < STAGES - 1
        deal, at, stage = deal[going], at[going], stage[going]
        logit = np.log(go_on[stage] / (1 - go_on[stage])) + skill[deal]
        if setting == "seasonal":
            logit = logit + 0.2 * np.sin(2 * np.pi * at / 365 + phase)
        if planted is not None:
            logit = logit + lift(stage, at, deal)
        chance = 1 / (1 + np.exp(-logit))
        if setting == "step_leak" and planted is not None:
            chance = np.where((stage == planted.stage) & (at > planted.day), chance * (1 - strength / 3), chance)
        if setting == "leak":
            chance = np.where((stage == leaking) & (at > HISTORY - 90), chance * 2 / 3, chance)
        advances = rng.random(len(deal)) < chance
        wait = median[stage] * slowness[deal] * np.exp(sigma[stage] * rng.standard_normal(len(deal)))
        wait = np.where(advances, wait, wait * late[stage])
        back = (rng.random(len(deal)) < 0.03) & (stage > 0)
        rows.append((deal[back], at[back] + wait[back] * rng.uniform(0.1, 0.9, int(back.sum())), stage[back] - 1))
        jump = 1 + ((rng.random(len(deal)) < 0.05) & (stage < STAGES - 2))
        at = at + wait
        rows.append((deal[~advances], at[~advances], np.full(int((~advances).sum()), LOST)))
        deal, at, stage = deal[advances], at[advances], (stage + jump)[advances]
    codes, days, labels = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Company(_journeys(n, born, amount, codes, days, labels, owner, source), reached, planted)


def _plant(
    rng: np.random.Generator, setting: str, born: Array, source: Array, go_on: Array, strength: float
) -> tuple[Planted | None, Callable[[Array, Array, Array], Array]]:
    """What changes, and what it adds to the log odds of stays, given their stage, entry and deal. May rewrite ``source`` and ``go_on``."""
    if setting not in CHANGES or setting == "nothing":
        return None, lambda stage, at, deal: np.zeros(len(deal))
    day, stage_ = int(HISTORY - rng.integers(60, 151)), int(rng.integers(1, 5))
    which = int(rng.integers(0, len(SOURCES)))
    if setting == "better_source":
        go_on[stage_] = rng.uniform(0.4, 0.55)
        return Planted(stage_, day, SOURCES[which]), lambda stage, at, deal: (
            2.5 * strength * ((stage == stage_) & (at > day) & (source[deal] == which))
        )
    if setting == "mix_shift":
        go_on[stage_] = 0.85
        late = np.flatnonzero((born > day) & (source != which))
        source[late[rng.random(len(late)) < strength * (0.65 - 0.25) / 0.75]] = which
        return Planted(stage_, day), lambda stage, at, deal: -2.6 * ((stage == stage_) & (source[deal] == which))
    return Planted(stage_, day), lambda stage, at, deal: np.zeros(len(deal))


def _births(rng: np.random.Generator, setting: str) -> Array:
    """Days on which leads come in, ascending."""
    per_day = 0.7 if setting == "small" else float(np.exp(rng.normal(np.log(6.0), 0.4)))
    day = np.arange(HISTORY + FUTURE)
    rate = np.full(len(day), per_day)
    if setting == "growing":
        rate = per_day * 1.08 ** ((day - HISTORY) / 30.4)
    if setting == "seasonal":
        rate = per_day * (1 + 0.3 * np.sin(2 * np.pi * day / 365 + rng.uniform(0, 2 * np.pi))) * np.where(day % 7 < 5, 1.2, 0.5)
    counts = rng.poisson(rate)
    return np.sort(np.repeat(day, counts) + rng.random(int(counts.sum())))


def _journeys(
    n: int, born: Array, amount: Array, codes: Array, days: Array, labels: Array, owner: Array, source: Array
) -> Journeys:
    known = days <= HISTORY
    exists = born <= HISTORY
    number = np.cumsum(exists) - 1
    keep = known & exists[codes]
    count = int(exists.sum())
    facts = Facts.blank(count, lambda code: f"D{code:06d}")
    created = Moments(START + (born[exists] * DAY).astype(np.int64))
    facts = replace(
        facts,
        created=created,
        amount=np.rint(amount[exists] * 100).astype(np.int64),
        amount_known=np.ones(count, bool),
        owner=Labels(owner[exists].astype(np.int32), OWNERS),
        source=Labels(source[exists].astype(np.int32), SOURCES),
    )
    entries = Entries(number[codes[keep]].astype(np.int32), START + (days[keep] * DAY).astype(np.int64), labels[keep].astype(np.uint8))
    return build(facts, entries, stages=STAGES, as_of=AsOf(START + HISTORY * DAY, False), timezone="UTC")
