"""The same deals as the tables that a CRM would export: dated columns, amoCRM's rows, a history; as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from datetime import date, datetime, timedelta
from xml.sax.saxutils import escape

from company import AS_OF, SEED, STAGES, WON, Deal

LOST = "Закрыто и не реализовано"
PIPELINE = "Вывески и печать"
AMO_WON = "Успешно реализовано"
NOT_CLOSED = "не закрыта"
SNAPSHOT_DAYS = [date(2026, 5, 26) + timedelta(days=7 * week) for week in range(6)]


def end_of(day: date) -> datetime:
    return min(datetime(day.year, day.month, day.day, 23, 59, 59), AS_OF)


def snapshot_name(day: date) -> str:
    return f"amocrm_export_leads_{day.isoformat()}.csv"


def closed_at(entries: list[tuple[datetime, int | None]]) -> datetime | None:
    return entries[-1][0] if entries[-1][1] in (None, WON) else None


def first_entries(deal: Deal) -> dict[int, datetime]:
    first: dict[int, datetime] = {}
    for moment, position in deal.entries:
        if position is not None:
            first.setdefault(position, moment)
    return first


def label(position: int | None) -> str:
    return LOST if position is None else STAGES[position].name


Cell = str | int | datetime | None
DATED_HEADER = [
    "ID", "Название сделки", "Компания", "Ответственный", "Источник", "Бюджет", "Валюта", "Этап сделки", "Дата создания", "Дата закрытия",
    "Причина отказа", *(stage.name for stage in STAGES),
]  # fmt: skip


def dated_rows(deals: list[Deal]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for deal in deals:
        first = first_entries(deal)
        rows.append(
            [int(deal.id), deal.title, deal.company, deal.owner, deal.source, deal.amount, "RUB" if deal.amount is not None else None]
            + [label(deal.entries[-1][1]), deal.created, closed_at(deal.entries), deal.reason or None]
            + [first.get(position) for position in range(len(STAGES))]
        )
    return rows


AMO_HEADER = [
    "ID", "Название сделки", "Бюджет ", "Ответственный", "Дата создания сделки", "Кем создана сделка", "Дата редактирования",
    "Кем редактирована", "Дата закрытия", "Теги", "Примечание", "Этап сделки", "Воронка", "Компания", "Источник", "Причина отказа",
]  # fmt: skip


def amo_rows(deals: list[Deal], instant: datetime) -> list[list[Cell]]:
    """amoCRM's export as it was at that instant: only where each deal stands, not how it got there."""
    rows: list[list[Cell]] = []
    for deal in deals:
        if deal.created > instant:
            continue
        entries = deal.until(instant)
        last = entries[-1][1]
        edited = max(edit for edit in deal.edits if edit <= instant)
        note = "Клиент просил:\nперезвонить после обеда, смету на почту" if int(deal.id) % 41 == 0 else ""
        rows.append(
            [
                *(deal.id, deal.title, deal.amount, deal.owner, deal.created, deal.owner, edited, deal.owner),
                *(closed_at(entries) or NOT_CLOSED, "повтор" if int(deal.id) % 17 == 0 else "", note),
                *(AMO_WON if last == WON else label(last), PIPELINE, deal.company, deal.source, deal.reason if last is None else ""),
            ]
        )
    return rows


def history_rows(deals: list[Deal]) -> list[list[Cell]]:
    rng = random.Random(SEED + 1)
    rows: list[list[Cell]] = [
        [deal.id, label(position), moment.isoformat(sep=" "), deal.owner if rng.random() < 0.9 else "Робот"]
        for deal in deals
        for moment, position in deal.entries
    ]
    rng.shuffle(rows)
    return rows


def text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y %H:%M:%S")
    return "" if cell is None else str(cell)


def csv_bytes(header: list[str], rows: list[list[Cell]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([text(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8")


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XLSX_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="Сделки" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def column_name(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def xlsx_cell(place: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, datetime):
        serial = (cell - datetime(1899, 12, 30)) / timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{serial!r}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


def xlsx_bytes(header: list[str], rows: list[list[Cell]]) -> bytes:
    """A workbook by hand: true Excel dates, and no library's version or clock in it."""
    table: list[list[Cell]] = [list(header), *rows]
    lines = [
        f'<row r="{number}">' + "".join(xlsx_cell(f"{column_name(i)}{number}", cell) for i, cell in enumerate(row)) + "</row>"
        for number, row in enumerate(table, 1)
    ]
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>' + "".join(lines) + "</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**XLSX_FRAME, "xl/worksheets/sheet1.xml": sheet}.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 6, 30, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, (XML + content).encode("utf-8"))
    return out.getvalue()
