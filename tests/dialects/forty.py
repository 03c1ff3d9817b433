"""Forty deals, and how a layout writes them: ``python tests/dialects/forty.py FOLDER`` writes every layout of forty_layouts.py.

A layout is data: what stands under each header, how dates and amounts are written, and what the CRM's export cannot carry.
What is compared is in test_forty.py.
"""

from __future__ import annotations

import csv
import html
import io
import json
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "sample_data"), str(Path(__file__).resolve().parent)]

from layouts import xlsx_bytes  # noqa: E402

START = datetime(2026, 1, 5, 9, 0, 0)
SUFFIXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True)
class Deal:
    """``moves`` are (stage 0 to 3, when), the first at creation; ``outcome`` won, lost or open, ``end`` when it was closed."""

    number: int
    moves: tuple[tuple[int, datetime], ...]
    outcome: str
    end: datetime | None
    amount: int | None
    owner: str
    source: str
    reason: str

    @property
    def created(self) -> datetime:
        return self.moves[0][1]

    @property
    def stage(self) -> int:
        return self.moves[-1][0]

    @property
    def updated(self) -> datetime:
        return self.end or self.moves[-1][1]

    @property
    def long_id(self) -> str:
        """As Salesforce writes ids in a data export: 15 characters, and three that say which of them are capitals."""
        short = self.short_id
        return short + "".join(SUFFIXES[sum(short[at + bit].isupper() << bit for bit in range(5))] for at in (0, 5, 10))

    @property
    def short_id(self) -> str:
        """The same in a report."""
        return f"0065g{'aBcDe'[self.number % 5]}000{'xYz'[self.number % 3]}{self.number:05d}"


def forty() -> list[Deal]:
    """Twelve moves skip a stage; there are deals without an amount, an owner, a source and a reason."""
    deals = []
    for n in range(40):
        born = START + timedelta(days=n % 20, hours=n % 7)
        reach = n % 4
        moves = [(k, born + timedelta(days=2 * k + n % 3 * k)) for k in range(reach + 1) if not (n % 5 == 3 and k == 1 < reach)]
        outcome = ("open", "lost", "won")[n % 3]
        end = None if outcome == "open" else moves[-1][1] + timedelta(days=1 + n % 5)
        deals.append(
            Deal(
                101 + n, tuple(moves), outcome, end, None if n % 11 == 10 else 1000 + 50 * n,
                "" if n % 13 == 12 else ("Anna", "Oleg")[n % 2], ("Web", "Partner", "")[n % 7 % 3],
                "" if outcome != "lost" else ("Price", "Competitor", "")[n // 3 % 3],
            )
        )  # fmt: skip
    return deals


@dataclass(frozen=True)
class Sheet:
    """One file: header -> what stands below it, with the words of ``words`` in braces. ``rows`` is deals, moves, changes or log.

    moves: a row for each stage entered, the end among them; changes: the same without the creation; log: creation, stages by id, status.
    """

    name: str
    columns: dict[str, str]
    form: str = "%Y-%m-%d %H:%M:%S"
    money: str = "{}"
    open_end: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    rows: str = "deals"
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    """Headers of true dates, in a workbook."""


@dataclass(frozen=True)
class Layout:
    """``labels``: the names of the four open stages, of won and of lost. ``lacks``: columns of the deals that the export does not carry;
    ``stage_of_loss``: a lost deal's stage is overwritten. ``stays``: it carries the history. ``ids``: the attribute of a deal that is its
    id there; ``zone``: its times are so many hours ahead of UTC; ``precision``: D where it writes days only."""

    name: str
    dialect: str
    labels: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    lacks: frozenset[str] = frozenset()
    stays: bool = False
    ids: str = "number"
    zone: int = 0
    precision: str = "s"
    extra: dict[str, str] = field(default_factory=dict)
    """Further files, as they are."""


def words(deal: Deal, sheet: Sheet, labels: tuple[str, ...]) -> dict[str, object]:
    """What may stand in braces for a deal."""

    def at(when: datetime | None) -> str:
        return when.strftime(sheet.form) if when else sheet.open_end

    closed = deal.outcome != "open"
    entered = {k: at(when) for k, when in deal.moves} | ({4 if deal.outcome == "won" else 5: at(deal.end)} if closed else {})
    money = "" if deal.amount is None else sheet.money.format(deal.amount)
    half = 0 if deal.amount is None else deal.amount // 3
    return {
        "id": deal.number, "short": deal.short_id, "long": deal.long_id, "title": f"D{deal.number}", "owner": deal.owner,
        "source": deal.source,
        "reason": deal.reason, "label": labels[{"won": 4, "lost": 5}.get(deal.outcome, deal.stage)], "kept": labels[deal.stage],
        "kept_id": deal.stage + 1,
        "amount": money, "part": "" if deal.amount is None else sheet.money.format(half),
        "rest": "" if deal.amount is None else sheet.money.format(deal.amount - half), "created": at(deal.created),
        "updated": at(deal.updated),
        "moved": at(deal.moves[-1][1]) if deal.stage else "", "changed": at(deal.updated), "closed": at(deal.end),
        "won_at": at(deal.end) if deal.outcome == "won" else "", "lost_at": at(deal.end) if deal.outcome == "lost" else "",
        "outcome": deal.outcome, "Outcome": deal.outcome.title(), "active": "active" if not closed else deal.outcome,
        "is_won": str(deal.outcome == "won").lower(), "is_closed": str(closed).lower(), "yes": "да" if closed else "нет",
        "Yes": "Yes" if closed else "No", **{f"entered{k}": entered.get(k, "") for k in range(6)},
    }  # fmt: skip


def events(deal: Deal, sheet: Sheet, labels: tuple[str, ...]) -> list[dict[str, object]]:
    """The same for each stage that the deal was put into, with ``to``, ``from`` and ``at``."""
    path = [(labels[k], k + 1, when) for k, when in deal.moves]
    if deal.end is not None:
        path.append((labels[4 if deal.outcome == "won" else 5], 0, deal.end))
    own = words(deal, sheet, labels)
    found, last = [], ""
    for label, number, when in path:
        found.append(own | {"to": label, "from": last, "at": when.strftime(sheet.form), "number": number})
        last = label
    if sheet.rows == "log":
        end = [{**found.pop(), "key": "status", "value": deal.outcome}] if deal.end else []
        born = {**found[0], "key": "add_time", "value": found[0]["at"]}
        return [born, *({**one, "key": "stage_id", "value": one["number"]} for one in found), *end]
    return found[1:] if sheet.rows == "changes" else found


def table(sheet: Sheet, labels: tuple[str, ...]) -> list[list[str]]:
    """Header and rows. A value ``a || b`` makes two rows, as two products do."""
    rows = []
    for deal in forty():
        facts = [words(deal, sheet, labels)] if sheet.rows == "deals" else events(deal, sheet, labels)
        for one in facts:
            cells = [text.format(**one).split(" || ") for text in sheet.columns.values()]
            rows += [[cell[min(at, len(cell) - 1)] for cell in cells] for at in range(max(map(len, cells)))]
    return [[header.rstrip("\0") for header in sheet.columns], *rows]


def written(sheet: Sheet, labels: tuple[str, ...]) -> bytes:
    """The file, in the container that its name says."""
    rows = table(sheet, labels)
    if sheet.name.endswith(".xlsx"):
        dated = [at for at, header in enumerate(rows[0]) if header in sheet.dates]
        values = [[datetime.strptime(cell, sheet.form) if at in dated and cell else cell for at,
        cell in enumerate(row)] for row in rows[1:]]
        above = [list(line) for line in sheet.before]
        return xlsx_bytes((above or rows)[0], [*above[1:], rows[0], *values] if above else values)
    if sheet.name.endswith(".xls"):
        lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
        head = lines[0].replace("td>", "th>")
        body = "".join(f"<tr>{line}</tr>" for line in lines[1:])
        meta = '<meta http-equiv="Content-type" content="text/html;charset=UTF-8" />'
        return f'\ufeff{meta}<table border="1"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'.encode()
    if sheet.name.endswith(".json"):
        return json.dumps({"result": {"items": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}}, ensure_ascii=False).encode()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sheet.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(rows)
    out.write("".join(f'"{line}"\n' if line else "\n" for line in sheet.after))
    return out.getvalue().encode(sheet.encoding)


def write(folder: Path, layout: Layout) -> list[str]:
    """The files of a layout; the paths that a user would give."""
    made = {sheet.name: written(sheet, layout.labels) for sheet in layout.sheets}
    made |= {name: text.encode() for name, text in layout.extra.items()}
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in made]


if __name__ == "__main__":
    from forty_layouts import LAYOUTS

    for one in LAYOUTS:
        place = Path(sys.argv[1]) / one.name
        place.mkdir(parents=True, exist_ok=True)
        write(place, one)
