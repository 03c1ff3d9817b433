"""The codes of all findings, without loading a rule: a rule is a file of ``findings/``, and its name is its code.

A group is all codes that begin alike: FA2 is FA201 to FA299.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def codes() -> tuple[str, ...]:
    """Every code, in order: FA101, FA102 ..."""
    return tuple(sorted(path.stem.upper() for path in (Path(__file__).parent / "findings").glob("fa[0-9]*.py")))


@cache
def groups() -> tuple[str, ...]:
    """FA1, FA2 ..."""
    return tuple(sorted({code[:3] for code in codes()}))


def known(name: str) -> bool:
    """Is it a code or a group, in whatever case?"""
    return name.upper() in codes() or name.upper() in groups()


def covers(names: Iterable[str], code: str) -> bool:
    """Is ``code`` one of the codes, or in one of the groups?"""
    return any(code == name or (len(name) == 3 and code.startswith(name)) for name in names)


def likely(name: str, limit: int = 3) -> tuple[str, ...]:
    """Codes that may have been meant by an unknown one: those that differ least, the same group first."""
    written = name.upper()
    digits = re.sub(r"\D", "", written)
    if len(digits) == 3 and f"FA{digits}" in codes():
        return (f"FA{digits}",)
    if digits[:1] and f"FA{digits[0]}" in groups():
        number = int(digits.ljust(3, "0")[:3])
        near = sorted((code for code in codes() if code[2] == digits[0]), key=lambda code: (abs(int(code[2:]) - number), code))
        return tuple(near[:limit])
    return ()
