"""The report without what looks ahead or over time: `python bench/core.py FILE`. For the benchmark only.

Reading, counting, conversion, pace, leaks, pairs, stalled deals, findings and the JSON, as in every report; no forecast, key stage,
periods, cohorts, changes or segments. What these cost is the difference to the whole report.
"""

import sys

from funnel_audit import assemble
from funnel_audit.ahead import Ahead
from funnel_audit.cli import main
from funnel_audit.measures.forecast import basis
from funnel_audit.over_time import OverTime

assemble.look_ahead = lambda journeys, *_: Ahead(None, None, (), basis(journeys))
assemble.over_time = lambda *_, **__: OverTime()
assemble.segments_.segments = lambda *_: ()
sys.argv = ["funnel-audit", "report", sys.argv[1], "--format", "json"]
main()
