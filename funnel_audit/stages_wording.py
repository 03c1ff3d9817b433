"""The faults that the types find, in the words of somebody who writes YAML: what, where, did you mean, what to type."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from funnel_audit.errors import FunnelError, Said, did_you_mean, either, recognised
from funnel_audit.labels import nearest
from funnel_audit.stages_types import RawFunnel, funnel_schema
from funnel_audit.stages_yaml import Document, Path

_KINDS = {
    "str": Said("text"),
    "int": Said("a whole number"),
    "float": Said("a number"),
    "bool": Said("true or false"),
    "array": Said("a list"),
    "object": Said("a mapping"),
}
OF_TYPES = (
    Said("invalid enum value '{value}'"),
    Said("integer value out of range"),
    Said("number out of range"),
    Said("invalid UTF-8 encoded string"),
    Said("expected {wanted}, got {got}"),
    Said("object missing required field `{name}`"),
    Said("object contains unknown field `{name}`"),
)
"""What msgspec says of other faults, with a small first letter."""


def worded(problem: str, document: Document, kind: type[msgspec.Struct] = RawFunnel) -> FunnelError:
    """msgspec's message (``Expected `str`, got `int` - at `$.lost[0]` ``) as a FunnelError with line and cure; ``kind``: what was read."""
    what, _, where = problem.partition(" - at `$")
    path = _path_of(where.removesuffix("`"), document.value, kind)
    field = what.split("`")[1] if "`" in what else ""
    if "unknown field" in what:
        known = _known_keys(path, kind)
        cure = did_you_mean(f"`{key}`" for key in nearest(field, known)) or Said("Known here: {names}.", names=known)
        return document.error((*path, field), Said("unknown key"), cure)
    if "missing required field" in what:
        return document.error((*path, field), Said("this key is missing"), Said("Add `{key}: ...`.", key=field))
    if "enum value" in what:
        written = document.written.get(path, "")[:40]
        allowed = _at_schema(path, kind).get("enum", [])
        cure = did_you_mean(f"`{one}`" for one in nearest(written, allowed)) or Said("Known here: {names}.", names=allowed)
        return document.error(path, Said("there is no such value: `{text}`", text=written), cure)
    if "matching regex" in what:
        written = str(_at(document.value, path))
        return document.error(path, Said("not a currency code: `{text}`", text=written), _currency_cure(written))
    wanted, got = [*re.findall("`([^`]*)`", what), "", ""][:2]
    if not got:
        return document.error(path, recognised(what[:1].lower() + what[1:], OF_TYPES), Said("Write a value of ordinary size."))
    kinds = either(_KINDS[kind] for kind in wanted.split(" | ") if kind in _KINDS) or wanted
    written = document.written.get(path, "")[:40]
    message = Said("expected {kinds}, got {kind}", kinds=kinds, kind=_KINDS.get(got, Said("nothing")))
    if written:
        message = Said("{what}: `{text}`", what=message, text=written)
    return document.error(path, message, _kind_cure(wanted.split(" | "), got, written))


def _kind_cure(wanted: list[str], got: str, written: str) -> Said:
    if "str" in wanted and got in {"int", "float", "bool"}:
        return Said('YAML reads `{text}` as {kind}; put it in quotes: "{text}".', text=written, kind=_KINDS[got])
    if "str" in wanted and got == "null":
        return Said("Write the text, or delete the empty item.")
    if "array" in wanted:
        return Said("Write a list: [{text}], or one item a line with `- ` before it.", text=written or "...")
    if ("float" in wanted or "int" in wanted) and got == "str":
        return _number_cure(written)
    if "object" in wanted:
        return Said("Write `key: value` lines, indented under it.")
    return Said("Write {kinds}.", kinds=either(_KINDS.get(kind, kind) for kind in wanted if kind != "null"))


def _number_cure(written: str) -> Said:
    """With the number that was meant: ``40%`` is 0.4, ``0,4`` is 0.4, ``1 000`` is 1000."""
    found = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)(%?)", re.sub(r"\s", "", written))
    if not found:
        return Said("Write digits with a decimal point, without spaces, units or quotes.")
    number = float(found[1].replace(",", ".")) / (100 if found[2] else 1)
    return Said("Write digits with a decimal point: {number}, without spaces, units or quotes.", number=f"{number:.12g}")


_CURRENCIES = {"₽": "RUB", "руб": "RUB", "руб.": "RUB", "рубль": "RUB", "рубли": "RUB", "$": "USD", "€": "EUR", "евро": "EUR", "₸": "KZT"}


def _currency_cure(written: str) -> Said:
    code = _CURRENCIES.get(written.lower(), written.upper())
    return Said("Write the ISO 4217 code in capitals: {code}.", code=code if re.fullmatch("[A-Z]{3}", code) else "RUB")


def _path_of(where: str, value: Any, kind: type[msgspec.Struct]) -> Path:
    """msgspec's ``.stages[3].aliases[1]`` as a path. It does not name the key of a free mapping (``[...]``): that is looked for."""
    path: Path = ()
    for name, position, some_key in re.findall(r"\.(\w+)|\[([0-9]+)\]|(\[\.\.\.\])", where):
        if some_key:
            value, key = _wrong_key(value, path, kind)
            if key is None:
                return path
            path = (*path, key)
        else:
            path = (*path, name or int(position))
    return path


def _wrong_key(value: Any, path: Path, kind: type[msgspec.Struct]) -> tuple[Any, str | None]:
    """The key of the mapping at ``path`` without which there would be no fault in it; and the value with that key alone there."""
    for key, inner in _at(value, path).items():
        alone = _with(value, path, {key: inner})
        try:
            msgspec.convert(alone, kind)
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


def _known_keys(path: Path, kind: type[msgspec.Struct]) -> list[str]:
    """The keys that a mapping at this path may have, from the schema: the types are the one place that lists them."""
    return list(_at_schema(path, kind)["properties"])


def _at_schema(path: Path, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What the schema says of a path."""
    schema = funnel_schema() if kind is RawFunnel else msgspec.json.schema(kind)
    node = schema
    for part in path:
        node = _resolved(node, schema)
        node = node["items"] if isinstance(part, int) else _inside(node, part)
    return _resolved(node, schema)


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
