"""Defects to be planted into the clean export, one function a kind: each says which rule must find it, and at which rows.

``python docs/make_findings.py`` writes what is found of each kind, alone and together, into docs/findings.md.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from clean_export import LABELS, Export, clean, stamp  # noqa: E402

from funnel_audit.ahead import Ask  # noqa: E402
from funnel_audit.assemble import assemble  # noqa: E402
from funnel_audit.intake.read import read  # noqa: E402
from funnel_audit.report import Audit, Finding  # noqa: E402
from funnel_audit.stages_file import parse_funnel  # noqa: E402
from funnel_audit.texts import Texts  # noqa: E402

Deal = dict[str, str]


class Field:
    """The clean export, and deals of it that no other plant has touched."""

    def __init__(self, export: Export) -> None:
        self.export = export
        stages = {deal["deal_id"]: deal["stage"] for deal in export.deals}
        self.free = {label: [deal_id for deal_id in stages if stages[deal_id] == label] for label in LABELS}
        moves = Counter(row[0] for row in export.history)
        for ids in self.free.values():
            ids.sort(key=lambda deal_id: -moves[deal_id])

    def take(self, *labels: str, moves: int = 1) -> Deal:
        """An untouched deal that stands in one of these labels, with at least so many moves."""
        for label in labels:
            for deal_id in self.free[label]:
                if len(self.export.moves(deal_id)) >= moves:
                    self.free[label].remove(deal_id)
                    return self.export.deal(deal_id)
        raise AssertionError(f"no deal is left in {labels}")

    def won(self) -> Deal:
        return self.take("Paid")

    def lost(self, moves: int = 1) -> Deal:
        return self.take("Lost", moves=moves)

    def open(self, moves: int = 1) -> Deal:
        return self.take("Offer sent", "Terms agreed", "Meeting held", "Request received", moves=moves)

    def any(self) -> Deal:
        return self.won() if len(self.free["Paid"]) > len(self.free["Lost"]) else self.lost()

    def forget(self, deal: Deal) -> None:
        """No history of this deal."""
        self.export.history = [row for row in self.export.history if row[0] != deal["deal_id"]]

    def drop(self, row: list[str]) -> None:
        self.export.history = [one for one in self.export.history if one is not row]

    def checks(self, line: str) -> None:
        if "\nchecks:" not in self.export.stages:
            self.export.stages += "checks:\n"
        self.export.stages += f"  {line}\n"


NO_BACKTEST = Ask(origins=0)
"""No rule looks at how the forecast did in the past, and it takes a third of the time."""


@dataclass(frozen=True)
class Plant:
    """``code`` has to find it at one of the rows of the deals that ``put`` gives back (none: it is of the file, a stage or a column).

    ``also`` are rules that rightly speak up, too. ``alone``: it changes the whole export and goes with no other plant.
    """

    kind: str
    code: str
    put: Callable[[Field], list[Deal]]
    also: tuple[str, ...] = ()
    alone: bool = False
    of_history: bool = False
    lines: bool = True


PLANTS: list[Plant] = []


def plant(
    kind: str, code: str, *also: str, alone: bool = False, of_history: bool = False, lines: bool = True
) -> Callable[[Callable[[Field], list[Deal]]], Callable[[Field], list[Deal]]]:
    def add(put: Callable[[Field], list[Deal]]) -> Callable[[Field], list[Deal]]:
        PLANTS.append(Plant(kind, code, put, also, alone, of_history, lines))
        return put

    return add


def cell(kind: str, code: str, column: str, value: str, deals: str, *also: str, lines: bool = True) -> None:
    """The commonest plant: one cell of one deal."""

    def put(field: Field) -> list[Deal]:
        deal = getattr(field, deals)()
        deal[column] = value
        return [deal]

    PLANTS.append(Plant(kind, code, put, also, lines=lines))


cell("a date that does not exist", "FA101", "created", "31.02.2026", "won")
cell("an amount in words", "FA101", "amount", "on request", "lost")
cell("a second currency", "FA109", "currency", "USD", "any", lines=False)
cell("a negative amount", "FA205", "amount", "-45000", "lost")
cell("a loss without a reason", "FA210", "lost_reason", "", "lost")
cell("an open deal closed long ago", "FA211", "close_date", "2025-12-01 12:00:00", "open")
cell("a won deal without an amount", "FA212", "amount", "", "won")
cell("a won deal for nothing", "FA213", "amount", "0", "won")
cell("a telephone number as an amount", "FA214", "amount", "79161234567", "lost")
cell("one rouble", "FA214", "amount", "1", "lost")
cell("no owner", "FA215", "owner", "", "any")
cell("no company", "FA222", "company", "", "any")
cell("no source", "FA216", "source", "", "any")
cell("a source in small letters", "FA217", "source", "avito", "any")
cell("a source in Cyrillic", "FA217", "source", "АВИТО", "any")
cell("an owner with a double space", "FA217", "owner", "Anna  Ivanova.", "any")
cell("the source Test", "FA218", "source", "Test", "any")
cell("lost as Тест", "FA218", "lost_reason", "Тест", "lost")
cell("a title that says test", "FA218", "title", "Тестовая сделка", "any")
cell("lost as Duplicate", "FA219", "lost_reason", "Duplicate", "lost")
cell("lost as Дубль", "FA219", "lost_reason", "Дубль", "lost")
cell("created in 1970", "FA221", "created", "1970-01-01 03:00:00", "won")
cell("created in 2062", "FA108", "created", "2062-02-25 09:00:00", "lost", "FA204", lines=False)
cell("closed after the export", "FA204", "close_date", "2026-06-20 09:00:00", "won")


@plant("a blank row", "FA104", lines=False)
def blank(field: Field) -> list[Deal]:
    field.export.deals.insert(40, {})
    return [field.export.deals[40]]


@plant("a row of remarks", "FA104")
def junk(field: Field) -> list[Deal]:
    field.export.deals.insert(90, {"title": "see below"})
    return [field.export.deals[90]]


@plant("a title above the header", "FA104", lines=False)
def title(field: Field) -> list[Deal]:
    field.export.before.append("Report of 31 March,,,,,,,,,,")
    return []


@plant("a total below the table", "FA104", lines=False)
def total(field: Field) -> list[Deal]:
    field.export.after.append("Total,,,,,123456,,,,,")
    return []


@plant("two columns of one name", "FA105", lines=False)
def twice(field: Field) -> list[Deal]:
    field.export.header.append("amount")
    return []


@plant("a row with a cell too many", "FA106", alone=True)
def ragged(field: Field) -> list[Deal]:
    deal = field.any()
    deal["+"] = "x"
    return [deal]


@plant("bytes of another encoding", "FA107")
def bytes_(field: Field) -> list[Deal]:
    deal = field.any()
    deal["title"] = "@bytes@"
    field.export.swaps.append((b"@bytes@", "Плакат".encode("cp1251")))
    return [deal]


@plant("a quote that is never closed", "FA112", alone=True)
def quote(field: Field) -> list[Deal]:
    deal = field.any()
    deal["title"] = "@quote@"
    field.export.swaps.append((b"@quote@", b'"Sign 2 m'))
    return [deal]


@plant("dates of both orders", "FA102", alone=True)
def orders(field: Field) -> list[Deal]:
    for deal in field.export.deals:
        deal["created"] = f"{datetime.fromisoformat(deal['created']):%d/%m/%Y}"
    deal = next(deal for deal in field.export.deals if int(deal["created"][:2]) > 12 and deal["stage"] == "Paid")
    deal["created"] = "{1}/{0}/{2}".format(*deal["created"].split("/"))
    return [deal]


@plant("dates that may be read both ways", "FA103", alone=True, lines=False)
def ambiguous(field: Field) -> list[Deal]:
    export = field.export
    export.deals = [deal for deal in export.deals if int(deal["created"][8:10]) <= 12]
    ids = {deal["deal_id"] for deal in export.deals}
    export.history = [row for row in export.history if row[0] in ids]
    for deal in export.deals:
        deal["created"] = f"{datetime.fromisoformat(deal['created']):%d/%m/%Y}"
    return []


@plant("two pipelines", "FA110", lines=False)
def pipelines(field: Field) -> list[Deal]:
    field.export.header.append("pipeline")
    for number, deal in enumerate(field.export.deals):
        deal["pipeline"] = "South" if number % 5 == 0 else "North"
    return []


@plant("columns without a name", "FA113", alone=True, lines=False)
def nameless(field: Field) -> list[Deal]:
    field.export.header.append("")
    return []


@plant("won deals only", "FA114", alone=True, lines=False)
def only_won(field: Field) -> list[Deal]:
    gone = {deal["deal_id"] for deal in field.export.deals if deal["stage"] == "Lost"}
    field.export.deals = [deal for deal in field.export.deals if deal["deal_id"] not in gone]
    field.export.history = [row for row in field.export.history if row[0] not in gone]
    return []


@plant("no column with the owner", "FA118", alone=True, lines=False)
def no_owner_column(field: Field) -> list[Deal]:
    field.export.header.remove("owner")
    return []


@plant("an id that a float has broken", "FA119")
def broken(field: Field) -> list[Deal]:
    deal = field.any()
    for row in field.export.moves(deal["deal_id"]):
        row[0] = "5.8050280000439e+18"
    deal["deal_id"] = "5.8050280000439e+18"
    return [deal]


@plant("a history in another encoding", "FA120", lines=False)
def encodings(field: Field) -> list[Deal]:
    field.export.recode = ("history.csv", "utf-16")
    return []


@plant("one id, two stages", "FA201")
def two_stages(field: Field) -> list[Deal]:
    deal = field.open(3)
    other = deal | {"stage": "Meeting held", "amount": "1234"}
    place = next(place for place, one in enumerate(field.export.deals) if one is deal)
    field.export.deals.insert(place, other)
    return [deal, other]


@plant("one row twice", "FA207")
def same_row(field: Field) -> list[Deal]:
    deal = field.any()
    other = dict(deal)
    place = next(place for place, one in enumerate(field.export.deals) if one is deal)
    field.export.deals.insert(place, other)
    return [deal, other]


@plant("no id", "FA202")
def no_id(field: Field) -> list[Deal]:
    deal = field.take("Request received", "Meeting held")
    field.forget(deal)
    deal |= {"deal_id": "", "stage": "Request received"}
    return [deal]


@plant("no stage", "FA208", "FA307")
def no_stage(field: Field) -> list[Deal]:
    deal = field.open()
    field.forget(deal)
    deal["stage"] = ""
    return [deal]


@plant("a label that nobody knows", "FA203", lines=False)
def label(field: Field) -> list[Deal]:
    deal = field.open(3)
    deal["stage"] = field.export.moves(deal["deal_id"])[-1][1] = "Offer seen"
    return [deal]


@plant("closed before created", "FA206", "FA319")
def early_close(field: Field) -> list[Deal]:
    deal = field.won()
    field.forget(deal)
    deal["close_date"] = stamp(datetime.fromisoformat(deal["created"]) - timedelta(days=4))
    return [deal]


@plant("won without a closing date", "FA209", "FA319")
def won_undated(field: Field) -> list[Deal]:
    deal = field.won()
    field.forget(deal)
    deal["close_date"] = ""
    return [deal]


@plant("lost without a closing date", "FA209", "FA319", "FA304")
def lost_undated(field: Field) -> list[Deal]:
    deal = field.lost()
    field.forget(deal)
    deal["close_date"] = ""
    return [deal]


@plant("won by the stage, lost by the status", "FA220", "FA304", "FA307", "FA204", alone=True)
def status(field: Field) -> list[Deal]:
    field.export.with_history = False
    field.export.header.append("status")
    for deal in field.export.deals:
        deal["status"] = {"Paid": "won", "Lost": "lost"}.get(deal["stage"], "open")
    deal = next(deal for deal in field.export.deals if deal["stage"] == "Paid")
    deal["status"] = "lost"
    return [deal]


@plant("a status against the history", "FA303", alone=True)
def status_history(field: Field) -> list[Deal]:
    field.export.header.append("status")
    for deal in field.export.deals:
        deal["status"] = {"Paid": "won", "Lost": "lost"}.get(deal["stage"], "open")
    deal = field.won()
    deal["status"] = "open"
    return [deal]


@plant("a history of an unknown deal", "FA301", lines=False)
def unknown(field: Field) -> list[Deal]:
    field.export.history.append(["X9999", "Request received", "2026-02-03 10:00:00"])
    return []


@plant("a row that shows another stage", "FA302")
def conflict(field: Field) -> list[Deal]:
    deal = field.open(2)
    deal["stage"] = "Terms agreed" if deal["stage"] != "Terms agreed" else "Offer sent"
    return [deal]


@plant("a loss and nothing before it", "FA304", lines=False)
def unplaced(field: Field) -> list[Deal]:
    deal = field.lost(3)
    for row in field.export.moves(deal["deal_id"])[:-1]:
        field.drop(row)
    return [deal]


@plant("an entry without a time", "FA306", of_history=True)
def timeless(field: Field) -> list[Deal]:
    deal = field.won()
    row = [deal["deal_id"], "Meeting held", ""]
    field.export.history.append(row)
    return [{"history": "\0".join(row)}]


@plant("an entry without a stage", "FA306", of_history=True)
def labelless(field: Field) -> list[Deal]:
    deal = field.won()
    row = [deal["deal_id"], "", "2026-01-15 10:00:00"]
    field.export.history.append(row)
    return [{"history": "\0".join(row)}]


@plant("an entry before the deal was created", "FA308")
def before_created(field: Field) -> list[Deal]:
    deal = field.won()
    first = field.export.moves(deal["deal_id"])[0]
    first[2] = stamp(datetime.fromisoformat(first[2]) - timedelta(days=9))
    return [deal]


@plant("a skipped stage", "FA309")
def skip(field: Field) -> list[Deal]:
    deal = field.won()
    field.drop(field.export.moves(deal["deal_id"])[2])
    return [deal]


@plant("a journey that begins beyond the first stage", "FA309")
def late_begin(field: Field) -> list[Deal]:
    deal = field.won()
    field.drop(field.export.moves(deal["deal_id"])[0])
    return [deal]


@plant("a move back", "FA310")
def back(field: Field) -> list[Deal]:
    deal = field.won()
    moves = field.export.moves(deal["deal_id"])
    at = datetime.fromisoformat(moves[2][2]) + (datetime.fromisoformat(moves[3][2]) - datetime.fromisoformat(moves[2][2])) / 2
    field.export.history.append([deal["deal_id"], "Meeting held", stamp(at)])
    return [deal]


@plant("a loss that was undone", "FA311")
def reopened(field: Field) -> list[Deal]:
    deal = field.won()
    moves = field.export.moves(deal["deal_id"])
    at = datetime.fromisoformat(moves[2][2]) + (datetime.fromisoformat(moves[3][2]) - datetime.fromisoformat(moves[2][2])) / 2
    field.export.history.append([deal["deal_id"], "Lost", stamp(at)])
    return [deal]


@plant("three stages in half a minute", "FA312")
def clicked(field: Field) -> list[Deal]:
    deal = field.won()
    moves = field.export.moves(deal["deal_id"])
    end = datetime.fromisoformat(moves[-1][2])
    for seconds, row in zip((32, 17), moves[2:4], strict=True):
        row[2] = stamp(end - timedelta(seconds=seconds))
    return [deal]


@plant("forty deals closed in one hour", "FA313")
def bulk(field: Field) -> list[Deal]:
    hour = datetime(2026, 3, 17, 17)
    ids = [deal_id for deal_id in field.free["Lost"] if field.export.moves(deal_id)[-1][2] < stamp(hour)][-40:]
    for number, deal_id in enumerate(ids):
        field.free["Lost"].remove(deal_id)
        moment = stamp(hour + timedelta(minutes=number))
        field.export.moves(deal_id)[-1][2] = field.export.deal(deal_id)["close_date"] = moment
    return [field.export.deal(deal_id) for deal_id in ids]


@plant("everything is moved at month's end", "FA314", alone=True, lines=False)
def months_end(field: Field) -> list[Deal]:
    for deal in field.export.deals:
        last = field.export.moves(deal["deal_id"])[-1]
        at = datetime.fromisoformat(last[2])
        end = (at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=at.hour) - timedelta(days=1 + int(deal["deal_id"][-1]) % 2)
        if len(field.export.moves(deal["deal_id"])) > 1 and deal["close_date"] and end.month < 13 and end < datetime(2026, 3, 28):
            last[2] = deal["close_date"] = stamp(max(end, at))
    return []


@plant("forty deals created on one day", "FA315")
def imported(field: Field) -> list[Deal]:
    day = datetime(2025, 2, 19, 9)
    ids = [deal_id for deal_id in field.free["Paid"] if field.export.deal(deal_id)["created"] > stamp(day)]
    ids = sorted(ids, key=lambda deal_id: field.export.deal(deal_id)["created"])[:40]
    for number, deal_id in enumerate(ids):
        field.free["Paid"].remove(deal_id)
        moment = stamp(day + timedelta(minutes=7 * number))
        field.export.moves(deal_id)[0][2] = field.export.deal(deal_id)["created"] = moment
    return [deal for deal in field.export.deals if deal.get("created", "").startswith(f"{day:%Y-%m-%d}")]


@plant("a stage that nobody enters", "FA316", "FA309", alone=True, lines=False)
def nobody(field: Field) -> list[Deal]:
    call = "  - {id: call, name: Call made, task: Meet, max_days: 60}\n"
    field.export.stages = field.export.stages.replace("  - {id: met", call + "  - {id: met")
    return []


@plant("a stage that most skip", "FA317", "FA309", alone=True, lines=False)
def most_skip(field: Field) -> list[Deal]:
    field.export.history = [row for row in field.export.history if row[1] != "Meeting held" or row[0][-1] in "012"]
    for deal in field.export.deals:
        if deal["stage"] == "Meeting held" and deal["deal_id"][-1] not in "012":
            deal["stage"] = "Request received"
    return []


@plant("a loss before the last entry", "FA318", alone=True)
def no_length(field: Field) -> list[Deal]:
    field.export.history = [row for row in field.export.history if row[1] != "Lost"]
    deal = field.lost(3)
    deal["close_date"] = stamp(datetime.fromisoformat(deal["created"]) + timedelta(hours=1))
    return [deal]


@plant("a deal that the history does not know", "FA319")
def no_history(field: Field) -> list[Deal]:
    deal = field.won()
    field.forget(deal)
    return [deal]


def rename(old: str, new: str) -> Callable[[Field], list[Deal]]:
    def put(field: Field) -> list[Deal]:
        assert old in field.export.stages
        field.export.stages = field.export.stages.replace(old, new, 1)
        return []

    return put


AGREED = "name: {en: Terms agreed, ru: Условия согласованы}"
ENGLISH = "aliases: [Terms agreed], name: {en: Negotiation, ru: Условия согласованы}"
plant("a process in English", "FA401", alone=True, lines=False)(rename(AGREED, ENGLISH))
plant("a process in Russian", "FA401", lines=False)(rename("ru: Условия согласованы", "ru: На согласовании"))
plant("two stages that say the same", "FA402", alone=True, lines=False)(rename(AGREED, "aliases: [Terms agreed], name: Offer sent anew"))
plant("a stage without a task", "FA403", lines=False)(rename("task: Ask for a decision, ", ""))
plant("a stage without a limit", "FA403", lines=False)(rename("task: Get the money, max_days: 60", "task: Get the money"))
plant("a key stage that decides little", "FA405", lines=False)(rename("timezone:", "key_stage: met\ntimezone:"))
plant("a label that never occurs", "FA406", lines=False)(rename("lost: [Lost]", "lost: [Lost, Put off for ever]"))


@plant("sixty deals that wait for half a year", "FA404", alone=True, lines=False)
def pile(field: Field) -> list[Deal]:
    ids = [deal_id for deal_id in field.free["Paid"] if field.export.moves(deal_id)[2][2] < "2025-09-15"][-60:]
    for deal_id in ids:
        for row in field.export.moves(deal_id)[3:]:
            field.drop(row)
        field.export.deal(deal_id).update(stage="Offer sent", close_date="")
    return []


def demand(line: str) -> Callable[[Field], list[Deal]]:
    def put(field: Field) -> list[Deal]:
        field.checks(line)
        return []

    return put


plant("a conversion below the demand", "FA501", lines=False)(demand("min_conversion: {new: 0.97}"))


@plant("more stalled deals than demanded", "FA502", lines=False)
def too_stalled(field: Field) -> list[Deal]:
    field.export.stages = field.export.stages.replace("task: Call within the hour, max_days: 60", "task: Call within the hour, max_days: 1")
    field.checks("max_stalled_share: 0")
    return []


plant("more days than demanded", "FA507", lines=False)(demand("max_days: {met: 2}"))
plant("a plan without a chance", "FA508", lines=False)(demand("min_plan_chance: 0.9"))
plant("an export of last year", "FA509", lines=False)(demand("max_age_days: 7"))


@plant("more losses at no step than demanded", "FA503", "FA304", alone=True, lines=False)
def too_unplaced(field: Field) -> list[Deal]:
    field.checks("max_unplaced_share: 0")
    return unplaced(field)


@plant("more unknown labels than demanded", "FA504", "FA203", alone=True, lines=False)
def too_unmapped(field: Field) -> list[Deal]:
    field.checks("max_unmapped_share: 0")
    return label(field)


@plant("more missing amounts than demanded", "FA505", "FA212", alone=True, lines=False)
def too_few_amounts(field: Field) -> list[Deal]:
    field.checks("max_missing_amount_share: 0")
    deal = field.won()
    deal["amount"] = ""
    return [deal]


@plant("more deals without an owner than demanded", "FA506", "FA215", alone=True, lines=False)
def too_few_owners(field: Field) -> list[Deal]:
    field.checks("max_missing_owner_share: 0")
    deal = field.any()
    deal["owner"] = ""
    return [deal]


TODAY = datetime(2027, 3, 31, 23, 59)


def audited(export: Export, folder: Path) -> Audit:
    """The audit of an export, a year later."""
    funnel = parse_funnel(export.stages)
    reading = read([str(path) for path in export.write(folder)], funnel)
    return assemble(reading, Texts("en"), today_us=int(TODAY.timestamp()) * 1_000_000, ask=NO_BACKTEST)


@dataclass
class Result:
    """What came of a plant: is it found, at its row, by its rule; and what else was said."""

    plant: Plant
    found: bool
    at_row: bool
    extra: list[Finding] = field(default_factory=list)


def expected_lines(export: Export, one: Plant, deals: list[Deal]) -> set[int]:
    if one.of_history:
        return {place + 2 for place, row in enumerate(export.history) for deal in deals if "\0".join(row) == deal["history"]}
    places = {id(deal): place for place, deal in enumerate(export.deals)}
    return {places[id(deal)] + 2 + len(export.before) for deal in deals}


def judged(one: Plant, export: Export, lines: set[int], findings: tuple[Finding, ...]) -> tuple[bool, bool]:
    mine = [finding for finding in findings if finding.code == one.code]
    if not one.lines:
        return bool(mine), bool(mine)
    told = {finding.place.line for finding in mine} | {line for finding in mine for line in named_lines(finding)}
    told |= {export.line(deal) for finding in mine for deal in finding.deals if ":" not in deal}
    return bool(mine), bool(told & lines)


def named_lines(finding: Finding) -> Iterator[int]:
    """Lines that the sentence names."""
    _, _, rest = finding.text.partition("ines")
    yield from (int(word) for word in rest.replace(",", " ").replace(".", " ").replace(":", " ").split() if word.isdigit())


def one_at_a_time() -> Iterator[Result]:
    for one in PLANTS:
        export = clean()
        deals = one.put(Field(export))
        with tempfile.TemporaryDirectory() as folder:
            findings = audited(export, Path(folder)).findings
        found, at_row = judged(one, export, expected_lines(export, one, deals), findings)
        yield Result(one, found, at_row, [finding for finding in findings if finding.code not in (one.code, *one.also)])


def together() -> tuple[list[Result], list[Finding]]:
    """All that go together in one export: the results, and findings of rules that nothing was planted for or of untouched deals."""
    export = clean()
    ground = Field(export)
    mine = [one for one in PLANTS if not one.alone]
    touched = [(one, one.put(ground)) for one in mine]
    with tempfile.TemporaryDirectory() as folder:
        findings = audited(export, Path(folder)).findings
    results = [Result(one, *judged(one, export, expected_lines(export, one, deals), findings)) for one, deals in touched]
    rules = {code for one in mine for code in (one.code, *one.also)}
    ids = {deal.get("deal_id", "") for _, deals in touched for deal in deals} | {"X9999"}
    ids |= {row[0] for row in export.history if row[1] in ("", "Offer seen") or not row[2]}
    strangers = [
        finding for finding in findings
        if finding.code not in rules or any(deal not in ids and ":" not in deal for deal in finding.deals)
    ]  # fmt: skip
    return results, strangers

