"""The message catalogues: extract, update, compile; or check that nothing is missing.

    python tools/catalogues.py            read all marked texts of funnel_audit/, update .pot and .po, compile .mo
    python tools/catalogues.py --check    change nothing; list what is stale, untranslated, fuzzy or has other placeholders (exit code 1)

New texts end up untranslated in the .po: fill their ``msgstr`` and run the first command again. Texts that nobody uses any more are
kept at the end of the .po as ``#~`` and come back to life when their text does; ``--prune`` drops them.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "funnel_audit"
LOCALE = PACKAGE / "locale"
POT = LOCALE / "funnel_audit.pot"
LANGUAGES = ("ru",)
KEYWORDS = {"say": 1, "word": 1, "N_": 1, "Said": 1, "count": 2}
DATE = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "# Texts of funnel-audit. Made by tools/catalogues.py: edit only the msgstr lines of the .po files.\n#"


def po_path(lang: str) -> Path:
    return LOCALE / lang / "LC_MESSAGES" / "funnel_audit.po"


def extracted() -> Catalog:
    """All marked texts of the package, without dates and line numbers, so that the files change only when a text does."""
    catalog = Catalog(project="funnel-audit", version="1", charset="utf-8", creation_date=DATE, revision_date=DATE, header_comment=HEADER)
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        for message in marked(ast.parse(path.read_bytes(), filename=name)):
            catalog.add(message, None, [(name, 0)])
    for message in catalog:
        message.flags.discard("python-format")
        message.locations = sorted(set(message.locations))
    return catalog


def marked(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The literal texts of say(...), word(...), N_(...), Said(...) and count(..., ...), as names or as methods of anything.

    Babel's own extractor stumbles over ``data.count(b"...")``; a ``count`` that does not begin with two texts is not ours.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            wanted = KEYWORDS.get(name, 0)
            if wanted and len(texts) >= wanted and texts[0] and all(isinstance(one, ast.Constant) for one in node.args[:wanted]):
                yield (texts[0], texts[1]) if wanted == 2 else texts[0]


def updated(lang: str, template: Catalog) -> Catalog:
    """The committed translation brought to the texts of today; what is new stays empty, what came back is taken from the obsolete."""
    path = po_path(lang)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=lang)
    else:
        catalog = Catalog(locale=lang)
    kept = {key: message.string for key, message in catalog.obsolete.items()}
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=True)
    for message in catalog:
        message.flags.discard("python-format")
        old = kept.get(message.id[0] if isinstance(message.id, tuple) else message.id)
        if message.id and not _translated(message) and old:
            message.string = old
    for key in [key for key in catalog.obsolete if key in catalog]:
        del catalog.obsolete[key]
    catalog.project, catalog.version, catalog.header_comment = "funnel-audit", "1", HEADER
    catalog.creation_date = catalog.revision_date = DATE
    catalog.last_translator = catalog.language_team = "funnel-audit"
    catalog.fuzzy = False
    return catalog


def po_bytes(catalog: Catalog, *, prune: bool = False) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=prune)
    return buffer.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog, use_fuzzy=False)
    return buffer.getvalue()


def problems() -> list[str]:
    """Everything that is wrong with the committed catalogues, one line each; empty when all is well."""
    template = extracted()
    found = [] if POT.exists() and POT.read_bytes() == po_bytes(template) else [f"{POT.name} is stale: run tools/catalogues.py"]
    for lang in LANGUAGES:
        path = po_path(lang)
        if not path.exists():
            return [*found, f"{lang}: no catalogue"]
        with path.open("rb") as file:
            committed = read_po(file, locale=lang)
        found += [
            f"{lang}: {fault}"
            for message in template
            if message.id
            for fault in _faults(message, committed.get(message.id, message.context))
        ]
        found += [f"{lang}: not used any more: {message.id!r}" for message in committed if message.id and message.id not in template]
        if not path.with_suffix(".mo").exists() or path.with_suffix(".mo").read_bytes() != mo_bytes(committed):
            found.append(f"{lang}: the .mo is not the compiled .po: run tools/catalogues.py")
    return found


def _faults(source: Message, target: Message | None) -> list[str]:
    if target is None or not _translated(target):
        return [f"untranslated: {source.id!r}"]
    if target.fuzzy:
        return [f"fuzzy: {source.id!r}"]
    wanted = _places(source.id[-1] if isinstance(source.id, (tuple, list)) else source.id)
    forms = target.string if isinstance(target.string, (tuple, list)) else [target.string]
    free = {"roman", "quarter"} if "roman" in "".join(forms) else set()
    return [f"other placeholders: {source.id!r} -> {form!r}" for form in forms if _places(form) - free != wanted - free]


def _translated(message: Message) -> bool:
    text = message.string
    return all(text) if isinstance(text, (tuple, list)) else bool(text)


def _places(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        template = extracted()
        POT.write_bytes(po_bytes(template))
        for lang in LANGUAGES:
            catalog, path = updated(lang, template), po_path(lang)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po_bytes(catalog, prune="--prune" in arguments))
            with path.open("rb") as file:
                path.with_suffix(".mo").write_bytes(mo_bytes(read_po(file, locale=lang)))
    faults = problems()
    sys.stderr.write("".join(f"{fault}\n" for fault in faults) or "catalogues: all well\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
