"""Makes sample_data: 600 deals of an invented Russian company that makes advertising signs and prints.

    python sample_data/make.py [FOLDER]

Seeded, without a clock and with the standard library only: the same bytes every time. The known answers (expected.json, README.md) are
counted here by plain loops over the deals, with nothing of funnel_audit, so that they can prove it right or wrong.
"""

from __future__ import annotations

import csv
import io
import json
import random
import statistics
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any
from xml.sax.saxutils import escape

SEED = 20260630
DEALS = 600
FIRST_DAY = date(2025, 7, 1)
AS_OF = datetime(2026, 6, 30, 17, 46, 20)
"""The newest instant of the data: the last deal is created then, and nothing after it is known."""
LEAK_SINCE = datetime(2026, 1, 1)
PIPELINE = "Вывески и печать"
LOST = "Закрыто и не реализовано"
AMO_WON = "Успешно реализовано"
NOT_CLOSED = "не закрыта"
SNAPSHOT_DAYS = [date(2026, 5, 26) + timedelta(days=7 * week) for week in range(6)]
STUCK_DAYS = 75


@dataclass(frozen=True)
class Stage:
    """``advance``: the true chance to move on; ``days``, ``spread``: median and log-sigma of the stay before it."""

    id: str
    name: str
    advance: float
    days: float
    spread: float
    reasons: tuple[str, ...]


SILENT, DEAR, RIVAL, CHANGED, LATE, BROKE = (
    "Не вышел на связь", "Дорого", "Выбрали конкурента", "Передумали", "Сроки не устроили", "Нет бюджета",
)  # fmt: skip
STAGES = (
    Stage("new_lead", "Новая заявка", 0.80, 0.8, 0.9, (SILENT, SILENT, SILENT, BROKE, CHANGED)),
    Stage("qualified", "Квалификация пройдена", 0.86, 2.5, 0.8, (SILENT, SILENT, BROKE, CHANGED)),
    Stage("meeting_scheduled", "Встреча назначена", 0.90, 4.0, 0.5, (SILENT, CHANGED)),
    Stage("meeting_held", "Встреча состоялась", 0.90, 2.0, 0.8, (BROKE, RIVAL, CHANGED)),
    Stage("sent_to_work", "Отправлено в работу", 0.88, 17.0, 0.6, (LATE, LATE, RIVAL, CHANGED)),
    Stage("design_approved", "Макет/проект утвержден", 0.95, 4.0, 0.8, (DEAR, DEAR, DEAR, RIVAL, BROKE)),
    Stage("contract_sent", "Счет-договор отправлен", 0.90, 5.0, 0.7, (DEAR, RIVAL, BROKE)),
    Stage("prepayment_received", "Предоплата получена", 0.99, 1.5, 0.6, (CHANGED,)),
    Stage("in_production", "Заказ отправлен на производство", 0.985, 9.0, 0.4, (LATE,)),
    Stage("order_fulfilled", "Заказ реализован", 0.985, 5.0, 0.7, (CHANGED,)),
    Stage("acts_signed_paid", "Акты подписаны, оплата получена", 0.0, 0.0, 0.0, ()),
)
LEAK = 5
ADVANCE_IN_LEAK = 0.55
SLOW = 4
WON = len(STAGES) - 1
SKIPS = {1: (2, 0.05), 2: (4, 0.06), 6: (8, 0.08)}
"""From a stage: where to jump instead, and how often (no fixed meeting; straight to work; no prepayment)."""
BACK = {4: 3, 5: 4, 6: 5}
"""From a stage: where a deal sometimes goes back to (brief incomplete, layout redone, price agreed anew)."""
BACK_CHANCE = 0.06
STUCK_PLAN = {1: 2, 3: 3, 4: 9, 5: 4, 6: 6}
"""How many deals are left untouched in which stage."""

OWNERS = ("Анна Белова", "Дмитрий Орлов", "Елена Крылова", "Игорь Савин", "Мария Зотова", "Павел Гущин")
SOURCES = {"Сайт": 34, "Avito": 18, "Яндекс Директ": 22, "Рекомендация": 12, "Звонок": 10, "Выставка": 4}
WORKS = ("Вывеска", "Световой короб", "Объемные буквы", "Печать каталогов", "Баннер", "Стенд", "Табличка", "Оформление витрины")
FIRMS = (
    "Север", "Маяк", "Каскад", "Ладога", "Орион", "Вега", "Полюс", "Рассвет", "Гранит", "Компас", "Сосна", "Альтаир", "Берег", "Волна",
    "Исток", "Кедр", "Луч", "Магистраль", "Нива", "Парус",
)  # fmt: skip
KINDS = ("Строй", "Торг", "Мед", "Авто", "Сервис", "Фуд", "Мебель", "Спорт")
FORMS = ("ООО", "ООО", "ООО", "АО", "ИП")
SURNAMES = ("Андреев", "Быкова", "Громов", "Ершов", "Жукова", "Ильин", "Котова", "Лапин", "Носов", "Рябова")


@dataclass
class Deal:
    """One deal. ``entries`` are (instant, stage position; None = lost) in time order."""

    id: str
    title: str
    company: str
    owner: str
    source: str
    created: datetime
    entries: list[tuple[datetime, int | None]]
    amount: int | None = None
    reason: str = ""
    edits: list[datetime] = field(default_factory=list)
    stuck: bool = False

    def until(self, instant: datetime) -> list[tuple[datetime, int | None]]:
        return [entry for entry in self.entries if entry[0] <= instant]


# --- the simulation -------------------------------------------------------------------------------------------------------------


def is_working(day: date) -> bool:
    return day.weekday() < 5 and not (day.month == 1 and day.day <= 8)


def later(rng: random.Random, start: datetime, days: float, to_minute: bool = False) -> datetime:
    """A working moment about ``days`` after ``start``, never before it; losses and wins are known to the minute, as in amoCRM."""
    day = (start + timedelta(days=days)).date()
    while not is_working(day):
        day += timedelta(days=1)
    moment = datetime(day.year, day.month, day.day, 9) + timedelta(seconds=rng.randrange(9 * 3600))
    if moment <= start + timedelta(minutes=5):
        moment = start + timedelta(minutes=rng.randrange(8, 50), seconds=rng.randrange(60))
    return moment.replace(second=0) if to_minute else moment


def stay(rng: random.Random, stage: Stage, factor: float = 1.0) -> float:
    return rng.lognormvariate(0.0, stage.spread) * stage.days * factor


def live(rng: random.Random, created: datetime, start: int) -> list[tuple[datetime, int | None]]:
    """One deal's whole life, also beyond the day of the export."""
    entries: list[tuple[datetime, int | None]] = [(created, start)]
    went_back = undone = False
    while entries[-1][1] != WON:
        moment, position = entries[-1]
        assert position is not None
        stage = STAGES[position]
        advance = ADVANCE_IN_LEAK if position == LEAK and moment >= LEAK_SINCE else stage.advance
        if rng.random() >= advance:
            lost = later(rng, moment, stay(rng, stage, 1.5), to_minute=True)
            entries.append((lost, None))
            if undone or rng.random() >= 0.02:
                return entries
            undone = True  # the client came back: the deal goes on where it was
            entries.append((later(rng, lost, 6.0), position))
        elif position in BACK and not went_back and rng.random() < BACK_CHANCE:
            went_back = True
            entries.append((later(rng, moment, stay(rng, stage, 0.5)), BACK[position]))
        else:
            target, chance = SKIPS.get(position, (0, 0.0))
            following = target if rng.random() < chance else position + 1
            entries.append((later(rng, moment, stay(rng, stage), to_minute=following == WON), following))
    return entries


def known(entries: list[tuple[datetime, int | None]]) -> list[tuple[datetime, int | None]]:
    """What the export knows. A step back, or a loss undone, whose sequel lies beyond the export is left out: then every open deal stands
    where it got furthest, and dated columns (first entries) and the history say the same of it."""
    cut = [entry for entry in entries if entry[0] <= AS_OF]
    while cut[-1][1] is not None and cut[-1][1] in [position for _, position in cut[:-1]]:
        cut.pop()
    while cut[-1][1] is not None and any(position is not None and position > cut[-1][1] for _, position in cut):
        cut.pop()
    return cut


def leave_untouched(rng: random.Random, deals: list[Deal]) -> None:
    """The stuck deals: cut the life of some in the stage they have been in for months."""
    for position, number in STUCK_PLAN.items():
        fitting = [
            deal
            for deal in deals
            if not deal.stuck
            and len(set(deal.entries)) == len({p for _, p in deal.entries})
            and any(p == position and 80 <= (AS_OF - moment).days <= 165 for moment, p in deal.entries)
        ]
        for deal in rng.sample(fitting, number):
            deal.entries = [entry for entry in deal.entries if entry[1] is not None and entry[1] <= position]
            deal.stuck = True


def created_moments(rng: random.Random) -> list[datetime]:
    last = AS_OF.date()
    days = [FIRST_DAY + timedelta(days=n) for n in range((last - FIRST_DAY).days + 1)]
    working = [day for day in days if is_working(day)]
    moments: set[datetime] = {AS_OF}
    while len(moments) < DEALS:
        day = rng.choice(working)
        moment = datetime(day.year, day.month, day.day, 9) + timedelta(seconds=rng.randrange(9 * 3600))
        if moment < AS_OF - timedelta(minutes=20):
            moments.add(moment)
    return sorted(moments)


def company(rng: random.Random) -> str:
    form = rng.choice(FORMS)
    if form == "ИП":
        return f"ИП {rng.choice(SURNAMES)} {rng.choice('АВЕИМНПС')}. {rng.choice('АВГДИНПС')}."
    return f"{form} «{rng.choice(FIRMS)}-{rng.choice(KINDS)}»"


def decorate(rng: random.Random, deal: Deal) -> None:
    """Amount, loss reason and edits, which follow from how the deal went."""
    positions = [position for _, position in deal.entries if position is not None]
    furthest = max(positions)
    is_lost = deal.entries[-1][1] is None
    missing = 0.30 if furthest < SLOW else 0.06 if furthest < WON else 0.0
    amount = round(rng.lognormvariate(11.6, 0.75), -2)
    deal.amount = None if rng.random() < missing else int(amount)
    reason = rng.choice(STAGES[furthest].reasons) if is_lost else ""
    deal.reason = "" if rng.random() < 0.08 else reason
    deal.edits = [moment for moment, _ in deal.entries]
    if not is_lost and furthest < WON:
        for _ in range(rng.randrange(3)):  # edits that are no progress
            edit = later(rng, deal.entries[-1][0], rng.uniform(0.2, 60))
            if edit < AS_OF:
                deal.edits.append(edit)
    deal.edits.sort()


def simulate() -> list[Deal]:
    rng = random.Random(SEED)
    deals: list[Deal] = []
    number = 31_048_217
    for created in created_moments(rng):
        number += rng.randrange(3, 90)
        source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        start = 1 if source == "Рекомендация" and created < AS_OF and rng.random() < 0.15 else 0  # known clients need no first call
        client = company(rng)
        deal = Deal(str(number), f"{rng.choice(WORKS)}: {client}", client, rng.choice(OWNERS), source, created, [])
        deal.entries = known(live(rng, created, start))
        deals.append(deal)
    leave_untouched(rng, deals)
    for deal in deals:
        decorate(rng, deal)
    return deals


# --- the files ------------------------------------------------------------------------------------------------------------------


def first_entries(deal: Deal) -> dict[int, datetime]:
    first: dict[int, datetime] = {}
    for moment, position in deal.entries:
        if position is not None:
            first.setdefault(position, moment)
    return first


def closed_at(entries: list[tuple[datetime, int | None]]) -> datetime | None:
    return entries[-1][0] if entries[-1][1] in (None, WON) else None


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


# --- the known answers, by plain loops ------------------------------------------------------------------------------------------


def furthest(deal: Deal) -> int:
    return max(position for _, position in deal.entries if position is not None)


def outcome(deal: Deal) -> str:
    last = deal.entries[-1][1]
    return "lost" if last is None else "won" if last == WON else "open"


def forward(deal: Deal) -> list[tuple[datetime, int]]:
    """The entries that are further than everything before them: the starts of the stays."""
    steps: list[tuple[datetime, int]] = []
    for moment, position in deal.entries:
        if position is not None and (not steps or position > steps[-1][1]):
            steps.append((moment, position))
    return steps


def days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86400


def median(values: list[float]) -> float | None:
    return round(statistics.median(values), 6) if values else None


def stage_answers(deals: list[Deal]) -> list[dict[str, Any]]:
    answers = []
    for k, stage in enumerate(STAGES):
        counts: Counter[str] = Counter(dict.fromkeys(("reached", "seen", "skipped", "advanced", "lost", "open"), 0))
        finished: list[float] = []
        for deal in deals:
            top = furthest(deal)
            if top < k:
                continue
            counts["reached"] += 1
            counts["seen"] += any(position == k for _, position in deal.entries)
            steps = forward(deal)
            counts["skipped"] += all(position != k for _, position in steps)
            if top > k:
                counts["advanced"] += 1
            elif outcome(deal) != "won":
                counts[outcome(deal)] += 1
            finished += [days(a, b) for (a, position), (b, _) in pairwise(steps) if position == k]
        row: dict[str, Any] = {"stage": stage.id, "name": stage.name, **counts}
        answers.append({**row, "advance_days": {"p50": median(finished), "n": len(finished)}})
    return answers


def step_answers(deals: list[Deal]) -> list[dict[str, Any]]:
    """Per step and quarter of entry: stays begun, and how many of them have advanced, were lost, are open."""
    answers = []
    for k, stage in enumerate(STAGES[:-1]):
        quarters: dict[str, Counter[str]] = {}
        for deal in deals:
            for moment, position in forward(deal):
                if position == k:
                    name = f"{moment.year}Q{(moment.month + 2) // 3}"
                    quarter = quarters.setdefault(name, Counter(entered=0, advanced=0, lost=0, open=0))
                    quarter["entered"] += 1
                    quarter["advanced" if furthest(deal) > k else outcome(deal)] += 1
        answers.append({"from": stage.id, "to": STAGES[k + 1].id, "quarters": {name: dict(quarters[name]) for name in sorted(quarters)}})
    return answers


def back_moves(deal: Deal) -> int:
    positions = [position for _, position in deal.entries if position is not None]
    return sum(later_one < earlier for earlier, later_one in pairwise(positions))


def answers(deals: list[Deal]) -> dict[str, Any]:
    outcomes = Counter(outcome(deal) for deal in deals)
    steps = step_answers(deals)
    leak = steps[LEAK]["quarters"]
    old = [leak[name] for name in leak if name < "2026"]
    new = [leak[name] for name in leak if name >= "2026"]

    def share(part: list[dict[str, int]]) -> dict[str, Any]:
        advanced, lost = sum(p["advanced"] for p in part), sum(p["lost"] for p in part)
        undecided = sum(p["open"] for p in part)
        return {"advanced": advanced, "lost": lost, "open": undecided, "closed_only": round(advanced / (advanced + lost), 4)}

    stages = stage_answers(deals)
    slowest = max(stages, key=lambda row: row["advance_days"]["p50"] or 0)
    won_days = [days(deal.created, deal.entries[-1][0]) for deal in deals if outcome(deal) == "won"]
    stuck = [
        {"deal_id": deal.id, "stage": STAGES[furthest(deal)].id, "days": round(days(deal.entries[-1][0], AS_OF), 6)}
        for deal in deals
        if deal.stuck
    ]
    untouched = [deal for deal in deals if outcome(deal) == "open" and days(deal.entries[-1][0], AS_OF) > STUCK_DAYS]
    losses = [deal for deal in deals if outcome(deal) == "lost"]
    return {
        "as_of_local": AS_OF.isoformat(),
        "totals": {
            "deals": len(deals),
            **{name: outcomes[name] for name in ("won", "lost", "open")},
            "unplaced": 0,
            "reopened": sum(position is None for deal in deals for _, position in deal.entries[:-1]),
            "back_moves": sum(back_moves(deal) for deal in deals),
            "entries": sum(len(deal.entries) for deal in deals),
            "currency": "RUB",
            "amount_missing": sum(deal.amount is None for deal in deals),
            **{f"{name}_amount": sum(deal.amount or 0 for deal in deals if outcome(deal) == name) for name in ("won", "lost", "open")},
            "days_to_win_median": median(won_days),
            "loss_reasons": dict(sorted(Counter(deal.reason for deal in losses).items(), key=lambda item: (-item[1], item[0]))),
        },
        "funnel": stages,
        "steps": steps,
        "leak": {"from": STAGES[LEAK].id, "to": STAGES[LEAK + 1].id, "since": "2026-01-01", "before": share(old), "after": share(new)},
        "slow_stage": {"stage": slowest["stage"], **slowest["advance_days"]},
        "stuck": {"planted": stuck, "open_untouched_over_75_days": sorted(deal.id for deal in untouched)},
        "owners": dict(sorted(Counter(deal.owner for deal in deals).items())),
        "sources": dict(sorted(Counter(deal.source for deal in deals).items())),
        "snapshots": [snapshot_answers(deals, day) for day in SNAPSHOT_DAYS],
    }


def end_of(day: date) -> datetime:
    return min(datetime(day.year, day.month, day.day, 23, 59, 59), AS_OF)


def snapshot_name(day: date) -> str:
    return f"amocrm_export_leads_{day.isoformat()}.csv"


def snapshot_answers(deals: list[Deal], day: date) -> dict[str, Any]:
    last = [deal.until(end_of(day))[-1][1] for deal in deals if deal.created <= end_of(day)]
    won, lost = last.count(WON), last.count(None)
    return {"file": snapshot_name(day), "deals": len(last), "won": won, "lost": lost, "open": len(last) - won - lost}


def readme(known_answers: dict[str, Any]) -> bytes:
    totals, leak = known_answers["totals"], known_answers["leak"]
    funnel = "\n".join(
        "| {name} | {reached} | {seen} | {skipped} | {advanced} | {lost} | {open} | {days} |".format(
            **row, days="" if row["advance_days"]["p50"] is None else f"{row['advance_days']['p50']:.1f}"
        )
        for row in known_answers["funnel"]
    )
    quarters = next(step for step in known_answers["steps"] if step["from"] == leak["from"])["quarters"]
    stuck = Counter(row["stage"] for row in known_answers["stuck"]["planted"])
    fields = {
        **totals,
        "reasons": ", ".join(f"{name or '(none given)'} {n}" for name, n in totals["loss_reasons"].items()),
        "funnel": funnel,
        "leak_rows": "\n".join("| {} | {entered} | {advanced} | {lost} | {open} |".format(name, **q) for name, q in quarters.items()),
        "before": f"{leak['before']['closed_only']:.0%}",
        "after": f"{leak['after']['closed_only']:.0%}",
        "slow_days": f"{known_answers['slow_stage']['p50']:.1f}",
        "win_days": f"{totals['days_to_win_median']:.1f}",
        "stuck": len(known_answers["stuck"]["planted"]),
        "stuck_by_stage": ", ".join(f"{STAGES_BY_ID[stage]} {n}" for stage, n in stuck.items()),
        "untouched": len(known_answers["stuck"]["open_untouched_over_75_days"]),
        "snapshots": "\n".join("| {file} | {deals} | {won} | {lost} | {open} |".format(**row) for row in known_answers["snapshots"]),
        "seed": SEED,
    }
    return Template(README).substitute(fields).encode("utf-8")


STAGES_BY_ID = {stage.id: stage.name for stage in STAGES}
README = """\
# The sample: 600 deals of an invented company

A company that makes advertising signs and prints; it, its clients and its people do not exist. Deals were created from 1 July 2025 to
30 June 2026; the export was taken on 30 June 2026, 17:46:20, when the newest deal was created. Times are local (stages.yaml's
`timezone`) and fall into working hours. Everything here, this page too, is written by `make.py` (`make samples`; seed $seed); the numbers
are counted by plain loops, without funnel-audit, and stand in full in `expected.json`.

| file | shape | what it holds |
| --- | --- | --- |
| deals.csv | dated columns | one row a deal, one date column per stage: the *first* entry into it. UTF-8, comma |
| deals.xlsx | dated columns | the same cells, with true Excel dates |
| amocrm.csv | deal rows | as amoCRM exports it: only the stage a deal is in now; `Бюджет ` with a space, `не закрыта` as a date |
| history.csv | stage changes | every entry of every deal, steps back and losses too, in no order |
| snapshots/ | snapshots | six weekly exports in the layout of amocrm.csv, each as things stood that evening |

The same deals are in all of them. What the shapes cannot show: dated columns keep first entries only, so neither steps back into a stage
already entered nor losses that were undone are in deals.csv; amocrm.csv overwrites the stage of a lost deal. No open deal stands behind
the furthest stage it reached, so every shape agrees on where the open deals are.

## Known answers

Deals $deals: won $won, lost $lost, open $open. Won $won_amount RUB, open $open_amount RUB; $amount_missing deals have no amount.
In the history there are $entries entries, $back_moves steps back, $reopened losses undone. Median days from created to won: $win_days.
Loss reasons: $reasons.

| stage | reached | seen | skipped | advanced | lost | open | median days to advance |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
$funnel

*Seen* counts the history. The last column is over finished advances only, as CRMs count it; open deals are not in it.

**The leak** was put into *Макет/проект утвержден → Счет-договор отправлен*: deals that came to an approved layout
from 1 January 2026 on get a contract far more rarely (of those decided $before before, $after since). By quarter of the entry:

| quarter | entered | advanced | lost | open |
| --- | ---: | ---: | ---: | ---: |
$leak_rows

More deals are lost at the first step, but no more than before: that is not the leak.

**The slow stage** is *Отправлено в работу*, waiting for the layout: median $slow_days days to advance.

**Stuck deals**: $stuck were left untouched on purpose ($stuck_by_stage); $untouched open deals have not changed their
stage for over 75 days, these among them.

| snapshot | deals | won | lost | open |
| --- | ---: | ---: | ---: | ---: |
$snapshots
"""


def make(folder: Path) -> None:
    deals = simulate()
    known_answers = answers(deals)
    (folder / "snapshots").mkdir(parents=True, exist_ok=True)
    dated = dated_rows(deals)
    files = {
        "deals.csv": csv_bytes(DATED_HEADER, dated),
        "deals.xlsx": xlsx_bytes(DATED_HEADER, dated),
        "amocrm.csv": csv_bytes(AMO_HEADER, amo_rows(deals, AS_OF)),
        "history.csv": csv_bytes(["deal_id", "stage", "entered_at", "changed_by"], history_rows(deals)),
        "expected.json": (json.dumps(known_answers, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
        "README.md": readme(known_answers),
        **{f"snapshots/{snapshot_name(day)}": csv_bytes(AMO_HEADER, amo_rows(deals, end_of(day))) for day in SNAPSHOT_DAYS},
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
