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
    found = counts(run(evidence, Texts("en")))
    assert found["FA206"] == [44] and found["FA209"] == [337, 1885] and found["FA211"] == [266] and found["FA204"] == [3]
    assert found["FA119"] == [2] and found["FA218"] == [159] and found["FA219"] == [1771] and found["FA104"] == [1, 1]


def test_the_demo_org(shared_data: Path) -> None:
    paths = [shared_data / "salesforce_demo/Opportunity.csv", shared_data / "salesforce_demo/Opportunity History.csv"]
    found = counts(run(gathered(paths, load_funnel(str(REFERENCE / "salesforce.yaml"))), Texts("en")))
    assert found["FA302"] == [21] and found["FA310"] == [55]


def test_maven(shared_data: Path) -> None:
    evidence = gathered([shared_data / "maven_crm/sales_pipeline.csv"], load_funnel(str(REFERENCE / "maven.yaml")))
    found = counts(run(evidence, Texts("en")))
    assert found["FA307"] == [500] and len(found["FA404"]) == 1


def test_enpal(shared_data: Path) -> None:
    paths = [str(path) for path in sorted((shared_data / "enpal_pipedrive").glob("*.csv"))]
    audit = assemble(read(paths, load_funnel(str(REFERENCE / "enpal.yaml"))), Texts("en"))
    found = {one.code: one for one in audit.findings}
    assert found["FA114"].count == 1995 and audit.totals.won == 0
    assert (found["FA309"].numbers["skipping"], found["FA309"].numbers["moves"]) == (2495, 6892)  # 36 %
    assert found["FA310"].numbers["moves"] == 8
