"""The entries of one deal in journey order, and what each of them meant (definitions, section 2)."""

from __future__ import annotations

from collections.abc import Sequence

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED


class Step(Frozen):
    """``rule`` as in ``deal_record.Entry``; ``skipped`` are the stages that it jumped over; ``since`` the one it moved back from."""

    at: int
    day: bool
    label: str
    code: int
    rule: str
    skipped: tuple[int, ...] = ()
    since: int | None = None


def walk(entries: Sequence[tuple[int, bool, str, int]], as_of_us: int, won_stage: int, standing_loss: bool) -> list[Step]:
    """Entries are (instant, is it a date, label as written, code). ``standing_loss``: the deal's outcome is lost."""
    known = sorted((entry for entry in entries if entry[0] <= as_of_us), key=lambda entry: (entry[0], entry[3]))
    later = sorted((entry for entry in entries if entry[0] > as_of_us), key=lambda entry: (entry[0], entry[3]))
    last = len(known) - 1
    while last > 0 and known[last][3] == known[last - 1][3]:
        last -= 1
    furthest, before, previous, steps = -1, -1, -1, []
    for index, (at, day, label, code) in enumerate(known):
        rule, skipped, since = "again", tuple[int, ...](), None
        if code == previous:
            rule = "repeated"
        elif code == ON_HOLD:
            rule = "on_hold"
        elif code == UNMAPPED:
            rule = "unmapped"
        elif code == LOST:
            rule = "lost" if index == last and standing_loss else "loss_undone"
        else:
            if code > furthest:
                rule = "won" if code == won_stage else "begins_stay"
                skipped = tuple(range(furthest + 1, code))
                furthest = code
            elif code < before:
                rule, since = "back_move", before
            before = code
        previous = code
        steps.append(Step(at, day, label, code, rule, skipped, since))
    steps += [Step(at, day, label, code, "after_as_of") for at, day, label, code in later]
    return steps


def from_before(at: int) -> bool:
    """Stood there before the data begin: no instant is known."""
    return at == NAT
