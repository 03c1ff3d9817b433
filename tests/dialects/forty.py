"""The same forty deals, written as every layout: ``python tests/dialects/forty.py FOLDER``. What is compared is in test_forty.py."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

START = datetime(2026, 1, 5, 9, 0, 0)
STEPS = 5  # the last one is the won stage


@dataclass(frozen=True)
class Deal:
    """``moves`` are (stage, when), the first at creation; ``outcome`` won, lost or open, ``end`` when it was closed."""

    number: int
    moves: tuple[tuple[int, datetime], ...]
    outcome: str
    end: datetime | None
    amount: int
    owner: str

    @property
    def created(self) -> datetime:
        return self.moves[0][1]

    @property
    def stage(self) -> int:
        return self.moves[-1][0]

    @property
    def updated(self) -> datetime:
        return self.end or self.moves[-1][1]


def forty() -> list[Deal]:
    deals = []
    for n in range(40):
        born = START + timedelta(days=n % 20, hours=n % 7)
        reach = n % 4
        moves = [(k, born + timedelta(days=2 * k + n % 3 * k)) for k in range(reach + 1)]
        outcome = ("open", "lost", "won")[n % 3]
        end = None if outcome == "open" else moves[-1][1] + timedelta(days=1 + n % 5)
        deals.append(Deal(101 + n, tuple(moves), outcome, end, 1000 + 50 * n, ("Anna", "Oleg")[n % 2]))
    return deals


ISO, RU = "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"
Row = dict[str, str]
# layout: labels of the four open stages, of won and lost; day format; delimiter; encoding; header -> cell
BITRIX = ["Новая", "Подготовка документов", "Cчёт на предоплату", "В работе", "Сделка успешна", "Сделка провалена"]
BITRIX_EN = ["New", "Create papers", "Invoice", "In progress", "Deal won", "Deal lost"]
AMO = ["Первичный контакт", "Переговоры", "Принимают решение", "Согласование договора", "Успешно реализовано", "Закрыто и не реализовано"]
PIPEDRIVE = ["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made"]
ESPO = ["Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]
HUBSPOT = ["Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled", "Contract Sent", "Closed Won", "Closed Lost"]


def label(deal: Deal, names: list[str]) -> str:
    return {"won": names[-2], "lost": names[-1]}.get(deal.outcome, names[deal.stage])


def ends(deal: Deal, form: str, blank: str = "") -> str:
    return deal.end.strftime(form) if deal.end else blank


def bitrix(deal: Deal) -> Row:
    return {
        "Название сделки": f"D{deal.number}",
        "Стадия сделки": label(deal, BITRIX),
        "Сумма": f"{deal.amount}.00",
        "Валюта": "Евро",
        "Ответственный": deal.owner,
        "Дата создания": deal.created.strftime(RU),
        "Дата изменения": deal.updated.strftime(RU),
        "Дата изменения стадии": deal.updated.strftime(RU),
        "Сделка закрыта": "нет" if deal.outcome == "open" else "да",
        "ID": str(deal.number),
        "": "",
    }


def bitrix_en(deal: Deal) -> Row:
    form = "%m/%d/%Y %I:%M:%S %p"
    return {
        "Deal Name": f"D{deal.number}",
        "Stage": label(deal, BITRIX_EN),
        "Income": f"{deal.amount}.00",
        "Currency": "Euro",
        "Responsible": deal.owner,
        "Created": deal.created.strftime(form),
        "Modified": deal.updated.strftime(form),
        "Stage change date": deal.updated.strftime(form),
        "ID": str(deal.number),
        "": "",
    }


def amo(deal: Deal) -> Row:
    return {
        "ID": str(deal.number),
        "Название сделки": f"D{deal.number}",
        "Основной контакт": "",
        "Ответственный": deal.owner,
        "Этап сделки": label(deal, AMO),
        "Воронка": "Воронка",
        "Бюджет €": str(deal.amount),
        "Дата создания": deal.created.strftime(RU),
        "Дата редактирования": deal.updated.strftime(RU),
        "Дата закрытия": ends(deal, RU, "не закрыта"),
    }


def pipedrive(deal: Deal) -> Row:
    return {
        "Deal - ID": str(deal.number),
        "Deal - Title": f"D{deal.number}",
        "Deal - Owner": deal.owner,
        "Deal - Stage": PIPEDRIVE[deal.stage],
        "Deal - Status": deal.outcome.title(),
        "Deal - Value": str(deal.amount),
        "Deal - Currency of Value": "EUR",
        "Deal - Deal created": deal.created.strftime(ISO),
        "Deal - Update time": deal.updated.strftime(ISO),
        "Deal - Last stage change": deal.moves[-1][1].strftime(ISO) if deal.stage else "",
        "Deal - Deal closed on": ends(deal, ISO),
    }


def espo(deal: Deal) -> Row:
    return {
        "id": str(deal.number),
        "name": f"D{deal.number}",
        "amountCurrency": "EUR",
        "amount": str(deal.amount),
        "stage": label(deal, ESPO),
        "lastStage": ESPO[deal.stage],
        "closeDate": ends(deal, ISO),
        "assignedUserName": deal.owner,
        "createdAt": deal.created.strftime(ISO),
        "modifiedAt": deal.updated.strftime(ISO),
    }


def hubspot(deal: Deal) -> Row:
    when = {HUBSPOT[k]: at.strftime("%Y-%m-%d %H:%M") for k, at in deal.moves}
    when[label(deal, HUBSPOT)] = deal.updated.strftime("%Y-%m-%d %H:%M")
    return {
        "Record ID": str(deal.number),
        "Deal Name": f"D{deal.number}",
        "Deal Stage": label(deal, HUBSPOT),
        "Amount": f"{deal.amount}.0",
        "Currency": "EUR",
        "Deal owner": deal.owner,
        "Create Date": deal.created.strftime("%Y-%m-%d %H:%M"),
        "Close Date": ends(deal, "%Y-%m-%d %H:%M"),
        **{f'Date entered "{name} (Sales)"': when.get(name, "") for name in HUBSPOT},
    }


def close(deal: Deal) -> Row:
    names = ["Demo Completed", "Proposal Sent", "Contract Sent", "Signed", "Won", "Lost"]
    return {
        "id": str(deal.number),
        "lead_name": f"D{deal.number}",
        "status_label": label(deal, names),
        "value": str(deal.amount * 100),
        "status_type": {"open": "active"}.get(deal.outcome, deal.outcome),
        "value_currency": "EUR",
        "user_name": deal.owner,
        "date_created": deal.created.isoformat() + "+00:00",
        "date_updated": deal.updated.isoformat() + "+00:00",
        "date_won": ends(deal, ISO) if deal.outcome == "won" else "",
        "date_lost": ends(deal, ISO) if deal.outcome == "lost" else "",
    }


def freshsales(deal: Deal) -> Row:
    names = ["New", "Qualification", "Discovery", "Demo", "Won", "Lost"]
    return {
        "Deal : id": str(deal.number),
        "Deal : Name": f"D{deal.number}",
        "Deal : Deal stage": label(deal, names),
        "Deal : Total Deal Value": f"{deal.amount}.0",
        "Deal : Currency": "EUR",
        "Deal : Owner": deal.owner,
        "Deal : Created at": deal.created.strftime(ISO),
        "Deal : Updated at": deal.updated.strftime(ISO),
        "Deal : Closed date": ends(deal, ISO),
    }


def salesforce(deal: Deal) -> Row:
    names = ["Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Closed Won", "Closed Lost"]
    return {
        "Id": str(deal.number),
        "Name": f"D{deal.number}",
        "StageName": label(deal, names),
        "Amount": str(deal.amount),
        "CurrencyIsoCode": "EUR",
        "OwnerId": deal.owner,
        "CreatedDate": deal.created.isoformat() + "Z",
        "LastModifiedDate": deal.updated.isoformat() + "Z",
        "CloseDate": ends(deal, ISO),
        "IsWon": str(deal.outcome == "won").lower(),
        "IsClosed": str(deal.outcome != "open").lower(),
    }


def zoho(deal: Deal) -> Row:
    names = ["Qualification", "Needs Analysis", "Value Proposition", "Proposal/Price Quote", "Closed Won", "Closed Lost to Competition"]
    return {
        "Record Id": str(deal.number),
        "Deal Owner.id": "9",
        "Deal Owner": deal.owner,
        "Deal Name": f"D{deal.number}",
        "Stage": label(deal, names),
        "Amount": str(deal.amount),
        "Currency": "EUR",
        "Closing Date": ends(deal, ISO),
        "Created Time": deal.created.strftime(ISO),
        "Modified Time": deal.updated.strftime(ISO),
    }


def suite(deal: Deal) -> Row:
    names = ["Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Closed Won", "Closed Lost"]
    return {
        "Opportunity Name": f"D{deal.number}",
        "ID": str(deal.number),
        "Opportunity Amount": f"€{deal.amount:,}.00",
        "Currency": "-99",
        "Expected Close Date": ends(deal, ISO),
        "Sales Stage": label(deal, names),
        "Assigned User": deal.owner,
        "Date Created": deal.created.strftime(ISO),
        "Date Modified": deal.updated.strftime(ISO),
    }


def dynamics(deal: Deal) -> Row:
    return {
        "(Do Not Modify) Opportunity": str(deal.number),
        "(Do Not Modify) Row Checksum": "x",
        "(Do Not Modify) Modified On": deal.updated.strftime(ISO),
        "Topic": f"D{deal.number}",
        "Est. revenue": str(deal.amount),
        "Currency": "Euro",
        "Pipeline Phase": ["1-Qualify", "2-Develop", "3-Propose", "4-Close"][deal.stage],
        "Status": deal.outcome.title(),
        "Actual Close Date": ends(deal, ISO),
        "Owner": deal.owner,
        "Created On": deal.created.strftime(ISO),
    }


LAYOUTS: dict[str, tuple[Callable[[Deal], Row], str, str]] = {
    "bitrix24_ru": (bitrix, ";", "utf-8-sig"),
    "bitrix24_cp1251": (bitrix, ";", "cp1251"),
    "bitrix24_en": (bitrix_en, ";", "utf-8-sig"),
    "amocrm": (amo, ",", "utf-8"),
    "pipedrive": (pipedrive, ",", "utf-8"),
    "espocrm": (espo, ",", "utf-8"),
    "hubspot": (hubspot, ",", "utf-8"),
    "close": (close, ",", "utf-8"),
    "freshsales": (freshsales, ",", "utf-8"),
    "salesforce": (salesforce, ",", "cp1252"),
    "zoho": (zoho, ",", "utf-8"),
    "suitecrm": (suite, ",", "utf-8"),
    "dynamics365": (dynamics, ",", "utf-8"),
}


def write(folder: Path, name: str) -> Path:
    """One layout as a file."""
    make, delimiter, encoding = LAYOUTS[name]
    path = folder / f"{name}.csv"
    rows = [make(deal) for deal in forty()]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
    return path


def log(deal: Deal, won: str, lost: str, names: list[str]) -> list[tuple[str, datetime]]:
    """The labels a deal was put into, with the end."""
    out = [(names[k], at) for k, at in deal.moves]
    return [*out, ({"won": won, "lost": lost}[deal.outcome], deal.end)] if deal.end else out


def write_history(folder: Path, name: str) -> list[Path]:
    """A layout of changes; a deal table beside it where the changes alone do not say which deals exist."""
    codes = ["NEW", "PREPARATION", "PREPAYMENT_INVOICE", "EXECUTING"]
    path = folder / f"{name}.csv"
    rows: list[list[str]] = []
    if name.startswith("bitrix24"):
        rows = [["ID", "TYPE_ID", "OWNER_ID", "CREATED_TIME", "CATEGORY_ID", "STAGE_SEMANTIC_ID", "STAGE_ID"]]
        rows += [
            ["1", "2", str(deal.number), at.isoformat() + "+00:00", "0", "P", stage]
            for deal in forty()
            for stage, at in log(deal, "WON", "LOSE", codes)
        ]
        if name.endswith("json"):
            path = folder / f"{name}.json"
            path.write_text(json.dumps({"result": {"items": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}}), "utf-8")
            return [path]
    elif name == "salesforce_field_history":
        rows = [["Id", "IsDeleted", "OpportunityId", "CreatedById", "CreatedDate", "Field", "OldValue", "NewValue"]]
        for deal in forty():
            rows.append(["0", "false", str(deal.number), "", deal.created.isoformat() + "Z", "created", "", ""])
            moves = log(deal, "Closed Won", "Closed Lost", ["Prospecting", "Qualification", "Needs Analysis", "Value Proposition"])
            rows += [
                ["0", "false", str(deal.number), "", at.isoformat() + "Z", "StageName", before, stage]
                for (before, _), (stage, at) in pairwise(moves)
            ]
    elif name == "pipedrive_log":
        rows = [["deal_id", "change_time", "changed_field_key", "new_value"]]
        for deal in forty():
            rows.append([str(deal.number), deal.created.strftime(ISO), "add_time", deal.created.isoformat()])
            rows += [[str(deal.number), at.strftime(ISO), "stage_id", str(k + 1)] for k, at in deal.moves]
            rows += [[str(deal.number), deal.end.strftime(ISO), "status", deal.outcome]] if deal.end else []
        (folder / "stages.csv").write_text(
            "stage_id,stage_name\n" + "".join(f"{k + 1},{one}\n" for k, one in enumerate(PIPEDRIVE)), "utf-8"
        )
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return [path, folder / "stages.csv"] if name == "pipedrive_log" else [path]


HISTORIES = ("bitrix24_history", "bitrix24_history_json", "salesforce_field_history", "pipedrive_log")

if __name__ == "__main__":
    for layout in LAYOUTS:
        write(Path(sys.argv[1]), layout)
    for layout in HISTORIES:
        write_history(Path(sys.argv[1]), layout)
