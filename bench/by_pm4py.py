"""pm4py's nearest equivalent, for comparison: `python bench/by_pm4py.py FILE`, in an environment of its own (AGPL).

Which step follows which, how often and after how long (frequency and performance directly-follows graphs), and deals per stage.
"""

import sys

import pandas as pd
import pm4py

log = pd.read_csv(sys.argv[1], parse_dates=["entered_at"], dtype={"deal_id": str})
log = pm4py.format_dataframe(log, case_id="deal_id", activity_key="stage", timestamp_key="entered_at")
steps, starts, ends = pm4py.discover_dfg(log)
pace, _, _ = pm4py.discover_performance_dfg(log)
print(len(steps), len(starts), len(ends), len(pace))
print(pm4py.get_event_attribute_values(log, "stage", count_once_per_case=True))
