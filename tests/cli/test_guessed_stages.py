"""The gate does not turn green as the data get worse: a funnel made from the export is an error, and no deal at all is no success."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from command_line import Run

ENDED = ("Закрыто и не реализовано", "Успешно реализовано")


def relabelled(export: Path, k: int) -> None:
    """deals.csv: the export with ``k`` of its open deals under a label that no funnel knows."""
    rows = list(csv.reader(io.StringIO(export.read_text("utf-8-sig"))))
    at = rows[0].index("Этап сделки")
    for row in [row for row in rows[1:] if row[at] not in ENDED][:k]:
        row[at] = "Ждём"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    Path("deals.csv").write_text(out.getvalue(), "utf-8")


@pytest.mark.parametrize(("k", "code"), [(0, None), (3, "FA203"), (16, "FA203"), (17, "FA407"), (40, "FA407"), (82, "FA407")])
def test_the_gate_stays_red_however_many_deals_are_in_an_unknown_label(k: int, code: str | None, run: Run, amocrm: Path) -> None:
    relabelled(amocrm, k)
    ran = run("check", "deals.csv", "--today", "2026-07-01")
    assert ran.code == (0 if code is None else 1)
    assert {"FA203", "FA407"} & set(ran.out.split()) == ({code} if code else set())


@pytest.mark.parametrize(("lang", "said"), [("en", "the stages are a guess"), ("ru", "этапы угаданы")])
def test_the_page_says_that_the_stages_are_a_guess(lang: str, said: str, run: Run, amocrm: Path) -> None:
    relabelled(amocrm, 20)
    assert said in run("check", "deals.csv", "--lang", lang).out
    assert said in run("report", "deals.csv", "--lang", lang).out


def test_what_init_writes_keeps_the_known_order_and_ends_the_guess(run: Run, amocrm: Path) -> None:
    relabelled(amocrm, 20)
    assert run("init", "deals.csv", "-o", "stages.yaml", "--lang", "ru").code == 0
    text = Path("stages.yaml").read_text("utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    names = [line.removeprefix("name: ") for line in lines if line.startswith("name: ")]
    assert names.index("Ждём") == 1 and "УГАДАНЫ" in text
    known = ["Новая заявка", "Встреча назначена", "Встреча состоялась", "Отправлено в работу", "Предоплата получена", "Заказ реализован"]
    assert [name for name in names if name in known] == [name for name in known if name in names]
    assert "FA407" not in run("check", "deals.csv", "--today", "2026-07-01").out


@pytest.mark.parametrize("command", ["report", "check", "forecast", "reconcile"])
@pytest.mark.parametrize(("lang", "said"), [("en", "no deal exists by then"), ("ru", "ещё нет ни одной сделки")])
def test_an_as_of_before_the_first_deal_stops_the_run(command: str, lang: str, said: str, run: Run, deals: Path) -> None:
    ran = run(command, deals, "--as-of", "2025-01-01", "--lang", lang)
    assert (ran.code, ran.stdout) == (2, b"")
    assert said in ran.err and "2025-07-01" in ran.err and "2026-06-30" in ran.err


def test_an_as_of_on_the_day_of_the_first_deal_is_taken(run: Run, deals: Path) -> None:
    assert run("check", deals, "--as-of", "2025-07-01", "--fail-on", "never").code == 0


def test_a_misfit_does_not_advise_to_leave_the_stages_out(run: Run, amocrm: Path) -> None:
    Path("own.yaml").write_text("stages: [{id: abc, name: One}, {id: xyz, name: Two, won: true}]\n", "utf-8")
    ran = run("check", amocrm, "--stages", "own.yaml")
    assert ran.code == 2 and "--stages" not in ran.err and "aliases" in ran.err
