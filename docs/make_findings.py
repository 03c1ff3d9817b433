"""Writes docs/findings.md: every rule's documentation from its docstring, and what is found of the planted defects; --check compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "findings")]

from planted import one_at_a_time, together  # noqa: E402

from funnel_audit.findings import rules  # noqa: E402
from funnel_audit.findings.documents import document  # noqa: E402

PAGE = ROOT / "docs" / "findings.md"
GROUPS = {"FA1": "Files", "FA2": "Deals", "FA3": "Histories", "FA4": "The definition of the funnel", "FA5": "What stages.yaml demands"}
HEAD = """# Findings

What `funnel-audit check` and the report say of an export. Made by `make findings-docs` from the rules themselves; `funnel-audit explain
FA203` prints the same, `--lang ru` in Russian. An error makes figures wrong or is a demand that was missed; a warning makes them doubtful;
an info is only said. A rule may raise or lower its own severity by how much is at stake; `checks` in stages.yaml has the last word.
"""


def page() -> str:
    return "\n".join([HEAD, *overview(), *chapters(), *proof()]) + "\n"


def overview() -> Iterator[str]:
    yield "| code | what | severity | confidence |\n|---|---|---|---|"
    for code, rule in rules().items():
        yield f"| [{code}](#{code.lower()}) | {rule.NAME} | {rule.SEVERITY} | {rule.CONFIDENCE} |"


def chapters() -> Iterator[str]:
    for group, name in GROUPS.items():
        yield f"\n## {group}: {name}"
        for code in (code for code in rules() if code.startswith(group)):
            yield f"\n### {code}\n\n{document(code, 'en').markdown()}"


def proof() -> Iterator[str]:
    alone, (crowd, strangers) = list(one_at_a_time()), together()
    yield "\n## How sure the rules are\n"
    yield "Defects planted into a clean export (tests/findings/planted.py): is each found by its rule, at its row, with nothing else said?"
    yield "\n| | kinds | found (recall) | at the right row | said of anything else | precision |\n|---|---|---|---|---|---|"
    for name, results, extra in (("one at a time", alone, sum(len(one.extra) for one in alone)), ("together", crowd, len(strangers))):
        found, right = sum(one.found for one in results), sum(one.at_row for one in results)
        share = found / (found + extra) if found + extra else 0.0
        yield f"| {name} | {len(results)} | {found} ({found / len(results):.0%}) | {right} | {extra} | {share:.0%} |"
    yield "\n| defect | rule | alone | together |\n|---|---|---|---|"
    joint = {one.plant.kind: one for one in crowd}
    for one in alone:
        other = joint.get(one.plant.kind)
        marks = ["yes" if result.found and result.at_row else "no" for result in (one, other) if result]
        yield f"| {one.plant.kind} | {one.plant.code} | {marks[0]} | {marks[1] if other else '-'} |"


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text("utf-8") == text:
            return 0
        print("docs/findings.md is stale: make findings-docs", file=sys.stderr)
        return 1
    PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
