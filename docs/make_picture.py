"""Draws docs/report.svg, the README's picture: the report on the sample, in English; ``--check`` only says whether it is up to date."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PICTURE = ROOT / "docs" / "report.svg"
WIDTH, STALLED = 100, 5


def picture() -> bytes:
    """What ``funnel-audit report sample_data/deals.csv --format svg --lang en --top 5`` draws, with the funnel of this repository."""
    from funnel_audit import audit, read
    from funnel_audit.render import render_as

    os.chdir(ROOT)  # findings name the file as it was given: the picture must not show where the repository happens to lie
    finished = audit(read("sample_data/deals.csv", "stages.yaml"), lang="en", top=STALLED)
    return render_as("svg", finished, width=WIDTH, top=STALLED)


def main() -> int:
    drawn = picture()
    if PICTURE.is_file() and PICTURE.read_bytes() == drawn:
        return 0
    if "--check" in sys.argv[1:]:
        print("docs/report.svg is not what the program prints: run make picture, and look at it", file=sys.stderr)
        return 1
    PICTURE.write_bytes(drawn)
    print(f"wrote {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
