"""What changed, and the deals by the period of their creation: on the page, and as a sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from audit_example import example
from rich.cells import cell_len

from funnel_audit.in_short import in_short
from funnel_audit.render import render_as, terminal
from funnel_audit.report import (
    Audit,
    Change,
    ChangePart,
    ChangeSegment,
    ChangeSide,
    Cohort,
    CohortStage,
    Period,
    Projected,
    StageFlow,
)
from funnel_audit.texts import Texts

MONTHS = (("2026-01", 31), ("2026-02", 28), ("2026-03", 31))
STAGES = ("new_lead", "qualified", "acts_signed_paid")


def side(value: float, n: int = 200, spread: float = 0.04) -> ChangeSide:
    return ChangeSide(value=value, low=value - spread, high=value + spread, n=n)


def change(what: str = "conversion", **parts: Any) -> Change:
    given: dict[str, Any] = {
        "stage": "design_approved", "segment": None, "survives": True, "direction": "worse", "before": side(0.96), "after": side(0.55),
        "since": "2026-01-06", "since_first": "2025-12-16", "since_last": "2026-01-20", "q_value": 0.001,
    }  # fmt: skip
    return Change(what=what, **(given | parts))


def cell(stage: str, value: float, *, ripe: bool = True, settled: bool = True) -> CohortStage:
    rate = Projected(value=value, low=value - 0.1, high=value + 0.1, unresolved=0.0 if settled else 0.5, ripe=settled)
    later = None if ripe else "2026-05-02"
    return CohortStage(stage=stage, reached=20, resolved=0.97 if ripe else 0.6, rate=rate, ripe=ripe, ripe_on=later)


def audit(*changes: Change, lang: str = "en") -> Audit:
    months = tuple(
        Period(
            period=name, start=f"{name}-01", end=f"{name}-{days}", complete=name != "2026-03", new=40, won=5, lost=9, won_amount=None,
            stages=tuple(StageFlow(stage=stage, entered=30, advanced=20, lost=4) for stage in STAGES),
        )
        for name, days in MONTHS
    )  # fmt: skip
    grown = tuple(
        Cohort(
            period=name, complete=name != "2026-03", deals=40,
            stages=(cell("qualified", 0.8, ripe=name != "2026-03"), cell("acts_signed_paid", 0.3, ripe=name == "2026-01", settled=False)),
        )
        for name, _ in MONTHS
    )  # fmt: skip
    return msgspec.structs.replace(example(lang), periods=months, cohorts=grown, changes=changes)


QUIET = change(survives=False, since=None, since_first=None, since_last=None, q_value=0.4)
MIX = change(
    "mix", stage=None, segment=ChangeSegment(column="source", value="Выставка"), direction=None, before=side(0.2), after=side(0.6)
)


def page(found: Audit, width: int = 80, only: frozenset[str] | None = None) -> str:
    return terminal.render(found, width=width, only=only)


def test_nothing_is_said_where_nothing_changed() -> None:
    assert "What changed" not in page(audit(QUIET)) and "Deals by the month" not in page(audit(QUIET))
    asked = page(audit(QUIET), only=frozenset({"periods"}))
    assert "Nothing has changed more than it does by chance; 1 history was looked at." in asked
    assert "may be chance" not in asked and "q-value" not in asked and "Deals by the month" not in asked
    assert asked.count("── ") == 2 and "What each period brought" in asked
    assert page(audit(), only=frozenset({"periods"})).count("── ") == 2


def test_what_is_near_to_a_claim_is_told_when_asked_and_the_rest_counted() -> None:
    near = change(survives=False, since=None, since_first=None, since_last=None, q_value=0.02, age_days=6.7)
    asked = page(audit(near, QUIET), only=frozenset({"periods"}))
    assert "Nothing has changed so surely and so much that it matters; 2 histories were looked at." in " ".join(asked.split())
    assert "Too small, or may be chance" in asked and "within 7 days of coming to the stage" in asked
    assert "1 more history changed no more than it does by chance" in asked
    asked = page(audit(change(), QUIET, QUIET), only=frozenset({"periods"}))
    assert "q-value" not in asked and "2 more histories changed no more than they do by chance" in asked and "Deals by the month" in asked
    assert len(msgspec.json.decode(render_as("json", audit(near, QUIET)))["changes"]) == 2


def test_a_change_is_told_with_its_evidence() -> None:
    whole = page(audit(change(), QUIET))
    said = " ".join(whole.split())
    assert "▼ Layout/project approved →" in said and "96%" in said and "55%" in said and "6 Jan 2026" in said
    assert "it began between 16 Dec 2025 and 20 Jan 2026" in said
    assert "may be chance" not in whole and "What each period brought" not in whole


def test_mix_and_rate_are_told_apart() -> None:
    parts = {"mix": ChangePart(value=-0.3, low=-0.4, high=-0.2), "rate": ChangePart(value=-0.1, low=-0.2, high=0.0), "split_by": "source"}
    assert "the same kind of deals does worse" in page(audit(change(verdict="rate", **parts)))
    assert "other deals than before (source); the same kind" in " ".join(page(audit(change(verdict="mix", **parts))).split())
    both = " ".join(page(audit(change(verdict="both", simpson=True, **parts))).split())
    assert "other deals than before (source): −30 points; the same kind doing otherwise: −10" in both
    assert "each kind by itself went the other way" in both


def test_cells_that_are_not_settled_are_marked_and_dated() -> None:
    lines = page(audit(change())).splitlines()
    qualified = next(line for line in lines if line.startswith("Qualification passed") and "~80" in line)
    assert qualified.split()[-3:] == ["80", "80", "~80"]
    won = next(line for line in lines if line.startswith("Acts signed") and "·" in line)
    assert won.split()[-3:] == ["30", "·", "·"]  # more than a tenth has no observed fate: no figure
    assert next(line for line in lines if line.startswith("Settled on")).split("  ")[-1].strip().endswith("2 May 26")
    assert any("Mar 26*" in line for line in lines)


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("width", [72, 80, 120])
def test_no_line_is_too_wide(lang: str, width: int) -> None:
    found = audit(change(), MIX, change("pace", before=side(0.2), after=side(0.4)), QUIET, lang=lang)
    assert max(cell_len(line) for line in page(found, width, frozenset({"periods", "summary"})).splitlines()) <= width


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_one_sentence_says_the_surest_change(lang: str) -> None:
    def sentences(*changes: Change) -> str:
        return " ".join(in_short(audit(*changes, lang=lang), Texts(lang))).replace("\N{NO-BREAK SPACE}", " ")

    quiet = sentences(QUIET)
    totals = [change(what, stage=None) for what in ("intake", "amount")]
    undated = change(since=None, since_first=None, since_last=None)
    of_anna = change(segment=ChangeSegment(column="owner", value="Анна"))
    for one in (change(), change(direction="better"), change("pace"), *totals, MIX, undated, of_anna):
        said = sentences(one, QUIET)
        assert len(said) > len(quiet)
        assert ("6 January 2026" in said or "6 января 2026" in said) == (one.since is not None)
    assert ("got worse" in sentences(change())) == (lang == "en")
    if lang == "ru":
        assert "стал хуже" in sentences(change()) and "стал лучше" in sentences(change(direction="better"))


def test_the_json_has_every_part() -> None:
    made = msgspec.json.decode(render_as("json", audit(change(), MIX)))
    assert made["changes"][1]["segment"] == {"column": "source", "value": "Выставка"}
    assert made["periods"][2]["complete"] is False and made["cohorts"][0]["stages"][0]["ripe"] is True


def test_periods_have_short_names() -> None:
    names = [(lang, Texts(lang).month("2026-01").replace("\N{NO-BREAK SPACE}", " ")) for lang in ("en", "ru")]
    assert names == [("en", "Jan 26"), ("ru", "янв. 26")]
    assert Texts("en").month("2026Q1") == "2026Q1"
    weekly = msgspec.structs.replace(audit(change()), periods=(), cohorts=())
    assert "Deals by" not in page(weekly) and "What changed" in page(weekly)


def test_weeks_and_quarters_have_heads_of_their_own() -> None:
    for name, start, end, head, title in (
        ("2026-W02", "2026-01-05", "2026-01-11", "5 Jan 26", "Deals by the week"),
        ("2026Q1", "2026-01-01", "2026-03-31", "Q1 26", "Deals by the quarter"),
    ):
        found = audit(change())
        period = msgspec.structs.replace(found.periods[0], period=name, start=start, end=end)
        cohort = msgspec.structs.replace(found.cohorts[0], period=name)
        whole = page(msgspec.structs.replace(found, periods=(period,), cohorts=(cohort,)))
        assert head in whole and title in whole
