"""Grades what the report says of changes on made-up companies: `python bench/changes.py [--companies 100] [--setting step_leak ...]`.

Every company of `simulate.py` with a planted change is looked at on day 640, by month, as the report does it (by owner, source and size).
Seeds 20000, 20001 … are kept for this table; tuning was done on 1, 2 … (`--first-seed 1`).

first    a change is claimed, and the first one is the planted step's conversion (of the planted source, for better_source); for mix_shift:
         the first one is the mix of the sources
date     of all companies: first, and its date within 30 days of the true one; region: the true day lies in the 95 % region, where first
cause    of the planted step's conversion, where it is claimed for all deals: called mix (mix_shift) or rate (step_leak)
any      reports that claim any change; others: claims that name neither the planted step nor what follows from it, per report
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from multiprocessing import Pool

import numpy as np
from simulate import CHANGES, HISTORY, SETTINGS, Planted, company

from funnel_audit.measures.changes import CONVERSION, MIX, Change, changes
from funnel_audit.tally import tally

FIRST_SEED = 20_000
WITHIN_DAYS = 30


@dataclass(frozen=True)
class Grade:
    """One company; None where the question does not arise."""

    claims: int
    first: bool | None = None
    days_off: int | None = None
    in_region: bool | None = None
    cause: str | None = None
    others: int = 0


def graded(task: tuple[int, str] | tuple[int, str, float]) -> Grade:
    """What a report would say of one company."""
    seed, setting, *strength = task
    made = company(seed, setting, *strength)
    found = changes(made.journeys, tally(made.journeys))
    assert found is not None
    claimed, truth = found.claimed, made.planted
    if truth is None:
        return Grade(len(claimed), others=len(claimed))
    top = claimed[0] if claimed else None
    named = top is not None and is_it(top, truth, setting)
    step = next((one for one in claimed if one.what == CONVERSION and one.stage == truth.stage and one.value is None), None)
    others = sum(one.stage != truth.stage and one.what not in (MIX,) for one in claimed)
    cause = None if step is None or step.makeup is None else step.makeup.verdict
    if top is None or not named or top.since is None or top.since_first is None or top.since_last is None:
        return Grade(len(claimed), named, cause=cause, others=others)
    week = 6  # dates are told by the week
    return Grade(
        len(claimed), named, abs(top.since - truth.day), top.since_first - week <= truth.day <= top.since_last + week, cause, others
    )


def is_it(change: Change, truth: Planted, setting: str) -> bool:
    """Whether a claim is what was planted."""
    if setting == "mix_shift":
        return change.what == MIX and change.column == "source"
    return change.what == CONVERSION and change.stage == truth.stage and change.value == truth.source


def line(setting: str, grades: list[Grade]) -> str:
    def share(values: list[bool]) -> str:
        return f"{np.mean(values):.0%}" if values else "–"

    n, planted = len(grades), grades[0].first is not None
    dated = [grade.days_off for grade in grades if grade.days_off is not None]
    causes = [grade.cause for grade in grades if grade.cause is not None]
    region = [grade.in_region for grade in grades if grade.in_region is not None]
    wanted = {"mix_shift": "mix", "step_leak": "rate"}.get(setting)
    cells = [
        setting,
        share([bool(grade.first) for grade in grades]) if planted else "–",
        f"{sum(days <= WITHIN_DAYS for days in dated) / n:.0%}" if planted else "–",
        f"{np.median(dated):.0f}" if dated else "–",
        share(region),
        f"{sum(cause == wanted for cause in causes)} of {len(causes)}" if wanted else "–",
        share([grade.claims > 0 for grade in grades]),
        f"{np.mean([grade.others for grade in grades]):.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=100)
    every = (*CHANGES, *SETTINGS)
    parser.add_argument("--setting", choices=every, nargs="+", default=list(CHANGES))
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--strength", type=float, default=1.0, help="of what is planted; 0.5 is half of it")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    began = time.perf_counter()
    print("| setting | named first | date within 30 days | days off, median | in the region | cause | any claim | others a report |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    with Pool(asked.processes) as pool:
        for setting in asked.setting:
            seeds = range(asked.first_seed, asked.first_seed + asked.companies)
            tasks = [(seed, setting, asked.strength) for seed in seeds]
            print(line(setting, pool.map(graded, tasks, chunksize=5)), flush=True)
    took = time.perf_counter() - began
    print(f"\n{asked.companies} companies a setting, {HISTORY} days each, seeds from {asked.first_seed}; {took:.0f} s.")


if __name__ == "__main__":
    main()
