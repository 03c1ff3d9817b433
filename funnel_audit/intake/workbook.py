"""Excel and OpenDocument sheets, read by calamine directly (half the cost of going through pandas).

Cells become the text that a CSV export of the sheet would hold. A whole number below 2**53 is written without its ".0"; above that its
digits are already lost, so it stays visible as what it is (5.8050280000439e+18) instead of looking like an id.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import Any

import python_calamine as calamine

from funnel_audit.errors import InputError, NoTableError, Said, recognised
from funnel_audit.intake.grid import Grid, head_of, looks_like_table
from funnel_audit.intake.source import Source
from funnel_audit.intake.table import Head

MAX_CELLS = 60_000_000
_SMALL_SHEET = 8 << 20
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def open_workbook(source: Source, sheet: str | None) -> Head:
    data = bytes(source.part())
    _refuse_scattered_cells(data, source.name)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        visible = [info.name for info in book.sheets_metadata if info.typ == calamine.SheetTypeEnum.WorkSheet]
        names = [name for name in book.sheet_names if name in visible] or book.sheet_names
        if sheet is not None and sheet not in names:
            cure = Said("The sheets are: {names}.", names=[Said("“{name}”", name=name) for name in names])
            raise InputError(Said("there is no sheet “{name}”.", name=sheet), file=source.name, cure=cure)
        chosen, grid = _choose(book, [sheet] if sheet is not None else names)
    except calamine.PasswordError:
        raise _protected(source) from None
    except (calamine.CalamineError, ValueError, OSError) as error:
        if "password" in str(error).lower() or "encrypted" in str(error).lower() or _encrypted(data):
            raise _protected(source) from None
        message = Said("this is no readable Excel workbook ({why}).", why=recognised(str(error)[:80], _REASONS))
        raise InputError(message, file=source.name, cure=Said("Open it in Excel and save it as .xlsx or CSV.")) from None
    if grid is None:
        raise NoTableError(Said("no sheet of the workbook holds anything."), file=source.name, cure=Said("Export the deals again."))
    return head_of(grid, source.name, "excel", sheet=chosen, size_bytes=source.size)


_REASONS = (Said("Cannot detect file format"),)
"""What calamine says of files that are no workbooks."""


def _protected(source: Source) -> InputError:
    return InputError(Said("the workbook is protected by a password."), file=source.name, cure=Said("Save it without one, or as CSV."))


def cell_text(value: Any) -> str:
    """A cell as text; see the module's docstring for numbers."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(microseconds=500_000) if value.microsecond else value).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _choose(book: Any, names: list[str]) -> tuple[str | None, Grid | None]:
    """The first sheet that looks like a table, else the first that holds anything."""
    fallback: tuple[str | None, Grid | None] = (None, None)
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        grid = Grid(sheet.to_python(skip_empty_area=True), sheet.start[0] + 1, cell_text)
        if len(names) == 1 or looks_like_table(grid):
            return name, grid
        if fallback[1] is None and any(not grid.blank(index) for index in range(len(grid.rows))):
            fallback = (name, grid)
    return fallback


def _encrypted(data: bytes) -> bool:
    return data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data


def _refuse_scattered_cells(data: bytes, name: str) -> None:
    """calamine lays a sheet out as a full rectangle, so that two cells in opposite corners would take all memory there is."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.filename.startswith("xl/worksheets/") or info.file_size > _SMALL_SHEET:
                continue
            try:
                cells = _CELL.findall(archive.read(info))
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
                continue  # calamine will say what is wrong with it
            rows = max((int(row) for _, row in cells), default=0)
            columns = max((_column(letters) for letters, _ in cells), default=0)
            if rows * columns > MAX_CELLS:
                message = Said("a sheet spans {rows} rows and {columns} columns though it is nearly empty.", rows=rows, columns=columns)
                cure = Said("Delete the stray cell in its far corner, or save the sheet as CSV.")
                raise InputError(message, file=name, cure=cure)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
