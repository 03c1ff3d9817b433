"""A deal of one export is found in another by its id as text, however either stores its ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from funnel_audit.api import read
from funnel_audit.intake.same_deals import place_in

STAGES = "stages:\n  - {id: new, name: New}\n  - {id: paid, name: Paid, won: true}\nlost: [Lost]\n"


def ids(folder: Path, old: list[str], new: list[str]) -> list[str | None]:
    """For each old deal its id in the newer export; "-" for one without an id."""
    (folder / "stages.yaml").write_text(STAGES, "utf-8")
    readings = []
    for name, some in (("old.csv", old), ("new.csv", new)):
        lines = [f"{one},New,2026-01-{1 + n % 20:02d}" for n, one in enumerate(some)]
        (folder / name).write_text("Deal ID,Stage,Created\n" + "\n".join(lines) + "\n", "utf-8")
        readings.append(read(folder / name, folder / "stages.yaml"))
    mine, theirs = (reading.journeys.facts for reading in readings)
    found = dict(zip(map(mine.id_text, range(mine.n)), place_in(mine, theirs).tolist(), strict=True))
    texts = {name: "-" if place == -2 else None if place < 0 else theirs.id_text(place) for name, place in found.items()}
    return [texts.get(one, "-") for one in old]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (["1", "2", "30"], ["30", "1", "4"], ["1", None, "30"]),  # numbers
        (["D01", "D02"], ["D02", "D09"], [None, "D02"]),  # numbers behind a beginning
        (["D01", "D2"], ["D2", "D01"], ["D01", "D2"]),  # other lengths
        (["1", "7"], ["D1", "7x"], [None, None]),
        (["007", "8"], ["7", "8"], [None, "8"]),  # 007 is not 7
        (["сделка-1", "b c"], ["b c", "x", "сделка-1"], ["сделка-1", "b c"]),
        (["5805028000056864695", "2"], ["5805028000056864696", "5805028000056864695"], ["5805028000056864695", None]),
        (["1", ""], ["", "1"], ["1", "-"]),  # nobody is found without an id
    ],
)
def test_found_by_id(tmp_path: Path, old: list[str], new: list[str], wanted: list[str | None]) -> None:
    assert ids(tmp_path, old, new) == wanted
