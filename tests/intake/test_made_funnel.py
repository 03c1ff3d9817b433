"""A funnel made from an export: which labels end a deal, though a number or a code stands before what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnel_audit import read


@pytest.mark.parametrize(
    ("lost", "going"),
    [("A_DECLINED", "A_ACCEPTED"), ("7. Lost", "3. Demo given"), ("12) Отказ", "2) В разработке"), ("X - Closed Lost", "B - Offer")],
)
def test_what_a_number_or_a_code_stands_before_is_still_a_loss(tmp_path: Path, lost: str, going: str) -> None:
    export = tmp_path / "deals.csv"
    rows = [f"{n},{lost if n % 3 else going},2026-01-{n % 28 + 1:02}\n" for n in range(40)]
    export.write_text("id,stage,created\n" + "".join(rows), encoding="utf-8")
    made = read(export).funnel
    assert made.lost == (lost,)
    assert [stage.name.en for stage in made.stages][:-1] == [going]


KNOWN = ["Отправлено в работу", "Встреча состоялась", "Новая заявка", "Квалификация пройдена"]
"""Labels of the packaged funnel, not in its order."""


def rows(labels: list[str]) -> str:
    return "id,stage,created\n" + "".join(f"{n},{label},2026-01-{n % 28 + 1:02}\n" for n, label in enumerate(labels))


def names(export: Path) -> tuple[list[str | None], str | None]:
    made = read(export)
    assert made.funnel.source == "export"
    return [stage.name.ru for stage in made.funnel.stages[:-1]], made.order_source


def test_known_labels_keep_the_packaged_order_and_unknown_ones_come_after_the_first(tmp_path: Path) -> None:
    export = tmp_path / "deals.csv"
    export.write_text(rows([*KNOWN, *["Ждём"] * 5, *KNOWN, "Оплачено", "Отказ"]), "utf-8")
    found, order = names(export)
    assert found == ["Новая заявка", "Ждём", "Квалификация пройдена", "Встреча состоялась", "Отправлено в работу"]
    assert order == "packaged"


def test_of_mostly_unknown_labels_the_known_ones_change_places_only_among_themselves(tmp_path: Path) -> None:
    export = tmp_path / "deals.csv"
    export.write_text(rows(["Икс", "Встреча состоялась", "Игрек", "Новая заявка", "Зет", "Икс", "Игрек", "Зет"]), "utf-8")
    assert names(export) == (["Икс", "Новая заявка", "Игрек", "Встреча состоялась", "Зет"], "appearance")


def test_two_names_of_one_packaged_stage_stay_one_stage(tmp_path: Path) -> None:
    export = tmp_path / "deals.csv"
    export.write_text(rows([*KNOWN, "КП отправлено", *["Ждём"] * 5]), "utf-8")
    (sent,) = [stage for stage in read(export).funnel.stages if "КП отправлено" in stage.labels()]
    assert "Отправлено в работу" in sent.labels()
