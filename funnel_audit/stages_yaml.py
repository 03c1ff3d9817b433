"""The YAML of stages.yaml, read strictly: plain text, numbers, lists and mappings, each with the line it stands on.

Refused: anchors, aliases and tags (nothing here needs them), keys that are not text or stand twice, deep nesting, files over 1 MB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from funnel_audit.errors import FunnelError, Said, recognised

Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 8
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_TEXT = {"str", "timestamp", "value"}
_READ = {"int", "float", "bool", "null"}


@dataclass
class Document:
    """The value of a YAML text; ``lines`` and ``written`` (scalars as typed) by path, for the wording of errors."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)

    def error(self, path: Path, message: Said, cure: Said) -> FunnelError:
        """The fault at a path, or at the nearest place above it that the file has."""
        place = path
        while place and place not in self.lines:
            place = place[:-1]
        return FunnelError(
            message.cleaned(_shown), file=self.file, line=self.lines.get(place), key=_shown(key_of(path)), cure=cure.cleaned(_shown)
        )


def _shown(text: str) -> str:
    """Escape and bidirectional characters of the file must not reach a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def key_of(path: Path) -> str:
    """``("stages", 3, "aliases", 1)`` as a reader writes it: ``stages[3].aliases[1]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_yaml(data: bytes, file: str, *, limit: int = MAX_BYTES) -> Document:
    """The one document of a YAML file as plain values; FunnelError names the line of whatever is wrong. ``limit`` is in bytes."""
    document = Document(file)
    if len(data) > limit:
        cure = Said("Is this the right file? A funnel takes a few kilobytes.")
        raise FunnelError(Said("the file is over 1 MB"), file=file, cure=cure)
    text = _decode(data, file)
    try:
        _refuse_machinery(text, document)
        root = _LOADER(text).get_single_node()
    except yaml.YAMLError as error:
        raise _syntax_error(error, file) from None
    if root is None:
        cure = Said("List your stages under `stages:`, or delete the file to use the packaged funnel.")
        raise FunnelError(Said("the file is empty"), file=file, cure=cure)
    document.lines[()] = root.start_mark.line + 1
    document.value = _value(root, (), document)
    return document


def _decode(data: bytes, file: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FunnelError(Said("the file is not UTF-8 text"), file=file, line=line, cure=Said("Save it as UTF-8 in your editor.")) from None


def _refuse_machinery(text: str, document: Document) -> None:
    """Look at the events first: composing a text that is nested without end would crash the C loader."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.events.AliasEvent) or getattr(event, "anchor", None):
            name = getattr(event, "anchor", "")
            cure = Said('Write the value out; a text that starts with & or * goes in quotes: "&...".')
            raise FunnelError(Said("YAML anchors and aliases are not read: `{name}`", name=name), file=document.file, line=line, cure=cure)
        tag = getattr(event, "tag", None)
        if tag:
            tag = tag.replace(_PREFIX, "!!")
            cure = Said('Delete the tag; a text that starts with ! goes in quotes: "!...".')
            raise FunnelError(Said("YAML tags are not read: `{tag}`", tag=tag), file=document.file, line=line, cure=cure)
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise FunnelError(Said("nested too deep"), file=document.file, line=line, cure=Said("Check the brackets and the indentation."))


def _syntax_error(error: yaml.YAMLError, file: str) -> FunnelError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    context = getattr(error, "context", None)
    cure = Said("Check the indentation (spaces, never tabs), the space after each colon, and brackets; put text with : or # in quotes.")
    what = recognised(problem, _PROBLEMS) + recognised(context, _CONTEXTS) if isinstance(context, str) else recognised(problem, _PROBLEMS)
    return FunnelError(Said("not valid YAML: {what}", what=what), file=file, line=mark.line + 1 if mark else None, cure=cure)


# What the parsers of PyYAML (libyaml's, and the one in Python) say of mistakes that people make.
_PROBLEMS = (
    Said("it cannot be parsed"),
    Said("mapping values are not allowed in this context"),
    Said("mapping values are not allowed here"),
    Said("block sequence entries are not allowed in this context"),
    Said("sequence entries are not allowed here"),
    Said("mapping keys are not allowed in this context"),
    Said("did not find expected key"),
    Said("did not find expected '-' indicator"),
    Said("did not find expected ',' or ']'"),
    Said("did not find expected ',' or '{brace}'"),
    Said("did not find expected node content"),
    Said("did not find expected <document start>"),
    Said("did not find expected whitespace or line break"),
    Said("did not find expected alphabetic or numeric character"),
    Said("did not find expected comment or line break"),
    Said("did not find expected hexdecimal number"),
    Said("did not find URI escaped octet"),
    Said("could not find expected ':'"),
    Said("could not find expected directive name"),
    Said("found character that cannot start any token"),
    Said("found a tab character that violates indentation"),
    Said("found a tab character where an indentation space is expected"),
    Said("found unexpected end of stream"),
    Said("found unexpected document indicator"),
    Said("found unexpected ':'"),
    Said("found unknown escape character"),
    Said("found undefined tag handle"),
    Said("found duplicate %YAML directive"),
    Said("found incompatible YAML document"),
    Said("control characters are not allowed"),
    Said("special characters are not allowed"),
    Said("expected a single document in the stream"),
    Said("but found another document"),
)
_CONTEXTS = (
    Said("while parsing a block mapping"),
    Said("while parsing a block collection"),
    Said("while parsing a flow mapping"),
    Said("while parsing a flow sequence"),
    Said("while parsing a flow node"),
    Said("while parsing a block node"),
    Said("while parsing a node"),
    Said("while parsing a quoted scalar"),
    Said("while scanning a quoted scalar"),
    Said("while scanning a block scalar"),
    Said("while scanning a plain scalar"),
    Said("while scanning a simple key"),
    Said("while scanning for the next token"),
    Said("while scanning an anchor"),
    Said("while scanning an alias"),
    Said("while scanning a tag"),
    Said("while scanning a directive"),
    Said("while parsing a tag"),
    Said("expected a single document in the stream"),
)


def _value(node: Any, path: Path, document: Document) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, item in enumerate(node.value):
            document.lines[*path, position] = item.start_mark.line + 1
            items.append(_value(item, (*path, position), document))
        return items
    return _scalar(node, path, document)


def _mapping(node: Any, path: Path, document: Document) -> dict[str, Any]:
    """A key without a value counts as not given."""
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.removeprefix(_PREFIX) not in _TEXT:
            where = (*path, key if isinstance(key, str) else "?")
            document.lines[where] = line
            quoted = isinstance(key, str)
            cure = Said('Put it in quotes: "{key}":', key=key) if quoted else Said("A key is one text, followed by a colon.")
            raise document.error(where, Said("YAML does not read this key as text"), cure)
        here = (*path, key)
        if here in document.lines:
            twice = Said("the key stands twice; the first one is in line {line}", line=str(document.lines[here]))
            document.lines[here] = line
            raise document.error(here, twice, Said("Join the two, or delete one."))
        document.lines[here] = line
        value = _value(value_node, here, document)
        if value is not None:
            values[key] = value
    return values


def _scalar(node: Any, path: Path, document: Document) -> Any:
    document.written[path] = node.value
    tag = node.tag.removeprefix(_PREFIX)
    if tag in _TEXT:
        return node.value
    try:
        if tag in _READ:
            return getattr(yaml.constructor.SafeConstructor(), f"construct_yaml_{tag}")(node)
    except ValueError:
        pass
    written = node.value[:40]
    raise document.error(path, Said("cannot be read: `{text}`", text=written), Said('Text goes in quotes: "{text}".', text=written))
