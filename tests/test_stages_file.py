"""stages.yaml: what it means when it is right, and where, why and what to type when it is not."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from funnel_audit import stages_file, stages_types
from funnel_audit.errors import FunnelError
from funnel_audit.funnel import MAX_STAGES, PairSpec, Plan, Text
from funnel_audit.labels import LOST, ON_HOLD, UNMAPPED, normal
from funnel_audit.stages_file import funnel_schema, load_funnel, packaged_text, parse_funnel

ROOT = Path(__file__).parents[1]

SMALL = """\
stages:
  - {id: new, name: New}
  - {id: met, name: {en: Met, ru: Встреча}}
  - {id: done, name: Done, won: true}
"""


def with_stage(line: str) -> str:
    """SMALL with another middle stage, in line 3."""
    return SMALL.replace("  - {id: met, name: {en: Met, ru: Встреча}}\n", f"  - {line}\n")


def many(count: int) -> str:
    return "stages:\n" + "".join(f"  - {{id: s{i}, name: S{i}}}\n" for i in range(count - 1)) + "  - {id: z, name: Z, won: true}\n"


FAULTS = {
    # name: (text, line, key, part of the message, part of the cure)
    "empty file": ("", None, "", "empty", "stages:"),
    "only comments": ("# nothing\n", None, "", "empty", "stages:"),
    "not a mapping": ("- new\n- won\n", 1, "", "expected a mapping, got a list", "key: value"),
    "just text": ("stages\n", 1, "", "expected a mapping, got text", "key: value"),
    "syntax error": (SMALL + "lost: [Lost\n", 6, "", "not valid YAML", "brackets"),
    "a tab": ("stages:\n\t- x\n", 2, "", "not valid YAML", "never tabs"),
    "two documents": (SMALL + "---\na: 1\n", 5, "", "not valid YAML", "Check"),
    "anchor and alias": (SMALL + "lost: &l [Lost]\non_hold: *l\n", 5, "", "anchors and aliases", "Write the value out"),
    "tag": (SMALL + "lost: !!python/object:os.system [x]\n", 5, "", "tags are not read: `!!python", "quotes"),
    "nested without end": (SMALL + "lost: " + "[" * 300_000, 5, "", "nested too deep", "brackets"),
    "unknown key": (SMALL + "titel: X\n", 5, "titel", "unknown key", "`title`"),
    "unknown key, nothing like it": (SMALL + "zzz: X\n", 5, "zzz", "unknown key", "Known here: title, timezone"),
    "unknown key of a stage": (with_stage("{id: met, name: M, alias: [x]}"), 3, "stages[1].alias", "unknown key", "`aliases`"),
    "unknown key of a name": (with_stage("{id: met, name: {eng: M}}"), 3, "stages[1].name.eng", "unknown key", "`en`"),
    "unknown key of the plan": (SMALL + "plan: {win: 3}\n", 5, "plan.win", "unknown key", "`wins`"),
    "unknown key of a pair": (SMALL + "pairs:\n  - {from: new, too: met}\n", 6, "pairs[0].too", "unknown key", "`to`"),
    "unknown key of exclude": (SMALL + "exclude: {source: [x]}\n", 5, "exclude.source", "unknown key", "`sources`"),
    "unknown key of status": (SMALL + "status: {loss: [x]}\n", 5, "status.loss", "unknown key", "`lost`"),
    "key twice": (SMALL + "lost: [a]\nlost: [b]\n", 6, "lost", "stands twice; the first one is in line 5", "delete one"),
    "key twice in a stage": (with_stage("{id: met, id: m, name: M}"), 3, "stages[1].id", "stands twice", "delete one"),
    "key that YAML reads as a boolean": (SMALL + "status:\n  no: [x]\n", 6, "status.no", "not read this key as text", '"no":'),
    "key that is a list": (SMALL + "? [a]\n: b\n", 5, "?", "not read this key as text", "one text"),
    "no stages": ("title: X\n", 1, "stages", "missing", "stages: ..."),
    "stages left blank": ("title: X\nstages:\n", 2, "stages", "missing", "stages: ..."),
    "stage without id": (with_stage("{name: M}"), 3, "stages[1].id", "missing", "id: ..."),
    "stage without name": (with_stage("{id: met}"), 3, "stages[1].name", "missing", "name: ..."),
    "pair without to": (SMALL + "pairs: [{from: new}]\n", 5, "pairs[0].to", "missing", "to: ..."),
    "number as an alias": (with_stage("{id: met, name: M, aliases: [ok, 2024]}"), 3, "stages[1].aliases[1]", "`2024`", '"2024"'),
    "boolean as a label": (SMALL + "lost:\n  - Lost\n  - no\n", 7, "lost[1]", "got true or false: `no`", '"no"'),
    "empty item as a label": (SMALL + "lost:\n  -\n", 6, "lost[0]", "got nothing", "delete the empty item"),
    "broken number": (SMALL + "lost: [0b_]\n", 5, "lost[0]", "cannot be read: `0b_`", '"0b_"'),
    "number beyond measure": (SMALL + f"plan: {{amount: {10**400}}}\n", 5, "plan.amount", "out of range", "ordinary size"),
    "aliases not in a list": (with_stage("{id: met, name: M, aliases: Meeting}"), 3, "stages[1].aliases", "a list", "[Meeting]"),
    "stages as a mapping": ("stages:\n  new: New\n", 1, "stages", "expected a list, got a mapping", "a list"),
    "stage as text": ("stages:\n  - new\n", 2, "stages[0]", "expected a mapping, got text", "key: value"),
    "header that is a number": (SMALL + "columns:\n  amount: Sum\n  owner: 5\n", 7, "columns.owner", "`5`", '"5"'),
    "date header that is a number": (SMALL + "columns:\n  entered:\n    met: 5\n", 7, "columns.entered.met", "`5`", '"5"'),
    "fewer than 2 stages": ("stages:\n  - {id: a, name: A, won: true}\n", 1, "stages", "fewer than 2", "won stage"),
    "more than 60 stages": (many(MAX_STAGES + 1), 1, "stages", "more than 60 stages: 61", "aliases"),
    "duplicate id": (with_stage("{id: new, name: M}"), 3, "stages[1].id", "duplicate id `new`: line 2", "another id"),
    "blank id": (with_stage("{id: ' ', name: M}"), 3, "stages[1].id", "blank", "meeting_held"),
    "blank name": (with_stage("{id: met, name: {en: ''}}"), 3, "stages[1].name", "blank", "{en: ..., ru: ...}"),
    "blank alias": (with_stage("{id: met, name: M, aliases: ['']}"), 3, "stages[1].aliases[0]", "blank", "delete"),
    "no won stage": (SMALL.replace(", won: true", ""), 4, "stages[2].won", "no stage is the won one", "Mark the last stage, `done`"),
    "won stage not last": (
        SMALL.replace(", won: true", "").replace("New}", "New, won: true}"), 2, "stages[0].won", "not the last", "Move the won stage"),
    "two won stages": (SMALL.replace("New}", "New, won: true}"), 2, "stages[0].won", "2 stages are marked", "`done`, only"),
    "alias in two stages": (
        SMALL.replace("New}", "New, aliases: [Счёт]}").replace("Done,", "Done, aliases: [x, cчет],"),
        4, "stages[2].aliases[1]", "in two places: stages[0].aliases[0] in line 2", "one place"),
    "alias is another stage's name": (
        with_stage("{id: met, name: M, aliases: [' NEW ']}"), 3, "stages[1].aliases[0]", "stages[0].id in line 2", "one place"),
    "alias is another stage's Russian name": (
        SMALL.replace("Done,", "Done, aliases: [встреча],"), 4, "stages[2].aliases[0]", "stages[1].name.ru in line 3", "one place"),
    "lost label is a stage": (SMALL + "lost: [Lost, met]\n", 5, "lost[1]", "stages[1].id in line 3", "one place"),
    "on-hold label is lost": (SMALL + "lost: [Отложено]\non_hold: [отложено]\n", 6, "on_hold[0]", "lost[0] in line 5", "one place"),
    "excluded label is a stage": (SMALL + "exclude: {labels: [Met]}\n", 5, "exclude.labels[0]", "stages[1].id in line 3", "one place"),
    "status word in two places": (SMALL + "status: {won: [ok], open: [OK]}\n", 5, "status.open[0]", "status.won[0]", "one place"),
    "unknown key stage": (SMALL + "key_stage: mett\n", 5, "key_stage", "no stage with the id `mett`", "`met`"),
    "key stage is the first": (SMALL + "key_stage: new\n", 5, "key_stage", "the first stage", "met"),
    "key stage is the won one": (SMALL + "key_stage: done\n", 5, "key_stage", "the won stage", "met"),
    "unknown stage in a pair": (SMALL + "pairs:\n  - {from: new,\n     to: dome}\n", 7, "pairs[0].to", "`dome`", "`done`"),
    "pair that goes back": (SMALL + "pairs: [{from: done, to: new}]\n", 5, "pairs[0].from", "comes after", "Swap"),
    "pair of one stage": (SMALL + "pairs: [{from: met, to: met}]\n", 5, "pairs[0].from", "is `met`", "later"),
    "unknown stage in columns": (SMALL + "columns: {entered: {x: Date}}\n", 5, "columns.entered.x", "`x`", "new, met, done"),
    "mapping as a header": (SMALL + "columns: {owner: {x: Date}}\n", 5, "columns.owner", "got a mapping", "`entered`"),
    "entered as text": (SMALL + "columns: {entered: Date}\n", 5, "columns.entered", "got text", "stage id: header"),
    "blank header": (SMALL + "columns: {owner: ''}\n", 5, "columns.owner", "blank", "delete"),
    "target in per cent": (with_stage("{id: met, name: M, target: 40}"), 3, "stages[1].target", "0 to 1", "Write 0.4 for 40 %"),
    "target with a sign": (with_stage("{id: met, name: M, target: 40%}"), 3, "stages[1].target", "`40%`", "0.4"),
    "target with a comma": (with_stage("{id: met, name: M, target: '0,4'}"), 3, "stages[1].target", "a number", "0.4"),
    "target below 0": (with_stage("{id: met, name: M, target: -1}"), 3, "stages[1].target", "0 to 1", "0.6"),
    "target that is no number": (with_stage("{id: met, name: M, target: .nan}"), 3, "stages[1].target", "0 to 1", "0.6"),
    "target of the won stage": (SMALL.replace("won: true", "won: true, target: 1"), 4, "stages[2].target", "no step", "the stage before"),
    "max_days of 0": (with_stage("{id: met, name: M, max_days: 0}"), 3, "stages[1].max_days", "more than 0", "14"),
    "max_days in words": (with_stage("{id: met, name: M, max_days: 14 days}"), 3, "stages[1].max_days", "`14 days`", "digits"),
    "won in words": (with_stage("{id: met, name: M, won: да}"), 3, "stages[1].won", "true or false", "true or false"),
    "unknown time zone": (SMALL + "timezone: Europe/Moskow\n", 5, "timezone", "Europe/Moskow", "Did you mean Europe/Moscow"),
    "time zone abbreviated": (SMALL + "timezone: МСК\n", 5, "timezone", "`МСК`", "such as Europe/Moscow"),
    "time zone as a folder": (SMALL + "timezone: ../etc\n", 5, "timezone", "unknown time zone", "IANA"),
    "time zone as a number": (SMALL + "timezone: 3\n", 5, "timezone", "`3`", "quotes"),
    "currency in words": (SMALL + "currency: руб\n", 5, "currency", "`руб`", "RUB"),
    "currency in small letters": (SMALL + "currency: usd\n", 5, "currency", "`usd`", "USD"),
    "plan period in words": (SMALL + "plan: {period: week, wins: 3}\n", 5, "plan.period", "`week`", "month, quarter"),
    "plan period backwards": (SMALL + "plan: {period: 2026-03-01..2026-01-01, wins: 3}\n", 5, "plan.period", "2026-03-01", "2026-01-01"),
    "plan period of a day that is none": (
        SMALL + "plan: {period: 2026-02-30..2026-03-31, wins: 3}\n", 5, "plan.period", "2026-02-30", "2026-01-01"),
    "plan of nothing": (SMALL + "plan: {period: year}\n", 5, "plan", "neither wins nor amount", "wins: 20"),
    "plan below 0": (SMALL + "plan: {wins: -1}\n", 5, "plan.wins", "more than 0", "delete"),
    "plan of half a deal": (SMALL + "plan: {wins: 1.5}\n", 5, "plan.wins", "a whole number", "a whole number"),
    "amount with spaces": (SMALL + "plan: {amount: 3 000 000}\n", 5, "plan.amount", "`3 000 000`", "3000000"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_line_key_and_cure(fault: str) -> None:
    text, line, key, message, cure = FAULTS[fault]
    with pytest.raises(FunnelError) as caught:
        parse_funnel(text, path="my.yaml")
    error = caught.value
    assert (error.file, error.line, error.key) == ("my.yaml", line, key)
    assert message in str(error).partition("\n")[0]
    assert cure in error.cure
    assert error.cure
    assert str(error).startswith("my.yaml" if line is None else f"my.yaml:{line}: ")


def test_a_file_over_1_mb_is_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    big.write_text("#" * 1_000_001)
    with pytest.raises(FunnelError, match="over 1 MB"):
        load_funnel(str(big))


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(FunnelError, match="not UTF-8") as caught:
        parse_funnel((SMALL + "lost: [Отказ]\n").encode("cp1251"))
    assert caught.value.line == 3
    assert "UTF-8" in caught.value.cure


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding: str) -> None:
    assert parse_funnel(SMALL.encode(encoding)).stages[1].name.ru == "Встреча"


def test_escape_and_bidirectional_characters_reach_no_message() -> None:
    with pytest.raises(FunnelError) as caught:
        parse_funnel(SMALL + 'key_stage: "\\e[31mred\\u202e"\n')
    assert str(caught.value).replace("\n", "").isprintable()


def test_a_missing_file_names_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "stages.yaml").write_text(SMALL)
    with pytest.raises(FunnelError, match="no such file") as caught:
        load_funnel(str(tmp_path / "stage.yaml"))
    assert str(tmp_path / "stages.yaml") in caught.value.cure


def test_a_folder_is_not_a_stages_file(tmp_path: Path) -> None:
    with pytest.raises(FunnelError, match="cannot be read"):
        load_funnel(str(tmp_path))


def test_a_path_is_read_as_the_users_own_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(SMALL, encoding="utf-8")
    funnel = load_funnel(str(own))
    assert (funnel.source, funnel.path) == ("file", str(own))
    assert [stage.id for stage in funnel.stages] == ["new", "met", "done"]


def test_stages_yaml_of_the_working_folder_comes_before_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_funnel().source == "packaged"
    (tmp_path / "stages.yaml").write_text(SMALL, encoding="utf-8")
    assert (load_funnel().source, load_funnel().path) == ("file", "stages.yaml")


def test_in_the_source_checkout_the_root_file_is_the_packaged_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert load_funnel().source == "packaged"
    assert load_funnel("stages.yaml").source == "file"


def test_every_key_arrives_in_the_funnel() -> None:
    funnel = parse_funnel("""\
title: {en: Sales, ru: Продажи}
timezone: Europe/Moscow
currency: RUB
stages:
  - {id: new, name: New, max_days: 3, target: 0.5}
  - {id: met, name: {en: Met, ru: Встреча}, task: {ru: Встретиться}, aliases: [Встреча прошла, да]}
  - {id: done, name: Done, won: true}
lost: [Lost, "no"]
on_hold: [Пауза]
key_stage: met
plan: {period: 2026-01-01..2026-03-31, wins: 20, amount: 3000000}
pairs: [{from: new, to: done, name: {en: All, ru: Всё}}]
columns: {amount: Sum, entered: {met: Met on}}
exclude: {lost_reasons: [Дубль], sources: [Тест], labels: [lost]}
status: {won: [Успех], lost: [Провал], open: [Идёт]}
""")
    new, met, done = funnel.stages
    assert funnel.title == Text(en="Sales", ru="Продажи")
    assert (funnel.timezone, funnel.currency, funnel.key_stage) == ("Europe/Moscow", "RUB", "met")
    assert (new.max_days, new.target, done.won) == (3, 0.5, True)
    assert new.name.in_lang("ru") == new.name.in_lang("en") == "New"
    assert met.task is not None and met.task.in_lang("en") == "Встретиться"
    assert met.aliases == ("Встреча прошла", "да")
    assert (funnel.lost, funnel.on_hold) == (("Lost", "no"), ("Пауза",))
    assert funnel.plan == Plan(period="2026-01-01..2026-03-31", wins=20, amount=3e6)
    assert funnel.pairs == (PairSpec(start="new", end="done", name=Text(en="All", ru="Всё")),)
    assert (funnel.columns.fields, funnel.columns.entered) == ({"amount": "Sum"}, {"met": "Met on"})
    assert (funnel.exclude.lost_reasons, funnel.exclude.sources, funnel.exclude.labels) == (("Дубль",), ("Тест",), ("lost",))
    assert (funnel.status.won, funnel.status.lost, funnel.status.open) == (("Успех",), ("Провал",), ("Идёт",))


def test_defaults_are_those_that_the_docs_give() -> None:
    funnel = parse_funnel(SMALL)
    assert (funnel.timezone, funnel.currency, funnel.key_stage, funnel.plan) == ("UTC", None, None, None)
    assert (funnel.lost, funnel.on_hold, funnel.pairs) == ((), (), ())


def test_a_key_left_blank_counts_as_not_given() -> None:
    assert parse_funnel(with_stage("{id: met, name: M, aliases: , max_days: }") + "lost:\nplan:\n") == parse_funnel(
        with_stage("{id: met, name: M}")
    )


def test_a_label_that_looks_like_a_date_stays_as_it_is_written() -> None:
    assert parse_funnel(SMALL + "lost: [2024-01-01]\n").lost == ("2024-01-01",)


def test_the_same_label_twice_in_one_stage_is_harmless() -> None:
    stage = parse_funnel(with_stage("{id: met, name: Met, aliases: [MET, Счёт, Счет]}")).stages[1]
    assert stage.aliases == ("MET", "Счёт", "Счет")


def test_sixty_stages_are_allowed() -> None:
    assert len(parse_funnel(many(MAX_STAGES)).stages) == MAX_STAGES


def test_label_codes_are_stage_positions_and_outcomes() -> None:
    codes = parse_funnel(SMALL + "lost: [Отказ]\non_hold: [Пауза]\n").label_index()
    assert codes == {"new": 0, "met": 1, "встреча": 1, "done": 2, "отказ": LOST, "пауза": ON_HOLD}
    assert MAX_STAGES - 1 < ON_HOLD < UNMAPPED < LOST


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["new", "met", "month"])
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3))
_keys = st.sampled_from([field.encode_name for field in msgspec.structs.fields(stages_types.RawFunnel)])


@given(st.dictionaries(_keys, _values, max_size=4))
def test_whatever_stands_under_a_key_is_read_or_refused_with_a_cure(given_values: dict[str, object]) -> None:
    stages = [{"id": "new", "name": "New"}, {"id": "met", "name": "Met"}, {"id": "done", "name": "Done", "won": True}]
    try:
        parse_funnel(yaml.safe_dump({"stages": stages, **given_values}, allow_unicode=True))
    except FunnelError as error:
        assert error.cure and error.line


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    with contextlib.suppress(FunnelError):
        parse_funnel(data)


# The packaged default


@pytest.fixture(scope="module")
def packaged() -> dict[str, int]:
    return parse_funnel(packaged_text()).label_index()


def test_the_packaged_funnel_is_the_one_at_the_root() -> None:
    assert packaged_text() == (ROOT / "stages.yaml").read_text(encoding="utf-8")


def test_the_packaged_funnel_has_the_eleven_stages_in_both_languages() -> None:
    funnel = parse_funnel(packaged_text())
    assert [stage.id for stage in funnel.stages] == [
        "new_lead", "qualified", "meeting_scheduled", "meeting_held", "sent_to_work", "design_approved", "contract_sent",
        "prepayment_received", "in_production", "order_fulfilled", "acts_signed_paid",
    ]  # fmt: skip
    for stage in funnel.stages:
        assert stage.name.en and stage.name.ru and stage.task and stage.task.en and stage.task.ru and stage.aliases
    assert funnel.title.en and funnel.title.ru
    assert all(pair.name and pair.name.en and pair.name.ru for pair in funnel.pairs)


@pytest.mark.parametrize(
    "label", ["Успешно реализовано", "Сделка успешна", "Закрыто - Успех", "Closed Won", "Closed - won", "Deal won", "Won", "Venda Ganha"]
)
def test_won_labels_of_the_crms_are_known(packaged: dict[str, int], label: str) -> None:
    assert packaged[normal(label)] == 10


@pytest.mark.parametrize(
    "label",
    ["Закрыто и не реализовано", "Сделка провалена", "Анализ причины провала", "Закрыто - Провал", "Closed Lost", "Closed - lost",
     "Closed Lost to Competition", "Deal lost", "Analyze failure", "Lost", "Venda Perdida"],
)  # fmt: skip
def test_lost_labels_of_the_crms_are_known(packaged: dict[str, int], label: str) -> None:
    assert packaged[normal(label)] == LOST


def test_bitrix24s_own_label_with_a_latin_letter_is_known(packaged: dict[str, int]) -> None:
    assert packaged[normal("Cчёт на предоплату")] == 6


@pytest.mark.parametrize("label", ["Переговоры", "В работе", "Принимают решение", "Negotiation", "Подготовка документов"])
def test_names_of_processes_are_not_guessed(packaged: dict[str, int], label: str) -> None:
    assert packaged.get(normal(label), UNMAPPED) == UNMAPPED


def test_commented_examples_are_valid() -> None:
    shown = re.sub(r"(?m)^# ((?:currency|plan|exclude): ?.*|  (?:lost_reasons|sources|labels): .*)$", r"\1", packaged_text())
    funnel = parse_funnel(shown)
    assert funnel.plan and funnel.currency and funnel.exclude.labels and funnel.exclude.sources and funnel.exclude.lost_reasons


# Schema and docs

RAW = [struct for name, struct in vars(stages_types).items() if name.startswith("Raw")]


@pytest.mark.parametrize(
    ("struct", "key"), [(struct.__name__, field.encode_name) for struct in RAW for field in msgspec.structs.fields(struct)]
)
def test_every_key_is_documented(struct: str, key: str) -> None:
    assert f"`{key}`" in (ROOT / "docs" / "stages.md").read_text(encoding="utf-8"), struct


def test_examples_of_the_docs_are_valid() -> None:
    text = (ROOT / "docs" / "stages.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 5
    for block in blocks:
        assert parse_funnel(block if "stages:" in block else SMALL + block)


def test_every_key_of_the_schema_has_a_description() -> None:
    for struct in funnel_schema()["$defs"].values():
        for key, schema in struct["properties"].items():
            assert schema.get("description"), key


def test_committed_schema_is_what_the_types_say() -> None:
    committed = json.loads((ROOT / "docs" / "stages.schema.json").read_text(encoding="utf-8"))
    assert committed == funnel_schema(), "run: python docs/make_schemas.py"


def test_loading_the_funnel_needs_no_heavy_import() -> None:
    heavy = {"pandas", "numpy", "pyarrow", "rich"}
    code = f"import sys, funnel_audit.stages_file as s; s.load_funnel(); print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_public_names_are_these() -> None:
    assert stages_file.__all__ == ["funnel_schema", "load_funnel", "packaged_text", "parse_funnel"]
