"""The sample's deals in every shape: the same canonical tables, as far as the shape can tell, and the known answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from funnel_audit import audit, read
from funnel_audit.intake.read import Reading
from funnel_audit.report import Audit

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data"
SHAPES = {
    "deals.csv": ["deals.csv"],
    "deals.xlsx": ["deals.xlsx"],
    "history.csv": ["history.csv"],
    "amocrm.csv + history.csv": ["amocrm.csv", "history.csv"],
    "deals.csv + history.csv": ["deals.csv", "history.csv"],
    "amocrm.csv": ["amocrm.csv"],
    "snapshots": sorted(f"snapshots/{path.name}" for path in (SAMPLE / "snapshots").iterdir()),
}
FULL = [name for name in SHAPES if name not in ("amocrm.csv", "snapshots")]
WITH_LOG = [name for name in FULL if "history.csv" in name]
MINUTE = 1 / 1440
EXPECTED = json.loads((SAMPLE / "expected.json").read_text("utf-8"))


@cache
def reading(shape: str) -> Reading:
    return read([SAMPLE / name for name in SHAPES[shape]], ROOT / "stages.yaml")


@cache
def audited(shape: str) -> Audit:
    return audit(reading(shape))


def deals(shape: str) -> pd.DataFrame:
    """The deals by id; when a closed deal last changed stage depends on whether its closing is an entry, so that is kept for open ones."""
    frame = reading(shape).journeys.deals.set_index("deal_id").sort_index()
    frame["since"] = frame["since"].where(frame["outcome"] == "open")
    return frame


def stays(shape: str) -> pd.DataFrame:
    return reading(shape).journeys.stays_frame.sort_values(["deal_id", "stage"], ignore_index=True)


# What the history tells and first-entry dates cannot (sample_data/README.md); what a log of stage changes has no column for.
ONLY_LOG = ["reopened", "back_moves"]
ONLY_ROWS = ["amount", "currency", "owner", "source", "lost_reason", "company", "title"]


@pytest.mark.parametrize("shape", FULL[1:])
def test_the_same_deals(shape: str) -> None:
    left, right = deals("deals.csv"), deals(shape)
    apart = set()
    if shape in WITH_LOG:
        apart |= set(ONLY_LOG)
    if shape == "history.csv":
        apart |= set(ONLY_ROWS)
    if shape.startswith("amocrm"):
        apart.add("currency")  # amoCRM's export has no currency column
    same = [column for column in left.columns if column not in apart]
    assert len(same) >= 10
    pd.testing.assert_frame_equal(left[same], right[same], check_categorical=False)


@pytest.mark.parametrize("shape", FULL[1:])
def test_the_same_stays(shape: str) -> None:
    pd.testing.assert_frame_equal(stays("deals.csv"), stays(shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_known_totals(shape: str) -> None:
    totals, wanted = audited(shape).totals, EXPECTED["totals"]
    assert {name: getattr(totals, name) for name in ("deals", "won", "lost", "open")} == {
        name: wanted[name] for name in ("deals", "won", "lost", "open")
    }
    assert (totals.unmapped, totals.excluded, totals.on_hold) == (0, 0, 0)
    assert totals.days_to_win.p50 == pytest.approx(wanted["days_to_win_median"], abs=0.01)
    if shape == "history.csv":
        assert totals.won_amount is None and totals.loss_reasons[0].reason is None
        return
    assert (totals.won_amount, totals.open_amount) == (wanted["won_amount"], wanted["open_amount"])
    assert {reason.reason or "": reason.lost for reason in totals.loss_reasons} == wanted["loss_reasons"]


@pytest.mark.parametrize("shape", FULL)
def test_known_funnel(shape: str) -> None:
    """Counts to the deal, days to the minute. *Seen* and *skipped* are the same: dated columns hold every first entry."""
    found = audited(shape)
    assert found.totals.unplaced == EXPECTED["totals"]["unplaced"]
    keys = ("stage", "reached", "seen", "advanced", "lost", "open")
    assert [{key: getattr(stage, key) for key in keys} for stage in found.funnel] == [
        {key: stage[key] for key in keys} for stage in EXPECTED["funnel"]
    ]
    for stage, wanted in zip(found.funnel, EXPECTED["funnel"], strict=True):
        assert stage.skipped == wanted["skipped"]
        assert stage.advance_days.n == wanted["advance_days"]["n"]
        median = wanted["advance_days"]["p50"]
        assert stage.advance_days.p50 == (None if median is None else pytest.approx(median, abs=MINUTE))
    moved = sum(stage.back_moves or 0 for stage in found.funnel)
    if shape in WITH_LOG:
        assert (moved, found.totals.reopened) == (EXPECTED["totals"]["back_moves"], EXPECTED["totals"]["reopened"])
    else:
        assert moved == 0, "first entries only: a step back cannot be seen"


@pytest.mark.parametrize("shape", FULL)
def test_the_planted_leak_leads_and_the_slow_stage_is_found(shape: str) -> None:
    found = audited(shape)
    assert (found.leaks[0].start, found.leaks[0].end) == (EXPECTED["leak"]["from"], EXPECTED["leak"]["to"])
    slowest = max((stage for stage in found.funnel if stage.days.p50 is not None), key=lambda stage: stage.days.p50 or 0)
    assert slowest.stage == EXPECTED["slow_stage"]["stage"]


def test_the_planted_stuck_deals_are_stalled() -> None:
    listed = {deal.deal_id for deal in audit(reading("deals.csv"), top=600).stalled.deals}
    assert {row["deal_id"] for row in EXPECTED["stuck"]["planted"]} <= listed


@pytest.mark.parametrize("shape", SHAPES)
def test_open_deals_stand_in_the_same_stage(shape: str) -> None:
    """Every shape agrees on where the open deals are (sample_data/README.md)."""
    assert [stage.open for stage in audited(shape).funnel] == [stage["open"] for stage in EXPECTED["funnel"]]


def test_current_stage_only_places_no_loss() -> None:
    """370 losses without a step: the range of every step holds what the history knows to be true."""
    found = audited("amocrm.csv")
    assert found.totals.unplaced == EXPECTED["totals"]["lost"]
    truth = {stage["stage"]: stage["advanced"] / stage["reached"] for stage in EXPECTED["funnel"][:-1]}
    for stage in found.funnel[:-1]:
        assert stage.projected is None and stage.bounds is not None
        assert stage.bounds.low <= truth[stage.stage] <= stage.bounds.high
    assert found.leaks == (), "a loss at no known step is no step's leak"
    assert {note.stage for note in found.notes if note.what == "funnel.projected"} == set(truth)


def test_input_says_what_was_recognised() -> None:
    shapes = {shape: audited(shape).input.shape for shape in SHAPES}
    assert shapes == {
        "deals.csv": "dated columns",
        "deals.xlsx": "dated columns",
        "history.csv": "stage changes",
        "amocrm.csv + history.csv": "deal rows with stage changes",
        "deals.csv + history.csv": "deal rows with stage changes",
        "amocrm.csv": "deal rows",
        "snapshots": "snapshots",
    }
    assert audited("amocrm.csv").input.files[0].dialect == "amocrm"


def test_snapshots_know_changes_within_their_uncertainty() -> None:
    """What the weekly eye saw of a stay lies within its stated slack of the history's truth.

    A stage entered and left between two visits is not seen: the stay before it then ends otherwise than it did, and is left out here.
    """
    journeys = reading("snapshots").journeys
    assert journeys.stays.slack_us is not None
    frame = journeys.stays_frame.assign(slack=journeys.stays.slack_us / 86_400e6)
    truth = read(SAMPLE / "history.csv", ROOT / "stages.yaml", as_of="2026-06-30").journeys.stays_frame
    key = ["deal_id", "stage"]
    known = frame[frame["days"].notna()].set_index(key)
    both = known.join(truth.set_index(key).add_suffix("_true"))
    same = both[(both["exit"] == both["exit_true"]) & (both["to"].fillna(-1) == both["to_true"].fillna(-1))]
    assert len(known) > 200 and len(same) > 0.65 * len(known)
    assert ((same["days"] - same["days_true"]).abs() <= same["slack"] + MINUTE).all()
    assert (same["slack"] > 0).sum() > 100 and same["slack"].max() <= 7.0, "twice half a week"


@pytest.mark.parametrize("upto", range(1, 7))
def test_a_snapshot_series_ends_as_its_last_export(upto: int) -> None:
    names = SHAPES["snapshots"][:upto]
    totals = audit(read([SAMPLE / name for name in names], ROOT / "stages.yaml")).totals
    wanted = EXPECTED["snapshots"][upto - 1]
    assert (totals.deals, totals.won, totals.lost, totals.open) == tuple(wanted[key] for key in ("deals", "won", "lost", "open"))


# ---------------------------------------------------------------- one file, many clothes


def rewritten(change: Callable[[pd.DataFrame, Path], Path]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return change(pd.read_csv(SAMPLE / "deals.csv", dtype=str, keep_default_na=False), folder)

    return write


def text_file(name: str, sep: str = ",", encoding: str = "utf-8", newline: str = "\n") -> Callable[[Path], Path]:
    def change(frame: pd.DataFrame, folder: Path) -> Path:
        frame.to_csv(folder / name, sep=sep, encoding=encoding, index=False, lineterminator=newline, errors="replace")
        return folder / name

    return rewritten(change)


def parquet(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "deals.parquet", index=False)
    return folder / "deals.parquet"


def html(frame: pd.DataFrame, folder: Path) -> Path:
    page = f"<html><head><meta charset='utf-8'></head><body>{frame.to_html(index=False, border=1)}</body></html>"
    (folder / "deals.xls").write_text(page, "utf-8")
    return folder / "deals.xls"


def second_sheet(frame: pd.DataFrame, folder: Path) -> Path:
    with pd.ExcelWriter(folder / "two sheets.xlsx") as book:
        pd.DataFrame({"Отчет": ["за июнь"]}).to_excel(book, sheet_name="Титул", index=False)
        frame.to_excel(book, sheet_name="Сделки", index=False)
    return folder / "two sheets.xlsx"


def titled(frame: pd.DataFrame, folder: Path) -> Path:
    body = frame.to_csv(index=False, sep=";")
    (folder / "Выгрузка сделок.csv").write_text(f"Отчет по сделкам\n\n{body}\nИтого;600\n", "utf-8-sig")
    return folder / "Выгрузка сделок.csv"


CLOTHES: dict[str, Callable[[Path], Path]] = {
    "semicolons, Windows": text_file("d.csv", sep=";", encoding="cp1251", newline="\r\n"),
    "tabs": text_file("d.tsv", sep="\t"),
    "bars": text_file("d.txt", sep="|"),
    "BOM": text_file("d.csv", encoding="utf-8-sig"),
    "UTF-16": text_file("d.csv", sep="\t", encoding="utf-16"),
    "old Mac": text_file("d.csv", newline="\r"),
    "gz": text_file("d.csv.gz"),
    "parquet": rewritten(parquet),
    "HTML named xls": rewritten(html),
    "a title above, a sum below, a Cyrillic name": rewritten(titled),
}


@pytest.mark.parametrize("clothes", CLOTHES)
def test_clothes_make_no_difference(clothes: str, tmp_path: Path) -> None:
    same = audit(read(CLOTHES[clothes](tmp_path), ROOT / "stages.yaml"))
    plain = audited("deals.csv")
    for key in ("as_of", "totals", "funnel", "leaks", "stalled", "pairs", "summary", "notes"):
        assert getattr(same, key) == getattr(plain, key), key


def test_a_named_sheet(tmp_path: Path) -> None:
    book = rewritten(second_sheet)(tmp_path)
    same = audit(read(book, ROOT / "stages.yaml", sheet="Сделки"))
    assert same.totals == audited("deals.csv").totals
    assert same.input.files[0].sheet == "Сделки"


def test_standard_input() -> None:
    same = audit(read("-", ROOT / "stages.yaml", stdin=(SAMPLE / "deals.csv").read_bytes()))
    assert same.funnel == audited("deals.csv").funnel


def test_halves_of_an_export_are_the_export(tmp_path: Path) -> None:
    lines = (SAMPLE / "deals.csv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:301]), "utf-8")
    (tmp_path / "b.csv").write_text("".join([lines[0], *lines[301:]]), "utf-8")
    same = audit(read([tmp_path / "b.csv", tmp_path / "a.csv"], ROOT / "stages.yaml"))
    assert (same.totals, same.funnel) == (audited("deals.csv").totals, audited("deals.csv").funnel)


def test_the_order_of_rows_and_columns_makes_no_difference(tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLE / "deals.csv", dtype=str, keep_default_na=False)
    frame.iloc[::-1, ::-1].to_csv(tmp_path / "d.csv", index=False)
    same = audit(read(tmp_path / "d.csv", ROOT / "stages.yaml"))
    plain = audited("deals.csv")
    assert (same.totals, same.funnel, same.leaks, same.stalled) == (plain.totals, plain.funnel, plain.leaks, plain.stalled)
