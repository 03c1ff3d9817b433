"""The rules of the definitions, sections 2 and 3, once more and as plainly as they can be written: one deal, one loop.

Slow, and made from the text of the rules alone; the property tests hold the arrays of ``funnel_audit.journeys`` against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class Told:
    """What one deal's entries say. ``stays`` are (stage, start, end, exit): a stage, "x" or "" for open."""

    outcome: str = "open"
    furthest: int = 0
    seen: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)
    stays: list[tuple[int, float, float, str]] = field(default_factory=list)
    back_moves: int = 0
    reopened: int = 0
    on_hold: bool = False


def tell(entries: list[tuple[str, float]], stages: str, as_of: float) -> Told | None:
    """None: the deal does not exist yet."""
    order = stages + "h?x"
    known = sorted(((at, order.index(label), label) for label, at in entries if at <= as_of))
    if not known:
        return None
    journey = [known[0]]
    for entry in known[1:]:
        if entry[2] != journey[-1][2]:
            journey.append(entry)
    told = Told()
    last = journey[-1][2]
    told.outcome = {"x": "lost", stages[-1]: "won"}.get(last, "open")
    told.on_hold = last == "h"
    told.reopened = sum(label == "x" for _, _, label in journey[:-1])
    steps = [(at, stages.index(label)) for at, _, label in journey if label in stages]
    told.seen = {stage for _, stage in steps}
    told.back_moves = sum(later < earlier for (_, earlier), (_, later) in pairwise(steps))
    further: list[tuple[float, int]] = []
    for at, stage in steps:
        if not further or stage > further[-1][1]:
            further.append((at, stage))
    if further:
        told.furthest = further[-1][1]
        told.skipped = set(range(told.furthest)) - {stage for _, stage in further}
    for (at, stage), (left, to) in pairwise(further):
        told.stays.append((stage, at, left, stages[to]))
    if further and told.furthest < len(stages) - 1:
        at, stage = further[-1]
        told.stays.append((stage, at, journey[-1][0], "x") if told.outcome == "lost" else (stage, at, as_of, ""))
    return told
