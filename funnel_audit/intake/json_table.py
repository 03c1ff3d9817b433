"""JSON with a list of objects in it, as REST methods answer: ``{"result": {"items": [{…}, …]}}``, one page or several, or just the list."""

from __future__ import annotations

from typing import Any

import msgspec

from funnel_audit.errors import InputError, NoTableError, Said
from funnel_audit.intake.grid import Grid, head_of
from funnel_audit.intake.source import MIB, Source
from funnel_audit.intake.table import Head

CAP = 256 * MIB
DEEP = 6
_CURE = Said("Export the deals as CSV or Excel and name that file.")


def open_json(source: Source) -> Head:
    if source.size > CAP:
        message = Said("a JSON file of over {mib} MiB is not read.", mib=str(CAP // MIB))
        raise InputError(message, file=source.name, cure=Said("Write it as CSV."))
    try:
        found = _objects(msgspec.json.decode(bytes(source.part()).removeprefix(b"\xef\xbb\xbf")), DEEP)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        cure = Said("Save the answer of the REST method again.")
        raise InputError(Said("this is JSON, but cut short or damaged."), file=source.name, cure=cure) from None
    headers = list(dict.fromkeys(name for record in found for name in record))
    if len(headers) < 2:
        message = Said("this is JSON, not a table: there is no list of deals or changes in it.")
        raise NoTableError(message, file=source.name, cure=_CURE)
    rows: list[list[Any]] = [list(headers)]
    rows += [[record.get(name) for name in headers] for record in found]
    return head_of(Grid(rows, 0, _text), source.name, "json", size_bytes=source.size)


def _objects(value: Any, deep: int) -> list[dict[str, Any]]:
    """The longest list of objects in it; of a list of pages, the lists of all pages one after the other."""
    if isinstance(value, list):
        records = [item for item in value if isinstance(item, dict)]
        inside = [_objects(item, deep - 1) for item in records if _is_page(item)] if deep else []
        return [record for page in inside for record in page] if inside and len(inside) == len(records) else records
    if isinstance(value, dict) and deep:
        return max((_objects(item, deep - 1) for item in value.values()), key=len, default=[])
    return []


def _is_page(record: dict[str, Any]) -> bool:
    result = record.get("result", record.get("data", record.get("_embedded")))
    return isinstance(result, list) or (isinstance(result, dict) and any(isinstance(item, list) for item in result.values()))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
