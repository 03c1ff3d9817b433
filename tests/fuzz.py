"""Broken exports without end: mutated samples, read and audited. A defect is anything but an audit or one clear sentence.

    python tests/fuzz.py --cases 2000

prints how many were audited and how many refused, and every traceback. A small run of it is in the suite (tests/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path

from funnel_audit.api import audit, read
from funnel_audit.errors import FunnelAuditError

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 120_000
"""Bytes: of larger text files the beginning is taken, larger workbooks are left out."""
SUFFIXES = (".csv", ".xlsx", ".xls", ".json")


def bases() -> list[Path]:
    """The files that are broken: the project's own samples, and the CRM samples where they are there."""
    folders = [ROOT / "sample_data", ROOT.parent / "shared" / "crm_samples"]
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES]
    return [path for path in found if (path.suffix == ".csv" or path.stat().st_size < LARGEST) and path.name != "expected.json"]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to three faults of the kinds that happen to files."""
    for _ in range(dice.randint(1, 3)):
        if not data:
            break
        kind = dice.randrange(8)
        at = dice.randrange(len(data))
        if kind == 0:
            data = data[:at]
        elif kind == 1:
            flipped = bytearray(data)
            for _ in range(dice.randint(1, 20)):
                flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
            data = bytes(flipped)
        elif kind == 2:
            data = data[:at] + dice.choice([b'"', b"\n", b";", b"\0", b"\xff\xfe", b",,,,", b"\r", b"\x1b[31m", b"9" * 40]) + data[at:]
        elif kind == 3:
            lines = data.split(b"\n")
            dice.shuffle(lines)
            data = b"\n".join(lines)
        elif kind == 4:
            lines = data.split(b"\n")
            drop = dice.randrange(6)
            data = b"\n".join(b",".join(cell for i, cell in enumerate(line.split(b",")) if i != drop) for line in lines)
        elif kind == 5:
            data = data.replace(dice.choice([b",", b";", b":", b"-", b".", b"0"]), dice.choice([b"", b" ", b"/", b"1"]))
        elif kind == 6:
            end = min(len(data), at + dice.randint(1, 400))
            data = data[:end] + data[at:end] * dice.randint(1, 5) + data[end:]
        else:
            data = data.decode("utf-8", "replace").encode(dice.choice(["utf-16", "cp1251", "utf-8-sig", "latin-1"]), "replace")
    return data


def broken_dialect(base: Path, dice: random.Random) -> bytes:
    """The dialect of the file as somebody's own: whole now and then, with a line or a word lost, or with faults like those of exports."""
    shipped = sorted((ROOT / "funnel_audit" / "intake" / "dialects").glob("*.yaml"))
    own = [path for path in shipped if base.name.startswith(path.stem[:5])] or [path for path in shipped if path.stem == "generic"]
    data = dice.choice(own).read_bytes()
    kind = dice.randrange(4)
    if kind == 0:
        return data
    lines = data.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    if kind == 1:
        return b"".join(lines[:at] + lines[at + 1 :])
    if kind == 2:
        return data.replace(dice.choice([b"[", b"]", b": ", b"{stage}", b"deals", b"changes", b"recognise", b"deal_id"]), dice.choice(
            [b"", b"x", b"7", b"~", b"''", b"[1]"]))  # fmt: skip
    return mutated(data, dice)


def run(cases: int, seed: int = 1, *, dialects: bool = False) -> tuple[Counter[str], list[str]]:
    """(how the cases ended, the tracebacks of those that ended badly); ``dialects``: each is read by a broken dialect of the user's own."""
    dice, files = random.Random(seed), bases()
    ends: Counter[str] = Counter()
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for case in range(cases):
            base = dice.choice(files)
            broken = Path(folder) / f"case{base.suffix}"
            whole = base.read_bytes()[:LARGEST]
            broken.write_bytes(whole if dialects and case % 2 else mutated(whole, dice))
            own = Path(folder) / "own.yaml" if dialects else None
            if own is not None:
                own.write_bytes(broken_dialect(base, dice))
            try:
                audit(read(str(broken), ROOT / "stages.yaml" if case % 4 == 0 else None, dialect=own))
                ends["audited"] += 1
            except FunnelAuditError:
                ends["refused"] += 1
            except Exception:
                ends["broken"] += 1
                bad.append(f"case {case} of seed {seed}, from {base.name}\n{traceback.format_exc()}")
    return ends, bad


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Audit broken exports and look for tracebacks.")
    options.add_argument("--cases", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--dialects", action="store_true", help="read each by a broken dialect")
    chosen = options.parse_args()
    warnings.simplefilter("error")
    counted, failures = run(chosen.cases, chosen.seed, dialects=chosen.dialects)
    sys.stdout.write("\n".join([*failures[:60], str(dict(counted))]) + "\n")
    sys.exit(bool(failures))
