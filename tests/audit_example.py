"""Hand-made audits that every renderer's test shares: a full one (en, ru), one without a history, an almost empty one.

The counts obey the ledger (reached = advanced + lost + open, + unplaced for the first stage); nothing else is computed.
"""

from __future__ import annotations

from ahead_example import forecast, key_stage

from funnel_audit.report import (
    Audit,
    Bounds,
    Capability,
    CurrencySum,
    Days,
    Finding,
    FunnelStage,
    Input,
    InputFile,
    Interval,
    Leak,
    LossReason,
    Note,
    Pair,
    Place,
    Projected,
    Recoverable,
    Reference,
    Stalled,
    StalledDeal,
    StalledStage,
    Totals,
    Window,
    WinRate,
)

STAGES = (
    ("new_lead", "New lead", "Новая заявка"),
    ("qualified", "Qualification passed", "Квалификация пройдена"),
    ("meeting_scheduled", "Meeting scheduled", "Встреча назначена"),
    ("meeting_held", "Meeting held", "Встреча состоялась"),
    ("sent_to_work", "Sent to work", "Отправлено в работу"),
    ("design_approved", "Layout/project approved", "Макет/проект утвержден"),
    ("contract_sent", "Invoice and contract sent", "Счет-договор отправлен"),
    ("prepayment_received", "Prepayment received", "Предоплата получена"),
    ("in_production", "Order sent to production", "Заказ отправлен на производство"),
    ("order_fulfilled", "Order fulfilled", "Заказ реализован"),
    ("acts_signed_paid", "Acts signed, payment received", "Акты подписаны, оплата получена"),
)
NAMES = {"en": {stage[0]: stage[1] for stage in STAGES}, "ru": {stage[0]: stage[2] for stage in STAGES}}
WINDOW = Window(start="2025-10-02", end="2026-03-31")

# lost, open, skipped, p50, p90, open_days; the rest follows
STEPS = (
    (96, 31, 0, 1.4, 6.0, 3.0),
    (58, 22, 12, 3.2, 11.5, 5.5),
    (33, 14, 0, 4.0, 12.0, 6.0),
    (21, 11, 4, 6.5, 21.0, 9.0),
    (17, 19, 0, 12.0, 44.0, 31.0),
    (14, 9, 0, 7.0, 25.0, 8.0),
    (112, 47, 0, 21.0, 96.0, 38.0),
    (1, 6, 3, 2.0, 7.5, 3.0),
    (0, 12, 0, 28.0, 61.0, 19.0),
    (0, 3, 0, 5.0, 14.0, 7.0),
)


def share(value: float, spread: float = 0.04) -> Interval:
    return Interval(value=value, low=max(value - spread, 0.0), high=min(value + spread, 1.0))


def rate(value: float, spread: float = 0.04, *, ripe: bool = True) -> Projected:
    around = share(value, spread)
    return Projected(value=value, low=around.low, high=around.high, unresolved=0.02 if ripe else 0.14, ripe=ripe)


def funnel(lang: str) -> tuple[FunnelStage, ...]:
    made, reached, start = [], 600, 1.0
    for (stage, *_), (lost, opened, skipped, p50, p90, age) in zip(STAGES[:-1], STEPS, strict=True):
        unplaced = 8 if stage == "new_lead" else 0
        advanced = reached - lost - opened - unplaced
        projected = (
            None if stage == "in_production" else rate(min(advanced / (reached - opened), 0.985), ripe=stage != "prepayment_received")
        )
        made.append(
            FunnelStage(
                stage=stage,
                name=NAMES[lang][stage],
                reached=reached,
                seen=reached - skipped,
                skipped=skipped,
                advanced=advanced,
                lost=lost,
                open=opened,
                on_hold=2 if stage == "sent_to_work" else 0,
                back_moves=5 if stage == "sent_to_work" else 0,
                so_far=share(advanced / reached),
                resolved=(advanced + lost) / reached,
                projected=projected,
                from_start=share(start, 0.02),
                bounds=Bounds(low=0.78, high=0.82) if stage in ("new_lead", "in_production") else None,
                days=Days(p50=p50, p75=p50 * 2, p90=p90, n=reached),
                advance_days=Days(p50=p50 * 0.8, p90=p90 * 0.7, n=advanced),
                lost_amount=lost * 310_000.0,
                open_amount=opened * 290_000.0,
                open_days=age,
                open_days_since="stage_changed",
            )
        )
        start *= advanced / reached
        reached = advanced
    made.append(
        FunnelStage(
            stage="acts_signed_paid",
            name=NAMES[lang]["acts_signed_paid"],
            reached=reached,
            seen=reached,
            skipped=0,
            advanced=0,
            lost=0,
            open=0,
            on_hold=0,
            back_moves=0,
            so_far=None,
            resolved=None,
            projected=None,
            from_start=share(start, 0.02),
            bounds=None,
            days=Days(p50=None, p90=None, n=0),
            advance_days=Days(p50=None, p90=None, n=0),
            won=reached,
        )
    )
    return tuple(made)


def leaks(lang: str) -> tuple[Leak, ...]:
    pricey, rival, silent = (
        ("дорого", "ушли к конкуренту", "перестал отвечать") if lang == "ru" else ("too expensive", "chose a rival", "went silent")
    )
    rows = (
        ("contract_sent", "prepayment_received", 112, 0.318, 0.28, Reference(value=0.41, source="best quarter 2025Q2"), 2.31, 0.83),
        ("new_lead", "qualified", 96, 0.273, 0.83, Reference(value=0.88, source="target"), 0.62, 0.11),
        ("qualified", "meeting_scheduled", 58, 0.165, 0.86, None, None, 0.03),
        ("meeting_scheduled", "meeting_held", 33, 0.094, 0.91, Reference(value=0.92, source="best quarter 2025Q1"), 0.08, 0.02),
        ("meeting_held", "sent_to_work", 21, 0.06, 0.93, Reference(value=0.9, source="target"), 0.0, 0.0),
    )
    return tuple(
        Leak(
            start=start,
            end=end,
            lost=lost,
            lost_amount=lost * 310_000.0,
            share_of_losses=part,
            reasons=(
                LossReason(reason=pricey, lost=lost // 2),
                LossReason(reason=rival, lost=lost // 4),
                LossReason(reason=None, lost=lost // 8),
            )
            if lost > 50
            else (LossReason(reason=silent, lost=lost // 2),),
            rate=rate(value),
            reference=reference,
            recoverable=None if wins is None else Recoverable(wins=wins, low=wins * 0.4, high=wins * 1.8, amount=wins * 512_345.678),
            per_point=0.14 if wins is None else None,
            window=WINDOW,
            ranked_first=first,
        )
        for start, end, lost, part, value, reference, wins, first in rows
    )


def stalled(lang: str) -> Stalled:
    owners = ("Иванова Мария", "Пётр Сергеевич Константинопольский") if lang == "ru" else ("Mary Jones", "Bartholomew Featherstonehaugh")
    companies = (
        ("ООО «Ромашка»", "АО «Северо-Западная строительная компания»")
        if lang == "ru"
        else ("Daisy Ltd", "North-Western Construction Company")
    )
    rows = (("contract_sent", 47, 9, 30.0, "max_days", 74.5), ("sent_to_work", 19, 4, 38.6, "p85", 61.2))
    return Stalled(
        count=13,
        amount=5_930_000.0,
        on_hold_count=2,
        unknown=1,
        by_stage=tuple(
            StalledStage(
                stage=stage,
                name=NAMES[lang][stage],
                open=opened,
                stalled=count,
                amount=count * 456_000.0,
                limit=limit,
                limit_source=source,
                median_days=median,
            )
            for stage, opened, count, limit, source, median in rows
        ),
        deals=tuple(
            StalledDeal(
                deal_id=str(10_417 + i * 31),
                stage="contract_sent" if i < 4 else "sent_to_work",
                days=141.27 - i * 17,
                limit=30.0 if i < 4 else 38.6,
                limit_source="max_days" if i < 4 else "p85",
                owner=owners[i % 2],
                amount=None if i == 3 else 1_250_000.0 - i * 140_000,
                currency="RUB",
                title=companies[i % 2],
                edited_days=4.0 + i,
            )
            for i in range(6)
        ),
    )


SUMMARY = {
    "en": (
        "The costliest leak is “Invoice and contract sent → Prepayment received”: 28% "
        "go on, 41% did in the best quarter; closing it is worth 2.3 wins and RUB 1.2M per 30 days.",
        "13 deals for RUB 5.9M stand too long, 9 of them with the invoice and contract sent.",
        "A deal takes 74 days from created to won (median); the slowest stage is “Order sent to production”, 28 days.",
        "Deals lost before July 2025 have no stage: 8 losses can be placed at no step.",
    ),
    "ru": (
        "Главная протечка — «Счет-договор отправлен → Предоплата получена»: "
        "дальше проходят 28 %, в лучшем квартале было 41 %; если её закрыть, это 2,3 сделки и 1,2 млн ₽ за 30 дней.",
        "Зависли 13 сделок на 5,9 млн ₽, из них 9 — после отправки счета-договора.",
        "От заявки до оплаты проходит 74 дня (медиана); дольше всего сделки стоят на этапе «Заказ отправлен на производство» — 28 дней.",
        "У сделок, потерянных до июля 2025 г., нет этапа: 8 отказов не отнести ни к одному шагу.",
    ),
}


def findings(lang: str) -> tuple[Finding, ...]:
    ru = lang == "ru"
    return (
        Finding(
            code="FA206",
            name="Даты этапов идут не по порядку" if ru else "Stage dates out of order",
            severity="warning",
            confidence="high",
            place=Place(file="deals.csv", line=42, column="Дата: Встреча назначена" if ru else "Date: Meeting scheduled"),
            text="Встреча назначена позже, чем состоялась." if ru else "The meeting was scheduled after it was held.",
            cure="Проверьте даты в карточке сделки." if ru else "Check the dates on the deal's card.",
            count=3,
            deals=("10417", "10448"),
        ),
        Finding(
            code="FA220",
            name="Выиграна без оплаты" if ru else "Won without payment",
            severity="error",
            confidence="high",
            place=Place(file="deals.csv", line=118),
            text="Сделка закрыта успешно, а даты оплаты нет." if ru else "Closed as won, but no date of payment.",
            cure="",
            count=2,
            deals=("10500",),
        ),
        Finding(
            code="FA206",
            name="Даты этапов идут не по порядку" if ru else "Stage dates out of order",
            severity="warning",
            confidence="high",
            place=Place(file="deals.csv", line=57),
            text="",
            cure="",
            count=1,
        ),
        Finding(
            code="FA402",
            name="Этап ничего не решает" if ru else "Stage that decides nothing",
            severity="info",
            confidence="medium",
            place=Place(stage="order_fulfilled"),
            text="Его проходят все сделки." if ru else "Every deal passes it.",
            cure="",
            count=1,
        ),
    )


def example(lang: str = "en") -> Audit:
    """A full audit: history, leaks, stalled deals, a pair, two currencies, findings."""
    ru, stages = lang == "ru", funnel(lang)
    won = stages[-1].won or 0
    return Audit(
        title="ООО «Вывески и стенды»" if ru else "Signs and Stands Ltd",
        lang=lang,
        as_of="2026-03-31T20:59:59.999999Z",
        as_of_local="2026-03-31",
        timezone="Europe/Moscow",
        input=Input(
            files=(
                InputFile(
                    name="exports/deals.csv", rows=600, encoding="utf-8", delimiter=";", shape="dated_columns", dialect="amocrm",
                    crm="amoCRM",
                ),
            ),
            stages="stages.yaml",
        ),
        summary=SUMMARY[lang],
        totals=Totals(
            deals=600,
            won=won,
            lost=sum(step[0] for step in STEPS) + 8,
            open=sum(step[1] for step in STEPS),
            unplaced=8,
            unmapped=0,
            excluded=3,
            on_hold=2,
            reopened=4,
            won_amount=34_560_000.0,
            open_amount=50_460_000.0,
            currency="RUB",
            win_rate=WinRate(so_far=share(won / 600, 0.025), closed_only=share(0.155, 0.03), projected=rate(0.148, 0.03)),
            days_to_win=Days(p50=74.0, p75=101.0, p90=163.2, n=won),
            loss_reasons=(
                LossReason(reason="дорого" if ru else "too expensive", lost=160, amount=49_600_000.0),
                LossReason(reason=None, lost=40),
            ),
            currencies=(
                CurrencySum(currency="RUB", deals=594, won_amount=34_560_000.0, open_amount=50_460_000.0),
                CurrencySum(currency="USD", deals=6, won_amount=12_500.0, open_amount=4_000.0),
            ),
        ),
        funnel=stages,
        leaks=leaks(lang),
        stalled=stalled(lang),
        pairs=(
            Pair(
                start="new_lead",
                end="design_approved",
                name="Заявка → макет" if ru else "Lead → layout",
                reached=600,
                projected=rate(0.513),
                days=Days(p50=31.0, p90=88.4, n=600),
            ),
            Pair(
                start="contract_sent",
                end="acts_signed_paid",
                name="",
                reached=234,
                projected=rate(0.094, 0.02, ripe=False),
                days=Days(p50=None, p90=None, n=234),
            ),
        ),
        key_stage=key_stage(NAMES[lang]),
        forecast=forecast(NAMES[lang]),
        capabilities=(
            Capability(analysis="conversion", verdict="yes", why=""),
            Capability(
                analysis="forecast",
                verdict="partly",
                why="у 41 открытой сделки нет суммы" if ru else "41 open deals have no amount",
                need="колонка «Бюджет»" if ru else "the column “Budget”",
            ),
        ),
        notes=(
            Note(
                what="projected",
                stage="in_production",
                reason="undated_exits",
                text="Этап без дат выхода." if ru else "Exits without a date.",
            ),
        ),
        findings=findings(lang),
    )


def no_history(lang: str = "en") -> Audit:
    """The commonest export: current stage only. No projection, no pace; ages, reasons, bounds."""
    ru, full = lang == "ru", example(lang)
    none = Days(p50=None, p90=None, n=0)
    rows, reached = [], 600
    for stage in full.funnel:
        unplaced = 243 if stage.stage == "new_lead" else 0
        won, lost = stage.won is not None, 0
        opened = 0 if won else min(stage.open + 6, reached - unplaced)
        advanced = 0 if won else reached - unplaced - opened
        rows.append(
            FunnelStage(
                stage=stage.stage,
                name=stage.name,
                reached=reached,
                seen=None,
                skipped=None,
                advanced=advanced,
                lost=lost,
                open=opened,
                on_hold=0,
                back_moves=None,
                so_far=None if won or reached < 10 else share(advanced / reached),
                resolved=None,
                projected=None,
                from_start=None,
                bounds=Bounds(low=max(advanced / reached - 0.3, 0), high=advanced / reached) if not won and reached >= 10 else None,
                days=none,
                advance_days=none,
                open_amount=opened * 290_000.0,
                open_days=None if won else stage.open_days,
                open_days_since="created",
                won=reached if won else None,
            )
        )
        reached = advanced
    reasons = (
        ("дорого", "ушли к конкуренту", "не дозвонились", "дубль") if ru else ("too expensive", "chose a rival", "no answer", "duplicate")
    )
    summary = (
        (
            "Выигрывают 12 % сделок, среди закрытых — 22 %.",
            "Чаще всего отказывают из-за цены: 120 сделок из 243.",
            "Откуда ушли потерянные сделки, эта выгрузка не показывает: выгрузите историю смены этапов.",
        )
        if ru
        else (
            "12% of the deals are won, 22% of the closed ones.",
            "Most are lost because of the price: 120 of 243.",
            "This export does not show where the lost deals stood: export the stage history too.",
        )
    )
    totals = Totals(
        deals=600,
        won=reached_won(rows),
        lost=243,
        open=sum(row.open for row in rows),
        unplaced=243,
        unmapped=0,
        excluded=0,
        on_hold=0,
        reopened=None,
        won_amount=34_560_000.0,
        open_amount=50_460_000.0,
        currency="RUB",
        win_rate=WinRate(so_far=share(0.12), closed_only=share(0.22), projected=None),
        days_to_win=Days(p50=58.0, p75=80.0, p90=131.0, n=72),
        loss_reasons=(
            *tuple(
                LossReason(reason=reason, lost=lost, amount=lost * 300000.0)
                for reason, lost in zip(reasons, (120, 61, 40, 12), strict=True)
            ),
            LossReason(reason=None, lost=10),
        ),
    )
    gaps = (
        Capability(
            analysis="conversion",
            verdict="partly",
            why="потерянные сделки без этапа" if ru else "the lost deals have no stage",
            need="выгрузка истории смены этапов" if ru else "the export of stage changes",
        ),
        Capability(
            analysis="pace",
            verdict="no",
            why="дат этапов нет" if ru else "there are no stage dates",
            need="выгрузка истории смены этапов" if ru else "the export of stage changes",
        ),
        Capability(analysis="stage_of_loss", verdict="no", why="потерянные сделки без этапа" if ru else "the lost deals have no stage"),
    )
    return Audit(
        title="ООО «Вывески и стенды»" if ru else "Signs and Stands Ltd",
        lang=lang,
        as_of="2026-03-31T14:20:00Z",
        as_of_local="2026-03-31 17:20",
        timezone="Europe/Moscow",
        input=Input(
            files=(
                InputFile(
                    name="amocrm.csv", rows=600, encoding="utf-8", delimiter=",", shape="deal_rows", dialect="amocrm", crm="amoCRM",
                ),
            ),
            stages="export",
            pipeline="Основная" if ru else "Main",
            created_from="2025-04-01",
            created_to="2026-03-31",
        ),
        summary=summary,
        totals=totals,
        funnel=tuple(rows),
        leaks=(),
        stalled=Stalled(count=None, amount=None, on_hold_count=0, unknown=72, by_stage=(), deals=()),
        pairs=(),
        capabilities=gaps,
        notes=tuple(Note(what="days", stage=stage[0], reason="no_history", text="—") for stage in STAGES[:5]),
        findings=(),
    )


def reached_won(rows: list[FunnelStage]) -> int:
    return rows[-1].won or 0


def empty(lang: str = "en") -> Audit:
    """Three deals and nothing else known."""
    none, names = Days(p50=None, p90=None, n=0), NAMES[lang]
    rows = tuple(
        FunnelStage(
            stage=stage,
            name=names[stage],
            reached=reached,
            seen=None,
            skipped=None,
            advanced=advanced,
            lost=0,
            open=opened,
            on_hold=0,
            back_moves=None,
            so_far=None,
            resolved=None,
            projected=None,
            from_start=None,
            bounds=None,
            days=none,
            advance_days=none,
            won=won,
        )
        for stage, reached, advanced, opened, won in (("new_lead", 3, 1, 2, None), ("acts_signed_paid", 1, 0, 0, 1))
    )
    return Audit(
        title="",
        lang=lang,
        as_of="2026-03-31T23:59:59Z",
        as_of_local="2026-03-31",
        timezone="UTC",
        input=Input(
            files=(InputFile(name="-", rows=3, encoding=None, delimiter=None, shape="deal rows", dialect="generic"),), stages="packaged"
        ),
        summary=(),
        totals=Totals(
            deals=3,
            won=1,
            lost=0,
            open=2,
            unplaced=0,
            unmapped=0,
            excluded=0,
            on_hold=0,
            reopened=None,
            won_amount=None,
            open_amount=None,
            currency=None,
            win_rate=WinRate(so_far=None, closed_only=None, projected=None),
            days_to_win=none,
            loss_reasons=(),
        ),
        funnel=rows,
        leaks=(),
        stalled=Stalled(count=None, amount=None, on_hold_count=0, unknown=0, by_stage=(), deals=()),
        pairs=(),
        capabilities=(),
        notes=(),
        findings=(),
    )


EXAMPLES = {"full": example, "no_history": no_history, "empty": empty}
