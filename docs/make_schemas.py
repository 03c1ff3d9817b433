"""Writes the JSON Schemas of stages.yaml and of what the commands print as JSON.

``--check`` only says whether the committed ones are what the types say.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def schemas() -> dict[Path, str]:
    """Path -> text of every schema that is committed."""
    from funnel_audit import compare_record, deal_record, inspection_record, reconcile_record, verdict
    from funnel_audit.report import SCHEMA, Audit
    from funnel_audit.stages_file import funnel_schema

    draft = "https://json-schema.org/draft/2020-12/schema"
    report = {"$schema": draft, "title": SCHEMA, **msgspec.json.schema(Audit)}
    made = {"stages.schema.json": funnel_schema(), "report.schema.json": report}
    pages = (
        ("reconcile", reconcile_record, reconcile_record.Reconciliation),
        ("compare", compare_record, compare_record.Comparison),
        ("check", verdict, verdict.Check),
        ("deal", deal_record, deal_record.DealStory),
        ("inspect", inspection_record, inspection_record.Inspection),
    )
    for name, module, record in pages:
        made[f"{name}.schema.json"] = {"$schema": draft, "title": module.SCHEMA, **msgspec.json.schema(record)}
    return {ROOT / "docs" / name: _text(schema) for name, schema in made.items()}


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    stale = {path: text for path, text in schemas().items() if not path.is_file() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(ROOT)} is not what the types say: run python docs/make_schemas.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
