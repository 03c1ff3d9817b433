"""What must hold for any deals at all: the ledger, and what shuffling, renaming, shifting and splitting must not change."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
from build import Deal, counted, journeys, outcomes, stays
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from naive import tell

from funnel_audit.clock import NAT, QUARTER_HOUR
from funnel_audit.journeys import STILL_OPEN
from funnel_audit.measures.conversion import conversion, whole_funnel
from funnel_audit.measures.pace import pace
from funnel_audit.measures.pairs import pair_rates
from funnel_audit.tally import Outcome, Spans, Tally

STAGES, PAIRS = "abcdw", ("ac", "bw")
checked = settings(max_examples=40)

whens = st.integers(0, 240).map(lambda quarter: f"{quarter / 4:g}")  # four instants a day, so that many are equal
labels = st.sampled_from("aabbccddwxxh?")
facts = st.fixed_dictionaries({}, optional={
    "amount": st.sampled_from(["0", "10", "99.99", "-5"]), "currency": st.sampled_from(["RUB", "EUR"]),
    "reason": st.sampled_from(["price", "timing"]),
})  # fmt: skip


@st.composite
def deal(draw: st.DrawFn) -> Deal:
    entries = draw(st.lists(st.tuples(labels, whens), max_size=6))
    told = draw(facts)
    told["created"] = min((at for _, at in entries), key=float, default="1")
    return Deal("", tuple(entries), told)


@st.composite
def row(draw: st.DrawFn) -> Deal:
    """A deal row, with or without a history that may contradict it."""
    base = draw(deal())
    words = st.fixed_dictionaries({}, optional={
        "label": st.sampled_from("abcdwxh?"), "closed": whens, "changed": whens, "status": st.sampled_from(["open", "won", "lost"]),
        "flag": st.sampled_from(["open", "won", "lost"]), "before": st.sampled_from("abcd"), "begun": st.sampled_from("01"),
    })  # fmt: skip
    return replace(base, facts=base.facts | draw(words))


def named(found: list[Deal]) -> list[Deal]:
    return [replace(one, id=f"D{index:03}") for index, one in enumerate(found)]


many = st.lists(deal(), min_size=1, max_size=25).map(named)
rows = st.lists(row(), min_size=1, max_size=25).map(named)
as_ofs = st.sampled_from(["30", "45.25", "60"])


def count(deals: list[Deal], as_of: str = "60", **options: object) -> Tally:
    return counted(deals, STAGES, as_of, pairs=PAIRS, **options)


def plain(tally: Tally) -> dict[str, object]:
    """All fields of a tally in a form that can be compared."""
    out: dict[str, object] = {}
    for name in tally.__struct_fields__:
        value = getattr(tally, name)
        if isinstance(value, Spans):
            value = list(zip(value.key.tolist(), value.count.tolist(), strict=True))
        elif name == "money":
            value = {name: table.tolist() for name, table in value.items()}
        out[name] = value.tolist() if isinstance(value, np.ndarray) else value
    return out


@checked
@given(many, as_ofs)
def test_the_arrays_tell_what_the_rules_say(deals: list[Deal], as_of: str) -> None:
    found = journeys(deals, STAGES, as_of)
    lengths, result = stays(found, STAGES), outcomes(found, STAGES)
    skipped: Counter[int] = Counter()
    alive = 0
    for one in deals:
        told = tell([(label, float(at)) for label, at in one.entries], STAGES, float(as_of))
        if told is None:
            continue
        row = next(i for i in range(found.n) if found.facts.id_text(i) == one.id)
        alive += 1
        placed = told.outcome != "lost" or bool(told.seen)
        assert result[one.id] == f"{told.outcome} {STAGES[told.furthest] if placed else '-'}"
        assert int(found.seen[row]) & 0b11111 == sum(1 << stage for stage in told.seen)
        assert (found.back_moves[row], found.reopened[row]) == (told.back_moves, told.reopened)
        assert bool(found.on_hold[row]) == (told.on_hold and told.outcome == "open")
        if told.seen:
            text = " ".join(f"{STAGES[k]}{end - start:g}{'>' + to if to else '..'}" for k, start, end, to in sorted(told.stays))
            assert lengths[one.id] == text
            skipped.update(told.skipped)
    assert count(deals, as_of).skipped.tolist() == [skipped[k] for k in range(len(STAGES))]
    assert found.n == alive + sum(not one.entries and float(one.facts["created"]) <= float(as_of) for one in deals)


@checked
@given(rows, as_ofs, st.booleans())
def test_reached_never_grows_and_every_deal_is_somewhere(deals: list[Deal], as_of: str, status_decides: bool) -> None:
    t = count(deals, as_of, status_decides=status_decides)  # the ledger is asserted in there
    reached, here = t.reached(), t.ledger[:, :-1].sum(axis=0)
    assert all(later <= earlier for earlier, later in pairwise(reached))
    for k in range(1, len(STAGES)):
        assert reached[k] == t.advanced()[k] + here[k]
    assert reached[0] == t.deals == t.advanced()[0] + here[0] + t.unplaced
    assert t.deals == sum(t.outcome(outcome) for outcome in (Outcome.WON, Outcome.LOST, Outcome.OPEN))
    assert t.outcome(Outcome.LOST) == t.unplaced + t.ledger[Outcome.LOST, :-1].sum()
    assert t.outcome(Outcome.WON) == t.ledger[Outcome.WON, -2]
    assert t.lives.total() + t.untimed_lives.sum() == t.deals
    assert (t.seen <= t.deals).all() and (t.skipped <= reached).all()


@checked
@given(rows, as_ofs, st.booleans())
def test_every_open_deal_short_of_the_won_stage_has_one_open_stay_in_its_furthest_stage(
    deals: list[Deal], as_of: str, status_decides: bool
) -> None:
    j = journeys(deals, STAGES, as_of, status_decides=status_decides)
    still = j.stays.exit == STILL_OPEN  # one without a known length is listed as having no known start
    short = np.flatnonzero((j.outcome == Outcome.OPEN) & (j.stage < len(STAGES) - 1))
    assert sorted(j.stays.deal[still].tolist()) == short.tolist()
    assert (j.stays.stage[still] == j.stage[j.stays.deal[still]]).all()
    unknown = int(((j.stays.us == NAT) & still).sum())
    assert unknown == count(deals, as_of, status_decides=status_decides).unknown_starts.sum()


@checked
@given(rows, st.booleans(), st.randoms(use_true_random=False))
def test_shuffling_deals_and_entries_changes_nothing(deals: list[Deal], status_decides: bool, chance: random.Random) -> None:
    mixed = [replace(one, entries=tuple(chance.sample(one.entries, len(one.entries)))) for one in deals]
    chance.shuffle(mixed)
    assert plain(count(mixed, status_decides=status_decides)) == plain(count(deals, status_decides=status_decides))


@checked
@given(rows)
def test_renaming_deals_changes_nothing(deals: list[Deal]) -> None:
    assert plain(count([replace(one, id=f"{99 - i}-ü") for i, one in enumerate(deals)])) == plain(count(deals))


@checked
@given(rows, st.integers(1, 800))
def test_shifting_every_date_by_whole_days_changes_no_count_length_or_rate(deals: list[Deal], days: int) -> None:
    def later(at: str) -> str:
        return f"{float(at) + days:g}"

    dated = {"created", "closed", "changed"}
    shifted = [
        replace(one, entries=tuple((label, later(at)) for label, at in one.entries),
                facts={name: later(value) if name in dated else value for name, value in one.facts.items()})
        for one in deals
    ]  # fmt: skip
    before, after = count(deals), count(shifted, later("60"))
    moved, one_day = plain(after), 86_400_000_000 // QUARTER_HOUR
    for spans in ("stays", "lives", "pairs"):
        moved[spans] = [(key - days * one_day, n) for key, n in moved[spans]]  # type: ignore[attr-defined]
    moved["wins_by_day"] = {(name, day if day is None else day - days): n for (name, day), n in after.wins_by_day.items()}
    assert moved | {"as_of": None} == plain(before) | {"as_of": None}
    assert conversion(after) == conversion(before)
    assert pace(after) == pace(before)
    assert pair_rates(after, 2) == pair_rates(before, 2)
    assert whole_funnel(after) == whole_funnel(before)


@checked
@given(many, st.integers(0, 25))
def test_the_tally_of_two_parts_is_the_tally_of_the_whole(deals: list[Deal], cut: int) -> None:
    first, second = deals[:cut], deals[cut:]
    assert plain(count(first) + count(second)) == plain(count(deals))
    assert plain(count(second) + count(first)) == plain(count(deals))


@checked
@given(many)
def test_cutting_at_an_earlier_as_of_is_building_from_what_was_there(deals: list[Deal]) -> None:
    as_of = 33.0
    there = [
        replace(one, entries=tuple((label, at) for label, at in one.entries if float(at) <= as_of))
        for one in deals if float(one.facts["created"]) <= as_of
    ]  # fmt: skip
    cut, truncated = plain(count(deals, "33")), plain(count(there, "33"))
    assert cut | {"not_yet": 0} == truncated
    assert cut["not_yet"] == len(deals) - len(there)


# ---------------------------------------------------------------- rates


@checked
@given(st.lists(deal(), min_size=12, max_size=40).map(named))
def test_projected_lies_between_so_far_and_so_far_with_all_open_deals(deals: list[Deal]) -> None:
    # holds where every deal of the step has a known way: a history that names a stage, and no start before the data
    deals = [one for one in deals if any(label in STAGES for label, _ in one.entries)]
    t = count(deals)
    for k, step in enumerate(conversion(t)[:-1]):
        if step.projected is None:
            continue
        assert step.so_far is not None
        left_open = int(t.ledger[Outcome.OPEN, k])
        assert step.so_far.value - 1e-12 <= step.projected.value <= step.so_far.value + left_open / step.reached + 1e-12
        if not left_open:
            assert step.projected.value == step.so_far.value
            assert (step.projected.low, step.projected.high) == (step.so_far.low, step.so_far.high)
            assert step.projected.ripe and step.projected.unresolved == 0


@checked
@given(st.lists(deal(), min_size=10, max_size=30).map(named))
def test_with_nothing_open_every_rate_is_the_plain_share(deals: list[Deal]) -> None:
    closed = [replace(one, entries=(("a", "0"), *one.entries, ("x", "60.5"))) for one in deals]
    assume(all(at != "60.5" for one in deals for _, at in one.entries))
    t = count(closed, "61")
    for step in conversion(t)[:-1]:
        if step.projected is not None:
            assert step.so_far is not None and step.resolved == 1.0
            assert step.projected.value == step.so_far.value == step.advanced / step.reached
    rate, why_not = whole_funnel(t)
    assert rate.so_far is not None and rate.so_far.value == 0.0
    assert rate.projected is None and why_not == "no_wins"  # without a single win the export is a selection, not a rate of 0
