"""Known flaws of real exports, counted with plain pandas by somebody else."""

from __future__ import annotations

from pathlib import Path

from test_rules import gathered

from funnel_audit.assemble import assemble
from funnel_audit.findings import run
from funnel_audit.intake.read import Options, read
from funnel_audit.report import Finding
from funnel_audit.stages_file import load_funnel
from funnel_audit.texts import Texts

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def counts(findings: tuple[Finding, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in findings:
        found.setdefault(one.code, []).append(one.count)
    return found


def test_the_school(shared_data: Path) -> None:
    evidence = gathered([shared_data / "ich_school_crm/deals.xlsx"], load_funnel(), Options(as_of="2024-06-21"))
    findings = run(evidence, Texts("en"))
    found = counts(findings)
    assert found["FA206"] == [44], "closed before created"
    assert found["FA209"] == [337, 1885], "won, lost without a closing date"
    assert found["FA211"] == [266], "open with one"
    assert found["FA204"] == [3], "closing dates after the export"
    assert found["FA119"] == [2], "broken ids"
    assert found["FA104"] == [1, 1], "a blank row and one with nothing but remarks"
    assert found["FA218"] == [159] and found["FA219"] == [1771], "source Test, lost as Duplicate"
    euro = next(one for one in findings if one.code == "FA109")
    assert "EUR: 21" in euro.text and euro.numbers["left_out"] == 21, "amounts with €, read as such"
    assert not [one for one in findings if one.code == "FA101" and "amount" in one.text]


def test_the_demo_org(shared_data: Path) -> None:
    paths = [shared_data / "salesforce_demo/Opportunity.csv", shared_data / "salesforce_demo/Opportunity History.csv"]
    found = counts(run(gathered(paths, load_funnel(str(REFERENCE / "salesforce.yaml"))), Texts("en")))
    assert found["FA302"] == [21], "contradictions of stage"
    assert found["FA310"] == [55] and found["FA304"] == [13]


def test_maven(shared_data: Path) -> None:
    paths, funnel = [shared_data / "maven_crm/sales_pipeline.csv"], load_funnel(str(REFERENCE / "maven.yaml"))
    evidence = gathered(paths, funnel, Options(as_of="2017-12-31"))
    found = {one.code: one for one in run(evidence, Texts("en"))}
    assert found["FA222"].count == 1425, "blank accounts"
    assert found["FA307"].count == 500, "without dates"
    pile = found["FA404"]
    assert (pile.count, pile.numbers["open"], pile.numbers["median_age"]) == (1589, 2089, 166.0), "stalled opens"


def test_enpal(shared_data: Path) -> None:
    paths = [str(path) for path in sorted((shared_data / "enpal_pipedrive").glob("*.csv"))]
    audit = assemble(read(paths, load_funnel(str(REFERENCE / "enpal.yaml"))), Texts("en"))
    found = {one.code: one for one in audit.findings}
    assert found["FA128"].count == 5, "reused ids"
    assert found["FA114"].count == 1995 and audit.totals.won == 0, "no wins at all"
    assert (found["FA309"].numbers["skipping"], found["FA309"].numbers["moves"]) == (2495, 6892), "36 %"
    assert found["FA310"].numbers["moves"] == 8
