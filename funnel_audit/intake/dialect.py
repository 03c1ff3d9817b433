"""What each CRM's export looks like, as data: ``dialects/*.yaml``, or a file of the user's own. This module knows no CRM by name.

The format is documented in docs/dialects.md, key by key.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from funnel_audit.errors import FunnelError, Said, did_you_mean, reason_of, sentences
from funnel_audit.labels import nearest

if TYPE_CHECKING:
    from funnel_audit.stages_yaml import Document

Shape = Literal["deals", "changes", "names", "other"]
"""Rows are deals, changes, names of ids, or nothing that an audit needs (a table that comes with the export: left out, and said)."""
Quirk = Literal["product_rows", "value_time_pairs", "quote_guard", "checked_ids"]
MAX_BYTES = 100_000

LABEL_FIELDS = (
    "stage", "from_stage", "last_stage", "pipeline", "status", "won_flag", "lost_flag", "closed_flag", "currency", "owner", "source",
    "lost_reason", "product", "field", "amount_period",
)  # fmt: skip
DATE_FIELDS = ("created", "closed", "won_time", "lost_time", "stage_changed", "updated", "entered")
TEXT_FIELDS = ("deal_id", "title", "company", "amount", "name_id", "name", "value", "old_value")
UNUSED_FIELDS = ("expected_close",)
"""Recognised so that it is never taken for a closing date, and read by nobody."""
FIELDS = frozenset((*LABEL_FIELDS, *DATE_FIELDS, *TEXT_FIELDS, *UNUSED_FIELDS))
ANALYSES = frozenset(("history", "stage_of_loss", "pace", "conversion", "stalled", "money", "loss_reasons", "days_to_win"))


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log of changes of any field: which names in its column ``field`` mean what. ``lost``: a filled value is a loss (its reason)."""

    stage: tuple[str, ...]
    created: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


class TableForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of table of a dialect. It is recognised when all headers of any group of ``recognise`` are there.

    ``entered`` are headers of the columns that date the entry into a stage: ``Date entered {stage} ({pipeline})``.
    """

    shape: Shape
    columns: dict[str, tuple[str, ...]]
    recognise: tuple[tuple[str, ...], ...] = ()
    entered: tuple[str, ...] = ()
    log: Log | None = None
    quirks: tuple[Quirk, ...] = ()


class ValueForms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in cells: booleans, words for "no date yet" and "no currency"; whether 0 means that nobody filled the amount, and its unit."""

    yes_words: tuple[str, ...] = ("true", "yes", "1", "да")
    no_words: tuple[str, ...] = ("false", "no", "0", "нет")
    no_date: tuple[str, ...] = ()
    no_currency: tuple[str, ...] = ()
    zero_is_missing: bool = False
    amount_in_cents: bool = False


class LabelWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The default pipeline in order (each stage with all its names), which stages of it are optional, and which labels end or park a deal.

    ``prefix`` is a pattern that is taken off a label before it is compared (``C3:NEW``).
    """

    pipeline: tuple[str | tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    on_hold: tuple[str, ...] = ()
    prefix: str | None = None

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The stages of the pipeline, each with all its names, the first of them the one to show."""
        return tuple((stage,) if isinstance(stage, str) else stage for stage in self.pipeline)


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of a status column; ``decides``: it stands above the stage, which says nothing of the outcome."""

    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    decides: bool = False


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One CRM. ``lacks`` says in both languages where to get what the export does not hold."""

    title: str
    tables: tuple[TableForm, ...]
    date_order: Literal["dmy", "mdy"] | None = None
    values: ValueForms = ValueForms()
    status: Status = Status()
    labels: LabelWords = LabelWords()
    lacks: dict[str, dict[str, str]] = {}
    row_caps: tuple[int, ...] = ()
    """How many rows an export of this CRM holds at most; a file with exactly so many may be cut off."""
    name: str = ""
    own: bool = False
    """Given by the user; like ``name`` not a key of the file."""


@cache
def shipped(name: str) -> Dialect:
    """One of the dialects that funnel-audit ships, by the name of its file."""
    return load(files("funnel_audit.intake").joinpath("dialects").joinpath(f"{name}.yaml").read_text("utf-8"), name)


def names() -> tuple[str, ...]:
    """All that is shipped, in the order of the alphabet."""
    entries = files("funnel_audit.intake").joinpath("dialects").iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml")))


def generic() -> Dialect:
    return shipped("generic")


def load_file(path: str) -> Dialect:
    """A user's own dialect. Every fault is a FunnelError that names file, line, key and the cure."""
    from funnel_audit.stages_wording import worded
    from funnel_audit.stages_yaml import read_yaml

    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = Said("the file cannot be read: {why}", why=reason_of(error))
        raise FunnelError(message, file=path, cure=Said("Check the name after --dialect.")) from None
    if len(data) > MAX_BYTES:
        raise FunnelError(
            Said("a dialect of over 100 kB is none"), file=path, cure=Said("Is this the export itself? See docs/dialects.md.")
        )
    if not data.strip():
        raise FunnelError(Said("the file is empty"), file=path, cure=Said("See docs/dialects.md for an example."))
    document = read_yaml(data, path)
    try:
        dialect = msgspec.convert(document.value, Dialect)
    except msgspec.ValidationError as error:
        raise worded(str(error), document, Dialect) from None
    _check(dialect, document)
    return msgspec.structs.replace(dialect, name=Path(path).stem, own=True)


def load(text: str, name: str) -> Dialect:
    """A dialect that funnel-audit ships, from its YAML; a test holds it against what ``load_file`` demands."""
    import yaml

    found = msgspec.convert(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Dialect)
    return msgspec.structs.replace(found, name=name)


def _check(dialect: Dialect, document: Document) -> None:
    """What types cannot say."""

    def fault(message: Said, *key: str | int, word: str = "", known: frozenset[str] = frozenset()) -> FunnelError:
        listed = Said("Known: {names}", names=sorted(known)) if known else Said("See docs/dialects.md.")
        return document.error(key, message, sentences(did_you_mean(nearest(word, sorted(known), 1)), listed))

    for key in ("name", "own"):
        if key in document.value:
            raise fault(Said("unknown key"), key)
    if not dialect.tables:
        raise fault(Said("there is no table in it"), "tables")
    for number, table in enumerate(dialect.tables):
        here = ("tables", number)
        for field in table.columns:
            if field not in FIELDS:
                raise fault(Said("there is no field “{name}”", name=field), *here, "columns", field, word=field, known=FIELDS)
        for pattern in table.entered:
            if pattern.count("{stage}") != 1 or pattern.count("{pipeline}") > 1:
                message = Said("“{pattern}” must hold {{stage}} once, and {{pipeline}} at most once", pattern=pattern)
                raise fault(message, *here, "entered")
        if table.log is not None and not {"field", "value", "deal_id", "entered"} <= table.columns.keys():
            raise fault(Said("a log needs the columns deal_id, entered, field and value"), *here, "columns")
        if table.shape == "names" and not {"name_id", "name"} <= table.columns.keys():
            raise fault(Said("a table of names needs the columns name_id and name"), *here, "columns")
    for analysis, told in dialect.lacks.items():
        if analysis not in ANALYSES:
            raise fault(Said("there is no analysis “{name}”", name=analysis), "lacks", analysis, word=analysis, known=ANALYSES)
        if not {"en", "ru"} >= told.keys() or not told:
            raise fault(Said("the sentence is given as {en: …, ru: …}"), "lacks", analysis)
    try:
        re.compile(dialect.labels.prefix or "")
    except re.error as error:
        raise fault(Said("this is no pattern: {why}", why=str(error)), "labels", "prefix") from None
