"""The page as its reader meets it: two times told apart, one figure for one thing, codes that can be typed, advice that fits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import ROOT, Run
from msgspec import structs

from funnel_audit.api import read
from funnel_audit.doctor import ONLY_TIME_HELPS, why_not
from funnel_audit.measures.conversion import conversion
from funnel_audit.tally import tally

SNAPSHOTS = ROOT / "sample_data" / "snapshots"


def joined(page: str) -> str:
    return " ".join(page.replace("\xa0", " ").split())


def test_a_leak_tells_all_time_from_the_period(run: Run, deals: Path) -> None:
    page = joined(run("report", deals, "--only", "summary,leaks").out)
    assert "the period is 1 Jan 2026 – 30 Jun 2026" in page
    assert "in all: 53 deals lost (14% of all losses)" in page and "76% go on" in page
    assert "in the period: 55% go on; at least 90% in" in page
    assert "“At least”: the lower end of the 95% range" in page
    assert "53 deals were lost there in all, 14% of all losses." in page
    assert "Since 1 January 2026 55% go on (76% in all)" in page


def test_what_in_short_says_in_per_cent_stands_below_with_the_same_decimals(run: Run, deals: Path, amocrm: Path) -> None:
    for export in (deals, amocrm):
        short, _, rest = run("report", export).out.partition("── Funnel")
        told = re.findall(r"([\d.]+)(?:–([\d.]+))?%", short)
        missing = [figure for pair in told for figure in pair if figure and not re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", rest)]
        assert missing == [], export


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_series_of_snapshots_is_not_told_to_begin_one(lang: str, run: Run) -> None:
    page = joined(run("report", SNAPSHOTS, "--lang", lang).out)
    assert "every night" not in page and "каждую ночь" not in page
    assert ("go on saving the export" in page) or ("сохраняйте выгрузки и дальше" in page)
    assert ("ranked by deals lost" in page) or ("Порядок — по числу проигранных сделок" in page)


def test_the_period_of_a_leak_begins_with_what_is_known_of_the_step(run: Run) -> None:
    leaks = json.loads(run("report", SNAPSHOTS, "--format", "json").out)["leaks"]
    assert all("2026-05-" in leak["window"]["from"] or "2026-06-" in leak["window"]["from"] for leak in leaks if leak["window"])


def test_a_code_stands_with_each_flaw(run: Run, amocrm: Path) -> None:
    codes = {finding["code"] for finding in json.loads(run("report", amocrm, "--format", "json").out)["findings"]}
    page = run("report", amocrm, "--only", "findings").out
    assert codes == set(re.findall(r"FA\d{3}", page))
    assert run("explain", re.findall(r"funnel-audit explain (FA\d{3})", page)[0]).code == 0


def test_top_lists_leaks_too(run: Run, deals: Path) -> None:
    page = joined(run("report", deals, "--only", "leaks", "--top", "1").out)
    assert "1 smaller leak is not shown: --top 2." in page
    assert "2. Invoice" in run("report", deals, "--only", "leaks", "--top", "2").out


def test_of_a_handful_of_deals_no_median_and_no_reason_is_told(run: Run) -> None:
    Path("deals.csv").write_text(
        "deal_id,stage,created,closed,lost_reason\nA,Won,2026-01-01,2026-01-20,\nB,Lost,2026-01-02,2026-01-04,Price\n"
        "C,Meeting held,2026-01-03,,\n"
    )
    short, _, rest = run("report", "deals.csv").out.partition("── Funnel")
    assert "most often" not in short and "1 of 1 open" not in short and "won within" not in rest


def test_where_no_open_deal_has_an_amount_the_sum_is_not_zero(run: Run) -> None:
    rows = [f"W{n},Won,2026-01-{n:02},2026-02-01,100" for n in range(1, 15)] + [f"O{n},Meeting held,2026-01-{n:02},," for n in range(1, 15)]
    Path("deals.csv").write_text("deal_id,stage,created,closed,amount\n" + "\n".join(rows) + "\n")
    totals = json.loads(run("report", "deals.csv", "--format", "json").out)["totals"]
    assert (totals["won_amount"], totals["open_amount"]) == (1400, None)


def test_the_command_that_makes_a_stages_file_can_be_typed(run: Run) -> None:
    Path("in").mkdir()
    rows = [f"D{n},{stage},2026-01-{n % 27 + 1:02}" for n, stage in enumerate(["Alpha", "Beta", "Gamma"] * 12)]
    Path("in/my deals.csv").write_text("deal_id,stage,created\n" + "\n".join(rows) + "\n")
    page = run("report", "in/my deals.csv").out
    assert page.startswith("Sales funnel") and "funnel-audit init 'in/my deals.csv' -o stages.yaml" in page


def test_check_names_stages_as_people_do(run: Run, deals: Path) -> None:
    page = run("check", deals, "--lang", "ru", "--today", "2026-07-01").out
    assert "Макет/проект утвержден" in page and "design_approved" not in page
    notes = run("check", SNAPSHOTS, "--lang", "ru", "--today", "2026-07-01").out
    assert "(Новая заявка)" in notes and "new_lead" not in notes


def test_check_says_that_the_data_are_old(run: Run, deals: Path) -> None:
    old = joined(run("check", deals, "--today", "2026-11-22").out)
    assert "the data are 145 days old (checks: max_age_days makes that a finding)" in old
    assert "days old" not in run("check", deals, "--today", "2026-07-15").out


def test_without_wins_there_is_no_key_stage_no_forecast_and_no_rate_of_0(run: Run, deals: Path, tmp_path: Path) -> None:
    kept = [line for line in deals.read_text("utf-8-sig").splitlines() if "Закрыто и не" in line or line.startswith("ID,")]
    made = tmp_path / "lost.csv"
    made.write_text("\n".join(kept) + "\n", "utf-8")
    out = run("report", made, "--format", "json").out
    found = json.loads(out)
    assert found["key_stage"] is None and found["forecast"] is None and found["totals"]["win_rate"]["projected"] is None
    explained = {note["what"] for note in found["notes"] if note["reason"] == "no_wins"}
    assert {"key_stage", "forecast", "totals.win_rate.projected"} <= explained
    assert not any("are won in the end" in line or "key stage" in line for line in found["summary"])
    page = joined(run("report", made).out)
    assert ("The biggest leak is" in page) == ("── Leaks" in page)
    assert "No forecast: no deal of the export is won" in joined(run("forecast", made).out)


def test_the_two_key_stages_say_where_they_come_from(run: Run, deals: Path) -> None:
    page = joined(run("report", deals).out)
    assert "The key stage found in the data is “Invoice and contract sent”" in page
    assert "the key stage “Layout/project approved” (that of the standard funnel)" in page
    assert "The standard funnel has “Layout/project approved” as the key stage; in the data it is “Invoice" in page  # FA405
    assert "stages.yaml names" not in page and "To declare your own, make a stages.yaml with funnel-audit init." in page


def test_a_leak_whose_period_is_all_of_the_data_has_one_rate(run: Run, deals: Path, shared_data: Path) -> None:
    assert "In all: of all deals, also those that jumped over the stage" in joined(run("report", deals, "--only", "leaks").out)
    bpic = shared_data / "bpic2012"
    page = joined(run("report", bpic / "events.csv", "--stages", ROOT / "tests" / "reference" / "bpic2012.yaml", "--only", "leaks").out)
    assert "go on" in page and "in the period:" not in page


def test_an_owner_has_one_rate_on_the_same_mix(run: Run, shared_data: Path) -> None:
    found = json.loads(run("report", shared_data / "ich_school_crm" / "deals.xlsx", "--format", "json").out)["segments"]
    pairs = [
        (one["value"], segment["same_mix"]["rate"]["value"])
        for segment in found if segment["same_mix"]
        for one in segment["differences"] if one["what"] == "win_rate"
    ]  # fmt: skip
    assert pairs and all(told == shown for told, shown in pairs)


def test_an_asked_section_without_a_difference_says_so(run: Run, deals: Path) -> None:
    page = joined(run("report", deals, "--only", "segments").out)
    assert "Nothing differs beyond chance: 11 kinds of deals were each compared with all others (owner and source)." in page
    assert "Deals by kind" not in run("report", deals).out


def test_each_mark_of_the_funnel_has_one_footnote(run: Run) -> None:
    page = joined(run("report", *sorted(SNAPSHOTS.iterdir())[-2:], "--only", "funnel").out)
    assert page.count("* ") == 1 and "* as of today: the step has no dates; in brackets the range left by losses" in page


def test_open_now_and_open_at_the_furthest_stage_are_told_apart(run: Run, deals: Path, shared_data: Path) -> None:
    told = "Open: deals that stand in the stage now; the funnel counts them at the furthest stage they reached."
    assert told not in joined(run("report", deals, "--only", "stalled").out)
    files = sorted((shared_data / "salesforce_demo").iterdir())
    assert told in joined(run("report", *files, "--only", "stalled").out)


def test_steps_that_tell_of_other_deals_than_the_win_rate_say_so(run: Run) -> None:
    """By hand: 464 of the 518 closed deals were closed before the first snapshot, which is before any step begins to count."""
    said = {"en": "The steps do not multiply up to the win rate", "ru": "Перемножать шаги и сравнивать с долей выигранных нельзя"}
    for lang, words in said.items():
        series = run("report", ROOT / "sample_data" / "snapshots", "--lang", lang, "--only", "funnel").out
        assert words in " ".join(series.split())
        assert words not in " ".join(run("report", ROOT / "sample_data" / "deals.csv", "--lang", lang, "--only", "funnel").out.split())


def test_of_losses_without_a_stage_no_step_has_a_share(run: Run) -> None:
    """41 of the 370 losses have a stage: 13 of them are 32 %, not 3.5 %; and what was lost before the first export is not in "all"."""
    page = joined(run("report", SNAPSHOTS, "--only", "leaks").out)
    assert "since the data begin: 13 deals lost (32% of the 41 lost" in page and "in all:" not in page
    page = joined(run("report", SNAPSHOTS, "--only", "leaks", "--lang", "ru").out)
    assert "с начала данных: проиграно 13 сделок (32 % от 41 проигранной" in page


def test_the_loss_reasons_left_out_are_counted(run: Run, deals: Path, amocrm: Path) -> None:
    page = joined(run("report", amocrm, "--only", "leaks").out)
    assert "no reason given 31" in page and "1 more reason (22 deals): --top 6." in page
    assert "more reason" not in run("report", amocrm, "--only", "leaks", "--top", "6").out
    for export in (deals, amocrm):
        assert "──" not in run("report", export, "--only", "leaks", "--top", "0").out


DEALS = "Deal ID,Stage,Created,Closed\n" + "".join(
    f"{n},{'Closed Lost' if n % 2 else 'Closed Won'},2026-01-01,2026-02-{n + 1:02}\n" for n in range(20)
)
HISTORY = "Id,OpportunityId,StageName,CreatedDate\n" + "".join(f"h{n},{n},Qualification,2026-01-10T10:00:00Z\n" for n in (0, 2, 4))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_history_that_was_given_is_not_asked_for(lang: str, run: Run, tmp_path: Path) -> None:
    rows = DEALS.replace("Deal ID,Stage,Created,Closed", "Id,StageName,CreatedDate,CloseDate")
    (tmp_path / "Opportunity.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "OpportunityHistory.csv").write_text(HISTORY, encoding="utf-8")
    alone = joined(run("report", "Opportunity.csv", "--lang", lang, "--only", "limits").out)
    both = joined(run("report", "Opportunity.csv", "OpportunityHistory.csv", "--lang", lang, "--only", "limits").out)
    assert "OpportunityHistory.csv" in alone.partition("──")[2] and "OpportunityHistory.csv" not in both.partition("──")[2]
    assert ("in the one given 17 deals have no entries" in both) or ("в переданной нет записей о 17 сделках" in both)


def test_why_steps_have_no_rate_is_said(run: Run, amocrm: Path) -> None:
    page = joined(run("report", amocrm, "--only", "limits").out)
    assert "10 of 10 steps have none, most often because it is not known when deals left the stage" in page
    assert "14 figures could not be worked out; most often (10) because: the export does not say when deals left this stage" in page


def test_rates_of_the_deals_since_the_data_begin_are_not_missing(run: Run) -> None:
    assert "1 figure could not be worked out: " in joined(run("report", SNAPSHOTS, "--only", "limits").out)


def test_the_legend_explains_only_columns_that_are_there(run: Run, tmp_path: Path) -> None:
    """Two stays are known, and one has not ended: there is a median and no p90."""
    rows = "Id,StageName,CreatedDate,CloseDate\n1,Closed Won,2026-01-01,2026-02-01\n2,Qualification,2026-01-01,2026-03-01\n"
    history = "Id,OpportunityId,StageName,CreatedDate\n" + "".join(
        f"{n},{deal},{stage},{day}T10:00:00Z\n"
        for n, (deal, stage, day) in enumerate([(1, "Qualification", "2026-01-10"), (1, "Closed Won", "2026-02-01"),
                                                (2, "Qualification", "2026-01-01")])
    )  # fmt: skip
    (tmp_path / "Opportunity.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "OpportunityHistory.csv").write_text(history, encoding="utf-8")
    page = joined(run("report", "Opportunity.csv", "OpportunityHistory.csv", "--only", "funnel").out)
    assert "Days: half of the deals leave within the median." in page and "p90" not in page


def test_the_marks_of_the_cohorts_say_what_is_missing(run: Run, deals: Path) -> None:
    """January's deals just stand there: it is not too early for it, too few are decided."""
    page = joined(run("report", deals, "--only", "periods").out)
    assert "· not enough decided yet. Settled on –: the data do not tell when." in page and "too early" not in page


def test_few_deals_and_few_known_times_are_two_causes(deals: Path) -> None:
    """Ten deals came, of four it is known when: a longer export brings nothing, a history does."""
    step = conversion(tally(read([str(deals)]).journeys, 0))[0]
    assert why_not(structs.replace(step, why_not="few", reached=9)) == "few" in ONLY_TIME_HELPS
    assert why_not(structs.replace(step, why_not="few", reached=10)) == "few_timed" not in ONLY_TIME_HELPS
