"""What makes a finding the same one in the next export: its rule and a key that does not move with the rows.

The key is the rule's own; else the stage, the column or the file's name without its digits (``deals_2026-03-31.csv`` is tomorrow's
``deals_2026-04-01.csv``). Where several findings of a rule would share that key, the first deal id tells them apart.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from funnel_audit.report import Place

LENGTH = 16
"""Hex digits: 64 bits, so that a million findings do not meet by chance."""


def fingerprint(code: str, key: str) -> str:
    """The first digits of the SHA-256 of code and key."""
    return hashlib.sha256(f"{code}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def fingerprints(code: str, flaws: Sequence[tuple[str, Place, tuple[str, ...]]]) -> list[str]:
    """One for each flaw of a rule, all different; a flaw is its own key, its place and its first deal ids."""
    keys = [key or key_of(place) for key, place, _ in flaws]
    times = Counter(keys)
    keys = [f"{key}\0{ids[0]}" if times[key] > 1 and ids else key for key, (_, _, ids) in zip(keys, flaws, strict=True)]
    seen: Counter[str] = Counter()
    out = []
    for key in keys:
        seen[key] += 1
        out.append(fingerprint(code, key if seen[key] == 1 else f"{key}\0{seen[key]}"))
    return out


def key_of(place: Place) -> str:
    """The stage, else the column, else the file."""
    return place.stage or place.column or re.sub(r"\d+", "#", PurePath(place.file or "").name)
