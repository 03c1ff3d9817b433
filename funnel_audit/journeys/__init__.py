"""Journeys: each deal's stage entries in time order, and what follows from them for the deal. Knows no CRM and derives no rate."""

from funnel_audit.journeys.build import build, earlier
from funnel_audit.journeys.records import NO_LABEL, STILL_OPEN, Entries, Facts, Journeys, Labels, Moments, Outcome, Stays

__all__ = ["NO_LABEL", "STILL_OPEN", "Entries", "Facts", "Journeys", "Labels", "Moments", "Outcome", "Stays", "build", "earlier"]
