"""The library: ``read`` files, ``audit`` what was read. The command line calls the same two functions."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from os import PathLike, fspath

from msgspec.structs import replace

from funnel_audit.ahead import Ask
from funnel_audit.anonymous import anonymised
from funnel_audit.assemble import assemble
from funnel_audit.clean import clean_record
from funnel_audit.clock import end_of_day, start_of_day
from funnel_audit.compare_record import Comparison
from funnel_audit.defects import Defect
from funnel_audit.errors import without_cells
from funnel_audit.funnel import Funnel
from funnel_audit.intake.read import Options, Reading
from funnel_audit.intake.read import read as read_files
from funnel_audit.measures.calendar import Kind
from funnel_audit.measures.reconcile import RULES
from funnel_audit.reconcile_record import Reconciliation
from funnel_audit.reconciliation import LISTED, reconciled
from funnel_audit.report import Audit
from funnel_audit.stages_file import load_funnel
from funnel_audit.texts import Texts

Path = str | PathLike[str]

QUOTE_CELLS = frozenset({"unreadable_date", "unreadable_amount", "mixed_date_order"})
"""Defects that quote a cell. In a row that has slipped, the cell of a date holds the name beside it."""


def read(
    files: Path | Sequence[Path],
    stages: Path | Funnel | None = None,
    *,
    as_of: str | None = None,
    created_from: str | None = None,
    created_to: str | None = None,
    pipeline: str | None = None,
    by: Sequence[str] | None = None,
    sheet: str | None = None,
    dialect: Path | None = None,
    stdin: bytes | None = None,
    keep: bool = False,
) -> Reading:
    """Read one or several exports against a stages file (default: ./stages.yaml, else the packaged one).

    ``as_of``, ``created_from`` and ``created_to`` are ISO dates or instants. Raises InputError for files that are no tables of deals,
    FunnelError for a faulty stages file or dialect, UsageError for options that cannot be meant. ``dialect``: a file that says how a
    CRM of your own writes its exports (docs/dialects.md). ``by``: columns of the export, by field or header, whose values the audit
    compares (None: owner and source). ``keep``: hold on to every entry, for ``story``.
    """
    funnel = stages if isinstance(stages, Funnel) else load_funnel(None if stages is None else fspath(stages))
    paths = [fspath(files)] if isinstance(files, str | PathLike) else [fspath(path) for path in files]
    own = None if dialect is None else fspath(dialect)
    columns = None if by is None else tuple(by)
    options = Options(as_of, created_from, created_to, pipeline, sheet, keep, own, by=columns)
    return read_files(paths, funnel, options, stdin=stdin)


def audit(
    reading: Reading | Path | Sequence[Path],
    *,
    lang: str = "en",
    top: int = 10,
    anonymous: bool = False,
    key: bytes | None = None,
    today: dt.date | None = None,
    step: Callable[[str], None] | None = None,
    ask: Ask | None = None,
    period: Kind = "month",
) -> Audit:
    """The finished audit; what ``--format json`` prints. ``top`` is how many stalled deals are listed.

    ``anonymous`` replaces owners, companies and deal ids by codes made with ``key``; without one the key is drawn from the data, so that
    the same export gives the same codes and another one does not. ``today`` is for ``checks.max_age_days`` alone; there is no clock.
    ``ask`` says what to forecast; without it the wins to the end of the plan's period, else of 30 days. ``period``: week, month or quarter,
    for flows, cohorts and the last full period.
    """
    if not isinstance(reading, Reading):
        reading = read(reading)
    zone = reading.funnel.timezone
    if step is not None:
        step("count")
    if anonymous:
        reading = coded(reading, key)
    today_us = None if today is None else end_of_day(start_of_day(today.year, today.month, today.day, zone), zone)
    return clean_record(assemble(reading, Texts(lang), top=top, today_us=today_us, ask=ask, period=period))


def coded(reading: Reading, key: bytes | None = None, *, like: Reading | None = None) -> Reading:
    """The reading with codes instead of owners, companies and deal ids; without a key, with one drawn from the data (of ``like``)."""
    journeys = anonymised(reading.journeys, key or _key(like or reading))
    return replace(reading, journeys=journeys, defects=_unquoted(reading.defects))


def reconcile(reading: Reading | Path | Sequence[Path], *, lang: str = "en", rules: Sequence[str] = RULES, listed: int = LISTED,
              ) -> Reconciliation:  # fmt: skip
    """The step rates under several counting rules (docs/reconcile.md); what ``reconcile --format json`` prints."""
    reading = reading if isinstance(reading, Reading) else read(reading)
    return clean_record(reconciled(reading, Texts(lang), rules, listed))


def compare(
    old: Reading, new: Reading, *, lang: str = "en", anonymous: bool = False, key: bytes | None = None, listed: int = LISTED,
) -> Comparison:  # fmt: skip
    """What was rewritten between two exports of one CRM, and what changed (docs/compare.md); what ``compare --format json`` prints.

    Both are read with ``keep``, the newer one first, and the older one against its funnel: ``read(old, newer.funnel, keep=True)``.
    """
    names = None
    if anonymous:
        names = tuple(coded(one, key, like=new).journeys.facts.id_text for one in (old, new))
    from funnel_audit.comparison import compared  # no report needs it

    return clean_record(compared(old, new, Texts(lang), listed=listed, names=names))  # type: ignore[arg-type]


def _key(reading: Reading) -> bytes:
    journeys = reading.journeys
    digest = hashlib.sha256()
    for deal in range(min(journeys.n, 1000)):
        digest.update(journeys.facts.id_text(deal).encode())
    digest.update(journeys.stays.us.tobytes())
    digest.update(journeys.facts.created.at.tobytes())
    return digest.digest()


def _unquoted(defects: Sequence[Defect]) -> tuple[Defect, ...]:
    kept = (replace(defect, sample=None) if defect.kind in QUOTE_CELLS else defect for defect in defects)
    return tuple(replace(defect, said=without_cells(defect.said)) if defect.said is not None else defect for defect in kept)
