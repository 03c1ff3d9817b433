"""The baseline: only what is new, worse or expired fails; the file is the user's."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from funnel_audit.baseline import Baseline, Line, parse, save, text_of
from funnel_audit.errors import FunnelError, UsageError
from funnel_audit.gate import standing
from funnel_audit.report import Finding, Place
from funnel_audit.verdict import Accepted

FINDING = Finding(
    code="FA203", name="n", severity="error", confidence="high", place=Place(file="a/deals.csv"), text="t", cure="c", count=37,
    fingerprint="aa11", deals=("D1",),
)  # fmt: skip
DAY = dt.date(2026, 7, 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (None, "new"),
        (Accepted(count=37), "accepted"),
        (Accepted(count=40), "accepted"),
        (Accepted(count=36), "worse"),
        (Accepted(count=37, expires="2026-07-01"), "accepted"),
        (Accepted(count=37, expires="2026-06-30"), "expired"),
        (Accepted(count=1, expires="2026-06-30"), "expired"),
    ],
)
def test_standing(line: Accepted | None, expected: str) -> None:
    assert standing(FINDING, line, DAY) == expected


def everything(code: str) -> bool:
    return True


def test_an_update_keeps_what_the_user_wrote_and_makes_nothing_up() -> None:
    old = Baseline((Line(fingerprint="aa11", code="FA203", place="x", count=1, reason="why: because", owner="Ann", expires="2026-01-01"),
                    Line(fingerprint="gone", code="FA301", count=3), Line(fingerprint="else", code="FA105")))  # fmt: skip
    other = Finding(**{**{name: getattr(FINDING, name) for name in FINDING.__struct_fields__}, "fingerprint": "bb22", "count": 1})
    new = old.updated([FINDING, other], lambda code: code != "FA105")
    assert [line.fingerprint for line in new.lines] == ["aa11", "else", "bb22"]
    assert (new.lines[0].count, new.lines[0].reason, new.lines[0].expires) == (37, "why: because", "2026-01-01")
    assert (new.lines[2].reason, new.lines[2].owner, new.lines[2].expires, new.lines[2].place) == (None, None, None, "D1")
    assert parse(text_of(new).encode(), "b.yaml").lines == new.lines
    assert [line.code for line in old.gone([FINDING], everything)] == ["FA301", "FA105"]


def test_odd_texts_survive() -> None:
    line = Line(
        fingerprint="1234",
        code="FA203",
        place="a: b # c",
        reason="'quoted' \"both\"\nand a line\tё «ж»",
        owner="- yes",
        expires="2026-12-31",
    )
    back = parse(text_of(Baseline((line,))).encode(), "b.yaml").lines
    assert back == (line,)
    assert yaml.safe_load(text_of(Baseline((line,))))["accepted"][0]["reason"] == line.reason


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("accepted:\n  - {code: FA203}\n", 2, "fingerprint"),
        ("accepted:\n  - fingerprint: a\n    code: FA203\n    expire: 2026-01-01\n", 4, "Did you mean `expires`"),
        ("accepted:\n  - fingerprint: a\n    code: FA203\n    expires: soon\n", 4, "not a date: `soon`"),
        ("accepted:\n  - {fingerprint: a, code: FA203, count: 0}\n", 2, "1 or more"),
        ("accepted:\n  - {fingerprint: a, code: FA203}\n  - {fingerprint: a, code: FA203}\n", 3, "stands twice"),
        ("accepted:\n  - {fingerprint: a, code: !!python/object FA203}\n", 2, "tags are not read"),
        ("acepted: []\n", 1, "Did you mean `accepted`"),
        ("accepted: [\n", None, "not valid YAML"),
    ],
)
def test_faults_are_named_with_line_and_cure(text: str, line: int | None, words: str) -> None:
    with pytest.raises(FunnelError) as caught:
        parse(text.encode(), "b.yaml")
    assert words in str(caught.value)
    assert line is None or caught.value.line == line


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(FunnelError, match="over 5 MB"):
        parse(b"#" * 5_000_001, "b.yaml")


def test_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.yaml"
    save(Baseline((Line(fingerprint="a", code="FA203"),)), str(path))
    before = path.read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(UsageError, match="No space left"):
        save(Baseline(()), str(path))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


# ---------------------------------------------------------------- through the command


def test_the_life_of_a_baseline(run: Any) -> None:
    words = ("check", "deals.csv", "--baseline", "b.yaml", "--today", "2026-02-01")
    assert run(*words).code == 2 and "Add --update-baseline" in run(*words).err
    made = run(*words, "--update-baseline")
    assert made.code == 0 and "without a reason" in made.err
    assert run(*words).code == 0

    lines = yaml.safe_load(Path("b.yaml").read_text("utf-8"))["accepted"]
    assert all(line["reason"] is None for line in lines)

    with Path("deals.csv").open("a", encoding="utf-8") as file:
        file.write("D6,Meeting,2026-01-09,,1,Ann,\n")
    worse = run(*words)
    assert worse.code == 1 and "Accepted is 1, now there are more." in worse.out

    text = Path("b.yaml").read_text("utf-8").replace("code: FA203\n", "code: FA203\n    expires: 2026-01-31\n")
    Path("b.yaml").write_text(text.replace("count: 1\n", "count: 2\n"), "utf-8")
    assert run(*words).code == 1 and "Was accepted until 31 January 2026." in run(*words).out
    assert run(*words[:-1], "2026-01-31").code == 0, "the last day is included"
    renewed = run(*words, "--update-baseline")
    assert renewed.code == 1 and "expires: 2026-01-31" in Path("b.yaml").read_text("utf-8"), "a day is the user's to move"

    rows = Path("deals.csv").read_text("utf-8").replace("Meeting", "Met")
    Path("deals.csv").write_text(rows, "utf-8")
    assert "No longer found, though the baseline has it" in run(*words).out
    assert "FA203" in Path("b.yaml").read_text("utf-8"), "only --update-baseline writes"
    assert "1 taken out" in run(*words, "--update-baseline").err
    assert "FA203" not in Path("b.yaml").read_text("utf-8")


def test_usage(run: Any) -> None:
    assert "--baseline baseline.yaml" in run("check", "deals.csv", "--update-baseline").err
    assert "FUNNEL_AUDIT_KEY" in run("check", "deals.csv", "--baseline", "b.yaml", "--update-baseline", "--anonymous").err
