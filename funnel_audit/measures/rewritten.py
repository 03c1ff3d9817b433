"""What of the past is another in a later export of the same CRM: which deals, and what that does to the older export's figures.

A date is of the past where it lies before the older export's as-of. Everything later may have happened in between, and is no rewriting.
Defined in docs/compare.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import DAY, NAT, SECOND, local_days
from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Moments, Outcome
from funnel_audit.labels import UNMAPPED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

KINDS = ("vanished", "backdated", "created_changed", "closed_changed", "entries_changed", "reopened", "outcome_changed", "amount_changed")
TOLERANCE_US = 60 * SECOND
"""Exports write times to the minute or to the second: less than a minute apart is the same."""


class Pair(Frozen):
    """Two exports: ``then`` are the newer one's deals as they are known to have stood at the older one's as-of.

    ``in_new`` (old deals,): position in ``new``; -1 gone, -2 without an id, -3 there but in no figure. ``in_then``: position in ``then``.
    ``fresh``: new deals that the older export does not have, in scope or not. ``snapshots``: a time of either is a guess between two days.
    """

    old: Journeys
    new: Journeys
    then: Journeys
    in_new: Array
    in_then: Array
    fresh: Array
    fresh_in_then: Array
    one_date_per_stage: bool = False
    snapshots: bool = False


class Effect(Frozen):
    """What some deals change of the older export's figures: differences of counts, of won deals with an amount in the main currency
    (``paid``), and of their sum in minor units."""

    deals: int = 0
    won: int = 0
    lost: int = 0
    open: int = 0
    paid: int = 0
    won_amount: int = 0


class Rewriting(Frozen):
    """One kind. ``old`` and ``new`` are positions of the first deals in the older or newer export (of the other one, where it has them).

    ``why_not``: the exports cannot tell: no_dates, no_entries, snapshots, no_amounts.
    """

    kind: str
    deals: int
    positions: Array
    of_new: bool
    effect: Effect
    why_not: str | None = None


def rewritten(pair: Pair, currency: str | None, listed: int = 5) -> tuple[list[Rewriting], Effect, Array]:
    """Every kind in the order of ``KINDS``; what all of them do together, each deal once; and which old deals are touched by any."""
    old, both = pair.old, np.flatnonzero(pair.in_new >= 0)
    masks, why_not = _masks(pair, both)
    touched = np.zeros(old.n, bool)
    found = []
    for kind in KINDS:
        if kind == "backdated":
            rows = np.flatnonzero(_past(pair, pair.new.facts.created.take(pair.fresh)))
            effect = _of_states(None, pair, None, pair.fresh_in_then[rows], currency)
            found.append(Rewriting(kind, len(rows), pair.fresh[rows][:listed], True, effect, why_not.get(kind)))
            continue
        mask = masks[kind]
        touched |= mask
        rows = np.flatnonzero(mask)
        effect = _of_states(old, pair, rows, pair.in_then[rows], currency)
        found.append(Rewriting(kind, len(rows), rows[:listed], False, effect, why_not.get(kind)))
    rows = np.flatnonzero(touched)
    changed = _of_states(old, pair, rows, pair.in_then[rows], currency)
    added = found[KINDS.index("backdated")].effect
    return found, _sum(changed, added), touched


def standing(j: Journeys, currency: str | None) -> Effect:
    """The figures of a whole export: what its deals add to nothing."""
    return _figures(j, np.arange(j.n), currency)


def no_money(j: Journeys, currency: str | None) -> str | None:
    """Why no amount of an export is in the main currency: no_amounts, no_currency, other_currency; None where one is."""
    known = j.facts.amount_known
    if _main(j, currency).any():
        return None
    if not known.any():
        return "no_amounts"
    return "other_currency" if (j.facts.currency.codes[known] >= 0).any() else "no_currency"


def _masks(pair: Pair, both: Array) -> tuple[dict[str, Array], dict[str, str]]:
    """Old deals of every kind; and why a kind cannot be told."""
    old, new, place = pair.old, pair.new, pair.in_new[both]
    why_not: dict[str, str] = {}
    masks = {kind: np.zeros(old.n, bool) for kind in KINDS}
    masks["vanished"] = pair.in_new == -1
    created = old.facts.created.take(both), new.facts.created.take(place)
    masks["created_changed"][both] = _differ(*created, old.timezone)
    for kind, dates in (("created_changed", [*created]), ("backdated", [new.facts.created])):
        if any((one.at == NAT).all() for one in dates):
            why_not[kind] = "no_dates"

    was, now = old.outcome[both], new.outcome[place]
    closed = old.facts.closed.take(both), new.facts.closed.take(place)
    moved = _differ(*closed, old.timezone)
    same = (was == now) & (was != Outcome.OPEN)
    past = _past(pair, closed[1])
    gone = (closed[0].at != NAT) & (closed[1].at == NAT) & bool((closed[1].at != NAT).any())
    opened_before = (was == Outcome.OPEN) & (now != Outcome.OPEN) & past
    masks["closed_changed"][both] = (same & ((moved & past) | gone)) | opened_before
    if (closed[0].at == NAT).all() or (closed[1].at == NAT).all():
        why_not["closed_changed"] = "no_dates"
    later = same & moved & ~past & _past(pair, closed[0])
    masks["reopened"][both] = ((was != Outcome.OPEN) & (now == Outcome.OPEN)) | later
    masks["outcome_changed"][both] = (was != now) & (was != Outcome.OPEN) & (now != Outcome.OPEN)

    if pair.snapshots:
        why_not["entries_changed"] = "snapshots"
    else:
        masks["entries_changed"], told = _entries_changed(pair, both)
        if not told:
            why_not["entries_changed"] = "no_entries"
    known = old.facts.amount_known[both], new.facts.amount_known[place]
    other = (old.facts.amount[both] != new.facts.amount[place]) | _other_currency(old, new, both, place)
    masks["amount_changed"][both] = (was != Outcome.OPEN) & known[0] & ((known[1] & other) | ~known[1])
    if not old.facts.amount_known.any() or not new.facts.amount_known.any():
        why_not["amount_changed"] = "no_amounts"
        masks["amount_changed"][:] = False
    return masks, why_not


def _differ(one: Moments, other: Moments, timezone: str) -> Array:
    """Where both are known and are two instants; two days, where either is only a date."""
    known = (one.at != NAT) & (other.at != NAT)
    coarse = np.broadcast_to(np.logical_or(one.day, other.day), known.shape)
    apart = np.abs(one.at - other.at) >= TOLERANCE_US
    if coarse.any():
        days = [local_days(np.where(known, side.at, 0), timezone) for side in (one, other)]
        apart = np.where(coarse, days[0] != days[1], apart)
    found: Array = known & apart
    return found


def _past(pair: Pair, moments: Moments) -> Array:
    """Where an instant surely lies before the older export's as-of; of a day that is only a date, the whole."""
    as_of = pair.old.as_of.us
    known = moments.at != NAT
    day = np.broadcast_to(moments.day, known.shape)
    found: Array = known & (moments.at <= as_of)
    if day.any():
        today = int(local_days(np.array([as_of]), pair.old.timezone)[0])
        found &= ~day | (local_days(np.where(known, moments.at, 0), pair.old.timezone) < today)
    return found


def _entries_changed(pair: Pair, both: Array) -> tuple[Array, bool]:
    """Old deals whose entries before the older as-of are others now; and whether the exports can tell at all.

    Without a history, the date of the last change of stage stands for it. A stage of which only one date is kept is entered anew when
    that date has moved past the as-of: that is no rewriting.
    """
    old, new = pair.old, pair.new
    mask = np.zeros(old.n, bool)
    place = pair.in_new[both]
    changed = old.facts.stage_changed.take(both), new.facts.stage_changed.take(place)
    dated = bool((changed[0].at != NAT).any() and (changed[1].at != NAT).any())
    if old.entries is None or new.entries is None:
        mask[both] = _differ(*changed, old.timezone) & _past(pair, changed[1])
        return mask, dated
    where = np.full(new.n, -1, np.int64)
    where[place] = both
    sides = [(old.entries, np.where(pair.in_new >= 0, np.arange(old.n), -1)), (new.entries, where)]
    coarse = any(bool(np.any(entries.day)) for entries, _ in sides)
    whole_minutes = any(not (entries.at[entries.at != NAT] % TOLERANCE_US).any() for entries, _ in sides)
    unit = DAY if coarse else TOLERANCE_US if whole_minutes else SECOND
    keys = []
    for entries, deal_of in sides:
        rows = np.flatnonzero((deal_of[entries.deal] >= 0) & _past(pair, Moments(entries.at, entries.day)))
        at = local_days(entries.at[rows], old.timezone) if coarse else entries.at[rows] // unit
        keys.append((deal_of[entries.deal[rows]].astype(np.int64), entries.label[rows].astype(np.int64), at))
    (before, after), bits = _packed(keys)
    gone, came = _missing(before, after), _missing(after, before)
    gone, came = _but_renamed(gone, after, bits) >> bits, _but_renamed(came, before, bits) >> bits
    if pair.one_date_per_stage:
        entries = new.entries
        again = np.flatnonzero((where[entries.deal] >= 0) & ~_past(pair, Moments(entries.at, entries.day)))
        entered_again = np.sort(where[entries.deal[again]] << 6 | entries.label[again])
        gone = _missing(np.sort(gone), entered_again)
    mask[gone >> 6] = True
    mask[came >> 6] = True
    return mask, True


def _packed(keys: list[tuple[Array, Array, Array]]) -> tuple[list[Array], int]:
    """Deal, label and time as one integer, for both exports alike, sorted; and the bits that the time takes."""
    low = min((int(at.min()) for _, _, at in keys if len(at)), default=0)
    high = max((int(at.max()) for _, _, at in keys if len(at)), default=0)
    bits = (high - low + 1).bit_length()
    deals = max((int(deal.max()) for deal, _, _ in keys if len(deal)), default=0).bit_length()
    if bits + deals + 6 > 63:
        raise OverflowError("more deals and a longer time than two exports can be compared over")
    return [np.sort(((deal << 6 | label) << bits) + (at - low)) for deal, label, at in keys], bits


def _but_renamed(missing: Array, others: Array, bits: int) -> Array:
    """Without the entries that the other export has at the same time under a label that nobody mapped (or the other way): a new name."""
    if not len(missing):
        return missing
    moments, unmapped = [], []
    for keys in (missing, others):
        moments.append((keys >> (bits + 6) << bits) | (keys & ((1 << bits) - 1)))
        unmapped.append((keys >> bits & 63) == UNMAPPED)
    by_new_name = _in(moments[0], np.sort(moments[1][unmapped[1]]))
    by_old_name = unmapped[0] & _in(moments[0], np.sort(moments[1]))
    found: Array = missing[~(by_new_name | by_old_name)]
    return found


def _in(these: Array, those: Array) -> Array:
    """Which of these are among those, which are sorted."""
    if not len(those):
        return np.zeros(len(these), bool)
    found: Array = those[np.minimum(np.searchsorted(those, these), len(those) - 1)] == these
    return found


def _missing(these: Array, those: Array) -> Array:
    """What of the one sorted array is not in the other."""
    found: Array = these[~_in(these, those)]
    return found


def _other_currency(old: Journeys, new: Journeys, both: Array, place: Array) -> Array:
    """Where both name a currency, and not the same."""
    texts = {text: code for code, text in enumerate(dict.fromkeys([*old.facts.currency.texts, *new.facts.currency.texts]))}
    codes = []
    for currency, rows in ((old.facts.currency, both), (new.facts.currency, place)):
        table = np.array([texts[text] for text in currency.texts] + [-1], np.int64)
        codes.append(table[currency.codes[rows]])
    found: Array = (codes[0] >= 0) & (codes[1] >= 0) & (codes[0] != codes[1])
    return found


def _main(j: Journeys, currency: str | None) -> Array:
    """Deals with an amount in the main currency."""
    texts = j.facts.currency.texts
    code = -1 if currency is None else texts.index(currency) if currency in texts else -2
    found: Array = j.facts.amount_known & (j.facts.currency.codes == code)
    return found


def _of_states(old: Journeys | None, pair: Pair, rows: Array | None, then: Array, currency: str | None) -> Effect:
    """The figures of the deals as the newer export has them on the older day, less those that the older one had."""
    there = then[then >= 0]
    after = _figures(pair.then, there, currency)
    before = _figures(old, rows, currency) if old is not None and rows is not None else Effect()
    return _sum(after, before, -1)


def _figures(j: Journeys, rows: Array, currency: str | None) -> Effect:
    counts = np.bincount(j.outcome[rows], minlength=3)
    paid = rows[(j.outcome[rows] == Outcome.WON) & _main(j, currency)[rows]]
    return Effect(len(rows), int(counts[1]), int(counts[2]), int(counts[0]), len(paid), int(j.facts.amount[paid].sum()))


def _sum(one: Effect, other: Effect, sign: int = 1) -> Effect:
    return Effect(*(getattr(one, name) + sign * getattr(other, name) for name in Effect.__struct_fields__))
