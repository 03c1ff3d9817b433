"""The faults that the types find, in the words of somebody who writes YAML: what, where, did you mean, what to type."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from funnel_audit.errors import FunnelError
from funnel_audit.labels import nearest
from funnel_audit.stages_types import RawFunnel, funnel_schema
from funnel_audit.stages_yaml import Document, Path

_KINDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list", "object": "a mapping"}


def worded(problem: str, document: Document) -> FunnelError:
    """msgspec's message (``Expected `str`, got `int` - at `$.lost[0]` ``) as a FunnelError with line and cure."""
    what, _, where = problem.partition(" - at `$")
    path = _path_of(where.removesuffix("`"), document.value)
    field = what.split("`")[1] if "`" in what else ""
    if "unknown field" in what:
        known = _known_keys(path)
        close = nearest(field, known)
        cure = f"Did you mean {' or '.join(f'`{key}`' for key in close)}?" if close else f"Known here: {', '.join(known)}."
        return document.error((*path, field), "unknown key", cure)
    if "missing required field" in what:
        return document.error((*path, field), "this key is missing", f"Add `{field}: ...`.")
    if "matching regex" in what:
        written = str(_at(document.value, path))
        return document.error(path, f"not a currency code: `{written}`", _currency_cure(written))
    wanted, got = [*re.findall("`([^`]*)`", what), "", ""][:2]
    if not got:
        return document.error(path, what[:1].lower() + what[1:], "Write a value of ordinary size.")
    kinds = [_KINDS[kind] for kind in wanted.split(" | ") if kind in _KINDS]
    written = document.written.get(path, "")[:40]
    message = f"expected {' or '.join(kinds) or wanted}, got {_KINDS.get(got, 'nothing')}" + (f": `{written}`" if written else "")
    return document.error(path, message, _kind_cure(wanted.split(" | "), got, written))


def _kind_cure(wanted: list[str], got: str, written: str) -> str:
    if "str" in wanted and got in {"int", "float", "bool"}:
        return f'YAML reads `{written}` as {_KINDS[got]}; put it in quotes: "{written}".'
    if "str" in wanted and got == "null":
        return "Write the text, or delete the empty item."
    if "array" in wanted:
        return f"Write a list: [{written or '...'}], or one item a line with `- ` before it."
    if ("float" in wanted or "int" in wanted) and got == "str":
        return f"Write digits with a decimal point{_as_number(written)}, without spaces, units or quotes."
    if "object" in wanted:
        return "Write `key: value` lines, indented under it."
    return f"Write {' or '.join(_KINDS.get(kind, kind) for kind in wanted if kind != 'null')}."


def _as_number(written: str) -> str:
    """A number that was meant: ``40%`` is 0.4, ``0,4`` is 0.4, ``1 000`` is 1000."""
    found = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)(%?)", re.sub(r"\s", "", written))
    if not found:
        return ""
    number = float(found[1].replace(",", ".")) / (100 if found[2] else 1)
    return f": {number:.12g}"


_CURRENCIES = {"₽": "RUB", "руб": "RUB", "руб.": "RUB", "рубль": "RUB", "рубли": "RUB", "$": "USD", "€": "EUR", "евро": "EUR", "₸": "KZT"}


def _currency_cure(written: str) -> str:
    code = _CURRENCIES.get(written.lower(), written.upper())
    return f"Write the ISO 4217 code in capitals: {code if re.fullmatch('[A-Z]{3}', code) else 'RUB'}."


def _path_of(where: str, value: Any) -> Path:
    """msgspec's ``.stages[3].aliases[1]`` as a path. It does not name the key of a free mapping (``[...]``): that is looked for."""
    path: Path = ()
    for name, position, some_key in re.findall(r"\.(\w+)|\[([0-9]+)\]|(\[\.\.\.\])", where):
        if some_key:
            value, key = _wrong_key(value, path)
            if key is None:
                return path
            path = (*path, key)
        else:
            path = (*path, name or int(position))
    return path


def _wrong_key(value: Any, path: Path) -> tuple[Any, str | None]:
    """The key of the mapping at ``path`` without which there would be no fault in it; and the value with that key alone there."""
    for key, inner in _at(value, path).items():
        alone = _with(value, path, {key: inner})
        try:
            msgspec.convert(alone, RawFunnel)
        except msgspec.ValidationError as error:
            if "[...]" in str(error):
                return alone, key
    return value, None


def _with(value: Any, path: Path, inner: Any) -> Any:
    """A copy of a nested value with another mapping at ``path``."""
    if not path:
        return inner
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(value[path[0]], path[1:], inner)  # type: ignore[index]
    return copy


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _known_keys(path: Path) -> list[str]:
    """The keys that a mapping at this path may have, from the schema: the types are the one place that lists them."""
    schema = funnel_schema()
    node = schema
    for part in path:
        node = _resolved(node, schema)
        node = node["items"] if isinstance(part, int) else _inside(node, part)
    return list(_resolved(node, schema)["properties"])


def _inside(node: dict[str, Any], key: str) -> dict[str, Any]:
    """The schema of one key's value: a named key's own, or that of every value of a free mapping."""
    found: dict[str, Any] = node.get("properties", {}).get(key) or node["additionalProperties"]
    return found


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in (node, *node.get("anyOf", ())):
        if "$ref" in option:
            found: dict[str, Any] = schema["$defs"][option["$ref"].rpartition("/")[2]]
            return found
    return node
