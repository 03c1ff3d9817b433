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
