"""An HTML table under the name of an Excel file: what Bitrix24 calls its Excel export.

A row's "line" is its number in the table, because that is what Excel shows for it; all of the table may stand on one physical line.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from funnel_audit.errors import Cell, InputError, NoTableError, Said
from funnel_audit.intake.encoding import detect
from funnel_audit.intake.grid import Grid, head_of
from funnel_audit.intake.source import Source
from funnel_audit.intake.table import Head

_CURE = Said("Open it in Excel and save it as .xlsx, or export the deals as CSV.")


def open_html(source: Source) -> Head:
    encoding, bom = detect(source)
    # An HTML parser expands no external entity; huge_tree=False keeps libxml2's limits on depth and size.
    parser = etree.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(bytes(source.part(bom)), parser)
    except etree.LxmlError:
        root = None
    if root is None or len(parser.error_log.filter_from_fatals()):
        raise InputError(Said("the HTML in this file cannot be read to its end."), file=source.name, cure=_CURE)
    tables = [rows for rows in (_rows(table) for table in root.iter("table")) if rows]
    if not tables:
        text = " ".join(" ".join(str(text) for text in root.itertext()).split())[:80]
        with_text = Said("this is a web page without a table, only the text “{text}”.", text=Cell(text))
        raise NoTableError(with_text if text else Said("this is a web page without a table."), file=source.name, cure=_CURE)
    largest = max(tables, key=lambda rows: sum(len(row) for row in rows))
    return head_of(Grid(largest, 1, str), source.name, "html", size_bytes=source.size)


def _rows(table: Any) -> list[list[str]]:
    """The table's own rows, not those of a table inside one of its cells."""
    rows: list[list[str]] = []
    for child in table:
        for row in [child] if child.tag == "tr" else child.iterchildren("tr") if child.tag in ("thead", "tbody", "tfoot") else ():
            cells: list[str] = []
            for cell in row.iterchildren("td", "th"):
                cells.append(_text(cell))
                cells += [""] * (_span(cell) - 1)
            rows.append(cells)
    return rows


def _text(cell: Any) -> str:
    if not len(cell):
        return (cell.text or "").strip()
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            parts += ["\n" if element.tag == "br" else "", element.text or ""]
        elif element is not cell:
            parts.append(element.tail or "")
    return "".join(parts).strip()


def _span(cell: Any) -> int:
    given = cell.get("colspan", "1").strip()
    return min(int(given), 1000) if given.isascii() and given.isdigit() and int(given) else 1
