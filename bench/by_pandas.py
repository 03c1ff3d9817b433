"""The same counts by plain pandas, for comparison: `python bench/by_pandas.py FILE`. First entries, step counts, median days, losses."""

import sys

import pandas as pd
from make_data import STAGES

log = pd.read_csv(sys.argv[1], parse_dates=["entered_at"])
log = log.sort_values(["deal_id", "entered_at"], kind="stable")
first = log[log["stage"] != "Lost"].groupby(["deal_id", "stage"])["entered_at"].min().unstack().reindex(columns=list(STAGES))
rank = pd.Series(range(len(STAGES)), index=list(STAGES))
furthest = log["stage"].map(rank).groupby(log["deal_id"]).max()
last = log.groupby("deal_id")["stage"].last()
reached = pd.Series([int((furthest >= k).sum()) for k in range(len(STAGES))], index=list(STAGES))
lost = furthest[last == "Lost"].value_counts().sort_index()
left = first[::-1].bfill(axis=1).shift(-1, axis=1)
days = (left - first[::-1]).apply(lambda column: column.median())
print(reached.to_string(), lost.to_string(), days.to_string(), sep="\n\n")
