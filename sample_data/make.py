"""Makes sample_data: 600 deals of an invented Russian company that makes advertising signs and prints.

    python sample_data/make.py [FOLDER]

With the standard library only; the same bytes every time. company.py invents the deals, layouts.py writes them as a CRM would,
known_answers.py counts what is known of them, page.py says it in README.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from company import AS_OF, simulate
from known_answers import answers
from layouts import (
    AMO_HEADER,
    DATED_HEADER,
    SNAPSHOT_DAYS,
    amo_rows,
    csv_bytes,
    dated_rows,
    end_of,
    history_rows,
    snapshot_name,
    xlsx_bytes,
)
from page import readme


def make(folder: Path) -> None:
    deals = simulate()
    known_answers = answers(deals)
    (folder / "snapshots").mkdir(parents=True, exist_ok=True)
    dated = dated_rows(deals)
    files = {
        "deals.csv": csv_bytes(DATED_HEADER, dated),
        "deals.xlsx": xlsx_bytes(DATED_HEADER, dated),
        "amocrm.csv": csv_bytes(AMO_HEADER, amo_rows(deals, AS_OF)),
        "history.csv": csv_bytes(["deal_id", "stage", "entered_at", "changed_by"], history_rows(deals)),
        "expected.json": (json.dumps(known_answers, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
        "README.md": readme(known_answers),
        **{f"snapshots/{snapshot_name(day)}": csv_bytes(AMO_HEADER, amo_rows(deals, end_of(day))) for day in SNAPSHOT_DAYS},
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
