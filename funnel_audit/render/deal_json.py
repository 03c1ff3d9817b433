"""The story of one deal as JSON."""

from __future__ import annotations

import msgspec

from funnel_audit.clean import clean_record
from funnel_audit.deal_record import DealStory
from funnel_audit.render.check.json import rounded


def render(story: DealStory) -> bytes:
    """JSON of the cleaned story, one value a line."""
    return msgspec.json.format(msgspec.json.encode(rounded(msgspec.to_builtins(clean_record(story)))), indent=2) + b"\n"
