"""One deal's story: its entries with the rule applied to each, its outcome and why, where it counts, what is wrong with it.

Nothing is judged anew: outcome, stays and limits are those of the journeys and of the audit; only the words are made here.
"""

from __future__ import annotations

from funnel_audit.story.tell import find_deal, tell

__all__ = ["find_deal", "tell"]
