"""Every rule finds its flaw at its place, is silent on the clean export, and is documented; no defect of intake is without a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from funnel_audit import report
from funnel_audit.defects import Defect, LabelCount
from funnel_audit.findings import SEVERITIES, Evidence, rules
from funnel_audit.findings import run as run_all
from funnel_audit.funnel import Funnel
from funnel_audit.intake.read import Options, read
from funnel_audit.labels import UNMAPPED
from funnel_audit.stages_file import load_funnel, parse_funnel
from funnel_audit.tally import tally
from funnel_audit.texts import Texts

PACKAGE = Path(__file__).resolve().parents[2] / "funnel_audit"
STAGES = """
timezone: Europe/Moscow
stages:
  - {id: new, name: {en: New lead, ru: Новая заявка}, task: Call}
  - {id: met, name: {en: Meeting held, ru: Встреча состоялась}, task: Write the offer}
  - {id: sent, name: {en: Offer sent, ru: Предложение отправлено}, task: Ask}
  - {id: paid, name: {en: Paid, ru: Оплачено}, won: true}
lost: [Lost]
on_hold: [Later]
exclude: {labels: [Spam]}
"""
HEADER = "deal_id,stage,created,close_date,amount,currency\n"
DEALS = (
    HEADER
    + "A,Paid,2026-01-13 09:00:00,2026-02-20 09:00:00,100,RUB\n"
    + "B,Lost,2026-01-14 09:00:00,2026-02-21 09:00:00,200,RUB\n"
    + "C,Meeting held,2026-01-15 09:00:00,,300,RUB\n"
    + "D,Later,2026-01-28 09:00:00,,,RUB\n"
    + "E,New lead,2026-02-25 09:00:00,,500,RUB\n"
)
HISTORY = (
    "deal_id,stage,entered_at\n"
    "A,New lead,2026-01-13 09:00:00\nA,Meeting held,2026-01-20 09:00:00\nA,Offer sent,2026-01-20 18:00:00\nA,Paid,2026-02-20 09:00:00\n"
    "B,New lead,2026-01-14 09:00:00\nB,Meeting held,2026-01-21 09:00:00\nB,Lost,2026-02-21 09:00:00\n"
    "C,New lead,2026-01-15 09:00:00\nC,Meeting held,2026-01-22 09:00:00\n"
    "D,New lead,2026-01-28 09:00:00\nD,Later,2026-01-30 09:00:00\n"
    "E,New lead,2026-02-25 09:00:00\n"
)
CLEAN: dict[str, str | bytes] = {"deals.csv": DEALS, "history.csv": HISTORY}
SNAPSHOT = "deal_id,stage,created\nA,New lead,2026-01-13 09:00:00\nB,New lead,2026-01-14 09:00:00\n"


def run(evidence: Evidence, texts: Texts) -> tuple[report.Finding, ...]:
    """All findings but that these small tables have few columns."""
    return tuple(finding for finding in run_all(evidence, texts) if finding.code != "FA118")


def evidence_of(folder: Path, files: dict[str, str | bytes], options: Options | None = None) -> Evidence:
    """The evidence of an export that is written here."""
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return gathered([folder / name for name in files], parse_funnel(STAGES), options)


def gathered(paths: list[Path], funnel: Funnel, options: Options | None = None) -> Evidence:
    found = read([str(path) for path in paths], funnel, options)
    names = tuple(part.outline.head.file for part in found.tables)
    counted = tally(found.journeys, len(found.funnel.pairs))
    return Evidence(found.journeys, counted, found.funnel, found.defects, found.labels, found.pipelines, names, found.place)


def deals(old: str = "", new: str = "", *, history: bool = True) -> dict[str, str | bytes]:
    """The clean export with one thing changed in the deal rows."""
    assert old in DEALS
    return {"deals.csv": DEALS.replace(old, new, 1)} | ({"history.csv": HISTORY} if history else {})


def many(old: str, new: str) -> dict[str, str | bytes]:
    """The same without the history, and with more deals, so that one unknown label does not make the funnel unfit."""
    more = "".join(f"N{i},New lead,2026-02-10 09:00:00,,100,RUB\n" for i in range(9))
    return {"deals.csv": str(deals(old, new)["deals.csv"]) + more}


def moves(old: str, new: str) -> dict[str, str | bytes]:
    """The clean export with one thing changed in the history."""
    assert old in HISTORY
    return {"deals.csv": DEALS, "history.csv": HISTORY.replace(old, new, 1)}


@dataclass(frozen=True)
class Case:
    """A flawed export and what its rule must say of it; ``like`` is another export, close to it, on which the rule is silent."""

    code: str
    flagged: dict[str, str | bytes]
    count: int = 1
    line: int | None = None
    column: str | None = None
    deals: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    like: dict[str, str | bytes] = field(default_factory=lambda: CLEAN)
    options: Options = field(default_factory=Options)
    file: str = "deals.csv"


RUSSIAN = "deal_id,stage,created\n" + "".join(f"A{i},Новая заявка,2026-01-13\n" for i in range(12))
LOG = "deal_id,title,stage,created,status\nA,x,Meeting held,2026-01-13 09:00:00,{status}\n"
DATED = "deal_id,stage,created,close_date,New lead,Meeting held\n"
DAILY = "deal_id,stage,created,stage_changed_at\n" + "".join(f"B{day},New lead,2026-01-{day},\n" for day in range(11, 31))
LATE: dict[str, str | bytes] = {"deals.csv": DAILY + "L,Meeting held,2026-01-12,2026-03-02\nM,Offer sent,2026-01-12,2026-03-31\n"}
BUSY: dict[str, str | bytes] = {"deals.csv": DAILY + "L,Meeting held,2026-01-12,2026-02-09\n"}
CASES = [
    Case("FA101", deals("2026-01-15 09:00:00", "31.02.2026"), 1, 4, "created", says=("31.02.2026", "1 cell")),
    Case("FA101", deals(",200,", ",on request,"), 1, 3, "amount", says=("on request",), like=deals(",200,", ",,")),
    Case(
        "FA102",
        {"deals.csv": "deal_id,stage,created\nA,New lead,13/01/2026\nB,New lead,14/01/2026\nC,New lead,01/15/2026\n"},
        1,
        4,
        "created",
        says=("01/15/2026",),
        like={"deals.csv": "deal_id,stage,created\nA,New lead,13/01/2026\nB,New lead,02/01/2026\n"},
    ),
    Case(
        "FA103",
        {"deals.csv": "deal_id,stage,created\nA,New lead,03/04/2026\nB,New lead,05/04/2026\n"},
        1,
        1,
        "created",
        says=("03/04 is 3 April",),
        like={"deals.csv": "deal_id,stage,created\nA,New lead,03.04.2026\nB,New lead,05.04.2026\n"},
    ),
    Case("FA104", deals("B,Lost", "\nB,Lost"), says=("1 blank row",), like=deals("B,Lost", "F,,,,,\nB,Lost")),
    Case("FA104", {"deals.csv": "Report of 31 March,,,,,\n" + DEALS, "history.csv": HISTORY}, 1, 1, says=("1 row above",)),
    Case("FA104", {"deals.csv": DEALS + "Total,,,,1100,\n", "history.csv": HISTORY}, 1, says=("1 row below",)),
    Case("FA104", deals("B,Lost", ",,,,7,\nB,Lost"), 1, 3, says=("without an id, a stage and a date",)),
    Case(
        "FA105",
        deals("amount,currency\n", "amount,amount\n"),
        1,
        1,
        "amount",
        says=("2 times",),
        like=deals("amount,currency\n", "amount,amount 2\n"),
    ),
    Case("FA106", deals("300,RUB", "300,RUB,x,y"), 1, 4, says=("8 instead of 6",), like=deals("300,RUB", '300,"RUB,x,y"')),
    Case(
        "FA107",
        {"deals.csv": RUSSIAN.encode() + "B,Оплачено,2026-01-14\n".encode("cp1251")},
        1,
        14,
        like={"deals.csv": "deal_id,stage,created\nA,Новая заявка,2026-01-13\nB,Оплачено,2026-01-14\n".encode("cp1251")},
    ),
    Case(
        "FA108",
        deals("E,New lead,2026-02-25", "E,New lead,2062-02-25", history=False),
        says=("25\xa0February\xa02062", "13,177"),
        like=deals(history=False),
    ),
    Case("FA108", LATE, 2, says=("2 dates only are later than 30\xa0January\xa02026", "--as-of 2026-01-30"), like=BUSY),
    Case("FA109", deals("300,RUB", "300,USD"), 4, says=("RUB: 3, USD: 1",), like=deals(",300,RUB", ",,USD")),
    Case(
        "FA110",
        {"deals.csv": "deal_id,stage,created,pipeline\nA,New lead,2026-01-13,North\nB,Paid,2026-01-14,South\nC,Paid,2026-01-14,South\n"},
        3,
        says=("rows: 2, 1", "--pipeline"),
        like={"deals.csv": "deal_id,stage,created,pipeline\nA,New lead,2026-01-13,North\n"},
    ),
    Case(
        "FA111",
        {"deals.csv": "deal_id,stage,2024,2025,2026\nA,New lead,1,2,3\nB,Paid,4,5,6\n"},
        1,
        1,
        options=Options(as_of="2026-01-14"),
        says=("Line 1",),
        like={"deals.csv": "deal_id,stage,2024,2025,created\nA,New lead,1,2,2026-01-13\nB,Paid,4,5,2026-01-14\n"},
    ),
    Case("FA112", deals("C,Meeting held", 'C,"Meeting held'), 1, 4, like=deals("C,Meeting held", 'C"2,"Meeting held"')),
    Case(
        "FA113",
        {"deals.csv": DEALS.replace("\n", ",\n"), "history.csv": HISTORY},
        1,
        1,
        like={"deals.csv": DEALS.replace("\n", ",x\n").replace("currency,x", "currency,note"), "history.csv": HISTORY},
    ),
    Case("FA130", CLEAN, options=Options(as_of="2030-01-01"), says=("1,406\xa0days", "25\xa0February\xa02026"), like=BUSY),
    Case(
        "FA201",
        deals("B,Lost", "A,Paid,2026-01-13 09:00:00,2026-02-20 09:00:00,101,RUB\nB,Lost"),
        1,
        2,
        "deal_id",
        says=("Lines 2, 3",),
        like=deals("B,Lost", "A,Paid,2026-01-13 09:00:00,2026-02-20 09:00:00,100,RUB\nB,Lost"),
    ),
    Case("FA202", deals("E,New lead", ",New lead"), 1, 6, "deal_id", says=("1 row has",)),
    Case(
        "FA202",
        {"deals.csv": "title,stage,created\nx,New lead,2026-01-13\ny,New lead,2026-01-14\n"},
        2,
        2,
        says=("2 rows have", "Lines 2, 3"),
        like={"deals.csv": "id,stage,created\n0,New lead,2026-01-13\n-,New lead,2026-01-14\n"},
    ),
    Case(
        "FA203",
        many("C,Meeting held", "C,Meeting held (zoom)"),
        1,
        says=("“Meeting held (zoom)”; 1 deal", "with id: met"),
        like=many("C,Meeting held", "C,Spam"),
    ),
    Case("FA203", many("C,Meeting held", "C,Жду"), 1, says=('aliases: ["Жду"]', "lost:")),
    Case("FA203", many("B,Lost", "B,Lost deal"), 1, says=('lost: ["Lost deal"]',)),
    Case("FA203", moves("C,Meeting held", "C,Дозвон"), 1, says=("“Дозвон”; it stands in 1 row",)),
    Case(
        "FA204", deals("E,New lead,2026-02-25", "E,New lead,2062-02-25", history=False), 1, says=("1 deal was created after 28\xa0January",)
    ),
    Case(
        "FA204",
        deals("2026-02-20", "2026-04-20"),
        1,
        2,
        deals=("A",),
        says=("1 deal has a closing date after", "its history ends before: it counts as won or lost"),
        like=deals("C,Meeting held,2026-01-15 09:00:00,", "C,Meeting held,2026-01-15 09:00:00,2026-04-01"),
    ),
    Case("FA204", deals("2026-02-20", "2026-04-20", history=False), 1, 2, deals=("A",), says=("1 deal was closed", "it counts as open")),
    Case("FA204", CLEAN, 3, options=Options(as_of="2026-01-14"), says=("3 deals were created", "on purpose")),
    Case(
        "FA204",
        {"deals.csv": "deal_id,stage,created,stage_changed_at\nA,Meeting held,2026-01-13,2026-03-01\n"},
        1,
        2,
        deals=("A",),
        options=Options(as_of="2026-02-01"),
        says=("came to its stage",),
    ),
    Case("FA205", deals(",200,", ",-200,"), 1, 3, "amount", says=("-200",), like=deals(",200,", ",0,")),
    Case(
        "FA206",
        deals("2026-01-14 09:00:00,2026-02-21 09:00:00", "2026-01-14 09:00:00,2026-01-11 09:00:00", history=False),
        1,
        3,
        deals=("B",),
        says=("1 deal of 2", "3\xa0days"),
        like=deals("2026-01-14 09:00:00,2026-02-21 09:00:00", "2026-01-14 09:00:00,2026-01-14", history=False),
    ),
    Case("FA301", moves("E,New lead", "X,New lead"), 1, says=("(X)",), file="history.csv", like=moves("E,New lead", " E ,New lead")),
    Case(
        "FA302",
        deals("C,Meeting held", "C,Offer sent"),
        1,
        4,
        deals=("C",),
        says=("1 deal of 5", "“Offer sent”, by history “Meeting held”"),
    ),
    Case(
        "FA302",
        deals("C,Meeting held", "C,Later"),
        1,
        4,
        deals=("C",),
        says=("“on hold”",),
        like={
            "deals.csv": (
                DATED
                + "A,Lost,2026-01-13,2026-02-01,2026-01-13,2026-01-20\nE,Lost,2026-01-13,2026-01-20,2026-01-13,\n"
                + "B,Meeting held,2026-01-13,,2026-01-13,2026-01-20\n"
                "C,Later,2026-01-13,,2026-01-13,2026-01-20\n"
            )
        },
    ),
    Case(
        "FA303",
        {"deals.csv": LOG.format(status="won"), "history.csv": HISTORY},
        1,
        2,
        deals=("A",),
        says=("Deal A: won, by history open",),
        like={"deals.csv": LOG.format(status="open"), "history.csv": HISTORY.replace("A,Paid,2026-02-20 09:00:00\n", "")},
    ),
    Case(
        "FA304",
        deals(history=False),
        1,
        deals=("B",),
        says=("1 of 1", "100%", "second file"),
        like=moves("B,New lead,2026-01-14 09:00:00\nB,Meeting held", "B,Meeting held"),
    ),
    Case("FA304", moves("B,New lead,2026-01-14 09:00:00\nB,Meeting held,2026-01-21 09:00:00\n", ""), 1, deals=("B",), says=("first day",)),
    Case(
        "FA305",
        {"deals_2026-03-01.csv": SNAPSHOT, "deals_2026-03-08.csv": SNAPSHOT.replace("B,New lead,2026-01-14 09:00:00\n", "")},
        1,
        3,
        deals=("B",),
        says=("1 deal of 2", "open: 1"),
        file="deals_2026-03-01.csv",
        like={"deals_2026-03-01.csv": SNAPSHOT, "deals_2026-03-08.csv": SNAPSHOT},
    ),
    Case(
        "FA306",
        moves("C,Meeting held,2026-01-22 09:00:00", "C,Meeting held,"),
        1,
        10,
        "entered_at",
        file="history.csv",
        like=moves("C,Meeting held,2026-01-22 09:00:00", "C,Meeting held,2026-01-22"),
    ),
    Case("FA306", moves("C,Meeting held,", "C,,"), 1, 10, "stage", file="history.csv"),
    Case(
        "FA307",
        deals(history=False),
        2,
        deals=("C", "D"),
        says=("For 2 of 3", "“New lead” (1)"),
        like={"deals.csv": "deal_id,stage,created,stage_changed_at\nA,Meeting held,2026-01-13,2026-01-20\n"},
    ),
]


def named(case: Case) -> str:
    return f"{case.code}-{CASES.index(case)}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_flagged(case: Case, tmp_path: Path) -> None:
    found = [one for one in run(evidence_of(tmp_path, case.flagged, case.options), Texts("en")) if one.code == case.code]
    first = found[0]
    assert first.count == case.count
    assert (Path(first.place.file or "").name, first.place.line, first.place.column) == (case.file, case.line, case.column)
    assert first.deals == case.deals
    told = f"{first.text} {first.cure}"
    assert [word for word in case.says if word not in told] == []
    assert first.numbers and first.effect


@pytest.mark.parametrize("case", CASES, ids=named)
def test_clean(case: Case, tmp_path: Path) -> None:
    assert [one.text for one in run(evidence_of(tmp_path, case.like), Texts("en")) if one.code == case.code] == []


def test_the_clean_export_raises_nothing(tmp_path: Path) -> None:
    assert run(evidence_of(tmp_path, CLEAN), Texts("en")) == ()


def test_looked_at_late_it_is_a_remark_first_and_a_warning_then(tmp_path: Path) -> None:
    said = {}
    for day in ("2026-03-10", "2026-03-15", "2026-04-15"):
        found = run(evidence_of(tmp_path, CLEAN, Options(as_of=day)), Texts("en"))
        said[day] = [one.severity for one in found if one.code == "FA130"]
    assert said == {"2026-03-10": [], "2026-03-15": ["info"], "2026-04-15": ["warning"]}


def test_looking_back_is_no_contradiction(tmp_path: Path) -> None:
    """The rows show today; what the history says of an earlier day is not held against them."""
    codes = {one.code for one in run(evidence_of(tmp_path, CLEAN, Options(as_of="2026-01-16")), Texts("en"))}
    assert codes == {"FA204"}


@pytest.mark.parametrize("case", CASES, ids=named)
def test_findings_speak_russian(case: Case, tmp_path: Path) -> None:
    """No English sentence is left, no place unfilled; the numbers are the same as in English; the text fits the page."""
    evidence = evidence_of(tmp_path, case.flagged, case.options)
    for english, russian in zip(run(evidence, Texts("en")), run(evidence, Texts("ru")), strict=True):
        assert (english.code, english.count, english.place, english.deals) == (russian.code, russian.count, russian.place, russian.deals)
        for one in (english, russian):
            assert len(one.text) <= 400 and len(one.cure) <= 300 and one.text and one.cure
            assert not re.search(r"\{\w*\}", one.text + one.cure)
        known = (
            "CRM CSV UTF Excel csv yaml stages columns stage aliases lost on_hold exclude currency pipeline as deal amount created status"
            " funnel audit inspect pipeline"
        )
        cells = "on request Meeting held zoom Lost deal RUB USD EUR South North entered_at deal_id met"
        words = set(re.findall(r"[A-Za-z]{3,}", russian.name + russian.text + russian.cure))
        assert words <= set(re.findall(r"[A-Za-z]{3,}", known + " " + cells)), (russian.text, russian.cure)
        assert re.search("[а-яё]", russian.name) and re.search("[а-яё]", russian.text) and re.search("[а-яё]", russian.cure)


HEADINGS = ("What it finds", "Why it matters", "When it is wrong", "Example", "How to mend it")


@pytest.mark.parametrize("code", rules())
def test_every_rule_is_documented(code: str) -> None:
    rule = rules()[code]
    summary, *parts = re.split(r"\n\n\*([^*\n]+)\*\n", rule.__doc__ or "")
    assert summary.endswith(".") and "\n" not in summary
    assert tuple(parts[::2]) == HEADINGS
    for text in parts[1::2]:
        assert all(line.startswith("    ") for line in text.strip("\n").split("\n")) and text.strip().endswith((".", "front")), text
    assert rule.SEVERITY in SEVERITIES and rule.CONFIDENCE in ("high", "medium", "low")
    assert re.fullmatch(r"FA[1-5]\d\d", code)


def test_codes_and_names_are_unique() -> None:
    names = [rule.NAME for rule in rules().values()]
    assert len(set(names)) == len(names)
    assert set(rules()) == {path.stem.upper() for path in (PACKAGE / "findings").glob("fa*.py")}
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py"))
    assert [code for code in rules() if code not in tests] == []


def kinds_of_defects() -> dict[str, str]:
    """Every kind that intake can give a defect -> where: the literals that Defect, notes.add and bad_cells are called with."""
    found: dict[str, str] = {}
    for path in sorted((PACKAGE / "intake").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            owner = getattr(getattr(call.func, "value", None), "id", "")
            if name in ("Defect", "bad_cells") or (name == "add" and owner == "notes"):
                found |= dict.fromkeys(literals(call.args[0], tree), path.name)
    return found


def literals(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression may be; a loop's variable is one of the firsts of the tuples it runs over."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body, tree)
        yield from literals(node.orelse, tree)
    elif isinstance(node, ast.Name):
        for loop in (one for one in ast.walk(tree) if isinstance(one, ast.For) and isinstance(one.iter, ast.Tuple)):
            if isinstance(loop.target, ast.Tuple) and getattr(loop.target.elts[0], "id", "") == node.id:
                for row in loop.iter.elts:
                    assert isinstance(row, ast.Tuple)
                    yield from literals(row.elts[0], tree)
    else:
        raise AssertionError(f"a kind that this test cannot follow: {ast.unparse(node)}")


@pytest.fixture
def sound(tmp_path: Path) -> Evidence:
    return evidence_of(tmp_path, CLEAN)


def test_the_kinds_are_found() -> None:
    some = "unreadable_date mixed_date_order negative_amount no_time no_label blank_rows lone_newest_date unclosed_quote"
    assert set(some.split()) <= kinds_of_defects().keys()


@pytest.mark.parametrize("kind", kinds_of_defects())
def test_no_defect_is_without_a_rule(kind: str, sound: Evidence) -> None:
    """One defect of each kind, as bare as it may be, is one finding of one rule, at the place of the defect, in both languages."""
    bare = Defect(kind, "deals.csv", 3, "created", 7)
    for defect in (bare, replace(bare, sample="1771999200000000", lines=(3, 4, 5, 6, 7)), replace(bare, line=None, column=None)):
        for lang in ("en", "ru"):
            (found,) = run(replace(sound, defects=(defect,)), Texts(lang))
            assert (found.count, found.place) == (7, report.Place(file="deals.csv", line=defect.line, column=defect.column))


def test_labels_are_bounded(sound: Evidence) -> None:
    """A thousand unknown labels are twenty findings and one that counts the rest; spellings of one label are one."""
    labels = (*(LabelCount(f"Call {n}", 1000 - n, UNMAPPED) for n in range(1000)), LabelCount("CALL  0", 5, UNMAPPED))
    found = run(replace(sound, labels=labels), Texts("en"))
    assert len(found) == 21 and found[0].count == 1005 and found[-1].text == "980 more labels are in no stage, too."
    assert sum(one.count for one in found) == sum(label.deals for label in labels)


def test_many_flawed_deals_cost_little(sound: Evidence) -> None:
    """The ids of at most a thousand of them are made into texts; the five shown are the first by id."""
    asked: list[int] = []

    def id_text(deal: int) -> str:
        asked.append(deal)
        return f"D{deal % 7}{deal:06d}"

    n = 200_000
    facts = replace(sound.journeys.facts.take(np.zeros(n, np.int64)), id_text=id_text)
    journeys = replace(sound.journeys, facts=facts, outcome=np.zeros(n, np.int8), vanished=np.arange(n))
    journeys = replace(journeys, stage=np.zeros(n, np.int8), placed=np.ones(n, bool))
    (found,) = rules()["FA305"].find(replace(sound, journeys=journeys), Texts("en"))
    assert found.count == n and len(asked) <= 1000 and found.deals == (0, 7, 14, 21, 28)


def test_hostile_labels_are_only_text(sound: Evidence) -> None:
    """Braces, quotes and line ends in a label neither break the sentence nor the YAML that is proposed."""
    label = 'Meeting "held" {n}\n\u202e{0}'
    (found,) = run(replace(sound, labels=(LabelCount(label, 3, UNMAPPED),)), Texts("en"))
    assert "{n}" in found.text and r"\"held\"" in found.cure and "\n" not in found.cure


def test_the_worst_come_first(tmp_path: Path) -> None:
    severities = [one.severity for one in run(evidence_of(tmp_path, deals("300,RUB", "-300,USD", history=False)), Texts("en"))]
    assert severities == sorted(severities, key=SEVERITIES.index, reverse=True) and len(set(severities)) == 2


@pytest.mark.parametrize(("deals_file", "history"), [("deals.csv", None), ("deals.csv", "history.csv"), ("amocrm.csv", "history.csv")])
def test_the_sample_has_no_flaws(deals_file: str, history: str | None, sample_data: Path) -> None:
    """But remarks on what was put into it on purpose: skips, moves back, losses without a reason."""
    paths = [sample_data / name for name in (deals_file, history) if name]
    found = run_all(gathered(paths, load_funnel(str(sample_data.parent / "stages.yaml"))), Texts("en"))
    assert {(one.code, one.severity) for one in found} <= {(code, "info") for code in ("FA210", "FA307", "FA309", "FA310", "FA311")}


@pytest.mark.parametrize(
    ("files", "as_of", "code", "count"),
    [
        (("ich_school_crm/deals.xlsx",), "2024-06-21", "FA206", 44),
        (("ich_school_crm/deals.xlsx",), "2024-06-21", "FA204", 3),
        (("salesforce_demo/Opportunity.csv", "salesforce_demo/Opportunity History.csv"), None, "FA302", 21),
        (("salesforce_demo/Opportunity.csv", "salesforce_demo/Opportunity History.csv"), None, "FA304", 13),
    ],
)
def test_known_flaws_of_real_exports(files: tuple[str, ...], as_of: str | None, code: str, count: int, shared_data: Path) -> None:
    evidence = gathered([shared_data / name for name in files], load_funnel(), Options(as_of=as_of))
    assert [one.count for one in run(evidence, Texts("en")) if one.code == code] == [count]
