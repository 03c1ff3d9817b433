"""Every counting rule by hand on small funnels, and what must hold between the rules for any deals."""

from __future__ import annotations

import numpy as np
from build import counted, journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel_audit.journeys import Journeys, Outcome
from funnel_audit.measures.conversion import conversion
from funnel_audit.measures.reconcile import BY_ENTRIES, RULES, RuleRates, reconcile

ALL = 1000


def rules(table: str, stages: str = "abcw", **options: object) -> dict[str, RuleRates]:
    return by_rule(journeys(table, stages, **options))  # type: ignore[arg-type]


def by_rule(j: Journeys) -> dict[str, RuleRates]:
    return {one.rule: one for one in reconcile(j, [None] * (j.stages - 1), listed=ALL)}


def steps(one: RuleRates) -> list[tuple[int, int]]:
    return [(step.gone_on, step.base) for step in one.steps]


def behind(table: str, rule: str, stages: str = "abcw") -> dict[tuple[str, str, str], str]:
    """(step's stage, cause, effect) -> ids."""
    j = journeys(table, stages)
    return {
        (stages[part.k], part.cause, part.effect): " ".join(j.facts.id_text(int(code)) for code in part.codes)
        for part in by_rule(j)[rule].behind
    }


WHOLE = "W: a0 b1 c2 w3"
TABLE = """
    W: a0 b1 c2 w3        # the whole way
    S: a0 c2 w3           # skips b
    N: b0 c1              # never in a, open in c
    L: a0 c1 x2           # skips b and is lost
    B: a0 c1 b2 c3 w4     # c before b: a step back
    O: a0                 # open in a
    X: a0 b1 x2 b3        # lost for a while, open in b
"""


def test_the_deals_counted_at_each_stage() -> None:
    found = {rule: one.counted for rule, one in rules(TABLE).items()}
    assert found == {
        "furthest": (7, 6, 5, 3),
        "so-far": (7, 6, 5, 3),
        "closed-only": (7, 6, 5, 3),
        "hubspot-all": (6, 3, 2, 2),  # W B X; W B: after its b, B enters c again
        "hubspot-any": (6, 4, 5, 3),
        "bitrix24-standard": (6, 3, 5, 3),  # B was in b only on the way back
        "bitrix24-conversion": (7, 5, 5, 3),  # S, N and B filled in; L, lost, not
        "strict": (6, 2, 1, 1),
        "direct": (6, 4, 5, 3),
    }


def test_the_steps_of_each_rule() -> None:
    found = {rule: steps(one) for rule, one in rules(TABLE).items()}
    assert found["so-far"] == found["furthest"] == [(6, 7), (5, 6), (3, 5)]
    assert found["closed-only"] == [(6, 6), (5, 5), (3, 4)]  # without O in a, X in b, N in c
    assert found["hubspot-all"] == [(3, 6), (2, 3), (2, 2)]
    assert found["hubspot-any"] == [(4, 6), (5, 4), (3, 5)]
    assert found["bitrix24-standard"] == [(3, 6), (5, 3), (3, 5)]
    assert found["bitrix24-conversion"] == [(5, 7), (5, 5), (3, 5)]
    assert found["strict"] == [(2, 6), (1, 2), (1, 1)]
    assert found["direct"] == [(2, 6), (3, 4), (3, 5)]  # a>b: W X; b>c: W N B; c>w: W S B


def test_every_difference_has_its_deals() -> None:
    assert behind(TABLE, "so-far") == {("a", "open", "undecided_no"): "O", ("b", "open", "undecided_no"): "X",
                                       ("c", "open", "undecided_no"): "N"}  # fmt: skip
    assert behind(TABLE, "hubspot-all") == {
        ("a", "skipped", "not_gone_on"): "S L", ("a", "skipped", "left_out"): "N",
        ("b", "skipped", "left_out"): "S L", ("b", "skipped_before", "left_out"): "N",
        ("c", "skipped_before", "left_out"): "S N L",
    }  # fmt: skip
    assert behind(TABLE, "hubspot-any") == {
        ("a", "skipped", "not_gone_on"): "S L", ("a", "skipped", "added"): "N", ("b", "skipped", "added"): "S L",
    }  # fmt: skip
    assert behind(TABLE, "bitrix24-standard") == {
        ("a", "skipped", "not_gone_on"): "S L", ("a", "skipped", "added"): "N", ("a", "went_back", "not_gone_on"): "B",
        ("b", "skipped", "added"): "S L", ("b", "went_back", "added"): "B",
    }  # fmt: skip
    assert behind(TABLE, "bitrix24-conversion") == {
        ("a", "lost_after_skip", "not_gone_on"): "L", ("b", "lost_after_skip", "added"): "L",
    }  # fmt: skip
    assert behind(TABLE, "strict") == {
        ("a", "skipped", "not_gone_on"): "S L", ("a", "skipped", "left_out"): "N", ("a", "interrupted", "not_gone_on"): "B",
        ("b", "skipped", "left_out"): "S L", ("b", "skipped_before", "left_out"): "N", ("b", "interrupted", "left_out"): "B",
        ("c", "skipped_before", "left_out"): "S N L", ("c", "interrupted", "left_out"): "B",
    }  # fmt: skip


def test_causes_count_each_deal_once() -> None:
    strict = rules(TABLE)["strict"]
    assert [(one.cause, one.deals) for one in strict.causes] == [("skipped", 3), ("interrupted", 1)]


def test_in_order_and_out_of_order() -> None:
    table = "D: a5 b3 c6 w8"  # b before a
    found = rules(table)
    assert found["hubspot-all"].counted == (1, 0, 0, 0) and found["hubspot-any"].counted == (1, 1, 1, 1)
    assert behind(table, "hubspot-all")["a", "out_of_order", "not_gone_on"] == "D"


def test_an_undone_loss_or_a_pause_breaks_strict_only() -> None:
    for between in ("x1.5", "h1.5", "?1.5"):
        found = rules(f"D: a0 b1 {between} c2 w3")
        assert found["strict"].counted == (1, 1, 0, 0) and found["hubspot-all"].counted == (1, 1, 1, 1)
        assert found["direct"].steps[1].gone_on == 0


def test_a_win_by_closing_date_is_the_last_entry() -> None:
    found = rules("D: a0 b1 c2 | label=w closed=5")
    assert {rule: one.counted for rule, one in found.items() if rule in BY_ENTRIES} == dict.fromkeys(BY_ENTRIES, (1, 1, 1, 1))
    assert found["direct"].steps[2].gone_on == 1
    jumped = rules("D: a0 b1 | label=w closed=5")
    assert jumped["strict"].counted == jumped["hubspot-all"].counted == (1, 1, 0, 0) and jumped["direct"].steps[1].gone_on == 0


def test_without_a_history_only_what_it_does_not_need() -> None:
    found = rules("D*20: | label=b created=0\nE*5: | label=x created=0 closed=3")
    assert {one.why_not for rule, one in found.items() if rule in BY_ENTRIES} == {"no_history"}
    assert found["so-far"].counted == (25, 20, 0, 0)
    assert found["closed-only"].why_not == "no_loss_stage", "100% at every step would say nothing"
    some = rules("D*20: | label=b created=0\nE*5: | label=x created=0 closed=3\nF*5: a0 x3")
    assert some["closed-only"].why_not is None and some["closed-only"].steps[0].base == 25
    assert [(one.cause, one.deals) for one in found["so-far"].causes] == [("open", 20), ("unplaced", 5)]


def test_a_few_unknown_ways_are_a_cause_many_stop_the_rule() -> None:
    few = rules("D*39: a0 b1\nU: | label=b created=0")
    assert few["hubspot-any"].why_not is None and few["hubspot-any"].deals == 39
    assert ("no_history", 1) in [(one.cause, one.deals) for one in few["hubspot-any"].causes]
    many = rules("D*20: a0 b1\nU*4: b* c3 | begun=1 created=-9")
    assert many["strict"].why_not == "little_history" and many["so-far"].why_not is None


def test_a_history_of_nothing_but_a_loss_is_one() -> None:
    found = rules("D*19: a0 b1\nL: x3 | created=0")
    assert found["hubspot-any"].why_not is None and found["hubspot-any"].counted == (19, 19, 0, 0)
    assert found["bitrix24-conversion"].counted == (20, 19, 0, 0), "Bitrix24 fills in the first stage of a lost deal"
    assert [(part.cause, part.effect, part.deals) for part in found["strict"].behind] == [("skipped", "left_out", 1)]


def test_rates_need_ten_deals_and_over_a_hundred_has_no_interval() -> None:
    nine, ten = rules("D*9: a0 b1")["hubspot-any"].steps[0], rules("D*10: a0 b1")["hubspot-any"].steps[0]
    assert (nine.rate, ten.rate) == (None, 1.0) and ten.low is not None
    over = rules("D*10: a0 b1\nE*5: b1")["hubspot-any"].steps[0]
    assert (over.rate, over.low, over.high) == (1.5, None, None)


def test_the_list_is_cut_and_the_count_is_not() -> None:
    (one,) = reconcile(journeys("D*9: a0 b1"), [None] * 3, ["so-far"], listed=4)
    assert [(part.deals, part.codes.tolist()) for part in one.behind] == [(9, [0, 1, 2, 3])]


letters = st.sampled_from("aabbccwxh?")
deal = st.lists(st.tuples(letters, st.integers(0, 40)), max_size=7)


@settings(max_examples=80)
@given(st.lists(deal, min_size=1, max_size=30), st.sampled_from(["20", "40"]))
def test_what_must_hold_for_any_deals(deals: list[list[tuple[str, int]]], as_of: str) -> None:
    table = "\n".join(
        f"D{i}: {' '.join(f'{letter}{day}' for letter, day in one)} | created={min((day for _, day in one), default=0)}"
        for i, one in enumerate(deals)
    )
    j, tally = journeys(table, as_of=as_of), counted(table, as_of=as_of)
    found, report = by_rule(j), conversion(tally)
    reached = tuple(step.reached for step in report)
    assert found["furthest"].counted == found["so-far"].counted == reached == tuple(tally.reached().tolist())
    for k, step in enumerate(report[:-1]):
        so_far = found["so-far"].steps[k]
        assert so_far.rate == (None if step.so_far is None else step.so_far.value) and (so_far.gone_on, so_far.base) == (
            step.advanced, step.reached)  # fmt: skip
        if found["closed-only"].why_not:
            continue
        closed = found["closed-only"].steps[k]
        assert (closed.gone_on, closed.base) == (step.advanced, step.advanced + step.lost)
        assert closed.rate is None or so_far.rate is None or closed.rate >= so_far.rate
    for rule in RULES:
        one = found[rule]
        if one.why_not:
            continue
        assert all(mine <= theirs for mine, theirs in zip(one.counted, reached, strict=True)), "nobody counts a deal that did not get there"
        against = found[one.against] if one.against else one
        for k, (mine, theirs) in enumerate(zip(one.steps, against.steps, strict=True)):
            parts = [part for part in one.behind if part.k == k]
            gone = {part.effect: sum(p.deals for p in parts if p.effect == part.effect) for part in parts}
            if rule in BY_ENTRIES:
                assert mine.base == theirs.base - gone.get("left_out", 0) - gone.get("added", 0)
            elif rule == "closed-only":
                unplaced = tally.unplaced if k == 0 else 0
                assert mine.base == theirs.base - gone.get("undecided_out", 0) - unplaced
    strict, order, ever = (found[rule] for rule in ("strict", "hubspot-all", "hubspot-any"))
    if not strict.why_not:
        assert all(a <= b <= c for a, b, c in zip(strict.counted, order.counted, ever.counted, strict=True))
        assert all(a <= b for a, b in zip(found["bitrix24-standard"].counted, ever.counted, strict=True))
        assert all(a <= b for a, b in zip(ever.counted[1:], found["bitrix24-conversion"].counted[1:], strict=True))


def test_renaming_and_shuffling_changes_no_number() -> None:
    lines = TABLE.strip().splitlines()
    one, other = rules("\n".join(lines)), rules("\n".join(reversed(lines)))
    assert {rule: (a.counted, a.steps) for rule, a in one.items()} == {rule: (a.counted, a.steps) for rule, a in other.items()}


def test_open_deals_of_the_reference_are_those_of_the_ledger() -> None:
    j = journeys(TABLE)
    (one,) = [rule for rule in reconcile(j, [None] * 3, listed=ALL) if rule.rule == "so-far"]
    assert sum(part.deals for part in one.behind) == int(np.count_nonzero(j.outcome == Outcome.OPEN))
