"""Write funnel_audit/intake/dialects/index.json, the distinctive headers of all dialects in one file.

    python tools/dialect_index.py           write it
    python tools/dialect_index.py --check   say whether it is fresh
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from funnel_audit.intake import matching

PATH = Path(__file__).resolve().parent.parent / "funnel_audit" / "intake" / "dialects" / matching.INDEX


def main() -> int:
    text = "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in matching.made_index()) + "\n]\n"
    if "--check" in sys.argv:
        if PATH.is_file() and PATH.read_text("utf-8") == text:
            return 0
        print("dialects/index.json is not what the dialects say: run python tools/dialect_index.py", file=sys.stderr)
        return 1
    PATH.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
