"""Dialects as data: the index is fresh, every file is small, every key is documented, faults name file and key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from funnel_audit.errors import FunnelError
from funnel_audit.intake import dialect as d
from funnel_audit.intake import matching
from funnel_audit.intake.outline import entered
from funnel_audit.intake.read import Options, read
from funnel_audit.stages_file import load_funnel

ROOT = Path(__file__).resolve().parents[2]


def test_the_index_is_fresh() -> None:
    assert [(name, number, sorted(keys)) for name, number, keys in matching.index()] == matching.made_index()


@pytest.mark.parametrize("name", d.names())
def test_a_dialect_is_small_and_speaks_both_languages(name: str) -> None:
    path = ROOT / "funnel_audit" / "intake" / "dialects" / f"{name}.yaml"
    assert len(path.read_text("utf-8").splitlines()) < 100
    assert all(sentence.keys() == {"en", "ru"} for sentence in d.shipped(name).lacks.values())


@pytest.mark.parametrize("struct", [d.Dialect, d.TableForm, d.Log, d.ValueForms, d.LabelWords, d.Status])
def test_every_key_is_documented(struct: type[msgspec.Struct]) -> None:
    text = (ROOT / "docs" / "dialects.md").read_text("utf-8")
    missing = [key for key in struct.__struct_fields__ if f"`{key}`" not in text and (struct, key) != (d.Dialect, "name")]
    assert not missing
    assert all(f"`{field}`" in text for field in d.FIELDS)


@pytest.mark.parametrize(
    ("header", "label", "pipeline"),
    [
        ('Date entered "Contract Sent (Sales Pipeline)"', "Contract Sent", "Sales Pipeline"),
        ("Date entered 'Contract Sent (Sales Pipeline)'", "Contract Sent", "Sales Pipeline"),
        ('Date entered "Proposal (draft) (Sales (EU))"', "Proposal (draft)", "Sales (EU)"),
        ("date entered Won", "Won", None),
    ],
)
def test_dated_headers(header: str, label: str, pipeline: str | None) -> None:
    found = entered(header, d.shipped("hubspot").tables[0].entered)
    assert found is not None and (found.label, found.pipeline) == (label, pipeline)


MINE = """title: Mine
tables:
  - shape: deals
    columns: {deal_id: [Nr], stage: [Schritt], amount: [Wert], created: [Angelegt]}
labels: {pipeline: [Anfrage, Angebot, Auftrag], won: [Auftrag], lost: [Absage]}
"""


def test_a_dialect_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE, "utf-8")
    (tmp_path / "deals.csv").write_text("Nr,Schritt,Wert,Angelegt\n1,Anfrage,10,2026-01-05\n2,Absage,5,2026-01-06\n", "utf-8")
    found = read([str(tmp_path / "deals.csv")], load_funnel(None), Options(dialect=str(tmp_path / "mine.yaml")))
    assert (found.funnel.source, found.order_source) == ("dialect", "pipeline")
    assert [stage.name.en for stage in found.funnel.stages] == ["Anfrage", "Angebot", "Auftrag"]
    assert found.journeys.deals.outcome.tolist() == ["open", "lost"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("deal_id: [Nr]", "dael_id: [Nr]", "tables[0].columns.dael_id"),
        ("shape: deals", "shape: rows", "tables[0].shape"),
        ("title: Mine", "title: Mine\nlacks: {moeny: {en: x}}", "lacks.moeny"),
        ("won: [Auftrag]", "won: [Auftrag], prefix: '('", "labels.prefix"),
    ],
)
def test_faults_name_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace(old, new), "utf-8")
    with pytest.raises(FunnelError) as caught:
        d.load_file(str(path))
    assert (caught.value.file, caught.value.key) == (str(path), key)
