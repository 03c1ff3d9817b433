"""Grades the forecast on made-up companies with a known future: `python bench/calibrate.py [--companies 300] [--setting steady ...]`.

Every company is forecast on day 640 for 30 and for 60 days, with its backtest, as the program does it. Seeds 30000, 30001 … are kept for
this table (10000 … and the steady ones from 20000 were, until they had been looked at); tuning is done on 1, 2 … (`--first-seed 1`). One
line a setting and horizon:

cover   share of actual counts inside the 80 % range by the randomised probability integral transform; incl: P10 <= actual <= P90
bias    of the mean, over all companies; its standard error beside it
mae     mean absolute error; naive: "same as last period", only: stage only, crm: stage weights; edge: only - mae, with standard error
brier   of the open deals' chances, deals of all companies alike; the same for stage only and stage weights
"""

from __future__ import annotations

import argparse
import time
from multiprocessing import Pool

import numpy as np
from simulate import HISTORY, SETTINGS, STAGES, company

from funnel_audit.clock import DAY
from funnel_audit.measures.forecast import Ground, survey
from funnel_audit.measures.forecast.backtest import count_upto
from funnel_audit.measures.forecast.make import work
from funnel_audit.measures.forecast.spread import quantile

HORIZONS = (30, 60)
FIRST_SEED = 30_000


def graded(task: tuple[int, str]) -> list[list[float]]:
    """One company: a row of figures for each horizon."""
    seed, setting = task
    made = company(seed, setting)
    ground = survey(made.journeys)
    assert isinstance(ground, Ground)
    won = made.reached[:, STAGES - 1]
    rows = []
    for days in HORIZONS:
        at = made.journeys.as_of.us
        _, when, outlook, origins, drawn = work(ground, at + days * DAY, STAGES - 1)
        chance = np.concatenate([one.outlook.chance for one in origins])
        came = np.concatenate([one.got for one in origins])
        actual = int(np.count_nonzero((won > HISTORY) & (won <= HISTORY + days)))
        below, equal = np.mean(drawn.total < actual), np.mean(drawn.total == actual)
        rank = below + equal * np.random.default_rng([seed, days]).random()
        got = won[outlook.known.deal] <= HISTORY + days
        stage = outlook.known.stage
        squares = [float(((chance - got) ** 2).sum()) for chance in (outlook.chance, outlook.ageless[stage], outlook.crm[stage])]
        bands = np.zeros((len(BAND_LOWS), 3))
        which = np.minimum((chance * len(BAND_LOWS)).astype(int), len(BAND_LOWS) - 1)
        for column, weight in enumerate((None, chance, came)):
            bands[:, column] = np.bincount(which, weights=weight, minlength=len(BAND_LOWS))
        rows.append([
            outlook.mean, actual, len(when) - count_upto(when, at - days * DAY), outlook.stage_only, outlook.crm_weighted,
            0.1 <= rank < 0.9, quantile(drawn.total, 0.1) <= actual <= quantile(drawn.total, 0.9), *squares, len(got),
            *bands.ravel(),
        ])  # fmt: skip
    return rows


BAND_LOWS = (0.0, 0.2, 0.4, 0.6, 0.8)
HEAD = "| setting | days | cover | incl | bias | mae | naive | ratio | only | edge | crm | brier | only | crm |"


def line(setting: str, days: int, rows: np.ndarray) -> str:
    mean, actual, naive, only, crm, cover, inside, own, flat, weights, deals = rows[:, :11].T
    n = len(rows)
    error = mean - actual
    bias = error.sum() / actual.sum()
    doubt = np.std(error - bias * actual, ddof=1) / np.sqrt(n) / actual.mean()
    edge = np.abs(only - actual) - np.abs(error)
    mae, mae_naive = np.abs(error).mean(), np.abs(naive - actual).mean()
    return (
        f"| {setting} | {days} | {cover.mean():.1%} | {inside.mean():.1%} | {bias:+.1%} ± {doubt:.1%}"
        f" | {mae:.2f} | {mae_naive:.2f} | {mae / mae_naive:.2f} | {np.abs(only - actual).mean():.2f}"
        f" | {edge.mean():+.3f} ± {edge.std(ddof=1) / np.sqrt(n):.3f} | {np.abs(crm - actual).mean():.1f}"
        f" | {own.sum() / deals.sum():.4f} | {flat.sum() / deals.sum():.4f} | {weights.sum() / deals.sum():.4f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=300)
    parser.add_argument("--setting", choices=SETTINGS, nargs="+", default=list(SETTINGS))
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    began = time.perf_counter()
    print(HEAD + "\n" + "|---" * HEAD.count(" | ") + "|---|", flush=True)
    reliability = np.zeros((len(BAND_LOWS), 3))
    with Pool(asked.processes) as pool:
        for setting in asked.setting:
            seeds = range(asked.first_seed, asked.first_seed + asked.companies)
            found = np.array(pool.map(graded, [(seed, setting) for seed in seeds], chunksize=5), float)
            for index, days in enumerate(HORIZONS):
                print(line(setting, days, found[:, index]), flush=True)
            reliability += found[:, :, 11:].sum(axis=(0, 1)).reshape(len(BAND_LOWS), 3)
    print("\nAll open deals at all origins of all backtests, by the chance they were given:\n")
    print("| chance | deals | expected | got there |\n|---|---|---|---|")
    for low, high, (deals, expected, actual) in zip(BAND_LOWS, (*BAND_LOWS[1:], 1.0), reliability, strict=True):
        if deals:
            print(f"| {low:.0%} – {high:.0%} | {deals:,.0f} | {expected / deals:.1%} | {actual / deals:.1%} |")
    print(f"\n{asked.companies} companies a setting, seeds from {asked.first_seed}; {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
