"""``reconcile`` as its users run it: every format, both languages, names that would do harm, and the numbers of the sample."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from command_line import ROOT, Run
from rich.cells import cell_len
from test_hostile_names import EVIL, OWN, export, harmful

from funnel_audit.cli.reconcile import NAMES
from funnel_audit.measures.reconcile import RULES

HISTORY = ROOT / "sample_data" / "history.csv"
STAGES = ("--stages", str(ROOT / "stages.yaml"))


def record(run: Run, *words: str | Path) -> dict:  # type: ignore[type-arg]
    ran = run("reconcile", *words, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)  # type: ignore[no-any-return]


def test_the_rules_of_the_help_are_those_of_the_measure() -> None:
    assert NAMES == RULES


def test_ours_and_so_far_are_the_report_s(run: Run) -> None:
    found = record(run, HISTORY, *STAGES)
    report = json.loads(run("report", HISTORY, *STAGES, "--format", "json").out)
    rules = {rule["rule"]: rule for rule in found["rules"]}
    for k, stage in enumerate(report["funnel"]):
        assert [rules[name]["stages"][k]["deals"] for name in ("furthest", "so-far")] == [stage["reached"]] * 2
        if stage["so_far"] is not None and k < len(report["funnel"]) - 1:
            assert rules["so-far"]["steps"][k]["rate"] == stage["so_far"]["value"]
            assert rules["furthest"]["steps"][k]["rate"] == stage["projected"]["value"]
    seen = [stage["seen"] for stage in report["funnel"]]
    assert [stage["deals"] for stage in rules["hubspot-any"]["stages"]] == seen
    assert rules["bitrix24-standard"]["same_as"] == "hubspot-any"
    known = {stage["stage"]: stage["seen"] for stage in json.loads((ROOT / "sample_data/expected.json").read_text("utf-8"))["funnel"]}
    assert [known[stage["stage"]] for stage in report["funnel"]] == seen


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page(run: Run, lang: str) -> None:
    ran = run("reconcile", HISTORY, *STAGES, "--lang", lang)
    assert ran.code == 0 and not ran.err
    assert max(cell_len(line) for line in ran.out.splitlines()) <= 80
    assert all(name in ran.out.replace("\n", " ") for name in NAMES)
    words = ("Why they differ", "57 deals skipped a stage", "and 52 more") if lang == "en" else (
        "Почему они расходятся", "57 сделок пропустили этап", "и ещё 52")  # fmt: skip
    words += ("by “closed deals only” (closed-only)",) if lang == "en" else ("— «только закрытые сделки» (closed-only)",)
    flat = " ".join(ran.out.split())
    assert all(word in flat for word in words)
    assert run("reconcile", HISTORY, *STAGES, "--lang", lang).stdout == ran.stdout


def test_every_listed_deal_is_in_the_csv(run: Run) -> None:
    found = record(run, HISTORY, *STAGES)
    ran = run("reconcile", HISTORY, *STAGES, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.stdout.decode("utf-8-sig"))))
    wanted = [
        (rule["rule"], step["start"], part["cause"], part["effect"], deal)
        for rule in found["rules"] for step in rule["steps"] for part in step["behind"] for deal in part["ids"]
    ]  # fmt: skip
    assert [(row["rule"], row["start"], row["cause"], row["effect"], row["deal"]) for row in rows if row["deal"]] == wanted
    assert sum(not row["deal"] for row in rows) == 9 * 10
    assert run("reconcile", HISTORY, *STAGES, "--format", "csv").stdout == ran.stdout


def test_only_the_rules_asked_for(run: Run) -> None:
    found = record(run, HISTORY, *STAGES, "--rule", "strict,so-far", "--rule", "furthest")
    assert [rule["rule"] for rule in found["rules"]] == ["furthest", "so-far", "strict"]
    alone = record(run, HISTORY, *STAGES, "--rule", "strict")["rules"]
    assert alone[0]["steps"][0]["difference"] is not None, "it is still held against so-far"
    assert run("reconcile", HISTORY, *STAGES, "--rule", "strict").code == 0
    refused = run("reconcile", HISTORY, *STAGES, "--rule", "salesforce")
    assert refused.code == 2 and "salesforce" in refused.err and not refused.out


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_export_without_history_says_so(run: Run, lang: str) -> None:
    ran = run("reconcile", ROOT / "sample_data" / "amocrm.csv", *STAGES, "--lang", lang)
    assert ran.code == 0
    flat = " ".join(ran.out.split())
    assert ("no history of stages" if lang == "en" else "истории этапов в выгрузке нет") in flat
    assert "100.0" not in flat and "100,0" not in flat, "closed-only says why it has no figures"
    assert ("losses have no stage" if lang == "en" else "у проигранных сделок нет этапа") in flat


def test_codes_instead_of_ids(run: Run) -> None:
    named, coded = (run("reconcile", HISTORY, *STAGES, *more, "--format", "json").out for more in ([], ["--anonymous"]))
    ids = {deal for rule in json.loads(named)["rules"] for cause in rule["causes"] for deal in cause["ids"]}
    assert ids and not any(deal in coded for deal in ids)


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_names_do_no_harm(run: Run, tmp_path: Path, evil: str) -> None:
    export(tmp_path / "d.csv", EVIL[evil])
    (tmp_path / "stages.yaml").write_text(OWN, "utf-8")
    for form in ("terminal", "json", "csv"):
        ran = run("reconcile", "d.csv", "--format", form)
        assert ran.code == 0, ran.err
        text = ran.stdout.decode("utf-8-sig")
        assert harmful(text, "\r\n" if form == "csv" else "\n") == set()
        if form == "terminal":
            assert max(cell_len(line) for line in text.splitlines()) <= 80 and len(text) < 20_000
        if form == "csv":
            cells = [one for row in csv.reader(io.StringIO(text)) for one in row]
            assert not [one for one in cells if one[:1] in ("=", "+", "@") or (one[:1] == "-" and not one[1:2].isdigit())]


def test_an_input_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_bytes(HISTORY.read_bytes())
    assert run("reconcile", "h.csv", "-o", "h.csv").code == 2
    assert run("reconcile", "h.csv", *STAGES, "-o", "out.txt").code == 0 and (tmp_path / "out.txt").stat().st_size > 1000
    assert run("reconcile", "missing.csv").code == 3
