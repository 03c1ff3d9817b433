"""Dialects as data: the index is fresh, every file is small, every key is documented, faults name file and key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from funnel_audit.intake import dialect as d
from funnel_audit.intake import matching
from funnel_audit.intake.outline import entered

ROOT = Path(__file__).resolve().parents[2]


def test_the_index_is_fresh() -> None:
    assert [(name, number, sorted(keys)) for name, number, keys in matching.index()] == matching.made_index()


@pytest.mark.parametrize("name", d.names())
def test_a_dialect_is_small_and_speaks_both_languages(name: str) -> None:
    path = ROOT / "funnel_audit" / "intake" / "dialects" / f"{name}.yaml"
    assert len(path.read_text("utf-8").splitlines()) < 100
    assert all(sentence.keys() == {"en", "ru"} for sentence in d.shipped(name).lacks.values())
    assert msgspec.structs.replace(d.load_file(str(path)), own=False) == d.shipped(name), "it must pass as a user's own would"


@pytest.mark.parametrize("struct", [d.Dialect, d.TableForm, d.Log, d.ValueForms, d.LabelWords, d.Status])
def test_every_key_is_documented(struct: type[msgspec.Struct]) -> None:
    text = (ROOT / "docs" / "dialects.md").read_text("utf-8")
    keys = set(struct.__struct_fields__) - ({"name", "own"} if struct is d.Dialect else set())
    missing = [key for key in keys if f"`{key}`" not in text]
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
