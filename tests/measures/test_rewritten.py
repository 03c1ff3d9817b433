"""A later export of the same, untouched history rewrites nothing; every edit of the past is found with exactly its deals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from build import Deal, as_of_at, journeys, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from funnel_audit.journeys import Journeys, earlier
from funnel_audit.measures.rewritten import KINDS, Effect, Pair, Rewriting, rewritten, standing

HAPPENS = {"reopened", "outcome_changed"}
"""Kinds that a history may bring about by itself: they are listed, and without an effect on the older day."""


def pair(old: Sequence[Deal], new: Sequence[Deal], then: str = "50", **options: object) -> Pair:
    """The older table as on ``then``, the newer one as on day 100."""
    mine, theirs = journeys(list(old), as_of=then, **options), journeys(list(new), as_of=100, **options)  # type: ignore[arg-type]
    back = earlier(theirs, as_of_at(then))
    names = [{one.facts.id_text(i): i for i in range(one.n)} for one in (mine, theirs, back)]
    in_new = np.array([names[1].get(name, -1) for name in names[0]], np.int64)
    in_then = np.array([names[2].get(name, -1) for name in names[0]], np.int64)
    fresh = np.array([place for name, place in names[1].items() if name not in names[0]], np.int64)
    fresh_in_then = np.array([names[2].get(name, -1) for name in names[1] if name not in names[0]], np.int64)
    return Pair(mine, theirs, back, in_new, in_then, fresh, fresh_in_then)


def told(made: Pair) -> tuple[dict[str, list[str]], Effect, dict[str, Rewriting]]:
    found, effect, _ = rewritten(made, None, listed=1000)
    sides: tuple[Journeys, Journeys] = (made.old, made.new)
    ids = {one.kind: [sides[one.of_new].facts.id_text(int(code)) for code in one.positions] for one in found if one.deals}
    return ids, effect, {one.kind: one for one in found}


letters = st.sampled_from("aabbccwxh?")
whens = st.integers(0, 400).map(lambda quarter: f"{quarter / 4:g}")


@st.composite
def deal(draw: st.DrawFn) -> Deal:
    entries = draw(st.lists(st.tuples(letters, whens), min_size=1, max_size=6, unique_by=lambda one: one[1]))
    amount = {"amount": draw(st.sampled_from(["5", "7"]))} if draw(st.booleans()) else {}
    return Deal("", tuple(entries), {"created": min((at for _, at in entries), key=float)} | amount)


many = st.lists(deal(), min_size=1, max_size=20).map(lambda deals: [replace(one, id=f"D{i}") for i, one in enumerate(deals)])


@settings(max_examples=80)
@given(many, st.sampled_from(["25", "50.25", "80"]))
def test_a_later_look_at_the_same_history_rewrites_nothing(deals: list[Deal], then: str) -> None:
    old = [one for one in deals if float(one.facts["created"]) <= float(then)]
    if not old:
        return
    made = pair(deals, deals, then)
    ids, effect, _ = told(made)
    assert ids.keys() <= HAPPENS and effect == Effect()
    assert standing(made.old, None) == standing(made.then, None)


@settings(max_examples=60)
@given(many, st.data())
def test_what_is_taken_away_or_put_in_is_found(deals: list[Deal], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(deals) - 1))
    came = Deal("NEW", (("a", "3"), ("w", "9")), {"created": "3"})
    made = pair(deals, [*(one for i, one in enumerate(deals) if i != gone), came])
    ids, effect, kinds = told(made)
    existed = float(deals[gone].facts["created"]) <= 50
    assert ids.get("vanished", []) == [f"D{gone}"] * existed and ids["backdated"] == ["NEW"]
    assert kinds["backdated"].effect == Effect(deals=1, won=1)
    after = standing(made.then, None)
    before = standing(made.old, None)
    assert effect == Effect(*(getattr(after, name) - getattr(before, name) for name in Effect.__struct_fields__))


TABLE = """
    A: a0 b10 w20 | amount=100
    B: a1 b11 x21
    C: a2 b12
    D: a60 b70
"""


def edited(**lines: str) -> dict[str, list[str]]:
    """The kinds found when some deals of the table are others."""
    new = {one.id: one for one in parse(TABLE)}
    new |= {one.id: one for one in parse("\n".join(f"{name}: {line}" for name, line in lines.items()))}
    return told(pair(parse(TABLE), list(new.values())))[0]


def test_edits_of_a_history_by_hand() -> None:
    assert edited() == {}
    assert edited(D="a60 b75") == {}, "what happened since is not the past"
    assert edited(A="a0 b12 w20 | amount=100") == {"entries_changed": ["A"]}
    assert edited(A="a0 b10 c15 w20 | amount=100") == {"entries_changed": ["A"]}
    assert edited(A="a0 b10 w20.0001 | amount=100") == {}, "nine seconds: one export is to the minute"
    assert edited(B="a1 b11 x22") == {"entries_changed": ["B"]}
    assert edited(B="a1 b11 x21 b80") == {"reopened": ["B"]}
    assert edited(B="a1 b11 x21 w80") == {"outcome_changed": ["B"]}
    assert edited(A="a0 b10 w20 | amount=90") == {"amount_changed": ["A"]}
    assert edited(C="a3 b12 | created=3") == {"created_changed": ["C"], "entries_changed": ["C"]}


def test_an_export_that_cannot_tell_says_why() -> None:
    rows = parse("A: | label=b created=0\nB: | label=x created=1")
    kinds = told(pair(rows, rows))[2]
    assert {kind: one.why_not for kind, one in kinds.items() if one.why_not} == {
        "closed_changed": "no_dates", "entries_changed": "no_entries", "amount_changed": "no_amounts",
    }  # fmt: skip
    assert tuple(kinds) == KINDS


def test_without_a_history_the_last_change_of_stage_stands_for_it() -> None:
    old = parse("A: | label=b created=0 changed=10\nB: | label=b created=0 changed=11")
    new = parse("A: | label=c created=0 changed=12\nB: | label=c created=0 changed=80")
    assert told(pair(old, new))[0] == {"entries_changed": ["A"]}


def test_dates_are_compared_as_days_and_today_is_not_past() -> None:
    old = parse("A: | label=w created=0d closed=10.5\nB: | label=b created=1d\nC: | label=b created=2d")
    new = parse("A: | label=w created=0d closed=10d\nB: | label=x created=1d closed=50d\nC: | label=x created=2d closed=49d")
    assert told(pair(old, new, "50.5"))[0] == {"closed_changed": ["C"]}
