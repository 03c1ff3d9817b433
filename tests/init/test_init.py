"""``funnel-audit init``: the file it writes loads, and an audit with it counts as one without any stages file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from funnel_audit import audit, read
from funnel_audit.errors import FunnelAuditError
from funnel_audit.intake.read import Options
from funnel_audit.report import Audit
from funnel_audit.stages_file import load_funnel, packaged_text, parse_funnel
from funnel_audit.starter import ascii_id, rounded_up, scalar, starter
from funnel_audit.texts import Texts

EN = Texts("en")
SHARED = Path(__file__).resolve().parents[3] / "shared"
DATA = [
    ["bpic2012/deals.csv", "bpic2012/events.csv"],
    ["bpic2012/events.csv"],
    ["ich_school_crm/deals.xlsx"],
    ["maven_crm/sales_pipeline.csv"],
    ["salesforce_demo/Opportunity.csv", "salesforce_demo/Opportunity History.csv"],
    ["flinn_hubspot_wide/hubspot_deals.csv"],
]


def made(files: list[str], stdin: bytes | None = None, lang: str = "en") -> str:
    return starter(files, Options(), stdin, Texts(lang))


def table(*labels: str, header: str = "id,stage,created\n") -> bytes:
    rows = (f'{number},"{label.replace(chr(34), chr(34) * 2)}",2026-01-{number % 28 + 1:02d}\n' for number, label in enumerate(labels))
    return (header + "".join(rows)).encode()


def counts(finished: Audit) -> tuple[object, ...]:
    t = finished.totals
    walked = [(stage.reached, stage.open, stage.lost, stage.on_hold) for stage in finished.funnel]
    return (t.deals, t.won, t.lost, t.open, t.unplaced, t.unmapped, t.on_hold, without_repeats(walked))


def without_repeats(walked: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Stages at which deals stood; one that no label means is only passed through, and is not in the file."""
    following = [*walked[1:], None]
    return [now for now, after in zip(walked, following, strict=True) if any(now[1:]) or after is None or now[0] != after[0]]


def compare(files: list[str], tmp_path: Path) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text(made(files), "utf-8")
    packaged = parse_funnel(packaged_text(), source="packaged")
    options = {} if has_day(files) else {"as_of": "2026-12-31"}
    before, after = (counts(audit(read(files, funnel, **options))) for funnel in (packaged, load_funnel(str(path))))
    assert after == before


def has_day(files: list[str]) -> bool:
    try:
        read(files, parse_funnel(packaged_text(), source="packaged"))
    except FunnelAuditError:
        return False
    return True


@pytest.mark.parametrize("name", ["deals.csv", "amocrm.csv", "deals.xlsx", "history.csv"])
def test_the_sample_counts_the_same(name: str, sample_data: Path, tmp_path: Path) -> None:
    compare([str(sample_data / name)], tmp_path)


@pytest.mark.parametrize("files", DATA, ids=" + ".join)
def test_real_data_count_the_same(files: list[str], shared_data: Path, tmp_path: Path) -> None:
    compare([str(shared_data / name) for name in files], tmp_path)


@pytest.mark.parametrize("name", sorted(path.name for path in (SHARED / "crm_samples").glob("*.*")))
def test_every_crm_counts_the_same(name: str, tmp_path: Path) -> None:
    files = [str(SHARED / "crm_samples" / name)]
    try:
        read(files, as_of="2026-12-31")
    except FunnelAuditError as error:
        pytest.skip(f"no table of deals: {str(error)[:60]}")
    compare(files, tmp_path)


def test_the_order_is_that_of_the_history() -> None:
    walk = list(enumerate(("Alpha", "Bravo", "Charlie", "Closed won"), 1))
    moves = "".join(f"{deal},{stage},2026-01-{day:02d}\n" for deal in range(30) for day, stage in walk)
    text = made(["-"], ("deal_id,stage,entered_at\n" + moves).encode())
    assert [stage["name"] for stage in yaml.safe_load(text)["stages"]] == ["Alpha", "Bravo", "Charlie", "Closed won"]
    assert "in which the deals pass the stages" in text and "GUESS" not in text
    assert "# max_days: 1   # 85%" in text


def test_a_guess_is_called_one_and_is_that_of_appearance() -> None:
    text = made(["-"], table("Charlie", "Alpha", "Bravo", "Bravo", "Alpha", "Bravo"))
    assert "GUESS" in text
    assert [stage["name"] for stage in yaml.safe_load(text)["stages"][:-1]] == ["Charlie", "Alpha", "Bravo"]


def test_a_series_of_snapshots_tells_the_order(tmp_path: Path) -> None:
    for day, labels in enumerate((("Zulu", "Zulu", "Mike"), ("Mike", "Zulu", "Alpha"), ("Alpha", "Mike", "Alpha")), 1):
        rows = "".join(f"{number},{label}\n" for number, label in enumerate(labels))
        (tmp_path / f"deals_2026-01-0{day}.csv").write_text("id,stage\n" + rows, "utf-8")
    text = made(sorted(map(str, tmp_path.iterdir())))
    assert "in which the deals pass the stages" in text
    assert [stage["name"] for stage in yaml.safe_load(text)["stages"][:-1]] == ["Zulu", "Mike", "Alpha"]


AMO = "ID,Название сделки,Этап сделки,Воронка,Бюджет,Дата создания сделки\n"


def test_the_default_pipeline_is_kept_whole() -> None:
    """A stage in which no deal of today stands is a stage all the same; the won stage has the CRM's name."""
    rows = "1,a,Принимают решение,Продажи,1,12.01.2026\n2,b,Закрыто и не реализовано,Продажи,1,13.01.2026\n"
    text = made(["-"], (AMO + rows).encode())
    stages = yaml.safe_load(text)["stages"]
    assert [stage["name"] for stage in stages] == [
        "Первичный контакт", "Переговоры", "Принимают решение", "Согласование договора", "Успешно реализовано"]  # fmt: skip
    lines = {line.split("   # ")[0].strip(): line.partition("   # ")[2] for line in text.splitlines() if "name:" in line}
    assert lines["name: Переговоры"].startswith("“переговоры” is a process")
    assert lines["name: Переговоры"].endswith("; no deal of the export is here: delete it if you have no such stage")
    assert lines["name: Успешно реализовано"] == "the CRM's name for a won deal; the export has none"
    assert "no label" not in text


def test_a_won_stage_is_no_dead_end() -> None:
    moves = "".join(f"{deal},{stage},2026-01-{day:02d}\n" for deal in range(30) for day, stage in enumerate(("Aa", "Bb", "Paid"), 1))
    stuck = "".join(f"{deal},{stage},2026-01-{day:02d}\n" for deal in range(30, 60) for day, stage in enumerate(("Aa", "Parked"), 1))
    lines = made(["-"], ("deal_id,stage,entered_at\n" + moves + stuck).encode()).splitlines()
    assert [line.split("   #")[0] for line in lines if "no deal has gone on from here" in line] == ["    name: Parked"]


def test_a_currency_that_few_amounts_name_is_only_proposed() -> None:
    rows = "1,Aa,2026-01-01,€ 5\n2,Aa,2026-01-02,6\n3,Bb,2026-01-03,7\n"
    text = made(["-"], ("id,stage,created,amount\n" + rows).encode())
    assert "# currency: EUR   # 1 amount names it, the others name none: check it" in text
    assert "\ncurrency: EUR" in made(["-"], ("id,stage,created,amount\n" + rows.replace(",6", ",6 €")).encode())


def test_it_says_which_pipeline_it_is_for() -> None:
    rows = "1,a,Принимают решение,Продажи,1,12.01.2026\n2,b,Звонок,Сервис,1,13.01.2026\n3,c,Визит,Сервис,1,13.01.2026\n"
    text = made(["-"], (AMO + rows).encode())
    assert 'It is for the pipeline that fits best: "Продажи" (1). Left out: "Сервис" (2)' in text and "Визит" not in text


def test_a_process_is_named_and_a_completed_state_is_not() -> None:
    lines = made(["-"], table("Переговоры", "Зонд встретился", "Переговоры", "Xyz sent"), lang="en").splitlines()
    assert [line for line in lines if "is a process" in line] == [line for line in lines if line.startswith("    name: Переговоры")] != []


def test_ends_are_recognised() -> None:
    data = yaml.safe_load(made(["-"], table("Aa", "Bb", "Aa", "Closed Lost", "On hold", "Paid", "Bb")))
    assert data["lost"] == ["Closed Lost"] and data["on_hold"] == ["On hold"]
    assert data["stages"][-1] == {"id": "won", "name": "Paid", "won": True}


def test_suspects_are_suggested_and_change_nothing() -> None:
    body = "1,Aa,2026-01-01,,Web\n2,Lost,2026-01-02,Дубль,Web\n3,Lost,2026-01-03,Спам,Тест\n4,Lost,2026-01-04,Дорого,Тестовая площадка\n"
    text = made(["-"], ("id,stage,created,lost_reason,source\n" + body).encode())
    assert "exclude" not in yaml.safe_load(text)
    opened = text.replace("\n# exclude:", "\nexclude:").replace("\n#   ", "\n  ")
    assert yaml.safe_load(opened)["exclude"] == {"lost_reasons": ["Дубль", "Спам"], "sources": ["Тест", "Тестовая площадка"]}


HOSTILE = [
    *("a: b", "# no comment", '"quoted"', "it's", "no", "null", "123", "1.5e3", "- dash", "[x]", "{y}", "&anchor", "*alias", "!tag", "🚀"),
    *("%", "line\none", "tab\there", "x" * 200, "won", "stage_1", "Новая", "Novaya", "novaya", "\u202eevil", "2026-01-01", "=", "|", "?"),
]


def test_hostile_labels_survive(tmp_path: Path) -> None:
    data = table(*HOSTILE, *HOSTILE)
    text = made(["-"], data)
    path = tmp_path / "stages.yaml"
    path.write_text(text, "utf-8")
    funnel = load_funnel(str(path))
    assert audit(read("-", funnel, stdin=data)).totals.unmapped == 0
    assert all(stage.id.isascii() for stage in funnel.stages)
    assert "\u202e" not in text


MORE = ["plain", "Счёт-договор (отправлен)", "yes", "~", "", "a ", "\ufeff", "\x85", "\u2028", "a #b", "a:"]


@pytest.mark.parametrize("text", [*HOSTILE, *MORE])
def test_a_scalar_reads_back_as_written(text: str) -> None:
    assert yaml.safe_load(f"- {scalar(text)}   # comment") == [text]


IDS = {"Новая заявка": "novaya_zayavka", "Щёлк": "shchelk", "日本": "", "1-Qualify": "stage_1_qualify", "Café": "cafe", "No": "stage_no"}


@pytest.mark.parametrize(("name", "found"), IDS.items())
def test_ids_are_ascii(name: str, found: str) -> None:
    assert ascii_id(name) == found


@pytest.mark.parametrize(("days", "limit"), [(0.2, 1), (1, 1), (6.1, 7), (30, 30), (31, 35), (101, 110), (100, 100)])
def test_limits_are_rounded_up(days: float, limit: int) -> None:
    assert rounded_up(days) == limit


@pytest.mark.parametrize("labels", [("Closed won", "Closed lost"), ("Aa",), ("", "", ""), tuple(f"Label {n:03d}" for n in range(90))])
def test_odd_exports_give_a_file_that_loads(labels: tuple[str, ...]) -> None:
    assert 2 <= len(parse_funnel(made(["-"], table(*labels))).stages) <= 60


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    from funnel_audit.cli import main

    monkeypatch.setattr(sys, "argv", ["funnel-audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_nothing_is_overwritten(
    sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    deals, target = str(sample_data / "deals.csv"), tmp_path / "stages.yaml"
    assert run("init", deals, "-o", str(target), monkeypatch=monkeypatch) == 0
    first = target.read_bytes()
    assert capsysbinary.readouterr().out == b""
    target.write_text("mine")
    assert run("init", deals, "-o", str(target), monkeypatch=monkeypatch) == 2
    assert target.read_text() == "mine" and b"--force" in capsysbinary.readouterr().err
    assert run("init", deals, "-o", str(target), "--force", monkeypatch=monkeypatch) == 0
    assert target.read_bytes() == first
    assert run("init", deals, monkeypatch=monkeypatch) == 0
    assert capsysbinary.readouterr().out == first


def test_a_stages_file_in_the_folder_is_not_asked(sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made([str(sample_data / "deals.csv")])
    (tmp_path / "stages.yaml").write_text("stages: [{id: a, name: A}, {id: b, name: B, won: true}]")
    monkeypatch.chdir(tmp_path)
    assert made([str(sample_data / "deals.csv")]) == before


TAKEN = [("en", "are won: if this is the win", "taken for the won stage"), ("ru", "выиграны: если это и есть", "принят за выигрыш")]


@pytest.mark.parametrize(("lang", "came", "taken"), TAKEN)
def test_the_file_says_what_was_taken_for_won(tmp_path: Path, lang: str, came: str, taken: str) -> None:
    """A status column says which deals are won; the last label, at which all of them are, may be the win: that is for the user to say."""
    deals = [(number, f"2026-01-{1 + number % 28:02d}", number % 2) for number in range(60)]
    rows = "".join(f"{number},{day},{'won' if won else 'open'},{'2026-02-19' if won else ''}\n" for number, day, won in deals)
    (tmp_path / "deals.csv").write_text("deal_id,created_at,outcome,closed_at\n" + rows)
    for label, said in (("A_APPROVED", came), ("Closed won", taken)):
        moves = "".join(f"{number},A_SENT,{day}\n" + f"{number},{label},2026-02-19\n" * won for number, day, won in deals)
        (tmp_path / "events.csv").write_text("deal_id,stage,entered_at\n" + moves)
        text = starter([str(tmp_path / name) for name in ("deals.csv", "events.csv")], Options(), None, Texts(lang))
        named = {line.split("   # ")[0].strip(): line.partition("   # ")[2] for line in text.splitlines() if "name:" in line}
        assert said in named[f"name: {label}"] and came not in named["name: A_SENT"]
