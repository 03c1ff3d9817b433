"""Signs of a selective export: found where deals were left out on purpose, silent on whole exports and on the team's real data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from funnel_audit import audit, read
from funnel_audit.selective import Sign, row_counts, selective

Row = dict[str, str]
LOST = "Закрыто и не реализовано"


@pytest.fixture(scope="module")
def whole(sample_data: Path) -> list[Row]:
    with (sample_data / "amocrm.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def signs(rows: list[Row]) -> tuple[Sign, ...]:
    return selective(read("-", stdin=as_csv(rows)).journeys, [])


def as_csv(rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def day(row: Row, field: str) -> str:
    """ISO day of a date cell; empty where there is none."""
    cell = row[field]
    return f"{cell[6:10]}-{cell[3:5]}-{cell[:2]}" if cell[:2].isdigit() else ""


def closed_before(row: Row, limit: str) -> bool:
    return "" < day(row, "Дата закрытия") < limit


def lost(row: Row) -> bool:
    return row["Этап сделки"] == LOST


@pytest.mark.parametrize(
    ("left_out", "kind"),
    [
        (lost, "no_lost"),
        (lambda row: not lost(row) and day(row, "Дата закрытия") > "", "no_won"),
        (lambda row: day(row, "Дата закрытия") > "", "none_closed"),
        (lambda row: lost(row) and closed_before(row, "2026-01-01"), "period_without"),
        (lambda row: closed_before(row, "2025-10-01"), "closing_filter"),
        (lambda row: closed_before(row, "2025-10-01") or not day(row, "Дата закрытия"), "closing_filter"),
    ],
    ids=["won only", "lost only", "open only", "losses since January", "closed since October or open", "closed since October"],
)
def test_what_was_left_out_is_noticed(whole: list[Row], left_out: Callable[[Row], bool], kind: str) -> None:
    assert [sign.kind for sign in signs([row for row in whole if not left_out(row)])] == [kind]


@pytest.mark.parametrize("since", ["2025-07-15", "2025-10-01", "2026-01-01", "2026-04-01"])
def test_a_filter_by_creation_leaves_the_rates_right_and_is_not_reported(whole: list[Row], since: str) -> None:
    assert signs([row for row in whole if day(row, "Дата создания сделки") >= since]) == ()


def test_an_import_dates_old_deals_to_its_own_day() -> None:
    """A deal a day, each closed after 120 days; those created before the import carry its date."""
    rows = []
    for number in range(900):
        begin, end = number, number + 120
        stage = "" if end > 880 else "Won" if number % 3 else "Lost"
        if end >= 200:
            closed = stamp(end) if stage else ""
            rows.append({"id": str(number), "stage": stage or "Offer sent", "created": stamp(max(begin, 200)), "closed at": closed})
    assert [sign.kind for sign in signs(rows)] == ["imported"]


def stamp(number: int) -> str:
    from datetime import date, timedelta

    return (date(2023, 1, 1) + timedelta(days=number)).isoformat()


@pytest.mark.parametrize(
    ("count", "caps", "kinds"),
    [(999, (), []), (1000, (), ["round"]), (10_000, (10_000,), ["cap"]), (8800, (), []), (65_535, (65_535,), ["cap"]), (0, (), [])],
)
def test_row_counts(count: int, caps: tuple[int, ...], kinds: list[str]) -> None:
    assert [sign.kind for sign in row_counts([("a.csv", count, caps)])] == kinds


def test_the_warning_stands_first_in_the_report(whole: list[Row]) -> None:
    from funnel_audit.render import render_as

    finished = audit(read("-", stdin=as_csv([row for row in whole if not lost(row)])))
    page = render_as("terminal", finished).decode()
    assert page.index("and none is lost") < page.index("In short")
    assert [finding.code for finding in finished.findings if finding.text in finished.warnings] == ["FA114"]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_in_both_languages(whole: list[Row], lang: str) -> None:
    rows = [row for row in whole if not closed_before(row, "2025-10-01")]
    (warning,) = audit(read("-", stdin=as_csv(rows)), lang=lang).warnings
    assert ("1 Oct 2025" if lang == "en" else "01.10.2025") in warning.replace("\xa0", " ")


@pytest.mark.parametrize("name", ["deals.csv", "amocrm.csv", "history.csv", "deals.xlsx"])
def test_the_sample_is_whole(sample_data: Path, name: str) -> None:
    assert audit(sample_data / name).warnings == ()


@pytest.mark.parametrize(
    "files",
    [
        ["bpic2012/deals.csv", "bpic2012/events.csv"],  # filtered by creation (October 2011 on): rates are right, so no sign
        ["ich_school_crm/deals.xlsx"],
        ["maven_crm/sales_pipeline.csv"],
        ["salesforce_demo/Opportunity.csv", "salesforce_demo/Opportunity History.csv"],
        ["flinn_hubspot_wide/hubspot_deals.csv"],
    ],
)
def test_real_exports_raise_no_false_alarm(shared_data: Path, files: list[str]) -> None:
    assert audit(read([shared_data / name for name in files])).warnings == ()


def test_maven_was_cut_by_closing_date(shared_data: Path) -> None:
    """Once stages.yaml names the date of creation, it is seen: 1,168 deals begun before 1 March 2017, none closed before it."""
    from funnel_audit.stages_file import parse_funnel

    stages = "stages: [{id: prospecting, name: Prospecting}, {id: engaging, name: Engaging}, {id: won, name: Won, won: true}]\n"
    funnel = parse_funnel(stages + "lost: [Lost]\ncolumns: {created: engage_date}\n")
    reading = read(shared_data / "maven_crm/sales_pipeline.csv", funnel, as_of="2017-12-31")
    assert [(sign.kind, sign.n, sign.first) for sign in selective(reading.journeys, [])] == [("closing_filter", 1168, "2017-03-01")]
