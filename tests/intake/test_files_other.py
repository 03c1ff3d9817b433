"""Everything that is no text file, what is refused, and how a refusal reads."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from funnel_audit.errors import InputError
from funnel_audit.intake import source as source_module
from funnel_audit.intake.files import open_tables
from funnel_audit.intake.table import Head, Table
from funnel_audit.intake.workbook import cell_text

SHARED = Path(__file__).parents[3] / "shared"
needs_samples = pytest.mark.skipif(not (SHARED / "crm_samples").is_dir(), reason="the real CRM samples are not part of the project")


def head_of(data: bytes, sheet: str | None = None) -> Head:
    (head,) = open_tables("-", stdin=data, sheet=sheet)
    return head


def rows_of(table: Table) -> list[list[str]]:
    columns = [[(cell or b"").decode(table.encoding) for cell in column.to_pylist()] for column in table.columns.values()]
    return [list(row) for row in zip(*columns, strict=True)]


def read_all(head: Head) -> Table:
    return head.read({index: "label" if index % 2 else "text" for index in range(len(head.headers))})


def xlsx(sheets: dict[str, Sequence[Sequence[object]]], raw: str = "") -> bytes:
    """The smallest workbook that is one: inline strings and plain numbers."""
    names = list(sheets)
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"/>' for at, name in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="s{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
            f'Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(names) + 1)
        )
        + "</Relationships>",
    }
    for at, rows in enumerate(sheets.values(), 1):
        body = "".join(f'<row r="{r}">{"".join(_cell(r, c, v) for c, v in enumerate(row))}</row>' for r, row in enumerate(rows, 1))
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}{raw}</sheetData></worksheet>'
        )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def _cell(row: int, column: int, value: object) -> str:
    if value is None:
        return ""
    place = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


DEALS: list[list[object]] = [["id", "stage", "amount"], ["7", "New", 150000], [8, "Won", 0.5]]


def test_excel_below_a_title_with_blank_rows_and_totals() -> None:
    rows = [["All deals"], [], *DEALS, [], [9, "Lost", 5.8050280000439e18], ["Total", None, 3], []]
    head = head_of(xlsx({"Deals": rows}))
    table = read_all(head)
    assert (head.container, head.sheet, head.header_line) == ("excel", "Deals", 3)
    assert rows_of(table) == [["7", "New", "150000"], ["8", "Won", "0.5"], ["9", "Lost", "5.8050280000439e+18"]]
    assert list(table.line_of(np.arange(3))) == [4, 5, 7]
    assert {defect.kind: defect.count for defect in head.defects} == {"title_rows": 1, "blank_rows": 1, "footer_rows": 1}
    assert {defect.kind: defect.count for defect in table.defects} == {"blank_rows": 1}


def test_the_sheet_that_is_a_table_is_found_or_named() -> None:
    book = xlsx({"About": [["Made by hand"]], "Deals": DEALS, "Old": DEALS[:2]})
    assert head_of(book).sheet == "Deals"
    assert read_all(head_of(book, "Old")).rows == 1
    with pytest.raises(InputError, match=r"no sheet “2025”\.\n  The sheets are: “About”, “Deals”, “Old”"):
        head_of(book, "2025")


def test_excel_cells_as_text() -> None:
    values = [True, None, 3.0, 2.0**53, dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 9, 0), dt.datetime(2026, 1, 31, 8, 59, 59, 999_000)]
    assert [cell_text(value) for value in values] == [
        "TRUE", "", "3", "9007199254740992.0", "2026-01-31", "2026-01-31 09:00:00", "2026-01-31 09:00:00",
    ]  # fmt: skip


def test_two_cells_in_opposite_corners_are_refused_before_memory_is_gone() -> None:
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(InputError, match="spans 1,048,576 rows"):
        head_of(xlsx({"Deals": DEALS}, corner))


def test_html_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "deals.xls"
    body = "<tr><td>7</td><td>Новая<br>ступень</td></tr><tr><td>8</td><td>Won &amp; paid</td></tr>"
    path.write_text(
        '\ufeff<meta http-equiv="Content-type" content="text/html;charset=UTF-8" />\n<table border="1"><thead>'
        f"<tr><th>ID</th><th>Стадия</th></tr></thead><tbody>{body}</tbody></table>",
        encoding="utf-8",
    )
    (head,) = open_tables(str(path))
    table = read_all(head)
    assert (head.container, head.headers) == ("html", ("ID", "Стадия"))
    assert rows_of(table) == [["7", "Новая\nступень"], ["8", "Won & paid"]]
    assert list(table.line_of(np.array([1]))) == [3]


def test_a_web_page_without_a_table_is_refused() -> None:
    with pytest.raises(InputError, match="web page without a table, only the text “Please log in”"):
        head_of(b"<!DOCTYPE html><html><body>Please log in</body></html>")


def test_html_line_breaks_and_control_characters() -> None:
    rows = "<tr><td>1</td><td>a<br>b\x01 <b>c<br/></b>d</td></tr><tr><td>2</td><td><p>x</p>y</td></tr>"
    table = read_all(head_of(f"<table><tr><th>id</th><th>stage</th></tr>{rows}</table>".encode()))
    assert rows_of(table) == [["1", "a\nb\x01 c\nd"], ["2", "xy"]]


def test_html_entities_from_outside_stay_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    rows = "<tr><th>id</th><th>s</th></tr><tr><td>1</td><td>&x;</td></tr>"
    data = f'<!DOCTYPE t [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><table>{rows}</table>'
    assert "the secret" not in str(rows_of(read_all(head_of(data.encode()))))


def test_parquet_reads_as_its_csv_would(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    columns = {
        "id": pa.array([1, 2, None]),
        "stage": pa.array(["New", "Won", None]).dictionary_encode(),
        "created": pa.array([dt.datetime(2026, 1, 31, 9, 0), None, dt.datetime(2026, 2, 1)]),
        "day": pa.array([dt.date(2026, 1, 31), None, None]),
        "amount": pa.array([5.0, 0.5, None]),
        "won": pa.array([True, False, None]),
    }
    pq.write_table(pa.table(columns), path)
    (head,) = open_tables(str(path))
    table = read_all(head)
    assert rows_of(table) == [
        ["1", "New", "2026-01-31 09:00:00", "2026-01-31", "5", "TRUE"],
        ["2", "Won", "", "", "0.5", "FALSE"],
        ["", "", "2026-02-01 00:00:00", "", "", ""],
    ]
    assert [list(row) for row in head.sample] == rows_of(table)
    assert str(table.columns[1].type) == str(pa.dictionary(pa.int32(), pa.binary()))


def test_a_misspelt_name_is_put_right(tmp_path: Path) -> None:
    (tmp_path / "deals_2026.csv").write_text("id\n1\n")
    with pytest.raises(InputError, match=r"no such file\.\n  Did you mean deals_2026\.csv\?"):
        open_tables(str(tmp_path / "deal_2026.csv"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        open_tables(str(tmp_path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\n \n\n", "nothing but blank lines"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b'[\n {"id": 1}]', "JSON"),
        (b"<?xml version='1.0'?><deals/>", "XML"),
        (bytes(range(1, 9)) * 50, "a binary file"),
        (gzip.compress(b"", mtime=0), "holds an empty file"),
        (gzip.compress(b"id,stage\n1,New\n" * 50, mtime=0)[:-20], "damaged or cut short"),
        (b"PK\x03\x04nonsense", "damaged or cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no readable Excel workbook"),
        (b"PAR1nonsensePAR1", "the Parquet file is damaged"),
        ("\ufeffСписок сделок пуст!".encode(), "export is empty: it holds only the sentence “Список сделок пуст!”"),
        (b"There are no deals.", "export is empty"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        head_of(data)


@pytest.mark.parametrize(("member", "said"), [("word/document.xml", "a Word document"), ("deals.csv", "a zip archive")])
def test_zip_files_that_are_no_workbooks(member: str, said: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(InputError, match=said):
        head_of(file.getvalue())


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "GZIP_FLOOR", 1 << 20)
    with pytest.raises(InputError, match="larger than"):
        head_of(gzip.compress(b"\0" * (16 << 20)))


def test_a_workbook_bomb_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (80 << 20))
    with pytest.raises(InputError, match="unpacked, this workbook takes 80 MiB"):
        head_of(file.getvalue())


@needs_samples
@pytest.mark.parametrize("path", sorted((SHARED / "crm_samples").rglob("*.*")), ids=lambda path: path.name)
def test_real_exports_open_and_read_as_their_sample(path: Path) -> None:
    if path.name == "bitrix24_empty_export.csv":
        with pytest.raises(InputError):
            open_tables(str(path))
        return
    (head,) = open_tables(str(path))
    table = read_all(head)
    assert table.rows > 0
    assert len(head.headers) > 2
    assert rows_of(table)[:200] == [list(row) for row in head.sample]
    assert (np.diff(table.line_of(np.arange(table.rows))) > 0).all()
