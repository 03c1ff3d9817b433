"""What has come since an earlier day: nothing is claimed where nothing changed, a planted change is, and every count is by hand."""

from __future__ import annotations

import numpy as np
from build import as_of_at, journeys
from msgspec.structs import replace
from simulation import Company, simulate

from funnel_audit.clock import DAY, AsOf
from funnel_audit.journeys import Entries, Facts, Journeys, Moments, build
from funnel_audit.measures.since_then import Development, since_then
from funnel_audit.tally import tally

BUSY = Company(per_day=4, days=360)


def changes(j: Journeys, back_days: float, **options: object) -> list[Development]:
    then = AsOf(round(j.as_of.us - back_days * DAY), day=False)
    return since_then(j, tally(j), then, None, **options)  # type: ignore[arg-type]


def claimed(found: list[Development]) -> set[tuple[str, int | None, str]]:
    return {(one.what, one.stage, one.verdict) for one in found if one.verdict in ("better", "worse")}


def test_where_nothing_changed_little_is_claimed() -> None:
    """At most 10 % of companies, by the measure's promise; over 60 companies and two spans, luck may add a few."""
    found = [bool(claimed(changes(simulate(BUSY, seed).journeys(), back))) for seed in range(60) for back in (7, 60)]
    assert np.mean(found) <= 0.12


def test_a_planted_change_is_claimed_at_its_step() -> None:
    """From 90 days before as-of on, new deals pass the second step half as often."""
    worse = replace(BUSY, advance=(0.7, 0.3, 0.5, 0.8, 0.6))
    right = 0
    for seed in range(15):
        before, after = simulate(BUSY, seed), simulate(worse, seed + 1000)
        cut = before.as_of.us - 90 * DAY
        j = spliced(before, after, cut)
        found = claimed(changes(j, 90))
        right += ("conversion", 1, "worse") in found
    assert right >= 14


def spliced(before: object, after: object, cut: int) -> Journeys:
    """The deals that the one company got before the cut and the other got after it."""
    created, parts, offset = [], [], 0
    for history, keep in ((before, before.created < cut), (after, after.created >= cut)):  # type: ignore[attr-defined]
        code = np.cumsum(keep) - 1 + offset
        rows = np.flatnonzero(keep[history.entries.deal])  # type: ignore[attr-defined]
        one = history.entries.take(rows)  # type: ignore[attr-defined]
        parts.append(Entries(code[one.deal].astype(np.int32), one.at, one.label))
        created.append(history.created[keep])  # type: ignore[attr-defined]
        offset += int(keep.sum())
    joint = Entries(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("deal", "at", "label")))
    facts = replace(Facts.blank(offset, lambda code: f"S{code}"), created=Moments(np.concatenate(created)))
    return build(facts, joint, stages=BUSY.stages, as_of=before.as_of, timezone="UTC")  # type: ignore[attr-defined]


def test_counts_by_hand() -> None:
    """Days 0-99: a new deal a day; from day 100 to 129, two; the older export is of day 100."""
    table = "\n".join(f"A{day}: a{day} w{day + 0.5}" for day in range(100))
    table += "\n" + "\n".join(f"B{n}: a{100.25 + n / 2}" for n in range(60))
    j = journeys(table, "abw", as_of=130)
    found = {(one.what, one.stage): one for one in since_then(j, tally(j), as_of_at(100), None)}
    intake, wins = found["intake", None], found["wins", None]
    assert (intake.before.n, intake.after.n) == (100, 60) and (wins.before.n, wins.after.n) == (100, 0)
    assert intake.before.value == 30.0 and intake.after.value == 60.0
    assert intake.verdict == "better" and wins.verdict == "worse"
    step = found["conversion", 0]
    assert step.age_days == 15.0 and (step.before.value, step.after.value) == (1.0, 0.0) and step.verdict == "worse"
    assert step.before.n == 100 and step.after.n == 60


def test_too_few_is_said() -> None:
    j = journeys("D*30: a0 b5 w9\nE*5: a95", "abw", as_of=100)
    found = {(one.what, one.stage): one for one in since_then(j, tally(j), as_of_at(90), None)}
    step = found["conversion", 0]
    assert step.verdict == "too_few" and step.q is None and step.after.value is None and step.after.n == 5


def test_nothing_is_compared_on_one_day_or_in_a_chosen_period() -> None:
    j = journeys("D*30: a0 b5 w9\nE*15: a91", "abw", as_of=100)
    assert since_then(j, tally(j), as_of_at(100), None) == []
    assert {one.what for one in since_then(j, tally(j), as_of_at(90), None, all_deals=False)} & {"intake", "wins"} == set()


def test_amounts_are_of_the_deals_won_in_either_time() -> None:
    table = "\n".join(f"A{n}: a{n} w{n + 1} | amount={100 + n % 3}" for n in range(30))
    table += "\n" + "\n".join(f"B{n}: a{40 + n} w{41 + n} | amount={200 + n % 3}" for n in range(20))
    j = journeys(table, "abw", as_of=70)
    amount = next(one for one in since_then(j, tally(j), as_of_at(40), None) if one.what == "amount")
    assert (amount.before.n, amount.after.n) == (30, 20) and amount.verdict == "better"
    assert amount.before.value == 101.0 and abs(amount.after.value - 200.95) < 1e-9  # type: ignore[operator]
