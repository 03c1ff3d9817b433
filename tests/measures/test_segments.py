"""Owners, sources and other kinds of deals against all others: what adds up, what is compared, and what is found in made-up companies."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from build import Deal, journeys
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from funnel_audit.journeys import Journeys, Labels
from funnel_audit.journeys.records import Column
from funnel_audit.measures.conversion import conversion, whole_funnel
from funnel_audit.measures.rates import step_incidence
from funnel_audit.measures.segments import Known, segments
from funnel_audit.measures.segments import cells as cells_
from funnel_audit.measures.segments.compare import Comparison, verdicts
from funnel_audit.measures.segments.worth import amounts_tell, settled
from funnel_audit.report import Segment
from funnel_audit.segments_of import segments_of
from funnel_audit.tally import Outcome, tally

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from segments import agreement, company, compared

STAGES = "abcw"
whens = st.integers(0, 160).map(lambda quarter: f"{quarter / 4:g}")


@st.composite
def deal(draw: st.DrawFn) -> Deal:
    entries = draw(st.lists(st.tuples(st.sampled_from("aabbccwxxh"), whens), max_size=5))
    facts = draw(st.fixed_dictionaries({}, optional={
        "owner": st.sampled_from(["Ann", "Bob", "Cleo"]), "amount": st.sampled_from(["0", "10", "25", "99"]),
        "label": st.sampled_from("abcwx"), "closed": whens, "changed": whens, "begun": st.sampled_from("01"),
    }))  # fmt: skip
    facts["created"] = min((at for _, at in entries), key=float, default="1")
    return Deal("", tuple(entries), facts)


many = st.lists(deal(), min_size=1, max_size=60).map(lambda found: [replace(one, id=f"D{index}") for index, one in enumerate(found)])


def asked(j: Journeys, *names: str) -> Journeys:
    """The same with columns asked for: also one whose values are few, and one with more values than are told apart."""
    rare = Labels((np.arange(j.n) % 230).astype(np.int32), tuple(f"v{code}" for code in range(230)))
    columns = {
        "owner": Column("owner", "Owner", None, None), "amount": Column("amount", "Amount", None, None),
        "rare": Column("Rare", "Rare", rare, None), "number": Column("Size", "Size", None, np.arange(j.n) * 1.5),
    }  # fmt: skip
    return replace(j, facts=replace(j.facts, columns=tuple(columns[name] for name in names)))


def found(j: Journeys, currency: str | None = None) -> tuple[Segment, ...]:
    counted = tally(j)
    steps = tuple(k for k, step in enumerate(conversion(counted)[:-1]) if step.projected is not None)
    known = Known(steps, whole_funnel(counted)[0].projected is not None, None, None)
    return segments(j, counted, segments_of(j, currency), known, currency, [f"s{k}" for k in range(j.stages)])


# ---------------------------------------------------------------- what adds up


@settings(max_examples=40)
@given(many, st.sampled_from(["20", "45"]))
def test_the_segments_of_a_column_are_all_deals(deals: list[Deal], as_of: str) -> None:
    j = asked(journeys(deals, STAGES, as_of), "owner", "amount", "rare", "number")
    counted = tally(j)
    reached, advanced = counted.reached().tolist(), counted.advanced().tolist()
    for column in ("owner", "amount", "Rare", "Size"):
        rows = [row for row in found(j) if row.column == column]
        if not j.n:
            assert rows == []
            continue
        for name, outcome in (("won", Outcome.WON), ("lost", Outcome.LOST), ("open", Outcome.OPEN)):
            assert sum(getattr(row, name) for row in rows) == counted.outcome(outcome)
        assert sum(row.deals for row in rows) == j.n
        assert sum(row.days_to_win.n for row in rows) == counted.lives.advances(len(STAGES) - 1)[1].sum() + sum(
            counted.lives.group(track, 0)[1].sum() for track in range(len(STAGES) - 1)
        )
        for k in range(len(STAGES) - 1):
            assert sum(row.steps[k].reached for row in rows) == reached[k]
            assert sum(row.steps[k].advanced for row in rows) == advanced[k]
            assert sum(row.steps[k].lost for row in rows) == counted.ledger[Outcome.LOST, k]
            assert sum(row.steps[k].open for row in rows) == counted.ledger[Outcome.OPEN, k]


@settings(max_examples=40)
@given(many)
def test_the_stays_of_all_segments_are_those_of_the_whole(deals: list[Deal]) -> None:
    """So the projected rate of one segment that holds all deals is that of the funnel."""
    j = journeys(deals, STAGES, "45")
    counted = tally(j)
    steps = [k for k in range(3) if step_incidence(counted, k) is not None]
    kept = cells_.stock(j, counted, steps, False, 1)
    table = kept.counts(np.zeros(j.n, np.int64), 1)[0]
    for place, k in enumerate(steps):
        whole = step_incidence(counted, k)
        assert whole is not None
        assert table[place].sum(axis=1).tolist() == [whole.advances.sum(), whole.losses.sum(), whole.censored.sum()]
        kinds = [row[row > 0] for row in table[place]]
        assert [row.tolist() for row in kinds] == [part[part > 0].tolist() for part in (whole.advances, whole.losses, whole.censored)]


def test_a_segments_rates_are_those_of_its_deals_alone() -> None:
    made = company(3, "known")
    whole = {row.value: row for row in compared(made.journeys) if row.column == "owner"}
    for code in (0, 5):
        name = f"owner {code:02}"
        alone = found(asked(only(made.journeys, made.journeys.facts.owner.codes == code), "owner"))
        (row,) = (one for one in alone if one.value == name)
        assert row.deals == whole[name].deals
        for one, other in zip(row.steps, whole[name].steps, strict=True):
            assert one.projected is not None
            assert other.projected is not None
            assert other.projected.value == pytest.approx(one.projected.value, abs=0.002)
            assert other.projected.low == pytest.approx(one.projected.low, abs=0.005)
            assert other.projected.high == pytest.approx(one.projected.high, abs=0.005)
        assert row.days_to_win == whole[name].days_to_win


def only(j: Journeys, keep: np.ndarray) -> Journeys:
    """The journeys of some deals, built again from their entries."""
    from funnel_audit.journeys import Entries, build

    assert j.entries is not None
    rows = np.flatnonzero(keep[j.entries.deal])
    new = np.cumsum(keep) - 1
    entries = Entries(new[j.entries.deal[rows]].astype(np.int32), j.entries.at[rows], j.entries.label[rows])
    return build(j.facts.take(np.flatnonzero(keep)), entries, stages=j.stages, as_of=j.as_of, timezone=j.timezone)


def test_with_coarse_ages_the_rates_hardly_change(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company(4, "known")
    fine = compared(made.journeys)
    monkeypatch.setattr(cells_, "MOST_CELLS", 0)  # 64 ages a track
    for one, other in zip(fine, compared(made.journeys), strict=True):
        assert one.win_rate.projected is not None
        assert other.win_rate.projected is not None
        assert other.win_rate.projected.value == pytest.approx(one.win_rate.projected.value, abs=0.006)


# ---------------------------------------------------------------- what is compared


def test_a_better_owner_is_found_and_the_others_are_not_blamed() -> None:
    rows = found(journeys("A*60: a0 b2 w9 | owner=Ann\n A2*20: a0 x5 | owner=Ann\n B*100: a0 b2 x9 | owner=Bob\n"
                          " B2*60: a0 b2 w9 | owner=Bob\n C*110: a0 b2 x9 | owner=Cleo\n C2*50: a0 b2 w9 | owner=Cleo", "abw"))  # fmt: skip
    by = {row.value: row for row in rows}
    assert rows[0].value == "Ann"
    assert by["Ann"].verdict == "mixed"  # fewer get to b, more of these win
    won = next(one for one in by["Ann"].differences if one.what == "win_rate")
    assert (won.value, won.others, won.direction) == (pytest.approx(0.75), pytest.approx(110 / 320), "better")
    assert by["Bob"].q_value is not None
    assert {row.verdict for row in rows} <= {"mixed", "same", "worse"}


def test_one_of_one_is_not_a_hundred_percent_and_not_ranked() -> None:
    rows = found(asked(journeys("A*40: a0 w9 | owner=Ann\n A2*60: a0 x5 | owner=Ann\n B*30: a0 w9 | owner=Bob\n B2*70: a0 x5 | owner=Bob\n"
                                " Z: a0 w9 | owner=Zoe", "abw"), "owner"))  # fmt: skip
    zoe = rows[-1]
    assert (zoe.value, zoe.verdict, zoe.q_value) == ("Zoe", "few", None)
    assert zoe.win_rate.projected is None
    assert zoe.win_rate_shrunk is not None
    assert zoe.win_rate_shrunk < 0.5


def test_deals_without_a_value_are_nobodys_others() -> None:
    """All that have an owner do alike; the deals without one, which are all lost, make nobody look better."""
    rows = found(asked(journeys("A*40: a0 w9 | owner=Ann\n A2*60: a0 x5 | owner=Ann\n B*40: a0 w9 | owner=Bob\n B2*60: a0 x5 | owner=Bob\n"
                                " N*200: a0 x3", "abw"), "owner"))  # fmt: skip
    assert [(row.value, row.verdict) for row in rows] == [("Ann", "same"), ("Bob", "same"), (None, "not compared")]
    assert rows[-1].kind == "blank"


def test_amounts_typed_in_on_winning_are_not_compared() -> None:
    won, lost = "W*50: a0 w9 | amount=100 currency=RUB", "L*90: a0 x5 | currency=RUB"
    j = asked(journeys(f"{won}\n V*30: a0 w9 | amount=900 currency=RUB\n {lost}", "abw"), "amount")
    assert not amounts_tell(j)
    assert {row.verdict for row in found(j, "RUB")} == {"not compared"}
    assert amounts_tell(journeys("W*50: a0 w9 | amount=100\n L*90: a0 x5 | amount=300", "abw"))


def test_a_difference_too_small_to_matter_is_not_claimed() -> None:
    rows = found(asked(journeys("A*4950: a0 b1 w2 | owner=Ann\n A2*50: a0 x1 | owner=Ann\n"
                                " B*4850: a0 b1 w2 | owner=Bob\n B2*150: a0 x1 | owner=Bob", "abw"), "owner"))  # fmt: skip
    assert all(row.q_value is not None and row.q_value < 0.001 for row in rows)
    assert {row.verdict for row in rows} == {"same"}


def test_one_column_does_not_pay_for_another() -> None:
    def test(column: int, row: int, p: float) -> Comparison:
        return Comparison(column, row, "win_rate", None, 0.5, 0.3, True, p, "projected", True)

    sure = [test(0, row, 1e-6) for row in range(20)]
    doubtful = [test(1, 0, 0.04), test(1, 1, 0.5), test(1, 2, 0.9)]
    told = verdicts([*sure, *doubtful])
    assert told[0, 3].word == "better"
    assert told[1, 0].word == "same"
    assert told[1, 0].q == pytest.approx(0.12)


def test_value_per_lead_is_of_settled_deals_alone() -> None:
    """Wins take nine days: the deals of the last days, none of them won, are not held against anybody."""
    lines = ["A*30: a0 w9 | amount=100 currency=RUB owner=Ann", "B*30: a0 x5 | amount=100 currency=RUB owner=Ann",
             "C*500: a95 | amount=100 currency=RUB owner=Ann", "D*40: a0 x5 | amount=100 currency=RUB owner=Bob"]  # fmt: skip
    j = asked(journeys("\n".join(lines), "abw"), "owner")
    old = settled(j, "RUB")
    assert old.since_days == pytest.approx(9.0)
    assert int(old.deals.sum()) == 100
    ann = next(row for row in found(j, "RUB") if row.value == "Ann")
    assert ann.value_per_lead is not None
    assert ann.value_per_lead.value == pytest.approx(50.0)
    assert ann.value_per_lead.deals == 60
    assert ann.mean_amount == pytest.approx(100.0)


# ---------------------------------------------------------------- made-up companies (bench/segments.py has the table)


def test_owners_are_ranked_at_200_deals_and_not_at_5() -> None:
    orders = []
    for seed in range(1, 9):
        made = company(seed, "known")
        owners = [row for row in compared(made.journeys) if row.column == "owner"]
        assert all(row.verdict != "few" and row.same_mix is not None for row in owners)
        orders.append(agreement([-place for place in range(len(owners))], [made.skill[int((row.value or "")[-2:])] for row in owners]))
        few = compared(company(seed, "few").journeys)
        assert {row.verdict for row in few if row.column == "owner"} <= {"few"}
    assert np.mean(orders) >= 0.8


def test_an_owner_is_not_praised_for_the_sources_he_was_given() -> None:
    claims = plain = 0
    for seed in range(1, 9):
        made = company(seed, "given")
        claims += any(row.differences for row in compared(made.journeys) if row.column == "owner")
        blind = replace(made.journeys, facts=replace(made.journeys.facts, source=Labels(np.full(made.journeys.n, -1, np.int32), ()),
                                                     amount_known=np.zeros(made.journeys.n, bool)))  # fmt: skip
        plain += any(row.differences for row in compared(blind) if row.column == "owner")
    assert claims <= 1
    assert plain >= 4  # seen without their sources, owners who are all alike do differ


def test_where_nothing_differs_hardly_anything_is_claimed() -> None:
    assert sum(any(row.differences for row in compared(company(seed, "nothing").journeys)) for seed in range(1, 13)) <= 2
