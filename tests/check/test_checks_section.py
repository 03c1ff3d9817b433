"""The ``checks:`` section of stages.yaml: what it may hold, and how its faults are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from funnel_audit.errors import FunnelError
from funnel_audit.stages_file import parse_funnel

STAGES = """stages:
  - {id: new, name: New}
  - {id: met, name: Met}
  - {id: paid, name: Paid, won: true}
"""


def test_everything_it_may_hold() -> None:
    checks = parse_funnel(
        STAGES
        + """checks:
  min_conversion: {new: 0.5}
  max_days: {met: 14}
  max_stalled_share: 0.2
  max_age_days: 2
  amount_due: met
  on_no_evidence: fail
  severity: {fa203: error, FA3: info}
  ignore: [FA105]
  paths: {"archive/*": {ignore: [FA2]}}
"""
    ).checks
    assert (checks.min_conversion, checks.max_days, checks.max_stalled_share) == ({"new": 0.5}, {"met": 14.0}, 0.2)
    assert (checks.severity, checks.ignore, checks.on_no_evidence) == ({"FA203": "error", "FA3": "info"}, ("FA105",), "fail")
    assert (checks.paths[0].glob, checks.paths[0].ignore) == ("archive/*", ("FA2",))


def test_nothing_is_demanded_without_it() -> None:
    checks = parse_funnel(STAGES).checks
    assert (checks.min_conversion, checks.max_age_days, checks.ignore, checks.on_no_evidence) == ({}, None, (), "warn")


@pytest.mark.parametrize(
    ("section", "line", "key", "words"),
    [
        ("min_conversion: {nwe: 0.5}", 6, "checks.min_conversion.nwe", "Did you mean `new`"),
        ("min_conversion: {new: 50}", 6, "checks.min_conversion.new", "Write 0.5 for 50 %"),
        ("min_conversion: {new: half}", 6, "checks.min_conversion.new", "expected a number, got text"),
        ("min_conversion: {paid: 0.5}", 6, "checks.min_conversion.paid", "won stage"),
        ("max_days: {met: 0}", 6, "checks.max_days.met", "more than 0"),
        ("max_stalled_share: 20", 6, "checks.max_stalled_share", "Write 0.2 for 20 %"),
        ("max_age_days: -1", 6, "checks.max_age_days", "negative"),
        ("amount_due: mte", 6, "checks.amount_due", "Did you mean `met`"),
        ("severity: {FA999: error}", 6, "checks.severity.FA999", "there is no finding with the code `FA999`"),
        ("severity: {FA203: grave}", 6, "checks.severity.FA203", "grave"),
        ("ignore: [FA23]", 6, "checks.ignore[0]", "Did you mean FA2"),
        ("ignore: [F203]", 6, "checks.ignore[0]", "Did you mean FA203"),
        ("on_no_evidence: maybe", 6, "checks.on_no_evidence", "maybe"),
        ("paths: {'a/*': {ignroe: [FA2]}}", 6, "checks.paths.a/*.ignroe", "Did you mean `ignore`"),
        ("max_stale: 1", 6, "checks.max_stale", "Did you mean `max_stalled_share`"),
    ],
)
def test_faults_name_line_key_and_cure(section: str, line: int, key: str, words: str) -> None:
    with pytest.raises(FunnelError) as caught:
        parse_funnel(f"{STAGES}checks:\n  {section}\n")
    assert (caught.value.line, caught.value.key) == (line, key)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "code"),
    [("severity: {FA203: info}", 0), ("severity: {FA203: error}", 1), ("severity: {FA2: warning}", 0), ("ignore: [FA203, FA3]", 0)],
)
def test_the_report_is_gated_by_the_same_section_as_check(run: Any, lines: str, code: int) -> None:
    text = Path("stages.yaml").read_text("utf-8").partition("checks:")[0]
    Path("stages.yaml").write_text(f"{text}checks:\n  {lines}\n", "utf-8")
    report, check = run("report", "deals.csv", "--fail-on", "error"), run("check", "deals.csv", "--fail-on", "error")
    assert (report.code, check.code) == (code, code)
    assert ("label that no stage knows" in report.out) == ("label that no stage knows" in check.out) == ("ignore" not in lines)
