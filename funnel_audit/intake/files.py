"""Any file with a table of deals in it → ``Head``: the one door to everything that knows about containers and encodings.

What a file is, its first bytes say, never its name. The readers are imported when a file needs them, so that a CSV user never waits for
Excel and HTML.
"""

from __future__ import annotations

from funnel_audit.intake.long_cells import bounded
from funnel_audit.intake.recognise import recognise
from funnel_audit.intake.source import Source, open_source
from funnel_audit.intake.table import Head


def open_tables(path: str, *, sheet: str | None = None, stdin: bytes | None = None) -> list[Head]:
    """The tables in the file at ``path`` ("-": standard input, or the bytes ``stdin``); today always exactly one.

    ``sheet`` names an Excel sheet and means nothing for other files; without it, the first sheet that looks like a table is taken.
    What can be seen from the head (titles, footers, duplicate headers) is in ``Head.defects``, what only reading the rows shows (blank or
    ragged rows, broken characters) in ``Table.defects``: together they are everything that was dropped or mended, each thing once.
    Raises InputError for what cannot be read as a table.
    """
    return [bounded(head) for head in _tables(open_source(path, stdin), sheet)]


def _tables(source: Source, sheet: str | None) -> list[Head]:
    container = recognise(source)
    if container == "excel":
        from funnel_audit.intake.workbook import open_workbook

        return [open_workbook(source, sheet)]
    if container == "html":
        from funnel_audit.intake.html_table import open_html

        return [open_html(source)]
    if container == "parquet":
        from funnel_audit.intake.parquet import open_parquet

        return [open_parquet(source)]
    if container == "json":
        from funnel_audit.intake.json_table import open_json

        return [open_json(source)]
    from funnel_audit.intake.csv_table import open_csv

    return [open_csv(source)]
