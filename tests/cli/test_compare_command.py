"""``compare`` on made exports: every planted rewriting is found with exactly its deals, and nothing on the rest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import ROOT, Ran, Run
from rich.cells import cell_len
from test_hostile_names import EVIL, OWN, export, harmful

STAGES = """stages:
  - {id: new, name: New, aliases: [Fresh]}
  - {id: met, name: Met}
  - {id: paid, name: Paid, won: true}
lost: [Lost]
"""
HEAD = ["Deal ID", "Stage", "Created", "Closed date", "Amount", "Currency"]
Rows = dict[str, list[str]]


def deals() -> Rows:
    """Sixty deals of January and February: a third each won, lost and open; the newest date is 2026-02-28."""
    rows = {}
    for n in range(60):
        day = f"2026-{1 + n // 30:02d}-{1 + n % 28:02d}"
        end = f"2026-02-{5 + n % 20:02d}"
        stage, closed = (("Paid", end), ("Lost", end), ("Met", ""))[n % 3]
        rows[f"D{n:02}"] = [stage, day, closed, str(100 + n), "RUB"]
    rows["D59"][1] = "2026-02-28"
    return rows


def write(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(HEAD)
        sheet.writerows([deal, *cells] for deal, cells in rows.items())
    return path


@pytest.fixture
def compare(run: Run, tmp_path: Path) -> Callable[..., Ran]:
    """``compare(change, …)``: the deals of February against the same with a change, and with one more deal of 22 March."""
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")

    def go(change: Callable[[Rows], None], *words: str) -> Ran:
        new = deals() | {"N1": ["New", "2026-03-22", "", "5", "RUB"]}
        change(new)
        ran = run("compare", write(tmp_path / "old.csv", deals()), write(tmp_path / "new.csv", new), *words)
        assert ran.code in (0, 1), ran.err
        return ran

    return go


def kinds(found: dict) -> dict[str, list[str]]:  # type: ignore[type-arg]
    return {one["kind"]: list(one["ids"]) for one in found["rewritten"] if one["deals"]}


def cell(deal: str, column: int, value: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[deal][column] = value

    return change


def closes(deal: str, stage: str, day: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[deal][0], rows[deal][2] = stage, day

    return change


def nothing(rows: Rows) -> None:
    del rows


PLANTED = {
    "vanished": (lambda rows: rows.pop("D03"), ["D03"], (-1, -1, 0, 0, -103.0)),
    "backdated": (lambda rows: rows.update(B1=["Met", "2026-02-10", "", "7", "RUB"]), ["B1"], (1, 0, 0, 1, None)),
    "created_changed": (cell("D04", 1, "2026-01-02"), ["D04"], (0, 0, 0, 0, None)),
    "closed_changed": (cell("D06", 2, "2026-02-01"), ["D06"], (0, 0, 0, 0, None)),
    "closed long ago": (closes("D05", "Lost", "2026-02-20"), ["D05"], (0, 0, 1, -1, None)),
    "reopened": (closes("D07", "Met", ""), ["D07"], (0, 0, -1, 1, None)),
    "closed again": (cell("D10", 2, "2026-03-20"), ["D10"], (0, 0, -1, 1, None)),
    "outcome_changed": (closes("D09", "Lost", "2026-02-14"), ["D09"], (0, -1, 1, 0, -109.0)),
    "amount_changed": (cell("D12", 3, "999"), ["D12"], (0, 0, 0, 0, 887.0)),
    "another currency": (cell("D15", 4, "EUR"), ["D15"], (0, 0, 0, 0, -115.0)),
}
KIND = {"closed long ago": "closed_changed", "closed again": "reopened", "another currency": "amount_changed"}


@pytest.mark.parametrize("planted", PLANTED)
def test_each_planted_rewriting_is_found_with_its_deals(compare: Callable[..., Ran], planted: str) -> None:
    change, ids, effect = PLANTED[planted]
    found = json.loads(compare(change, "--format", "json").out)
    kind = KIND.get(planted, planted)
    assert kinds(found) == {kind: ids} and found["rewritten_deals"] == 1
    told = next(one["effect"] for one in found["rewritten"] if one["kind"] == kind)
    assert tuple(told[name] for name in ("deals", "won", "lost", "open", "won_amount")) == effect
    figures = {one["what"]: one for one in found["figures"]}
    for name, by in zip(("deals", "won", "lost", "open"), effect[:4], strict=True):
        assert figures[name]["then"] - figures[name]["old"] == by


def test_all_of_them_at_once(compare: Callable[..., Ran]) -> None:
    def everything(rows: Rows) -> None:
        for change, _, _ in PLANTED.values():
            change(rows)  # type: ignore[no-untyped-call]

    found = json.loads(compare(everything, "--format", "json").out)
    wanted: dict[str, list[str]] = {}
    for name, (_, ids, _) in PLANTED.items():
        wanted[KIND.get(name, name)] = sorted([*wanted.get(KIND.get(name, name), []), *ids])
    assert {kind: sorted(ids) for kind, ids in kinds(found).items()} == wanted
    figures = {one["what"]: one for one in found["figures"]}
    for column, name in enumerate(("deals", "won", "lost", "open")):
        assert figures[name]["then"] - figures[name]["old"] == sum(effect[column] for _, _, effect in PLANTED.values())


def test_real_development_is_no_rewriting(compare: Callable[..., Ran]) -> None:
    def later(rows: Rows) -> None:
        rows["D02"][0], rows["D02"][2] = "Paid", "2026-03-10"
        rows["D05"][0], rows["D05"][2] = "Lost", "2026-03-11"
        rows["D08"][3] = "7777"  # an open deal's amount is anybody's guess
        rows["N2"] = ["New", "2026-03-02", "", "", ""]

    found = json.loads(compare(later, "--format", "json").out)
    assert kinds(found) == {} and found["rewritten_deals"] == 0
    won = next(one for one in found["figures"] if one["what"] == "won")
    assert (won["old"], won["then"], won["new"]) == (20, 20, 21)


def test_a_file_against_itself_says_nothing_changed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    write(tmp_path / "a.csv", deals())
    found = json.loads(run("compare", "a.csv", "a.csv", "--format", "json").out)
    assert kinds(found) == {} and not found["labels"] and not found["notes"]
    assert all(one["old"] == one["new"] and one["then"] in (one["old"], None) for one in found["figures"])
    assert {one["verdict"] for one in found["changes"]} <= {"too_few", "no_evidence"}
    for name in ("history.csv", "deals.csv", "amocrm.csv", "snapshots"):
        path, stages = ROOT / "sample_data" / name, ("--stages", str(ROOT / "stages.yaml"))
        found = json.loads(run("compare", path, path, *stages, "--format", "json").out)
        assert kinds(found) == {} and found["rewritten_deals"] == 0, name
        assert run("compare", path, path, *stages, "--fail-on", "rewritten").code == 0


def test_weekly_exports_of_the_sample_develop_and_are_not_rewritten(run: Run) -> None:
    names = sorted((ROOT / "sample_data" / "snapshots").iterdir())
    for old, new in pairwise(names):
        found = json.loads(run("compare", old, new, "--stages", str(ROOT / "stages.yaml"), "--format", "json").out)
        assert kinds(found).keys() <= {"reopened"}, "the sample undoes nine losses; nothing else is rewritten in it"
        assert found["figures"][0]["new"] > found["figures"][0]["old"]


def test_a_history_that_is_edited(run: Run, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((ROOT / "sample_data" / "history.csv").read_text("utf-8-sig"))))
    head = list(rows[0])
    id_, at = head[0], next(name for name in head if ":" in rows[0][name])
    cut = sorted(row[at] for row in rows)[len(rows) * 3 // 4]

    def dump(name: str, kept: list[dict[str, str]]) -> Path:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            sheet = csv.DictWriter(file, head)
            sheet.writeheader()
            sheet.writerows(kept)
        return tmp_path / name

    old = dump("old.csv", [row for row in rows if row[at] <= cut])
    stages = ("--stages", str(ROOT / "stages.yaml"), "--format", "json")
    assert kinds(json.loads(run("compare", old, dump("new.csv", rows), *stages).out)) == {}
    early = [row for row in rows if row[at] <= cut]
    moved, dropped = early[10], early[500]
    edited = [row | {at: row[at][:8] + "01" + row[at][10:]} if row is moved else row for row in rows if row is not dropped]
    found = json.loads(run("compare", old, dump("new.csv", edited), *stages).out)
    assert set(kinds(found)["entries_changed"]) == {moved[id_], dropped[id_]}
    assert set(kinds(found)) <= {"entries_changed", "created_changed"}


def test_one_date_a_stage_may_move_on(run: Run, tmp_path: Path) -> None:
    """A dated column keeps the latest entry: a date that has moved past the older as-of is a new entry, one that moved before it is not."""
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    head = "Deal ID,Created,Date entered New,Date entered Met,Date entered Paid\n"
    rows = [f"D{n:02},2026-01-{1 + n:02d},2026-01-{1 + n:02d},2026-02-{1 + n:02d}," for n in range(25)]
    (tmp_path / "old.csv").write_text(head + "\n".join(rows), "utf-8")
    again = [row.replace("2026-02-04", "2026-03-04").replace("2026-02-07", "2026-02-01") for row in rows]
    (tmp_path / "new.csv").write_text(head + "\n".join(again), "utf-8")
    found = json.loads(run("compare", "old.csv", "new.csv", "--format", "json").out)
    assert kinds(found) == {"entries_changed": ["D06"]}


def test_renamed_stages(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    old = deals()
    old["D02"][0] = old["D05"][0] = "New"
    new = {deal: ["Fresh" if cells[0] == "New" else cells[0], *cells[1:]] for deal, cells in old.items()}
    write(tmp_path / "old.csv", old)
    write(tmp_path / "new.csv", new)
    found = json.loads(run("compare", "old.csv", "new.csv", "--format", "json").out)
    (label,) = found["labels"]
    assert (label["stage"], label["old"], label["new"], label["deals"]) == ("new", ["New"], ["Fresh"], 2) and kinds(found) == {}
    ran = run("compare", "old.csv", "new.csv", "--fail-on", "rewritten")
    assert "“New” is now “Fresh”" in ran.out and ran.code == 0
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in found["summary"][:2]] == [
        "No deal was rewritten: what lies before 28 February 2026 is as it was.", "1 stage has another name, which is no rewriting.",
    ]  # fmt: skip
    assert "── What was rewritten" in ran.out and ran.out.split("── What was rewritten")[1].split("\n")[1] == "Nothing."


def amounts(run: Run, folder: Path, old: tuple[str, ...], new: tuple[str, ...]) -> tuple[dict[str, dict[str, float | None]], str]:
    """The figures and notes of the same deals in currencies that go round."""
    for name, currencies in (("old.csv", old), ("new.csv", new)):
        rows = {deal: [*cells[:4], currencies[n % len(currencies)]] for n, (deal, cells) in enumerate(deals().items())}
        write(folder / name, rows)
    found = json.loads(run("compare", "old.csv", "new.csv", "--format", "json").out)
    assert found["rewritten_deals"] == 0 or (all(old) and all(new))
    return {figure["what"]: figure for figure in found["figures"]}, " ".join(found["notes"])


def test_amounts_without_a_currency_are_in_that_of_the_other_export_and_never_0(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    same, note = amounts(run, tmp_path, ("RUB",), ("RUB",))
    assert not note and same["won_amount"]["old"]
    for old, new, said in (("", "RUB", "The older export names no"), ("RUB", "", "The newer export names no")):
        found, note = amounts(run, tmp_path, (old,), (new,))
        assert found == same and said in note and "(RUB)" in note
    for old, new in ((("",), ("RUB", "RUB", "RUB", "USD")), (("EUR",), ("RUB",))):
        found, note = amounts(run, tmp_path, old, new)
        for what in ("won_amount", "mean_amount"):
            assert found[what]["old"] is None and found[what]["then"] is None and found[what]["new"] and found[what]["reason"]
        assert "Not to be told: amounts" in run("compare", "old.csv", "new.csv").out and not note


def test_a_cut_export_and_a_shifted_one_are_suspected(compare: Callable[..., Ran]) -> None:
    def cut(rows: Rows) -> None:
        for deal in [deal for deal, cells in rows.items() if cells[1] < "2026-01-10"]:
            del rows[deal]

    assert "it was cut, it seems" in " ".join(json.loads(compare(cut, "--format", "json").out)["notes"])


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page(compare: Callable[..., Ran], lang: str) -> None:
    def some(rows: Rows) -> None:
        for name in ("vanished", "outcome_changed", "amount_changed"):
            PLANTED[name][0](rows)  # type: ignore[no-untyped-call]

    ran = compare(some, "--lang", lang)
    assert max(cell_len(line) for line in ran.out.splitlines()) <= 80 and not ran.err
    flat = " ".join(ran.out.split())
    words = ("1 deal is gone (D03): won −1", "3 deals were rewritten", "Better or worse since") if lang == "en" else (
        "1 сделка исчезла (D03): выиграно −1", "переписаны 3 сделки", "Лучше или хуже")  # fmt: skip
    assert all(word in flat for word in words), flat
    assert compare(some, "--lang", lang).stdout == ran.stdout
    assert compare(some, "--fail-on", "rewritten").code == 1 and compare(nothing, "--fail-on", "rewritten").code == 0


def test_codes_instead_of_ids_are_the_same_in_both(compare: Callable[..., Ran]) -> None:
    def two(rows: Rows) -> None:
        PLANTED["vanished"][0](rows)  # type: ignore[no-untyped-call]
        PLANTED["backdated"][0](rows)  # type: ignore[no-untyped-call]

    ran = compare(two, "--anonymous", "--format", "json")
    assert "D03" not in ran.out and '"B1"' not in ran.out and ran.out.count("deal-") == 2
    assert compare(two, "--anonymous", "--format", "json").stdout == ran.stdout


def test_what_cannot_be_meant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    new = deals() | {"N1": ["New", "2026-03-22", "", "5", "RUB"]}
    write(tmp_path / "old.csv", deals())
    write(tmp_path / "new.csv", new)
    write(tmp_path / "other.csv", {f"Z{deal}": cells for deal, cells in new.items()})
    assert run("compare", "new.csv", "old.csv").code == 2
    assert "swap" in run("compare", "new.csv", "old.csv").err
    assert "not of the same CRM" in run("compare", "old.csv", "other.csv").err
    assert run("compare", "old.csv", "new.csv", "-o", "old.csv").code == 2
    assert run("compare", "old.csv", "missing.csv").code == 3
    assert run("compare", "-", "-").code == 2
    assert run("compare", "old.csv", "new.csv", "--fail-on", "error").code == 2


def test_the_day_of_the_older_export_may_be_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(STAGES, "utf-8")
    write(tmp_path / "old.csv", deals())
    write(tmp_path / "new.csv", deals() | {"N1": ["New", "2026-03-10", "", "5", "RUB"], "N2": ["New", "2026-03-31", "", "5", "RUB"]})
    assert kinds(json.loads(run("compare", "old.csv", "new.csv", "--format", "json").out)) == {}
    later = run("compare", "old.csv", "new.csv", "--old-as-of", "2026-03-20", "--format", "json")
    assert kinds(json.loads(later.out)) == {"backdated": ["N1"]}


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_names_do_no_harm(run: Run, tmp_path: Path, evil: str) -> None:
    export(tmp_path / "old.csv", EVIL[evil])
    (tmp_path / "stages.yaml").write_text(OWN, "utf-8")
    text = (tmp_path / "old.csv").read_text("utf-8", errors="surrogatepass")
    (tmp_path / "new.csv").write_text(text.replace("20.02.2026", "25.02.2026"), "utf-8", errors="surrogatepass")
    for form in ("terminal", "json"):
        ran = run("compare", "old.csv", "new.csv", "--format", form)
        assert ran.code == 0, ran.err
        assert harmful(ran.out, "\n") == set()
        if form == "terminal":
            assert max(cell_len(line) for line in ran.out.splitlines()) <= 80 and len(ran.out) < 20_000


def test_the_planted_leak_of_the_sample_is_worse_since_its_day(run: Run) -> None:
    """sample_data/README.md: from 1 January 2026 deals with an approved layout get a contract far more rarely."""
    sample, stages = ROOT / "sample_data" / "deals.csv", ("--stages", str(ROOT / "stages.yaml"))
    found = json.loads(run("compare", sample, sample, *stages, "--old-as-of", "2025-12-31", "--format", "json").out)
    leak = next(change for change in found["changes"] if change["stage"] == "design_approved")
    assert leak["verdict"] == "worse" and leak["q_value"] < 0.001 and leak["makeup"] == "rate"
    assert abs(leak["mix"]["value"] + leak["rate"]["value"] - (leak["after"]["value"] - leak["before"]["value"])) < 1e-5
    assert found["rewritten_deals"] == 0
    assert "the step from “Layout/project approved”" in " ".join(found["summary"])


@pytest.mark.parametrize("name", ["compare", "reconcile"])
def test_the_json_is_what_the_schema_says(compare: Callable[..., Ran], run: Run, name: str) -> None:
    import jsonschema

    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text("utf-8"))
    if name == "compare":
        found = json.loads(compare(PLANTED["vanished"][0], "--format", "json").out)
    else:
        found = json.loads(run("reconcile", ROOT / "sample_data" / "history.csv", "--stages", ROOT / "stages.yaml", "--format", "json").out)
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["schema"] == schema["title"]


def test_a_new_name_that_nobody_mapped_is_one_renamed_label_not_many_edits(run: Run, tmp_path: Path) -> None:
    text = (ROOT / "sample_data" / "history.csv").read_text("utf-8-sig")
    (tmp_path / "new.csv").write_text(text.replace("Встреча назначена", "Созвон согласован"), "utf-8")
    stages, pair = ("--stages", str(ROOT / "stages.yaml")), (ROOT / "sample_data" / "history.csv", tmp_path / "new.csv")
    for old, new in (pair, pair[::-1]):
        found = json.loads(run("compare", old, new, *stages, "--format", "json").out)
        assert kinds(found) == {}
        assert len(found["labels"]) == 1 and {*found["labels"][0]["old"], *found["labels"][0]["new"]} == {
            "Встреча назначена", "Созвон согласован"}  # fmt: skip
