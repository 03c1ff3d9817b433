"""``funnel-audit report``: exit codes, streams and options (definitions, section 11)."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, Run

SAMPLE = ROOT / "sample_data"
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "LANG": "en_US.UTF-8"}
FORMATS = ("terminal", "json", "svg")


# ---------------------------------------------------------------- exit codes and streams


def test_done(run: Run, deals: Path) -> None:
    ran = run("report", deals)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("B2B sales · deals.csv · a date column per stage · 600 deals ·\nas of 30 June 2026, 17:46 (UTC)\n")
    headings = re.findall(r"^── (.+?) ─+$", ran.out, re.MULTILINE)
    names = [heading.split(" · ")[0] for heading in headings]
    sections = [
        "In short", "Funnel", "Leaks", "What changed", "Deals by the month of their creation", "Pairs of stages", "Stalled", "Key stage",
        "Forecast until 30 July 2026", "Flaws found",
    ]  # fmt: skip
    assert names == sections, "it can show everything"


def test_the_planted_leak_is_dated_and_periods_may_be_chosen(run: Run, deals: Path) -> None:
    page = run("report", deals, "--only", "periods", "--period", "quarter").out
    assert "▼ Layout/project approved → Invoice and contract" in page and "6 Jan 2026" in page  # it was planted on 1 January
    assert "Deals by the quarter of their creation" in page and "Q2 26*" in page
    refused = run("report", deals, "--period", "year")
    assert refused.code == 2 and "“year” is none of week, month, quarter" in refused.err


def test_a_page_without_history_ends_with_what_would_open_the_rest(run: Run, amocrm: Path) -> None:
    page = run("report", amocrm).out
    assert "What this export cannot show" in page and "Why deals are lost" in page
    assert page.index("In short") < page.index("Of new deals about 30% are won") < page.index("── Funnel")


@pytest.mark.parametrize(("level", "code"), [("never", 0), ("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on(run: Run, amocrm: Path, level: str, code: int) -> None:
    """The amoCRM sample's gravest finding is a warning. The report is printed all the same."""
    ran = run("report", amocrm, "--fail-on", level, "--format", "json")
    assert ran.code == code
    assert {finding["severity"] for finding in json.loads(ran.out)["findings"]} == {"warning", "info"}


def test_fail_on_looks_at_the_gravest(run: Run, deals: Path) -> None:
    """The full sample has only a remark: losses without a reason."""
    assert [run("report", deals, "--fail-on", level).code for level in ("error", "warning", "info")] == [0, 0, 1]


USAGE = {
    "no file": ([], "Missing argument"),
    "an unknown option": (["DEALS", "--fromat", "json"], "--format"),
    "an unknown format": (["DEALS", "--format", "xml"], "--format: “xml” is none of terminal, json, svg"),
    "an unknown section": (["DEALS", "--only", "funnel,leeks"], "--only: “leeks” is none of summary, funnel,"),
    "no section": (["DEALS", "--only", ","], "--only: “” is none of"),
    "an unknown language": (["DEALS", "--lang", "de"], "--lang: “de” is none of en, ru"),
    "an unknown severity": (["DEALS", "--fail-on", "always"], "--fail-on: “always” is none of never, error, warning, info"),
    "top below zero": (["DEALS", "--top", "-1"], "--top"),
    "a date that is none": (["DEALS", "--as-of", "yesterday"], "--as-of: “yesterday” is no date; write it like 2025-09-30, 30.09.2025 or"),
    "a day that is none": (["DEALS", "--as-of", "31.02.2026"], "--as-of: there is no such day as “31.02.2026”; write it like 2025-09-30"),
    "an hour that is none": (["DEALS", "--as-of", "2026-02-01T25:00"], "--as-of: there is no such day or time as “2026-02-01T25:00”"),
    "a month that is none": (["DEALS", "--from", "2026-13-01"], "--from: there is no such day as “2026-13-01”"),
    "a period without deals": (["DEALS", "--from", "2030-01-01"], "leave no deal"),
    "an unknown pipeline": (["AMOCRM", "--pipeline", "Вывеска"], "Did you mean “Вывески и печать”? Pipelines: Вывески и печать."),
    "no pipelines at all": (["DEALS", "--pipeline", "x"], "Pipelines: none."),
    "no stages file": (["DEALS", "--stages", "mine.yaml"], "mine.yaml: there is no such file"),
    "a folder that is not there": (["DEALS", "-o", "no/where.json"], "-o no/where.json: cannot be written"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage(run: Run, deals: Path, amocrm: Path, case: str) -> None:
    words, said = USAGE[case]
    ran = run("report", *({"DEALS": deals, "AMOCRM": amocrm}.get(word, word) for word in words))
    assert (ran.code, ran.stdout) == (2, b"")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_an_unknown_command(run: Run) -> None:
    ran = run("rport")
    assert (ran.code, ran.stdout) == (2, b"") and "report" in ran.err


def test_a_typo_in_the_stages_file(run: Run, deals: Path, tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text("stages:\n  - {id: a, name: A}\n  - id: b\n    name: B\n    won: true\n    maxdays: 3\n")
    ran = run("report", deals)
    assert (ran.code, ran.stdout) == (2, b"")
    assert "stages.yaml:6: stages[1].maxdays: unknown key\n  Did you mean `max_days`?" in ran.err


UNREADABLE = {
    "a wrong path": ("deal.csv", None, "there is no such file"),
    "an empty file": ("empty.csv", b"", "the file is empty"),
    "an empty gz": ("empty.csv.gz", b"", "the file is empty"),
    "blank lines": ("blank.csv", b"\n\n  \n", ""),
    "headers only": ("headers.csv", b"id,Stage,Created\n", "there are no deals in it"),
    "a PDF named csv": ("pdf.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n", "this is a PDF document"),
    "JSON": ("deals.json", b'{"deals": []}', "this is JSON, not a table"),
    "noise": ("noise.csv", bytes(range(256)) * 20, "binary file"),
    "prose": ("prose.csv", b"Dear all,\nhere are the deals.\n", "no column says in which stage a deal is"),
    "half a workbook": ("half.xlsx", (SAMPLE / "deals.xlsx").read_bytes()[:9000], "damaged or cut short"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_input_that_cannot_be_read(run: Run, tmp_path: Path, case: str) -> None:
    name, payload, said = UNREADABLE[case]
    if payload is not None:
        (tmp_path / name).write_bytes(payload)
    ran = run("report", name)
    assert (ran.code, ran.stdout) == (3, b"")
    assert ran.err.startswith(f"Error: {name}: ") and said in ran.err
    assert len(ran.err.splitlines()) >= 2, "the cure stands under it"


def test_a_wrong_path_with_a_near_name(run: Run) -> None:
    assert "Did you mean deals.csv" in run("report", SAMPLE / "deal.csv").err


def test_a_sheet_that_is_not_there(run: Run) -> None:
    ran = run("report", SAMPLE / "deals.xlsx", "--sheet", "Лист9")
    assert ran.code == 3 and "there is no sheet “Лист9”" in ran.err and "“Сделки”" in ran.err


def test_an_internal_error(run: Run, deals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the \x1b[31mwheels\u202e came off")

    monkeypatch.setattr("funnel_audit.api.assemble", broken)
    ran = run("report", deals)
    assert (ran.code, ran.stdout) == (4, b"")
    first, second = ran.err.splitlines()
    assert first == "Internal error, a defect of funnel-audit: RuntimeError: the [31mwheels came off"
    assert "FUNNEL_AUDIT_TRACEBACK=1" in second
    monkeypatch.setenv("FUNNEL_AUDIT_TRACEBACK", "1")
    assert "Traceback" in run("report", deals).err
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert "Внутренняя ошибка" in run("report", deals).err


def test_errors_speak_the_language_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("report", "no.csv", "--lang", "ru").err.startswith("Ошибка: ")
    assert run("report", "no.csv", "--lang=ru").err.startswith("Ошибка: ")
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert run("report", "no.csv").err.startswith("Ошибка: ")
    assert run("report", "no.csv", "--lang", "en").err.startswith("Error: ")
    monkeypatch.setenv("LC_ALL", "C")
    assert run("report", "no.csv").err.startswith("Error: ")


# ---------------------------------------------------------------- options


def test_only(run: Run, deals: Path) -> None:
    page = run("report", deals, "--only", "funnel, leaks").out
    assert re.findall(r"^── (\w+)", page, re.MULTILINE) == ["Funnel", "Leaks"]


@pytest.mark.parametrize("top", [0, 1, 3, 100])
def test_top(run: Run, deals: Path, top: int) -> None:
    listed = json.loads(run("report", deals, "--top", str(top), "--format", "json").out)["stalled"]
    assert len(listed["deals"]) == min(top, listed["count"]) and listed["count"] == 28


def test_top_on_the_page(run: Run, deals: Path) -> None:
    for top in (0, 3, 15):
        page = run("report", deals, "--top", str(top), "--only", "stalled").out
        assert len(re.findall(r"^310\d{5} ", page, re.MULTILINE)) == top


def figures(ran: Any) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_from_and_to_choose_by_creation(run: Run, deals: Path) -> None:
    with deals.open(encoding="utf-8", newline="") as file:
        created = [row["Дата создания"][:10].split(".")[::-1] for row in csv.DictReader(file)]
    wanted = sum("2025-10-01" <= "-".join(day) <= "2025-12-31" for day in created)
    found = figures(run("report", deals, "--from", "2025-10-01", "--to", "2025-12-31", "--format", "json"))
    assert found["totals"]["deals"] == wanted
    assert (found["input"]["created_from"], found["input"]["created_to"]) == ("2025-10-01", "2025-12-31")
    early = figures(run("report", deals, "--to", "2025-09-30", "--format", "json"))["totals"]["deals"]
    late = figures(run("report", deals, "--from", "2026-01-01", "--format", "json"))["totals"]["deals"]
    assert early + wanted + late == 600


def test_as_of_a_day_and_an_instant(run: Run, deals: Path) -> None:
    day = figures(run("report", deals, "--as-of", "2025-12-31", "--format", "json"))
    assert day["as_of"] == "2025-12-31T23:59:59Z" and 0 < day["totals"]["deals"] < 600
    instant = figures(run("report", deals, "--as-of", "2026-01-01T02:59:59+03:00", "--format", "json"))
    assert instant["as_of"] == day["as_of"] and instant["totals"] == day["totals"]


def test_as_of_today_is_the_only_clock(run: Run, deals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = sys.modules["funnel_audit.cli.report"]
    monkeypatch.setattr(command, "resolved_as_of", lambda asked, zone: "2027-01-31" if asked == "today" else asked)
    assert figures(run("report", deals, "--as-of", "today", "--format", "json"))["as_of"] == "2027-01-31T23:59:59Z"
    assert figures(run("report", deals, "--format", "json"))["as_of"] == "2026-06-30T17:46:20Z"


def test_a_pipeline(run: Run, amocrm: Path) -> None:
    found = figures(run("report", amocrm, "--pipeline", "вывески и печать", "--format", "json"))
    assert found["totals"]["deals"] == 600 and found["input"]["pipeline"] == "вывески и печать"


@pytest.mark.parametrize("form", FORMATS)
def test_output_file_holds_what_standard_output_would(run: Run, deals: Path, tmp_path: Path, form: str) -> None:
    printed = run("report", deals, "--format", form)
    kept = run("report", deals, "--format", form, "-o", "out.file")
    assert (kept.code, kept.stdout, kept.err) == (0, b"", "")
    assert (tmp_path / "out.file").read_bytes() == printed.stdout


def test_output_refuses_an_input(run: Run, deals: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my deals.csv"
    mine.write_bytes(deals.read_bytes())
    (tmp_path / "link.csv").symlink_to(mine)
    stages = tmp_path / "funnel.yaml"
    stages.write_bytes((ROOT / "stages.yaml").read_bytes())
    before = mine.read_bytes()
    tries = [[mine, "-o", mine], [mine, "-o", "link.csv"], ["*.csv", "-o", "./my deals.csv"], [mine, "--stages", stages, "-o", stages]]
    for words in tries:
        ran = run("report", *words)
        assert ran.code == 2 and "is one of the inputs" in ran.err
    assert mine.read_bytes() == before and stages.read_bytes() == (ROOT / "stages.yaml").read_bytes()


def test_output_refuses_the_stages_file_of_this_folder(run: Run, deals: Path, tmp_path: Path) -> None:
    """Found without being named, it is an input all the same."""
    text = (ROOT / "stages.yaml").read_bytes()
    (tmp_path / "stages.yaml").write_bytes(text)
    assert run("report", deals, "-o", "stages.yaml").code == 2
    assert (tmp_path / "stages.yaml").read_bytes() == text


def test_patterns_folders_and_standard_input(run: Run, deals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = figures(run("report", SAMPLE / "snapshots", "--format", "json"))
    assert series == figures(run("report", f"{SAMPLE}/snapshots/*.csv", "--format", "json"))
    assert series["input"]["shape"] == "snapshots" and len(series["input"]["files"]) == 6
    with deals.open("rb") as file:

        class Piped:
            buffer = file

            @staticmethod
            def isatty() -> bool:
                return False

        monkeypatch.setattr(sys, "stdin", Piped)
        piped = figures(run("report", "-", "--format", "json"))
    assert piped["funnel"] == figures(run("report", deals, "--format", "json"))["funnel"]
    assert piped["input"]["files"][0]["name"] == "<stdin>"
    assert "no file matches this pattern" in run("report", "*.csv").err


# ---------------------------------------------------------------- anonymous


def secrets() -> set[str]:
    with (SAMPLE / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row[key] for row in rows for key in ("ID", "Название сделки", "Компания", "Ответственный") if row[key]}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("files", [["deals.csv"], ["amocrm.csv", "history.csv"]], ids=["dated", "both"])
def test_anonymous_shows_no_name(run: Run, form: str, files: list[str]) -> None:
    ran = run("report", *(SAMPLE / name for name in files), "--anonymous", "--format", form, "--top", "50", "--lang", "ru")
    assert ran.code == 0
    assert [secret for secret in secrets() if secret in ran.out] == []
    assert "deal-" in ran.out


def test_anonymous_hides_names_in_findings(run: Run, tmp_path: Path) -> None:
    """In a row that has slipped the owner stands in the column of a date; a repeated id is named with its line."""
    rows = [f"D-{n},Новая заявка,2026-01-{n:02d},Анна Смирнова,ООО Ромашка" for n in range(1, 29)]
    rows += ["D-5,Новая заявка,Анна Смирнова,ООО Ромашка,", "D-77,Новая заявка,2027-05-05,Анна Смирнова,ООО Ромашка"]
    (tmp_path / "d.csv").write_text("ID,Этап,Дата создания,Ответственный,Компания\n" + "\n".join(rows), "utf-8")
    plain = run("report", "d.csv", "--format", "json").out
    assert "Анна" in plain and "D-5" in plain, "else this proves nothing"
    for form in FORMATS:
        hidden = run("report", "d.csv", "--format", form, "--anonymous").out
        assert not re.search(r"Анна|Ромашка|\bD-\d", hidden), form


def test_anonymous_codes_are_stable(run: Run, deals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def codes(*words: str | Path) -> list[str]:
        return [deal["deal_id"] for deal in figures(run("report", *words, "--anonymous", "--format", "json"))["stalled"]["deals"]]

    assert codes(deals) == codes(deals)
    (tmp_path / "some.csv").write_text("".join(deals.read_text("utf-8").splitlines(keepends=True)[:550]), "utf-8")
    assert not set(codes(deals, "--top", "100")) & set(codes("some.csv", "--top", "100")), "without a key another export gives other codes"
    monkeypatch.setenv("FUNNEL_AUDIT_KEY", "one secret")
    first = codes(deals, "--top", "100")
    assert set(first) == set(codes(SAMPLE / "history.csv", "--top", "100")), "with a key the same deal has the same code everywhere"
    monkeypatch.setenv("FUNNEL_AUDIT_KEY", "another")
    assert not set(first) & set(codes(deals, "--top", "100"))


# ---------------------------------------------------------------- a funnel that does not fit

ODD = "id,Stage,Created\n" + "".join(
    f"{n},{('Trial', 'Demo', 'Legal review', 'Closed Won', 'Closed Lost')[n % 5]},2026-01-{1 + n % 28:02d}\n" for n in range(60)
)


def test_own_stages_that_do_not_fit_stop_the_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text(ODD)
    (tmp_path / "stages.yaml").write_bytes((ROOT / "stages.yaml").read_bytes())
    ran = run("report", "odd.csv")
    assert (ran.code, ran.stdout) == (2, b"")
    for label in ("Trial", "Demo", "Legal review"):
        assert re.search(rf"12  {label}$", ran.err, re.MULTILINE), "label and count"
        assert f"aliases: ['{label}']" in ran.err, "the snippet that would map it"


@pytest.mark.parametrize(("lang", "said"), [("en", "guessed from the export"), ("ru", "по выгрузке")])
def test_packaged_stages_that_do_not_fit_give_a_made_funnel(run: Run, tmp_path: Path, lang: str, said: str) -> None:
    (tmp_path / "odd.csv").write_text(ODD)
    ran = run("report", "odd.csv", "--lang", lang)
    assert ran.code == 0
    assert said in " ".join(ran.out.splitlines()[:4]) and "stages.yaml" in " ".join(ran.out.splitlines()[:4])
    found = figures(run("report", "odd.csv", "--format", "json"))
    assert found["input"]["stages"] == "export" and found["input"]["order"] == "appearance"
    assert {stage["name"] for stage in found["funnel"]} == {"Trial", "Demo", "Legal review", "Closed Won"}
    assert (found["totals"]["won"], found["totals"]["lost"], found["totals"]["open"]) == (12, 12, 36)


# ---------------------------------------------------------------- what only a process of its own can show


def process(*words: str | Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**ENVIRONMENT, **more.pop("env", {})}
    return subprocess.run([sys.executable, "-m", "funnel_audit", *map(str, words)], env=environment, capture_output=True, **more)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_help_loads_nothing_heavy(lang: str) -> None:
    heavy = "import sys; from funnel_audit.cli import main; sys.argv[1:] = ['report', '--help']\ntry: main()\nexcept SystemExit: pass\n"
    heavy += "print([name for name in ('pandas', 'pyarrow', 'numpy', 'babel', 'lxml', 'yaml') if name in sys.modules], file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", heavy], env={**ENVIRONMENT, "LANG": lang}, capture_output=True, check=True)
    assert ran.stderr.decode().strip() == "[]"
    assert ("Аудит выгрузки" if lang == "ru" else "Audit an export") in ran.stdout.decode()


def test_a_plain_export_loads_no_table_library() -> None:
    """pandas takes a third of a second, Arrow's functions and pydantic a tenth each: a report of some hundred rows needs none of them."""
    code = f"import sys; from funnel_audit.cli import main; sys.argv[1:] = ['report', {str(SAMPLE / 'deals.csv')!r}, '--format', 'json']\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print([one for one in ('pandas', 'pyarrow.compute', 'lxml', 'pydantic', 'numpy.ma') if one in sys.modules], file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, check=True)
    assert ran.stderr.decode().strip() == "[]"


def test_a_closed_pipe_ends_quietly(deals: Path, tmp_path: Path) -> None:
    """``| head``, and a reader that is gone before the first byte."""
    command = f"'{sys.executable}' -m funnel_audit report '{deals}' --format json | head -1; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, cwd=tmp_path, capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"{\n", b"")
    words = [sys.executable, "-m", "funnel_audit", "report", str(deals)]
    with subprocess.Popen(words, env=ENVIRONMENT, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as left:
        assert left.stdout is not None and left.stderr is not None
        left.stdout.close()
        assert (left.wait(), left.stderr.read()) == (0, b"")


def test_hostile_environment(deals: Path, tmp_path: Path) -> None:
    """No UTF-8 locale, no HOME, an unknown language: the page is UTF-8 and English."""
    ran = process("report", deals, cwd=tmp_path, env={"LANG": "C", "PYTHONIOENCODING": "ascii", "TERM": "dumb"})
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode("utf-8").startswith("B2B sales")


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("files", [["deals.csv"], ["amocrm.csv"], ["history.csv"]], ids=str)
def test_piped_output_is_plain_and_fits_80_columns(run: Run, lang: str, files: list[str]) -> None:
    page = run("report", *(SAMPLE / name for name in files), "--lang", lang).out
    assert "\x1b" not in page and "\r" not in page
    assert max(map(len, page.splitlines())) <= 80
    assert not re.search(r"[^\S\n]$", page, re.MULTILINE), "no blanks at line ends"


def test_colours_only_on_a_terminal_without_no_color(tmp_path: Path, deals: Path) -> None:
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        pytest.skip(f"no pseudo-terminals here: {error}")
    script = (
        "import os, pty, sys\n"
        "def read(fd):\n    data = os.read(fd, 65536); return data\n"
        "sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.executable, '-m', 'funnel_audit', *sys.argv[1:]], read)))"
    )
    words = [sys.executable, "-c", script, "report", str(deals), "--only", "funnel"]
    seen = {}
    for name, extra in (("plain", {"NO_COLOR": "1"}), ("colour", {})):
        environment = {**ENVIRONMENT, "TERM": "xterm-256color", **extra}
        seen[name] = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, stdin=subprocess.DEVNULL, check=True).stdout
    assert b"\x1b[" in seen["colour"] and b"\x1b" not in seen["plain"]
