"""Journeys -> Tally: every count that any measure needs, in one pass over the arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, elapsed_us, local_days
from funnel_audit.journeys.records import STILL_OPEN, Outcome
from funnel_audit.labels import LOST
from funnel_audit.tally.record import ReasonKey, Tally
from funnel_audit.tally.spans import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys.records import Journeys, Labels

    Array = NDArray[Any]


def tally(journeys: Journeys, pairs: int = 0) -> Tally:
    """Count ``journeys``; ``pairs`` is how many pairs of stages are declared. The ledger is checked before it is handed on."""
    j, k = journeys, journeys.stages
    slot = np.where((j.outcome == Outcome.LOST) & ~j.placed, k, j.stage).astype(np.int64)
    ledger = np.bincount(j.outcome * (k + 1) + slot, minlength=3 * (k + 1)).reshape(3, k + 1)
    stays = j.stays
    rest = np.flatnonzero(stays.us == NAT)
    stage, begun = stays.stage[rest], stays.entered[rest] != NAT
    gone, lost = stays.exit[rest] != STILL_OPEN, stays.exit[rest] == LOST
    passed = passed_without_stay(j)
    lives, untimed_lives = count_lives(j)
    pair_timed = j.pairs.us != NAT
    untimed_pairs = np.zeros((2, pairs), np.int64)
    for row, kind in enumerate((j.pairs.exit < STILL_OPEN, j.pairs.exit == LOST)):
        untimed_pairs[row] = np.bincount(j.pairs.stage[~pair_timed & kind], minlength=pairs)[:pairs]
    money, reasons = count_money(j, slot), count_reasons(j, slot)
    counted = Tally(
        as_of=j.as_of, stages=k, deals=j.n, with_history=int(np.count_nonzero(j.has_history)), excluded=j.excluded, not_yet=j.not_yet,
        unmapped=int(np.count_nonzero(j.unmapped)), reopened=int(np.count_nonzero(j.reopened)), ledger=ledger,
        on_hold=np.bincount(j.stage[j.on_hold], minlength=k), seen=count_bits(j.seen, k), skipped=skips(j),
        back_into=j.back_into, untimed_advances=np.bincount(stage[begun & gone & ~lost], minlength=k) + passed[0],
        untimed_losses=np.bincount(stage[begun & lost], minlength=k) + passed[1],
        unknown_starts=np.bincount(stage[~gone], minlength=k),
        startless_exits=np.bincount(stage[~begun & gone], minlength=k)
        + count_bits((passed_over(j) & before_data(j))[stood(j)], k),
        money=money, reasons=reasons, wins_by_day=count_wins(j),
        stays=Spans.of(stays.stage, stays.exit, stays.us, stays.entered), lives=lives, untimed_lives=untimed_lives,
        pairs=Spans.of(j.pairs.stage, j.pairs.exit, j.pairs.us, j.pairs.entered),
        untimed_pairs=untimed_pairs,
    )  # fmt: skip
    counted.check()
    return counted


def count_bits(bits: Array, stages: int) -> Array:
    """(K,) how many deals have bit k set."""
    if stages > 16:
        return np.array([int(np.count_nonzero(bits & np.uint64(1 << stage))) for stage in range(stages)], np.int64)
    patterns = np.bincount((bits & np.uint64((1 << stages) - 1)).astype(np.int64), minlength=1 << stages)  # one pass, not one a stage
    return np.array([int(patterns.reshape(-1, 2, 1 << stage)[:, 1].sum()) for stage in range(stages)], np.int64)


def skips(j: Journeys) -> Array:
    """(K,) deals with a history that are beyond k and never stood in it on their way."""
    return count_bits(jumped_over(j)[stood(j)], j.stages)


def passed_over(j: Journeys) -> Array:
    """Bit set of the stages below the furthest one in which no stay of the deal is recorded."""
    below = (np.uint64(1) << j.stage.astype(np.uint64)) - np.uint64(1)
    return below & ~j.stayed


def before_data(j: Journeys) -> Array:
    """Bit set of the stages that a deal had behind it when its record begins (a first snapshot): whether it stood in them nobody knows.

    Those are the ones below its lowest recorded stay, and all of them where none is recorded. What it jumps later was seen.
    """
    lowest = j.stayed & (~j.stayed + np.uint64(1))
    return np.where(j.facts.begun_before, lowest - np.uint64(1), np.uint64(0))


def jumped_over(j: Journeys) -> Array:
    """Bit set of the stages below the furthest one that the deal is known not to have stood in."""
    return passed_over(j) & ~before_data(j)


def stood(j: Journeys) -> Array:
    """Deals whose way through the stages is recorded: any stay of a history, or an entry into the won stage."""
    recorded: Array = j.has_history & ((j.seen & np.uint64((1 << j.stages) - 1)) != 0)
    return recorded


def passed_without_stay(j: Journeys) -> tuple[Array, Array]:
    """(K,) advances and losses of deals without a recorded way: they left the stage at a time that nobody wrote down."""
    k = j.stages
    other = ~stood(j)
    furthest = np.bincount(j.stage[other], minlength=k)
    advances = np.append(furthest[::-1].cumsum()[::-1][1:], 0)
    stayed_there = ((j.stayed >> j.stage.astype(np.uint64)) & np.uint64(1)) != 0
    losses = np.bincount(j.stage[other & (j.outcome == Outcome.LOST) & j.placed & ~stayed_there], minlength=k)
    return advances, losses


def life_us(j: Journeys) -> Array:
    """(n,) microseconds from created to won, lost or as-of (open); NAT where that is not known."""
    created = j.facts.created
    won, lost = j.outcome == Outcome.WON, j.outcome == Outcome.LOST
    end = np.where(won, j.won_at.at, np.where(lost, j.lost_at.at, j.as_of.us))
    day: Any = False
    if j.won_at.day is not False or j.lost_at.day is not False:
        day = np.where(won, j.won_at.day, np.where(lost, j.lost_at.day, False))
    length = elapsed_us(created.at, created.day, end, day, j.timezone)
    length[length < 0] = NAT
    return length


def count_lives(j: Journeys) -> tuple[Spans, Array]:
    """Created to won, lost or as-of (open), by the stage the deal stands in; and the deals whose span is not known, by outcome."""
    length = life_us(j)
    code = np.where(j.outcome == Outcome.WON, 0, np.where(j.outcome == Outcome.LOST, LOST, STILL_OPEN)).astype(np.uint8)
    spans = Spans.of(j.stage_now, code, length, j.facts.created.at)
    return spans, np.bincount(j.outcome[length == NAT], minlength=3)


def count_money(j: Journeys, slot: Array) -> dict[str | None, Array]:
    """Per currency, (2, 3, K + 1): deals with an amount and their sums, by outcome and slot. Sums below 2**53 minor units are exact."""
    facts, size = j.facts, 3 * (j.stages + 1)
    rows = np.flatnonzero(facts.amount_known)
    cell = (facts.currency.codes[rows].astype(np.int64) + 1) * size + j.outcome[rows].astype(np.int64) * (j.stages + 1) + slot[rows]
    names: list[str | None] = [None, *facts.currency.texts]
    counts = np.bincount(cell, minlength=len(names) * size)
    sums = np.rint(np.bincount(cell, weights=facts.amount[rows], minlength=len(names) * size)).astype(np.int64)
    found: dict[str | None, Array] = {}
    for index, name in enumerate(names):
        part = slice(index * size, (index + 1) * size)
        if counts[part].any():
            found[name] = np.stack([counts[part], sums[part]]).reshape(2, 3, j.stages + 1)
    return found


def sparse(code: Array, amount: Array, known: Array) -> list[tuple[int, tuple[int, int, int]]]:
    """Per distinct code: (rows, of them with an amount, the sum of those in minor units)."""
    if len(code) and code.min() >= 0 and code.max() < len(code) + 1024:  # few possible codes: no need to sort
        distinct, where = np.arange(int(code.max()) + 1), code
    else:
        distinct, where = np.unique(code, return_inverse=True)
    size = len(distinct)
    rows, with_amount = np.bincount(where, minlength=size), np.bincount(where, weights=known, minlength=size)
    sums = np.bincount(where, weights=np.where(known, amount, 0), minlength=size)
    some = np.flatnonzero(rows)
    columns = (column[some].tolist() for column in (distinct, rows, with_amount, sums))
    return [(c, (r, round(w), round(s))) for c, r, w, s in zip(*columns, strict=True)]


def count_reasons(j: Journeys, slot: Array) -> dict[ReasonKey, tuple[int, int, int]]:
    """Lost deals by reason, currency and slot."""
    facts = j.facts
    rows = np.flatnonzero(j.outcome == Outcome.LOST)
    currencies, slots = len(facts.currency.texts) + 1, j.stages + 1
    code = (facts.lost_reason.codes[rows].astype(np.int64) + 1) * currencies
    code = (code + facts.currency.codes[rows] + 1) * slots + slot[rows]
    out: dict[ReasonKey, tuple[int, int, int]] = {}
    for cell, numbers in sparse(code, facts.amount[rows], facts.amount_known[rows]):
        rest, place = divmod(cell, slots)
        reason, currency = divmod(rest, currencies)
        out[named(facts.lost_reason, reason), named(facts.currency, currency), place] = numbers
    return out


def count_wins(j: Journeys) -> dict[tuple[str | None, int | None], tuple[int, int, int]]:
    """Won deals by currency and the local day they were won."""
    facts = j.facts
    rows = np.flatnonzero(j.outcome == Outcome.WON)
    days = local_days(j.won_at.at[rows], j.timezone)
    currencies = len(facts.currency.texts) + 1
    code = np.where(days == NAT, -1, days) * currencies + facts.currency.codes[rows] + 1
    out: dict[tuple[str | None, int | None], tuple[int, int, int]] = {}
    for cell, numbers in sparse(code, facts.amount[rows], facts.amount_known[rows]):
        day, currency = divmod(cell, currencies)
        out[named(facts.currency, currency), None if day < 0 else day] = numbers
    return out


def named(labels: Labels, code: int) -> str | None:
    """The text of a code that was shifted by one, so that 0 is blank."""
    return labels.texts[code - 1] if code else None
