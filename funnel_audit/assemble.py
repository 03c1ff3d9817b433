"""Puts an audit together: count once, measure, look for flaws, and hand the finished record on. Computes nothing of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.ahead import Ask, look_ahead
from funnel_audit.clock import AsOf
from funnel_audit.doctor import capabilities
from funnel_audit.findings import Evidence, run
from funnel_audit.in_short import in_short
from funnel_audit.measures import conversion as conversion_
from funnel_audit.measures import leaks as leaks_
from funnel_audit.measures import pace as pace_
from funnel_audit.measures import pairs as pairs_
from funnel_audit.measures import stalled as stalled_
from funnel_audit.notes import notes
from funnel_audit.pieces import side_by_side
from funnel_audit.selective import selective
from funnel_audit.tally import Outcome, tally

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.intake.read import Reading
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

SELECTIVE = ("FA114", "FA115", "FA116", "FA117")
"""The findings that say of an export that it is only a selection; they stand first in the report."""


@dataclass(frozen=True)
class Measured:
    """All measures of one tally, in funnel order."""

    tally: Tally
    currency: str | None
    steps: tuple[conversion_.Step, ...]
    paces: tuple[pace_.Pace, ...]
    leaks: tuple[leaks_.StepLeak, ...]
    limits: tuple[stalled_.Limit | None, ...]
    pairs: tuple[pairs_.PairRate, ...]


def assemble(reading: Reading, texts: Texts, *, top: int = 10, today_us: int | None = None, ask: Ask | None = None) -> report.Audit:
    """The finished audit of a reading, in the language of ``texts``; ``top``: how many stalled deals are listed; ``ask``: what to forecast.

    ``today_us`` is the end of today's local day, for the one rule that asks how old the export is; None: it is not asked.
    """
    journeys, funnel = reading.journeys, reading.funnel
    counted = tally(journeys, len(funnel.pairs))
    currency = main_currency(counted, funnel)
    chosen_period = bool(reading.options.created_from or reading.options.created_to)
    (m, signs), coming = side_by_side(
        journeys.n,
        lambda: (measure(counted, funnel), selective(journeys, row_counts(reading))),
        lambda: look_ahead(journeys, counted, funnel, currency, replace(ask or Ask(), chosen_period=chosen_period), texts),
    )
    found = stalled_.stalled(journeys, m.limits, m.currency, top)
    totals, why_no_win_rate = _totals(m)
    stages = tuple(_stage(m, funnel, k, texts.lang) for k in range(m.tally.stages))
    leaks = tuple(_leak(leak, funnel) for leak in m.leaks)
    can = capabilities(m.tally, m.steps, reading.lacks, texts)
    audit = report.Audit(
        title=funnel.title.in_lang(texts.lang),
        lang=texts.lang,
        as_of=journeys.as_of.iso_utc(),
        as_of_local=journeys.as_of.iso_local(funnel.timezone),
        timezone=funnel.timezone,
        input=_input(reading),
        summary=(),
        totals=totals,
        funnel=stages,
        leaks=leaks,
        stalled=_stalled(found, reading, texts.lang),
        pairs=tuple(_pair(index, rate, funnel, texts.lang) for index, rate in enumerate(m.pairs)),
        key_stage=coming.key_stage,
        forecast=coming.forecast,
        capabilities=can,
        notes=(*notes(m.steps, stages, why_no_win_rate, found.count is None, m.tally, texts), *coming.notes),
        findings=(),
    )
    evidence = Evidence(
        journeys,
        m.tally,
        funnel,
        reading.defects,
        reading.labels,
        tuple(pipeline for pipeline in reading.pipelines if pipeline[0] in reading.audited),
        tuple(part.outline.head.file for part in reading.tables),
        reading.place,
        signs,
        audit,
        today_us,
    )
    findings = run(evidence, texts)
    audit = audit.with_findings(findings, tuple(finding.text for finding in findings if finding.code in SELECTIVE))
    return audit.with_summary(in_short(audit, texts))


def row_counts(reading: Reading) -> list[tuple[str, int, tuple[int, ...]]]:
    """File, rows in it (also those that were left out), and the row caps of its CRM. Of one pipeline's rows nothing can be told."""
    if reading.options.pipeline is not None or 0 < len(reading.audited) < len(reading.pipelines):
        return []
    junk = {defect.file: defect.count for defect in reading.defects if defect.kind == "junk_rows"}
    files = [(part.outline.head.file, part.rows, part.outline.found.dialect.row_caps) for part in reading.tables]
    return [(file, rows + junk.get(file, 0), caps) for file, rows, caps in files]


def measure(counted: Tally, funnel: Funnel) -> Measured:
    """Every measure of a tally."""
    currency = main_currency(counted, funnel)
    steps = conversion_.conversion(counted)
    targets = [stage.target for stage in funnel.stages]
    return Measured(
        counted,
        currency,
        steps,
        pace_.pace(counted),
        leaks_.leaks(counted, targets, [step.projected for step in steps], currency, funnel.timezone),
        stalled_.limits(counted, [stage.max_days for stage in funnel.stages]),
        pairs_.pair_rates(counted, len(funnel.pairs)),
    )


def main_currency(counted: Tally, funnel: Funnel) -> str | None:
    """The currency of stages.yaml, else the one that most deals with an amount are in."""
    if funnel.currency is not None:
        return funnel.currency
    return min(counted.money, key=lambda name: (-int(counted.money[name][0].sum()), name is None, name or ""), default=None)


def _totals(m: Measured) -> tuple[report.Totals, str | None]:
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
        won_amount=main.won_amount if main else None,
        open_amount=main.open_amount if main else None,
        currency=m.currency,
        win_rate=win_rate,
        days_to_win=pace_.days_to_win(t),
        loss_reasons=leaks_.loss_reasons(t, m.currency),
        currencies=tuple(sums),
    )
    return totals, why_not


def _currency_sum(t: Tally, name: str | None) -> report.CurrencySum:
    deals, cents = t.money[name]
    return report.CurrencySum(
        currency=name,
        deals=int(deals.sum()),
        won_amount=int(cents[Outcome.WON].sum()) / 100,
        open_amount=int(cents[Outcome.OPEN].sum()) / 100,
    )


def _stage(m: Measured, funnel: Funnel, k: int, lang: str) -> report.FunnelStage:
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


def _leak(leak: leaks_.StepLeak, funnel: Funnel) -> report.Leak:
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
    )


def _stalled(found: stalled_.Stall, reading: Reading, lang: str) -> report.Stalled:
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
        )
        for deal in found.deals
    )
    return report.Stalled(
        count=found.count, amount=found.amount, on_hold_count=found.on_hold, unknown=found.unknown, by_stage=by_stage, deals=deals
    )


def _pair(index: int, rate: pairs_.PairRate, funnel: Funnel, lang: str) -> report.Pair:
    spec = funnel.pairs[index]
    first, last = (funnel.stages[funnel.index(stage)].name.in_lang(lang) for stage in (spec.start, spec.end))
    name = spec.name.in_lang(lang) if spec.name else f"{first} → {last}"
    return report.Pair(start=spec.start, end=spec.end, name=name, reached=rate.reached, projected=rate.projected, days=rate.days)


def _input(reading: Reading) -> report.Input:
    files = tuple(
        report.InputFile(
            name=Path(part.outline.head.file).name,
            rows=part.rows,
            encoding=part.outline.head.encoding,
            delimiter=part.outline.head.delimiter,
            shape=part.outline.shape,
            dialect=part.outline.found.dialect.name,
            sheet=part.outline.head.sheet,
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
        pipelines=tuple(
            report.PipelineCount(name=name, deals=deals, audited=name in reading.audited)
            for name, deals in (reading.pipelines if len(reading.pipelines) > 1 else ())
        ),
    )
