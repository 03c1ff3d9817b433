"""What a hurried head of sales may hand in: every one of these gives a page or one clear sentence, never a traceback."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, Run

SAMPLE = ROOT / "sample_data"


def figures(run: Run, *words: str | Path) -> dict[str, Any]:
    """The JSON; and the page in both languages comes out as well."""
    for lang in ("en", "ru"):
        page = run("report", *words, "--lang", lang)
        assert page.code == 0 and page.err == "", page.err
        assert max(map(len, page.out.splitlines())) <= 80
        assert "None" not in page.out and "nan" not in page.out
    return json.loads(run("report", *words, "--format", "json").out)


def outcome(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return tuple(found["totals"][key] for key in ("deals", "won", "lost", "open"))  # type: ignore[return-value]


def rows(stages: list[str], header: str = "Deal ID,Stage,Created") -> str:
    return header + "\n" + "".join(f"{n},{stage},2026-01-{1 + n % 28:02d}\n" for n, stage in enumerate(stages))


SMALL = {
    "one deal": (rows(["New"]), (1, 0, 0, 1)),
    "two deals": (rows(["New", "Closed lost"]), (2, 0, 1, 1)),
    "only lost": (rows(["Closed lost"] * 12), (12, 0, 12, 0)),
    "only won": (rows(["Closed won"] * 12), (12, 12, 0, 0)),
    "only new": (rows(["New"] * 30), (30, 0, 0, 30)),
    "won and lost, nothing open": (rows(["Closed won", "Closed lost"] * 15), (30, 15, 15, 0)),
    "a title above": ("Sales report\nprinted on Monday\n\n" + rows(["New"] * 5), (5, 0, 0, 5)),
    "a sum below": (rows(["New"] * 5) + "\nTotal,,5\n", (5, 0, 0, 5)),
    "a trailing empty column": (rows(["New"] * 5).replace("\n", ",\n"), (5, 0, 0, 5)),
    "300 more columns": (
        "\n".join(
            line + "," + ",".join((f"c{i}" if not number else "x") for i in range(300))
            for number, line in enumerate(rows(["New"] * 5).splitlines())
        ),
        (5, 0, 0, 5),
    ),
    "no id": ("Stage,Created\nNew,2026-01-01\nNew,2026-01-01\nClosed lost,2026-01-02\n", (3, 0, 1, 2)),
    "ids of 19 digits": ("ID,Stage,Created\n1234567890123456789,New,2026-01-01\n1234567890123456788,New,2026-01-02\n", (2, 0, 0, 2)),
    "duplicated columns": ("id,Stage,Created,Stage,Amount\n1,New,2026-01-01,New,5\n2,Lead qualified,2026-01-02,New,7\n", (2, 0, 0, 2)),
    "a ragged row": (rows(["New"] * 5) + "77,New,2026-01-09,too,many,cells\n78,New\n", (7, 0, 0, 7)),
    "a deal from the future": (rows(["New"] * 5) + "99,New,2099-05-01\n", (5, 0, 0, 5)),
    "quoted newlines": ('id,Stage,Created,Note\n1,New,2026-01-01,"a\nb"\n2,New,2026-01-02,"c"\n', (2, 0, 0, 2)),
    "Russian words": ("Номер;Этап;Дата создания\n1;Новая заявка;05.01.2026\n2;Закрыто и не реализовано;31.01.2026\n", (2, 0, 1, 1)),
}


@pytest.mark.parametrize("case", SMALL)
def test_small_and_odd_tables(run: Run, tmp_path: Path, case: str) -> None:
    text, wanted = SMALL[case]
    (tmp_path / "d.csv").write_text(text, "utf-8")
    assert outcome(figures(run, "d.csv")) == wanted


def test_nothing_happened_is_said_without_a_senseless_rate(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(rows(["New"] * 30))
    for lang, absurd in (("en", "(0–100)"), ("ru", "(0–100)")):
        assert absurd not in run("report", "d.csv", "--lang", lang, "--only", "summary").out


def test_no_date_at_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("id,Stage\n1,New\n2,Lead qualified\n3,Closed lost\n")
    ran = run("report", "d.csv")
    assert ran.code == 2 and "--as-of 2026-03-31" in ran.err
    assert outcome(figures(run, "d.csv", "--as-of", "2026-03-31")) == (3, 0, 1, 2)


def test_ids_survive(run: Run, tmp_path: Path) -> None:
    lines = [f"12345678901234567{n},New,2026-01-01,2026-01-{1 + n % 9:02d}" for n in range(10, 60)]
    (tmp_path / "d.csv").write_text("ID,Stage,Created,Stage changed\n" + "\n".join(lines))
    (tmp_path / "stages.yaml").write_text("stages:\n  - {id: new, name: New, max_days: 1}\n  - {id: won, name: Won, won: true}\n")
    deals = figures(run, "d.csv")["stalled"]["deals"]
    assert deals and all(deal["deal_id"].startswith("12345678901234567") and len(deal["deal_id"]) == 19 for deal in deals)


@pytest.mark.parametrize("name", ["мои сделки.csv", "deals (1).csv", "[new] deals.csv", "a b/c d.csv", "-o.csv"])
def test_file_names(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(rows(["New"] * 3))
    found = figures(run, path)
    assert outcome(found) == (3, 0, 0, 3) and found["input"]["files"][0]["name"] == path.name


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["Windows", "old Mac"])
def test_line_ends(run: Run, tmp_path: Path, end: str) -> None:
    (tmp_path / "d.csv").write_bytes((SAMPLE / "amocrm.csv").read_text("utf-8").replace("\n", end).encode())
    assert outcome(figures(run, "d.csv")) == (600, 148, 370, 82)


def test_a_workbook_under_another_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes((SAMPLE / "deals.xlsx").read_bytes())
    assert outcome(figures(run, "d.csv")) == (600, 148, 370, 82)


def test_gz_under_another_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(gzip.compress((SAMPLE / "deals.csv").read_bytes()))
    assert outcome(figures(run, "d.csv")) == (600, 148, 370, 82)


def test_the_same_file_twice_is_read_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(rows(["New"] * 3))
    assert outcome(figures(run, "d.csv", "d.csv")) == (3, 0, 0, 3)


def test_everything_at_the_same_moment(run: Run, tmp_path: Path) -> None:
    names = ["Новая заявка", "Квалификация пройдена", "Встреча назначена", "Закрыто и не реализовано"]
    lines = [f"{n},{names[k]},2026-01-01" for n in range(20) for k in range(n % 4 + 1)]
    (tmp_path / "h.csv").write_text("deal_id,stage,entered_at\n" + "\n".join(lines), "utf-8")
    assert outcome(figures(run, "h.csv")) == (20, 0, 5, 15)


def test_currencies_are_never_added(run: Run, tmp_path: Path) -> None:
    lines = [f"{n},Closed won,2026-01-{1 + n:02d},100,{'EUR' if n % 3 else 'USD'}" for n in range(12)]
    (tmp_path / "d.csv").write_text("id,Stage,Created,Amount,Currency\n" + "\n".join(lines))
    totals = figures(run, "d.csv")["totals"]
    assert (totals["currency"], totals["won_amount"]) == ("EUR", 800.0)
    assert {row["currency"]: row["won_amount"] for row in totals["currencies"]} == {"EUR": 800.0, "USD": 400.0}


@pytest.mark.parametrize("command", ["report", "check", "inspect"])
def test_a_sheet_of_what_has_none_is_no_silent_wish(command: str, run: Run, deals: Path) -> None:
    ran = run(command, deals, "--sheet", "Deals")
    assert ran.code == 2 and "--sheet “Deals”: none of the files is a workbook" in ran.err


def test_a_folder_without_tables_says_what_is_read_and_what_is_there(run: Run) -> None:
    folder = Path("exports")
    (folder / "2026").mkdir(parents=True)
    assert "There are: 2026/." in run("report", "exports").err
    (folder / "notes.md").write_text("x")
    ran = run("inspect", "exports")
    assert ran.code == 3 and ".xlsx" in ran.err and "not its subfolders" in ran.err and "notes.md" in ran.err
    (folder / "2026").rmdir()
    (folder / "notes.md").unlink()
    assert "It is empty." in run("check", "exports").err


def test_of_a_folder_what_is_no_table_is_left_out_and_said(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "notes.csv").write_text("")
    (folder / "todo.txt").write_text("call Ivan\nbuy bread\n")
    for word in (folder, f"{folder}/*"):
        assert "none of these files is a table of deals" in run("report", word).err
    (folder / "deals.csv").write_text(rows(["New"] * 5))
    for word in (folder, f"{folder}/*"):
        found = figures(run, word)
        left = [(Path(one["place"]["file"]).name, one["code"]) for one in found["findings"] if one["code"] == "FA127"]
        assert outcome(found) == (5, 0, 0, 5) and left == [("notes.csv", "FA127"), ("todo.txt", "FA127")]
        assert "notes.csv" in run("inspect", word).out


def test_a_file_that_is_named_or_damaged_stops_the_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(rows(["New"] * 5))
    (tmp_path / "notes.csv").write_text("")
    for words in (("deals.csv", "notes.csv"), (".", "notes.csv"), ("notes.csv", ".")):
        ran = run("report", *(tmp_path / word for word in words))
        assert ran.code == 3 and "notes.csv: the file is empty." in ran.err
    (tmp_path / "notes.csv").unlink()
    (tmp_path / "february.csv").write_bytes(gzip.compress((SAMPLE / "deals.csv").read_bytes())[:2000])
    ran = run("report", tmp_path)
    assert ran.code == 3 and "damaged" in ran.err
