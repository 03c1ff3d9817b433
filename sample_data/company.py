"""The invented company: what may become of a deal, and the life of 600 of them. Seeded, without a clock."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

SEED = 20260630
DEALS = 600
FIRST_DAY = date(2025, 7, 1)
AS_OF = datetime(2026, 6, 30, 17, 46, 20)
"""The newest instant of the data: the last deal is created then, and nothing after it is known."""
LEAK_SINCE = datetime(2026, 1, 1)


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
SKIPS = {1: (3, 0.05), 2: (4, 0.06), 6: (8, 0.08)}
"""From a stage: where to jump instead, and how often (met without an appointment; no meeting; no prepayment)."""
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
