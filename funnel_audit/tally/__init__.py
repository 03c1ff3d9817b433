"""The one counting pass: journeys -> counts that can be added, and from which every figure is arithmetic."""

from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.tally.count import tally
from funnel_audit.tally.record import Tally
from funnel_audit.tally.spans import Spans

__all__ = ["STILL_OPEN", "Outcome", "Spans", "Tally", "tally"]
