"""Grades the comparison of segments on made-up companies: `python bench/segments.py [--companies 100]`.

Twelve owners, five sources, seven stages, 400 days; a deal passes a step by the skill of its owner, the goodness of its source and the
step's own chance, and waits log-normally. Which sources an owner is given is his own (Dirichlet); deals still open at the end stay open.
Settings:

known     owners' skills are drawn from a normal distribution, standard deviation 0.35 of the log odds of every step
given     all owners are equal, and their sources are very unequal: whoever looks better was only given better deals
nothing   owners are equal, sources are equal
few       as known, with 5 deals an owner

One line a setting: how the report's order of the owners agrees with their skills (Spearman's rank correlation, mean over the companies,
in brackets that of the plain win rate so far), the share of companies in which the report says of any owner (of any source) that it
differs, the claims of owners that are false of all such claims, and owners that are called ``few``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from typing import Any

import numpy as np
from msgspec.structs import replace

from funnel_audit.clock import DAY, AsOf, start_of_day
from funnel_audit.journeys import Entries, Facts, Journeys, Labels, Moments, build
from funnel_audit.labels import LOST
from funnel_audit.measures.conversion import conversion, whole_funnel
from funnel_audit.measures.segments import Known, segments
from funnel_audit.report import Segment
from funnel_audit.segments_of import segments_of
from funnel_audit.tally import tally

SETTINGS = ("known", "given", "nothing", "few")
OWNERS, SOURCES, STAGES, DAYS = 12, 5, 7, 400
START = start_of_day(2025, 1, 1, "UTC")
FIRST_SEED = 30_000


@dataclass(frozen=True)
class Company:
    """``skill`` of each owner, in log odds of every step."""

    journeys: Journeys
    skill: np.ndarray[Any, Any]


def company(seed: int, setting: str, deals: int = 200) -> Company:
    """``deals`` an owner, on average the same for all."""
    rng = np.random.default_rng([seed, SETTINGS.index(setting)])
    n = OWNERS * (5 if setting == "few" else deals)
    skill = rng.normal(0.0, 0.35, OWNERS) if setting in ("known", "few") else np.zeros(OWNERS)
    goodness = np.zeros(SOURCES) if setting == "nothing" else rng.normal(0.0, 0.8 if setting == "given" else 0.5, SOURCES)
    given = rng.dirichlet(np.full(SOURCES, 0.5 if setting == "given" else 3.0), OWNERS)
    base, median = rng.uniform(0.65, 0.9, STAGES - 1), np.exp(rng.uniform(np.log(1.0), np.log(8.0), STAGES - 1))
    owner = np.repeat(np.arange(OWNERS), n // OWNERS)
    source = (rng.random(n)[:, None] > given.cumsum(axis=1)[owner]).sum(axis=1).clip(max=SOURCES - 1)
    logit = skill[owner] + goodness[source]
    born = rng.random(n) * DAYS
    amount = np.exp(rng.normal(8.0, 0.8, n))
    at, going = born.copy(), np.arange(n)
    rows = [(going, at.copy(), np.zeros(n, np.int64))]
    for k in range(STAGES - 1):
        on = rng.random(len(going)) < 1 / (1 + np.exp(-(np.log(base[k] / (1 - base[k])) + logit[going])))
        at[going] += median[k] * np.exp(0.8 * rng.standard_normal(len(going))) * np.where(on, 1.0, 2.0)
        rows.append((going, at[going], np.where(on, k + 1, LOST)))
        going = going[on]
    deal, day, label = (np.concatenate(column) for column in zip(*rows, strict=True))
    facts = replace(
        Facts.blank(n, lambda code: f"D{code}"),
        created=Moments(START + (born * DAY).astype(np.int64)),
        amount=np.rint(amount * 100).astype(np.int64),
        amount_known=np.ones(n, bool),
        owner=Labels(owner.astype(np.int32), tuple(f"owner {code:02}" for code in range(OWNERS))),
        source=Labels(source.astype(np.int32), tuple(f"source {code}" for code in range(SOURCES))),
    )
    entries = Entries(deal.astype(np.int32), START + (day * DAY).astype(np.int64), label.astype(np.uint8))
    return Company(build(facts, entries, stages=STAGES, as_of=AsOf(START + DAYS * DAY, False), timezone="UTC"), skill)


def compared(journeys: Journeys) -> tuple[Segment, ...]:
    """The segments of the report, without the rest of it."""
    counted = tally(journeys)
    steps = tuple(k for k, step in enumerate(conversion(counted)[:-1]) if step.projected is not None)
    known = Known(steps, whole_funnel(counted)[0].projected is not None, None, None)
    return segments(journeys, counted, segments_of(journeys), known, None, [f"s{k}" for k in range(journeys.stages)])


def agreement(order: Sequence[float], truth: Sequence[float]) -> float:
    """Spearman's rank correlation."""
    ranks = [np.argsort(np.argsort(np.asarray(values))) for values in (order, truth)]
    return float(np.corrcoef(*ranks)[0, 1])


def graded(task: tuple[int, str, int]) -> list[float]:
    """(agreement, that of the plain rate, any owner claimed, any source claimed, false claims of owners, claims, owners called few)."""
    made = company(*task)
    found = compared(made.journeys)
    owners = [one for one in found if one.column == "owner" and one.value is not None]
    codes = [int((one.value or "")[-2:]) for one in owners]
    ranked = [one for one in owners if one.verdict not in ("few", "not compared")]
    order = plain = float("nan")
    if len(ranked) > 2:
        truth = [made.skill[code] for code, one in zip(codes, owners, strict=True) if one in ranked]
        order = agreement([-place for place in range(len(ranked))], truth)
        plain = agreement([one.won / one.deals for one in ranked], truth)
    claims = [(one, made.skill[code]) for one, code in zip(owners, codes, strict=True) if one.verdict in ("better", "worse", "mixed")]
    wrong = [skill for one, skill in claims if (skill - made.skill.mean()) * (1 if one.verdict == "better" else -1) <= 0]
    sources = any(one.differences for one in found if one.column == "source")
    return [order, plain, bool(claims), sources, len(wrong), len(claims), sum(one.verdict == "few" for one in owners)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=100)
    parser.add_argument("--deals", type=int, default=200, help="deals an owner")
    parser.add_argument("--setting", nargs="*", default=SETTINGS, choices=SETTINGS)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    asked = parser.parse_args()
    print("setting    agreement (plain)   any owner  any source   false / claims   few")
    with Pool(2) as pool:
        for setting in asked.setting:
            tasks = [(asked.first_seed + number, setting, asked.deals) for number in range(asked.companies)]
            rows = np.array(pool.map(graded, tasks, chunksize=4), float)
            seen = rows[~np.isnan(rows[:, 0])]
            order = f"{seen[:, 0].mean():.3f} ({seen[:, 1].mean():.3f})" if len(seen) and setting == "known" else "-"
            few = rows[:, 6].sum() / (OWNERS * len(rows))
            print(f"{setting:10} {order:18}  {rows[:, 2].mean():9.2f}  {rows[:, 3].mean():10.2f}   "
                  f"{rows[:, 4].sum():5.0f} / {rows[:, 5].sum():<6.0f}   {few:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
