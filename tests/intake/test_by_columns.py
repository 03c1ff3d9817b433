"""The columns of ``--by``: found by field or header, kept as codes, cut into bands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from funnel_audit.errors import UsageError
from funnel_audit.funnel import Funnel
from funnel_audit.intake.by_columns import names_of
from funnel_audit.intake.read import Options, Reading
from funnel_audit.intake.read import read as read_files
from funnel_audit.segments_of import MAX_VALUES, Split, segments_of
from funnel_audit.stages_file import load_funnel

STAGES = "stages:\n  - {id: new, name: New}\n  - {id: paid, name: Paid, won: true}\nlost: [Lost]\n"


@pytest.fixture
def funnel(tmp_path: Path) -> Funnel:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    return load_funnel(str(tmp_path / "stages.yaml"))


def reading(folder: Path, funnel: Funnel, by: str | None, tables: dict[str, list[str]], pipeline: str | None = None) -> Reading:
    paths = []
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
        paths.append(str(folder / name))
    return read_files(paths, funnel, Options(by=None if by is None else names_of(by), pipeline=pipeline))


def by_text(split: Split) -> list[str | None]:
    return [None if code < 0 else split.values[code] for code in split.codes]


HEAD = "ID,Stage,Created,Owner,Region,Staff,Amount,Currency"
ROWS = [
    HEAD,
    "1,New,2026-01-01,Ann,North,15,100,USD",
    "2,Paid,2026-01-02,Bob, South ,,200,USD",
    "3,Lost,2026-01-03,Ann,,7,300,EUR",
]


def test_a_field_or_a_header_in_the_order_asked(tmp_path: Path, funnel: Funnel) -> None:
    found = segments_of(reading(tmp_path, funnel, "region, OWNER", {"a.csv": ROWS}).journeys)
    assert [(split.column, split.header) for split in found] == [("Region", "Region"), ("owner", "Owner")]
    assert by_text(found[0]) == ["North", "South", None]
    assert by_text(found[1]) == ["Ann", "Bob", "Ann"]
    assert found[0].codes.dtype == np.int32
    assert found[0].cells().tolist() == [0, 1, 2]


def test_amounts_of_another_currency_are_in_no_band(tmp_path: Path, funnel: Funnel) -> None:
    journeys = reading(tmp_path, funnel, "amount", {"a.csv": ROWS}).journeys
    (split,) = segments_of(journeys, "USD")
    assert split.codes.tolist()[2] == -1
    assert (split.codes[:2] >= 0).all()


def test_a_column_that_only_one_of_two_files_has(tmp_path: Path, funnel: Funnel) -> None:
    other = ["ID,Stage,Created,Owner", "4,New,2026-01-04,Cleo"]
    found = segments_of(reading(tmp_path, funnel, "region,owner", {"a.csv": ROWS, "b.csv": other}).journeys)
    assert by_text(found[0]) == ["North", "South", None, None]
    assert by_text(found[1]) == ["Ann", "Bob", "Ann", "Cleo"]


def test_numbers_are_cut_at_round_quartiles(tmp_path: Path, funnel: Funnel) -> None:
    rows = ["ID,Stage,Created,Area", *(f"{n},New,2026-01-01,{n * 10 + 1}" for n in range(1, 101))]
    (split,) = segments_of(reading(tmp_path, funnel, "area", {"a.csv": rows}).journeys)
    assert split.values == ("<250", "250-500", "500-750", ">=750")
    assert split.bands[0] == (None, 250.0)
    counts = np.bincount(split.codes)
    assert counts.sum() == 100
    assert counts.min() >= 20


def test_a_few_different_numbers_are_names(tmp_path: Path, funnel: Funnel) -> None:
    rows = ["ID,Stage,Created,Rating", *(f"{n},New,2026-01-01,{n % 5}" for n in range(1, 101))]
    (split,) = segments_of(reading(tmp_path, funnel, "rating", {"a.csv": rows}).journeys)
    assert split.values == ("0", "1", "2", "3", "4")


def test_most_deals_at_one_number_leave_fewer_bands(tmp_path: Path, funnel: Funnel) -> None:
    rows = ["ID,Stage,Created,Area", *(f"{n},New,2026-01-01,{0 if n < 80 else n}" for n in range(1, 101))]
    (split,) = segments_of(reading(tmp_path, funnel, "area", {"a.csv": rows}).journeys)
    assert (np.bincount(split.codes, minlength=len(split.values)) > 0).all()


def test_the_rarest_of_very_many_values_are_one(tmp_path: Path, funnel: Funnel) -> None:
    rows = ["ID,Stage,Created,City", *(f"{n},New,2026-01-01,C{n % 300:03}" for n in range(900)), "901,New,2026-01-01,C299"]
    (split,) = segments_of(reading(tmp_path, funnel, "city", {"a.csv": rows}).journeys)
    assert len(split.values) == MAX_VALUES
    assert split.rest == 101
    assert (split.codes >= 0).all()
    assert "C299" in split.values


def test_the_codes_follow_the_deals_that_stay(tmp_path: Path, funnel: Funnel) -> None:
    rows = [HEAD + ",Pipeline", *(f"{row},{pipe}" for row, pipe in zip(ROWS[1:], ("A", "B", "B"), strict=True))]
    found = segments_of(reading(tmp_path, funnel, "region,pipeline,staff", {"a.csv": rows}, pipeline="B").journeys)
    assert by_text(found[0]) == ["South", None]
    assert by_text(found[1]) == ["B", "B"]


def test_without_by_owner_and_source_where_they_tell_deals_apart(tmp_path: Path, funnel: Funnel) -> None:
    rows = ["ID,Stage,Created,Owner,Source", *(f"{n},New,2026-01-01,{'AB'[n % 2]},Site" for n in range(40))]
    assert [split.column for split in segments_of(reading(tmp_path, funnel, None, {"a.csv": rows}).journeys)] == ["owner"]


@pytest.mark.parametrize(
    ("by", "told"), [("regoin", "Did you mean Region?"), ("stage", "Columns: Owner, Region"), ("Created", "what became of it")]
)
def test_what_cannot_be_compared_is_said_with_the_columns(tmp_path: Path, funnel: Funnel, by: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        reading(tmp_path, funnel, by, {"a.csv": ROWS})
    assert told in str(raised.value)


def test_a_header_with_a_comma_stands_in_quotes() -> None:
    assert names_of('owner, "Amount, USD",owner') == ("owner", "Amount, USD")
