"""Several pipelines: which one is audited."""

from __future__ import annotations

from pathlib import Path

from funnel_audit.intake.read import Reading, read
from funnel_audit.stages_file import parse_funnel

STAGES = "stages:\n  - {id: new, name: New}\n  - {id: offer, name: Offer}\n  - {id: won, name: Won, won: true}\nlost: [Lost]\n"


def reading(folder: Path, *lines: str, head: str = "id,stage,created,amount,currency,pipeline", stages: str = STAGES) -> Reading:
    path = folder / "deals.csv"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return read([str(path)], parse_funnel(stages, source="packaged"))


def deals(pipeline: str, *labels: str, start: int = 1) -> list[str]:
    return [f"{start + n},{label},2026-01-{n + 1:02d},10,EUR,{pipeline}" for n, label in enumerate(labels)]


def test_the_one_that_fits_is_audited_and_the_others_are_counted(tmp_path: Path) -> None:
    found = reading(tmp_path, *deals("Service", "Call", "Visit", "Call", "Visit"), *deals("Sales", "New", "Offer", "Won", start=10))
    assert (found.audited, found.journeys.n) == (("Sales",), 3)
    assert found.pipelines == (("Service", 4), ("Sales", 3))
    (left,) = [defect for defect in found.defects if defect.kind == "pipelines_left_out"]
    assert (left.count, left.sample) == (4, "Sales")


def test_all_that_fit_are_audited_together(tmp_path: Path) -> None:
    found = reading(tmp_path, *deals("North", "New", "Offer", "Won"), *deals("South", "New", "Lost", start=10))
    assert (set(found.audited), found.journeys.n) == ({"North", "South"}, 5)


def test_bare_ids_are_kept_apart(tmp_path: Path) -> None:
    lines = [f"{n},{stage},7,10,2026-01-01" for n, stage in enumerate((100, 100, 142, 143), 1)]
    lines += [f"{n},{stage},8,10,2026-01-01" for n, stage in enumerate((100, 142), 11)]
    found = reading(tmp_path, *lines, head="id,status_id,pipeline_id,price,created_at")
    assert {label.text for label in found.labels} == {"100 (7)", "142 (7)", "143 (7)"}
    assert found.journeys.deals.outcome.tolist() == ["open", "open", "won", "lost"]


def test_currencies_are_kept_apart(tmp_path: Path) -> None:
    found = reading(tmp_path, "1,New,2026-01-01,10,EUR,A", "2,New,2026-01-01,20,USD,A")
    assert found.journeys.deals.currency.tolist() == ["EUR", "USD"]
