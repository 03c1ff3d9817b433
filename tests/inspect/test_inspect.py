"""``funnel-audit inspect``: it shows how the export was read, never stops where a report would, and says the same as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from funnel_audit.errors import FunnelAuditError, InputError, UsageError
from funnel_audit.inspection import inspect
from funnel_audit.inspection_record import InspectedColumn, Inspection
from funnel_audit.intake.read import Options
from funnel_audit.render.inspect_terminal import render
from funnel_audit.render.json import render as as_json
from funnel_audit.stages_file import load_funnel, parse_funnel
from funnel_audit.starter import starter
from funnel_audit.texts import Texts

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = sorted(str(path) for path in (SHARED / "crm_samples").glob("*.*"))
REAL = [
    [str(SHARED / "data" / name) for name in names]
    for names in (["ich_school_crm/deals.xlsx"], ["salesforce_demo/Opportunity.csv", "salesforce_demo/Opportunity History.csv"])
    if (SHARED / "data" / names[0]).exists()
]


def look(*files: str, stages: str | None = None, lang: str = "en", stdin: bytes | None = None, **options: str) -> Inspection:
    funnel = load_funnel() if stages is None else parse_funnel(stages)
    return inspect(files, funnel, Options(**options), Texts(lang), stdin)


def of_text(text: str, **more: str) -> Inspection:
    return look("-", stdin=text.encode(), **more)


def column(found: Inspection, header: str) -> InspectedColumn:
    return next(one for table in found.tables for one in table.columns if one.header == header)


def test_an_amocrm_export(sample_data: Path) -> None:
    found = look(str(sample_data / "amocrm.csv"))
    (table,) = found.tables
    assert (table.crm, table.certainty, table.rows, table.encoding, table.delimiter) == ("amoCRM", "sure", 600, "utf-8", ",")
    assert "Этап сделки" in table.found_by
    created = column(found, "Дата создания сделки")
    assert (created.field, created.filled, created.first, created.last) == ("created", 600, "2025-07-01", "2026-06-30")
    assert (created.order, created.decided_by) == ("dmy", "days")
    assert column(found, "Теги").field is None
    assert {(one.label, one.now, one.meaning) for one in found.labels} >= {
        ("Успешно реализовано", 148, "won"), ("Закрыто и не реализовано", 370, "lost"), ("Новая заявка", 2, "stage"),
    }  # fmt: skip
    assert found.as_of is not None and (found.as_of.source, found.as_of.column) == ("column", "Дата редактирования")
    assert {one.analysis: one.verdict for one in found.capabilities} == {
        "conversion": "no", "stage_of_loss": "no", "pace": "no", "stalled": "partly", "money": "yes", "days_to_win": "yes",
        "loss_reasons": "yes", "key_stage": "no", "forecast": "partly",
    }  # fmt: skip
    assert any("lead_status_changed" in (one.need or "") for one in found.capabilities)


def test_a_history_counts_entries_and_can_show_everything(sample_data: Path) -> None:
    found = look(str(sample_data / "deals.csv"))
    first = found.labels[0]
    assert (first.label, first.entries, first.now, first.stage) == ("Новая заявка", 589, 2, "new_lead")
    assert {one.verdict for one in found.capabilities} == {"yes"}
    assert column(found, "Новая заявка").stage == "Новая заявка"


DEALS = "id,stage,created\n1,Alpha,2026-01-05\n2,Bravo,2026-01-06\n3,Closed lost,2026-01-07\n"
OTHER = "stages: [{id: x, name: Xray}, {id: y, name: Yankee, won: true}]\n"


def test_stages_that_do_not_fit_are_said_and_stop_nothing() -> None:
    found = of_text(DEALS, stages=OTHER)
    assert "does not fit" in found.problems[0]
    assert [one.meaning for one in found.labels] == ["unmapped"] * 3
    assert found.deals == 3 and found.capabilities


def test_an_export_without_a_day_is_still_shown() -> None:
    found = of_text("id,stage,amount\n1,Alpha,5\n2,Bravo,6\n")
    assert found.as_of is None and "--as-of" in found.problems[0] and found.deals == 2
    given = of_text("id,stage,amount\n1,Alpha,5\n2,Bravo,6\n", as_of="2026-03-31")
    assert given.problems == () and given.as_of is not None and given.as_of.source == "option"


def test_snapshots_without_a_day_are_still_shown(tmp_path: Path) -> None:
    rows = "id,stage,amount\n1,Alpha,5\n2,Bravo,6\n"
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(rows, "utf-8")
    found = look(str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert (found.shape, found.deals, found.as_of, len(found.tables)) == ("snapshots", 2, None, 2)
    assert "Put the date into its name" in found.problems[0]
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).rename(tmp_path / f"{name[0]}_2026-03-31.csv")
    assert "of the same day" in look(*map(str, sorted(tmp_path.iterdir()))).problems[0]


def test_a_table_without_a_stage_shows_its_columns() -> None:
    found = of_text("id,phase of it,created\n1,Alpha,2026-01-05\n2,Bravo,2026-01-06\n")
    assert found.deals is None and "columns: {stage: Deal phase}" in found.problems[1]
    assert [one.field for one in found.tables[0].columns] == ["deal_id", None, "created"]
    named = of_text("id,phase of it,created\n1,Alpha,2026-01-05\n2,Bravo,2026-01-06\n", stages=OTHER + "columns: {stage: phase of it}\n")
    assert column(named, "phase of it").field == "stage"


@pytest.mark.parametrize(
    ("cells", "order", "decided"),
    [
        ("13.02.2026 14.02.2026", "dmy", "days"),
        ("02/13/2026 02/14/2026", "mdy", "days"),
        ("2026-02-13 2026-02-14", "ymd", "form"),
        ("02.03.2026 04.03.2026", "dmy", "form"),
        ("02/03/2026 04/03/2026", "dmy", "guess"),
    ],
)
def test_the_order_of_dates_and_what_decided_it(cells: str, order: str, decided: str) -> None:
    rows = "".join(f"{number},Alpha,{cell}\n" for number, cell in enumerate(cells.split()))
    created = column(of_text("id,stage,created\n" + rows), "created")
    assert (created.order, created.decided_by) == (order, decided)


def test_rows_that_are_no_deals_are_counted() -> None:
    found = of_text("Report of March,,\n" + DEALS + ",,\nTotal,3,\n")
    assert {one.kind for one in found.tables[0].left_out} >= {"title_rows", "footer_rows"}
    assert "above the header" in render(found)


def test_a_selection_is_called_one() -> None:
    rows = "".join(f"{n},Closed won,2026-01-{n % 14 + 1:02d},2026-01-{n % 14 + 1:02d}\n" for n in range(40))
    found = of_text("id,stage,created,closed at\n" + rows)
    assert "none is lost" in found.warnings[0] and render(found).startswith("! ")


def test_pipelines_and_currencies() -> None:
    rows = "1,Alpha,2026-01-05,B2B,5,EUR\n2,Bravo,2026-01-06,B2B,5,RUB\n3,Bravo,2026-01-06,Retail,5,RUB\n"
    found = of_text("id,stage,created,pipeline,amount,currency\n" + rows)
    assert [(one.name, one.deals, one.audited) for one in found.pipelines] == [("B2B", 2, True), ("Retail", 1, True)]
    assert "Pipelines: B2B (2), Retail (1)." in render(found)
    assert [(one.currency, one.deals) for one in found.currencies] == [("RUB", 2), ("EUR", 1)]


def test_the_pipeline_that_is_audited_is_marked() -> None:
    rows = "1,New,2026-01-05,B2B\n2,Offer,2026-01-06,B2B\n3,Call,2026-01-06,Retail\n4,Call,2026-01-06,Retail\n5,Visit,2026-01-06,Retail\n"
    stages = "stages: [{id: a, name: New}, {id: b, name: Offer}, {id: c, name: Won, won: true}]"
    found = of_text("id,stage,created,pipeline\n" + rows, stages=stages)
    assert [(one.name, one.deals, one.audited) for one in found.pipelines] == [("Retail", 3, False), ("B2B", 2, True)]
    page = render(found)
    assert "Pipeline audited: B2B (2)." in page and "Pipelines left out: Retail (3). For one of them: --pipeline" in page
    chosen = of_text("id,stage,created,pipeline\n" + rows, pipeline="Retail")
    assert [one.audited for one in chosen.pipelines] == [True, False]


def test_of_nothing_nothing_can_be_shown() -> None:
    found = {one.analysis: one for one in of_text(DEALS.replace("Closed lost", "Alpha")).capabilities}
    for analysis in ("stage_of_loss", "days_to_win", "loss_reasons"):
        assert found[analysis].verdict == "no" and found[analysis].why.startswith("no deal is ") and found[analysis].need
    assert not any("0 of 0" in one.why for one in found.values())


@pytest.mark.parametrize("files", [*([name] for name in SAMPLES), *REAL], ids=lambda files: Path(files[0]).name)
def test_every_file_is_shown_in_both_languages_or_refused_as_no_table(files: list[str]) -> None:
    try:
        found = look(*files)
    except InputError:
        return
    for lang in ("en", "ru"):
        page = render(look(*files, lang=lang))
        assert max(cell_len(line) for line in page.splitlines()) <= 80
        assert all(shown in page.replace("\n", " ") for shown in (one.file[:30] for one in found.tables))
    assert json.loads(as_json(found))["tables"][0]["file"] == found.tables[0].file


def test_only_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        look(str(tmp_path / "none.csv"))
    with pytest.raises(UsageError):
        of_text("id,stage,created,pipeline\n1,Alpha,2026-01-05,B2B\n", pipeline="Retail")


def test_hostile_headers_and_labels_are_only_text() -> None:
    page = render(of_text('id,stage,created,"\x1b[31m[bold]x"\n1,"[red]\x1b]8;;http://x\x07",2026-01-05,1\n2,Bravo,2026-01-06,2\n'))
    assert "\x1b" not in page and "[bold]x" in page and "[red]" in page


def test_the_command(sample_data: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from funnel_audit.cli import main

    def run(*arguments: str) -> bytes:
        monkeypatch.setattr(sys, "argv", ["funnel-audit", "inspect", str(sample_data / "deals.csv"), *arguments])
        try:
            main()
        except SystemExit as stop:
            assert not stop.code
        return capsysbinary.readouterr().out

    assert b"Labels" in run("--lang", "en")
    assert "Названия" in run("--lang", "ru").decode()
    assert json.loads(run("--format", "json"))["schema"] == "funnel-audit-inspect/1"


def test_errors_are_of_the_tree() -> None:
    with pytest.raises(FunnelAuditError):
        of_text("")


ENGAGED = "id,stage,engage_date,close_date\n" + "".join(
    f"{number},{stage},{day if stage != 'Prospecting' else ''},{'2026-03-01' if stage in ('Won', 'Lost') else ''}\n"
    for number, stage in enumerate(["Engaging", "Won", "Lost", "Prospecting"] * 25)
    for day in [f"2026-01-{1 + number % 28:02d}"]
)


@pytest.mark.parametrize(("lang", "word"), [("en", "came to"), ("ru", "пришла на этап")])
def test_a_date_column_left_over_has_a_line_to_copy(lang: str, word: str) -> None:
    """The line that is printed, in the file that init makes, has the column read."""
    found = of_text(ENGAGED, lang=lang)
    lines = [line.text for line in column(found, "engage_date").lines]
    assert lines == ["columns: {entered: {engaging: engage_date}}", "columns: {created: engage_date}"]
    page = render(found)
    assert all(f"  {line}   # " in page for line in lines) and word in page
    assert found.order == "dates" and [label.label for label in found.labels] == ["Prospecting", "Engaging", "Won", "Lost"]
    made = starter(["-"], Options(), ENGAGED.encode(), Texts(lang))
    for line, field in zip(lines, ("entered", "created"), strict=True):
        assert f"# {line}   # " in made
        assert column(of_text(ENGAGED, stages=f"{made}\n{line}\n"), "engage_date").field == field


def test_dates_that_tell_no_order_leave_a_guess() -> None:
    text = ENGAGED.replace(",Prospecting,,", ",Prospecting,2026-01-02,")
    assert of_text(text).order == "appearance"
    assert "GUESS: the export does not tell it" in starter(["-"], Options(), text.encode(), Texts("en"))
