"""What ``inspect`` found, as one frozen record tree; its JSON is the machine format. Nothing here computes; ``text`` is in ``lang``."""

from __future__ import annotations

from funnel_audit.report import Capability, Record

SCHEMA = "funnel-audit-inspect/1"


class LineToCopy(Record, frozen=True, kw_only=True):
    """A line for stages.yaml, and what it says of the column."""

    text: str
    meaning: str


class InspectedColumn(Record, frozen=True, kw_only=True):
    """One column. ``field`` None: left over. ``stage``: it holds the dates of entering this label.

    ``filled``, ``first`` and ``last`` (ISO days) only of columns that were read. ``order`` of dates: ymd, dmy or mdy; ``decided_by``: form
    (the year comes first, a month in words, dots), days (a day over 12), crm (its exports are always so), guess (nothing decides it).
    ``lines``, of a date column that is left over: lines for stages.yaml, each of which would have it read as something else.
    """

    header: str
    position: int
    field: str | None
    stage: str | None = None
    filled: int | None = None
    first: str | None = None
    last: str | None = None
    order: str | None = None
    decided_by: str | None = None
    lines: tuple[LineToCopy, ...] = ()


class LeftOut(Record, frozen=True, kw_only=True):
    """Rows that are no deals: title_rows, blank_rows, junk_rows (no id, stage, date), footer_rows; ``line`` of the first."""

    kind: str
    count: int
    line: int | None = None


class InspectedTable(Record, frozen=True, kw_only=True):
    """One table of one file. ``rows`` None: it was not read to its end.

    ``crm`` is its name, None for none that is known; ``found_by`` the distinctive headers; ``certainty`` sure (three or more of them),
    likely (two), weak (one), given (the dialect of ``--dialect``), none.
    """

    file: str
    container: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_line: int
    rows: int | None
    left_out: tuple[LeftOut, ...]
    dialect: str
    crm: str | None
    certainty: str
    found_by: tuple[str, ...]
    shape: str
    columns: tuple[InspectedColumn, ...]


class InspectedLabel(Record, frozen=True, kw_only=True):
    """``now``: deals that stand in it by their row; ``entries``: entries into it, where there is a history.

    ``meaning`` is stage, won, lost, on_hold or unmapped; ``stage`` the id and ``name`` the name, of stage and won.
    """

    label: str
    now: int | None
    entries: int | None
    meaning: str
    stage: str | None = None
    name: str | None = None


class InspectedPipeline(Record, frozen=True, kw_only=True):
    """``audited``: the figures are of its deals; of the others they are not, and nothing else is said of them."""

    name: str
    deals: int
    audited: bool


class InspectedCurrency(Record, frozen=True, kw_only=True):
    """Deals with an amount in this currency; None: the export does not say which."""

    currency: str | None
    deals: int


class InspectedAsOf(Record, frozen=True, kw_only=True):
    """``source``: option, snapshot (the day of the last one), column (its newest date, under the header ``column``), closing (no other)."""

    instant: str
    local: str
    source: str
    column: str | None = None


class Inspection(Record, frozen=True, kw_only=True):
    """``problems`` say where a report would stop. ``shape`` and all below are of all files, empty where they hold no deals;
    ``funnel`` is where the stages come from, as in the report, and ``order`` as there."""

    schema: str = SCHEMA
    lang: str
    tables: tuple[InspectedTable, ...]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    shape: str = ""
    deals: int | None = None
    funnel: str = ""
    order: str | None = None
    timezone: str = "UTC"
    labels: tuple[InspectedLabel, ...] = ()
    pipelines: tuple[InspectedPipeline, ...] = ()
    currencies: tuple[InspectedCurrency, ...] = ()
    first: str | None = None
    last: str | None = None
    as_of: InspectedAsOf | None = None
    capabilities: tuple[Capability, ...] = ()
