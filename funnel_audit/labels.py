"""How labels are compared: one key for every way a CRM, a keyboard or a spreadsheet may write the same stage."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

ON_HOLD = 61
UNMAPPED = 62
LOST = 63
"""Codes of labels: 0-59 is the stage's position. Ordered so that at equal instants stages come in stage order and the loss last."""

_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f\u1c80-\u1c8a\u2de0-\u2dff\ua640-\ua69f]")
_LOOK_ALIKE = str.maketrans("abcehikmoptxyëï", "авсенікмортхуеї")
_YO = str.maketrans("ё", "е")
_BLANK = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_MARKS_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f") | {chr(code) for code in range(0xFE00, 0xFE10)}


@lru_cache(maxsize=8192)
def normal(label: str) -> str:
    """The key under which a label is compared; ``normal(normal(x)) == normal(x)``.

    NFKC, casefold, white space collapsed and stripped, ё→е, invisible characters dropped, and Latin look-alikes mapped to Cyrillic
    inside words that hold at least one Cyrillic letter: ``Cчёт на предоплату`` (Latin C, as Bitrix24 ships it) equals ``счет на
    предоплату``, while ``C3:NEW`` stays as it is. For comparing only: what a reader sees is always the label as it was written.
    """
    while (key := _once(label)) != label:
        label = key
    return label


def _once(text: str) -> str:
    text = "".join(" " if char in _BLANK else char for char in text if char in _BLANK or not _unseen(char))
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_LETTERS.sub(_in_one_alphabet, text).split())


def _unseen(char: str) -> bool:
    """Control, formatting (zero width, BOM, soft hyphen, bidirectional) and variation characters."""
    return unicodedata.category(char) in {"Cc", "Cf"} or char in _MARKS_UNSEEN


def _in_one_alphabet(word: re.Match[str]) -> str:
    letters = word.group()
    if not _CYRILLIC.search(letters):
        return letters
    return letters.translate(_LOOK_ALIKE).translate(_YO)


def nearest(word: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Up to ``n`` candidates that look like ``word``, best first, as they are written: for "did you mean"."""
    by_key: dict[str, str] = {}
    for candidate in candidates:
        by_key.setdefault(normal(candidate), candidate)
    return tuple(by_key[key] for key in difflib.get_close_matches(normal(word), by_key, n=n, cutoff=0.6))
