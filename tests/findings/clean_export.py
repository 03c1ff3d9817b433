"""A clean export that no rule has anything to say of: 480 deals of an invented company, their history, and the stages.yaml for them.

Deals are rows of texts, so that a planted defect may write anything; ``Export.write`` makes the files. The same every time.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

STAGES = """
title: {en: Signs, ru: Вывески}
timezone: Europe/Moscow
currency: RUB
stages:
  - {id: new, name: {en: Request received, ru: Заявка получена}, task: Call within the hour, max_days: 60}
  - {id: met, name: {en: Meeting held, ru: Встреча состоялась}, task: Write the offer, max_days: 60}
  - {id: sent, name: {en: Offer sent, ru: Предложение отправлено}, task: Ask for a decision, max_days: 60}
  - {id: agreed, name: {en: Terms agreed, ru: Условия согласованы}, task: Get the money, max_days: 60}
  - {id: paid, name: {en: Paid, ru: Оплачено}, won: true}
lost: [Lost]
"""
LABELS = ["Request received", "Meeting held", "Offer sent", "Terms agreed", "Paid", "Lost"]
LOST, WON = 5, 4
HEADER = ["deal_id", "title", "company", "owner", "source", "amount", "currency", "stage", "created", "close_date", "lost_reason"]
HISTORY_HEADER = ["deal_id", "stage", "entered_at"]
AS_OF = datetime(2026, 3, 31, 18, 0)
OWNERS = ["Anna Ivanova", "Boris Petrov", "Vera Orlova", "Gleb Sokolov"]
SOURCES = ["Site", "Avito", "Referral", "Fair"]
REASONS = ["Too expensive", "No answer", "Chose another", "Put off"]
GOODS = ["Вывеска", "Poster", "Меню", "Show window", "Banner"]


@dataclass
class Export:
    """Rows of the two files and the stages.

    ``before`` and ``after`` are lines around the deals, ``recode`` a file and its encoding, ``swaps`` bytes of deals.csv for others."""

    deals: list[dict[str, str]]
    history: list[list[str]]
    stages: str = STAGES
    header: list[str] = field(default_factory=lambda: list(HEADER))
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    recode: tuple[str, str] | None = None
    swaps: list[tuple[bytes, bytes]] = field(default_factory=list)
    with_history: bool = True

    def line(self, deal_id: str) -> int:
        """The physical line of a deal's (last) row."""
        rows = [place for place, deal in enumerate(self.deals) if deal.get("deal_id") == deal_id]
        return rows[-1] + 2 + len(self.before)

    def deal(self, deal_id: str) -> dict[str, str]:
        return next(deal for deal in self.deals if deal.get("deal_id") == deal_id)

    def moves(self, deal_id: str) -> list[list[str]]:
        return [row for row in self.history if row[0] == deal_id]

    def text(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.header)
        for deal in self.deals:
            writer.writerow([deal.get(name, "") for name in self.header] + ([deal["+"]] if "+" in deal else []))
        return "".join(f"{line}\n" for line in self.before) + out.getvalue() + "".join(f"{line}\n" for line in self.after)

    def history_text(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([HISTORY_HEADER, *self.history])
        return out.getvalue()

    def write(self, folder: Path) -> list[Path]:
        files = {"deals.csv": self.text().encode()}
        if self.with_history:
            files["history.csv"] = self.history_text().encode()
        if self.recode:
            files[self.recode[0]] = files[self.recode[0]].decode().encode(self.recode[1])
        for old, new in self.swaps:
            assert old in files["deals.csv"]
            files["deals.csv"] = files["deals.csv"].replace(old, new, 1)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return [folder / name for name in files]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def clean(n: int = 480) -> Export:
    """The clean export, to be spoilt."""
    made = _made(n)
    return Export([dict(deal) for deal in made.deals], [list(row) for row in made.history])


@cache
def _made(n: int) -> Export:
    """Deals that come evenly, move in working hours, skip nothing, and are dated, owned and worth something."""
    chance = random.Random(5)
    deals, history = [], []
    for number in range(n):
        born = datetime(2025, 1, 9, 9, 0) + timedelta(hours=22.3 * number, minutes=chance.randrange(240))
        born = born.replace(hour=9 + chance.randrange(8), minute=chance.randrange(60), second=chance.randrange(60))
        entries, moment, label = [(born, 0)], born, 0
        while label not in (WON, LOST):
            moment += timedelta(days=1 + chance.expovariate(1 / 13))
            moment = moment.replace(hour=9 + chance.randrange(9), minute=chance.randrange(60), second=chance.randrange(60))
            while moment.month != (moment + timedelta(days=2)).month:  # nobody tidies up at month's end
                moment += timedelta(days=1 + chance.randrange(12))
            label = LOST if chance.random() < 0.19 else label + 1
            if moment > AS_OF:
                break
            entries.append((moment, label))
        last = entries[-1][1]
        deal_id = f"D{number + 1:04d}"
        over = last in (WON, LOST)
        deals.append(
            {
                "deal_id": deal_id, "title": f"{chance.choice(GOODS)} {number + 1}", "company": f"Company {number + 1}",
                "owner": chance.choice(OWNERS), "source": chance.choice(SOURCES),
                "amount": str(round(chance.lognormvariate(11, 0.5))), "currency": "RUB", "stage": LABELS[last], "created": stamp(born),
                "close_date": stamp(entries[-1][0]) if over else "", "lost_reason": chance.choice(REASONS) if last == LOST else "",
            }
        )  # fmt: skip
        history += [[deal_id, LABELS[code], stamp(at)] for at, code in entries]
    return Export(deals, history)
