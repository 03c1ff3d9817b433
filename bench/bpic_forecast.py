"""The forecast on a Dutch bank's loan applications (BPI Challenge 2012), beside what came: `python bench/bpic_forecast.py`.

Every line reads the files anew with `as_of`, so that nothing later is known; the wins that came are counted in the whole files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from funnel_audit.api import read
from funnel_audit.clock import DAY, NAT
from funnel_audit.journeys.records import Outcome
from funnel_audit.measures.forecast import Forecast, forecast

ROOT = Path(__file__).resolve().parent.parent
CASES = [(f"{day}T00:00:00Z", 30) for day in ("2011-12-01", "2012-01-01", "2012-02-01")] + [
    (f"{day}T00:00:00Z", 14) for day in ("2011-12-01", "2011-12-16", "2012-01-01", "2012-01-16", "2012-02-01", "2012-02-16")
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "bpic2012")
    parser.add_argument("--stages", type=Path, default=ROOT / "tests" / "reference" / "bpic2012.yaml")
    asked = parser.parse_args()
    files = [asked.data / "deals.csv", asked.data / "events.csv"]
    whole = read(files, asked.stages).journeys
    won_at = np.where(whole.outcome == Outcome.WON, whole.won_at.at, NAT)
    print("| as of | days | won | P10 | P50 | P90 | mean | same as last | stage only | stage weights | of open: won | mean |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    errors, inside = [], 0
    for as_of, days in CASES:
        reading = read(files, asked.stages, as_of=as_of)
        at = reading.journeys.as_of.us
        found = forecast(reading.journeys, until_us=at + days * DAY)
        assert isinstance(found, Forecast)
        came = (won_at > at) & (won_at <= at + days * DAY)
        created = whole.facts.created.at <= at
        actual, of_open, wins = int(came.sum()), int((came & created).sum()), found.wins
        inside += wins.p10 <= actual <= wins.p90
        rivals = (wins.mean, found.naive, found.stage_only, found.crm_weighted.wins)
        errors.append([abs(value - actual) for value in rivals])
        print(
            f"| {as_of[:10]} | {days} | {actual} | {wins.p10:.0f} | {wins.p50:.0f} | {wins.p90:.0f} | {wins.mean:.1f} | {found.naive}"
            f" | {found.stage_only:.1f} | {found.crm_weighted.wins:.1f} | {of_open} | {wins.from_open:.1f} |"
        )
    mae = np.mean(errors, axis=0)
    print(f"| mean absolute error | | | | | | {mae[0]:.1f} | {mae[1]:.1f} | {mae[2]:.1f} | {mae[3]:.1f} | | |")
    print(f"\nThe 80 % range held in {inside} of {len(CASES)}.")


if __name__ == "__main__":
    main()
