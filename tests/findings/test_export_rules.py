"""What is left out of an export, or means more than it seems: other pipelines, files without deals, ids used twice, two kinds of amount."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from funnel_audit import audit, read
from funnel_audit.findings.effects import told_apart
from funnel_audit.report import Finding
from funnel_audit.stages_file import parse_funnel
from funnel_audit.texts import Texts

STAGES = "stages: [{id: new, name: New}, {id: met, name: Met}, {id: paid, name: Paid, won: true}]\nlost: [Lost]"
PIPELINES = "id,stage,created,pipeline\n1,New,2026-01-01,Sales\n2,Met,2026-01-02,Sales\n3,Call,2026-01-03,Care\n4,Call,2026-01-04,Care\n"
ALIKE = PIPELINES.replace("Call", "New")
LOG = "deal_id,change_time,changed_field_key,new_value\n"
WAY = "{id},{day} 09:00:00,add_time,{day}\n{id},{day} 10:00:00,stage_id,1\n"
NAMES = "stage_id,stage_name\n1,New\n2,Met\n"
FIELDS = "FIELD_KEY,NAME,FIELD_VALUE_OPTIONS\na,b,c\n"
PAID = "{n},x,New,active,100,USD,{period},2026-01-0{n}\n"
CLOSE = "id,lead_name,status_label,status_type,value,value_currency,value_period,date_created\n"


@dataclass(frozen=True)
class Case:
    """Files, the finding and its count, line and column, what it says in English and in Russian, and files on which the rule is silent."""

    code: str
    files: dict[str, str]
    silent: dict[str, str]
    count: int
    line: int | None
    column: str | None
    says: str
    says_ru: str
    pipeline: str | None = None


CASES = (
    Case(
        "FA126", {"deals.csv": PIPELINES}, {"deals.csv": PIPELINES.replace("Call", "New")}, 2, None, "pipeline",
        "2 deals of other pipelines are left out", "2 сделки других воронок",
    ),
    Case(
        "FA126", {"deals.csv": ALIKE}, {"deals.csv": ALIKE.replace("Care", "Sales")}, 2, None, "pipeline",
        "2 deals of other pipelines are left out", "2 сделки других воронок", "sales",
    ),
    Case(
        "FA127",
        {"log.csv": LOG + WAY.format(id=1, day="2026-01-05"), "stages.csv": NAMES, "fields.csv": FIELDS},
        {"log.csv": LOG + WAY.format(id=1, day="2026-01-05"), "stages.csv": NAMES}, 1, None, None,
        "neither deals nor changes of stage", "нет ни сделок, ни смен этапа",
    ),
    Case(
        "FA128",
        {"log.csv": LOG + WAY.format(id=1, day="2026-01-05") + WAY.format(id=2, day="2026-01-06") + WAY.format(id=1, day="2026-02-05"),
         "stages.csv": NAMES},
        {"log.csv": LOG + WAY.format(id=1, day="2026-01-05") + WAY.format(id=2, day="2026-01-06") + WAY.format(id=1, day="2026-01-05"),
         "stages.csv": NAMES},
        1, 6, "deal_id", "1 id was created more than once", "1 номер создан в журнале не один раз",
    ),
    Case(
        "FA129",
        {"deals.csv": CLOSE + "".join(PAID.format(n=n, period=period) for n, period in ((1, "one_time"), (2, "one_time"), (3, "monthly")))},
        {"deals.csv": CLOSE + "1,x,New,active,100,USD,monthly,2026-01-01\n2,x,New,active,,USD,one_time,2026-01-02\n"},
        1, 4, "value_period", "(such as “monthly”)", "за другой период",
    ),
)  # fmt: skip


def findings(folder: Path, files: dict[str, str], lang: str, pipeline: str | None) -> list[Finding]:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    reading = read([folder / name for name in files], parse_funnel(STAGES), pipeline=pipeline)
    return list(audit(reading, lang=lang).findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_it_is_said_in_both_languages_and_only_then(case: Case, tmp_path: Path) -> None:
    for lang, says in (("en", case.says), ("ru", case.says_ru)):
        (found,) = (one for one in findings(tmp_path, case.files, lang, case.pipeline) if one.code == case.code)
        assert (found.count, found.place.line, found.place.column) == (case.count, case.line, case.column)
        assert says in found.text and found.cure and found.effect and found.numbers
    assert not [one for one in findings(tmp_path, case.silent, "en", case.pipeline) if one.code == case.code]


def test_pipelines_are_said_once(tmp_path: Path) -> None:
    """Either several are audited together, or some are left out."""
    assert {one.code for one in findings(tmp_path, {"deals.csv": PIPELINES}, "en", None)} & {"FA110", "FA126"} == {"FA126"}
    together = findings(tmp_path, {"deals.csv": PIPELINES.replace("Call", "New")}, "en", None)
    assert {one.code for one in together} & {"FA110", "FA126"} == {"FA110"}


SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_a_series_does_not_see_is_no_fact(lang: str) -> None:
    """A stage passed between two weekly exports was not skipped: nothing is to be taken out of stages.yaml for it."""
    found = {one.code: one for one in audit(read(sorted(SAMPLES.glob("snapshots/*.csv"))), lang=lang).findings}
    assert not {"FA316", "FA317"} & set(found)
    assert found["FA309"].severity == "info" and "stages.yaml" not in found["FA309"].cure


@pytest.mark.parametrize("files", ["deals.csv", "history.csv", "amocrm.csv", "snapshots/*.csv"])
@pytest.mark.parametrize("as_of", [None, "2026-02-01", "2030-01-01"])
def test_no_sentence_ends_with_two_stops(files: str, as_of: str | None) -> None:
    findings = audit(read(sorted(SAMPLES.glob(files)), as_of=as_of), lang="ru").findings
    assert not [text for one in findings for text in (one.text, one.effect, one.cure) if re.search(r"(?<!\.)\.\.(?![./])", text)]


def test_two_shares_that_look_alike_get_more_digits_or_none() -> None:
    texts = Texts("en")
    assert told_apart(texts, 0.0397, 0.0399) == ("3.97%", "3.99%") and told_apart(texts, 0.31, 0.44, 0) == ("31%", "44%")
    assert told_apart(texts, 0.03971, 0.03972) is None
