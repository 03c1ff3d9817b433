"""What was measured, as the records of the report: names for stage numbers, amounts for cents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.clock import AsOf
from funnel_audit.intake.dialect import generic
from funnel_audit.measures import conversion as conversion_
from funnel_audit.measures import leaks as leaks_
from funnel_audit.measures import pace as pace_
from funnel_audit.measures import pairs as pairs_
from funnel_audit.measures import segments as segments_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.tally import Outcome, Tally

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.intake.read import Reading
    from funnel_audit.journeys import Journeys
    from funnel_audit.measured import Measured


def totals(m: Measured) -> tuple[report.Totals, str | None]:
    t = m.tally
    win_rate, why_not = conversion_.whole_funnel(t)
    sums = [_currency_sum(t, name) for name in sorted(t.money, key=lambda name: (name != m.currency, name is None, name or ""))]
    main = next((row for row in sums if row.currency == m.currency), None)
    totals = report.Totals(
        deals=t.deals,
        won=t.outcome(Outcome.WON),
        lost=t.outcome(Outcome.LOST),
        open=t.outcome(Outcome.OPEN),
        unplaced=t.unplaced,
        unmapped=t.unmapped,
        excluded=t.excluded,
        on_hold=int(t.on_hold.sum()),
        reopened=t.reopened if t.with_history else None,
        won_amount=main.won_amount if main and _priced(t, m.currency, Outcome.WON) else None,
        open_amount=main.open_amount if main and _priced(t, m.currency, Outcome.OPEN) else None,
        currency=m.currency,
        win_rate=win_rate,
        days_to_win=pace_.days_to_win(t),
        loss_reasons=leaks_.loss_reasons(t, m.currency),
        currencies=tuple(sums),
    )
    return totals, why_not


def _priced(t: Tally, currency: str | None, outcome: Outcome) -> bool:
    """Has any deal of this outcome an amount? Without one the sum is not known; it is not 0."""
    return bool(t.money[currency][0][outcome].sum())


def _currency_sum(t: Tally, name: str | None) -> report.CurrencySum:
    deals, cents = t.money[name]
    return report.CurrencySum(
        currency=name,
        deals=int(deals.sum()),
        won_amount=int(cents[Outcome.WON].sum()) / 100,
        open_amount=int(cents[Outcome.OPEN].sum()) / 100,
    )


def stage(m: Measured, funnel: Funnel, k: int, lang: str) -> report.FunnelStage:
    step, pace, stage = m.steps[k], m.paces[k], funnel.stages[k]
    money = m.tally.money.get(m.currency)

    def amount(outcome: Outcome) -> float | None:
        return None if money is None or not money[0, outcome, k] else int(money[1, outcome, k]) / 100

    return report.FunnelStage(
        stage=stage.id,
        name=stage.name.in_lang(lang),
        reached=step.reached,
        seen=step.seen,
        skipped=step.skipped,
        advanced=step.advanced,
        lost=step.lost,
        open=step.open,
        on_hold=step.on_hold,
        back_moves=step.back_moves,
        so_far=step.so_far,
        resolved=step.resolved,
        projected=step.projected,
        from_start=step.from_start,
        bounds=step.bounds,
        days=pace.days,
        advance_days=pace.advance_days,
        lost_amount=amount(Outcome.LOST),
        open_amount=amount(Outcome.OPEN),
        open_days=pace.open_days,
        open_days_since=pace.open_since,
        won=step.won if k == m.tally.stages - 1 else None,
    )


def leak(leak: leaks_.StepLeak, funnel: Funnel) -> report.Leak:
    window = None
    if leak.window is not None:
        start, end = (AsOf(us, day=True).iso_local(funnel.timezone) for us in leak.window)
        window = report.Window(start=start, end=end)
    return report.Leak(
        start=funnel.stages[leak.k].id,
        end=funnel.stages[leak.k + 1].id,
        lost=leak.lost,
        lost_amount=leak.lost_amount,
        share_of_losses=leak.share_of_losses,
        reasons=leak.reasons,
        rate=leak.rate,
        reference=leak.reference,
        recoverable=leak.recoverable,
        per_point=leak.per_point,
        window=window,
        ranked_first=leak.ranked_first,
        whole=leak.whole,
    )


def stalled(found: stalled_.Stall, reading: Reading, lang: str) -> report.Stalled:
    facts, funnel = reading.journeys.facts, reading.funnel
    by_stage = tuple(
        report.StalledStage(
            stage=funnel.stages[k].id,
            name=funnel.stages[k].name.in_lang(lang),
            open=row.open,
            stalled=row.stalled,
            amount=None if row.amount is None else row.amount / 100,
            limit=row.limit.days if row.limit else None,
            limit_source=row.limit.source if row.limit else None,
            median_days=row.median_days,
        )
        for k, row in enumerate(found.by_stage)
        if row.open
    )
    deals = tuple(
        report.StalledDeal(
            deal_id=facts.id_text(deal.deal),
            stage=funnel.stages[deal.stage].id,
            days=deal.days,
            limit=deal.limit.days,
            limit_source=deal.limit.source,
            owner=facts.owner.text(deal.deal),
            amount=deal.amount,
            currency=facts.currency.text(deal.deal),
            title=facts.title.text(deal.deal),
            edited_days=deal.edited_days,
            chance=deal.chance,
            chance_at_entry=deal.chance_at_entry,
        )
        for deal in found.deals
    )
    return report.Stalled(
        count=found.count, amount=found.amount, on_hold_count=found.on_hold, unknown=found.unknown, by_stage=by_stage, deals=deals
    )


def known_of_segments(m: Measured, journeys: Journeys) -> segments_.Known:
    """What the comparison of segments takes from the other measures."""
    whole, _ = conversion_.whole_funnel(m.tally)
    steps = tuple(k for k, step in enumerate(m.steps[:-1]) if step.projected is not None)
    if not any(limit is not None for limit in m.limits[:-1]):
        return segments_.Known(steps, whole.projected is not None, None, None)
    standing = stalled_.standing(journeys, m.limits)
    return segments_.Known(steps, whole.projected is not None, standing.deal[standing.stuck], standing.deal)


def pair(index: int, rate: pairs_.PairRate, funnel: Funnel, lang: str) -> report.Pair:
    spec = funnel.pairs[index]
    first, last = (funnel.stages[funnel.index(stage)].name.in_lang(lang) for stage in (spec.start, spec.end))
    name = spec.name.in_lang(lang) if spec.name else f"{first} → {last}"
    return report.Pair(start=spec.start, end=spec.end, name=name, reached=rate.reached, projected=rate.projected, days=rate.days)


def read_input(reading: Reading) -> report.Input:
    files = tuple(
        report.InputFile(
            name=Path(part.outline.head.file).name,
            rows=part.rows,
            encoding=part.outline.head.encoding,
            delimiter=part.outline.head.delimiter,
            shape=part.outline.shape,
            dialect=part.outline.found.dialect.name,
            crm=None if part.outline.found.dialect is generic() else part.outline.found.dialect.title,
            sheet=part.outline.head.sheet,
            path=part.outline.head.file,
        )
        for part in reading.tables
    )
    funnel, options = reading.funnel, reading.options
    return report.Input(
        files=files,
        stages=funnel.path if funnel.source == "file" else funnel.source,
        shape=reading.shape,
        order=reading.order_source,
        pipeline=options.pipeline,
        created_from=options.created_from,
        created_to=options.created_to,
        by=options.by or (),
        pipelines=tuple(
            report.PipelineCount(name=name, deals=deals, audited=name in reading.audited)
            for name, deals in (reading.pipelines if len(reading.pipelines) > 1 else ())
        ),
    )
