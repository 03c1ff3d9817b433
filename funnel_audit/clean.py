"""Text of unknown origin made harmless: what could steer a terminal, reorder a line or break a document reaches no output.

Removed: control characters (C0, DEL, C1: no escape sequence survives without its escape), bidirectional marks, embeddings, overrides
and isolates, invisible format characters, lone surrogates and noncharacters (they make UTF-8 or XML invalid). Line breaks and tabs
become spaces. The joiners U+200C and U+200D stay: Persian and emoji need them.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

_BREAKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_BREAK = re.compile("\r\n|[" + _BREAKS + "]")
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SUSPECT = re.compile(_HARMFUL.pattern[:-1] + "\u2028\u2029]")
_NUMBERS = frozenset({int, float, bool, type(None)})

T = TypeVar("T")


def clean(text: str, limit: int | None = None) -> str:
    """``text`` without harmful characters, on one line, at most ``limit`` characters (the last one then is an ellipsis)."""
    if not text.isprintable() and _SUSPECT.search(text):  # what is printable holds nothing harmful, and is most of all text
        text = _HARMFUL.sub("", _BREAK.sub(" ", text))
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)].rstrip() + "…"
    return text


def clean_record(record: T) -> T:
    """The same record (or tuple, list, dict) with every string in it cleaned; parts that were clean are the same objects."""
    return _walk(record)  # type: ignore[return-value]


def _walk(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, msgspec.Struct):
        changed: dict[str, object] = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            if type(old) in _NUMBERS:
                continue
            new = old if name == "delimiter" and old == "\t" else _walk(old)
            if new is not old:
                changed[name] = new
        return msgspec.structs.replace(value, **changed) if changed else value
    if isinstance(value, (tuple, list)):
        items = [_walk(item) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, dict):
        pairs = [(_walk(key), key, _walk(item), item) for key, item in value.items()]
        same = all(new_key is key and new is item for new_key, key, new, item in pairs)
        return value if same else {key: item for key, _, item, _ in pairs}
    return value
