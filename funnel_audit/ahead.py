"""The key stage and the forecast as records: names for positions, dates for instants. The measures have done the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from funnel_audit import report
from funnel_audit.clock import AsOf, to_datetime
from funnel_audit.errors import Said, UsageError
from funnel_audit.frozen import Frozen
from funnel_audit.horizon import Horizon, horizon
from funnel_audit.labels import nearest, normal
from funnel_audit.measures.forecast import STAGES, Basis, Ground, Plan, Why, basis, forecast, survey
from funnel_audit.measures.key_stage import key_stage
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel
    from funnel_audit.journeys import Journeys
    from funnel_audit.measures import forecast as found_
    from funnel_audit.measures.key_stage import KeyStage
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

WHY = {
    "few_closed": N_("under 30 deals are won or lost: too few to learn from"),
    "chosen_period": N_("only deals created in a chosen time are audited: how many new ones will come cannot be learned from them"),
    "no_times": N_("the export does not say when deals moved, were won or lost"),
    "no_stage_times": N_("without stage times only wins can be forecast, not deals that reach a stage"),
    "no_wins": N_("no deal of the export is won: what leads to a win, and how often one comes, cannot be learned from it"),
    "no_horizon": N_("the horizon is over"),
    "no_deals": N_("there are no deals"),
    "no_amounts": N_("no won deal has an amount in the main currency"),
    "short_history": N_(
        "the history is too short to grade the forecast: it takes 60 days before a month end and the whole horizon after it"
    ),
    "few_stages": N_("the funnel has no intermediate stage"),
    "no_rates": N_("the steps have no projected rates"),
    "nothing_needed": N_("nothing more is needed: the plan is met with 80% and more without"),
    "unreachable": N_("unreachable in the time left: it would take far more deals than ever got there in so many days"),
    "by_age": N_("without stage times the chance at the entry into a stage is not known"),
}
"""A sentence for each word that a measure gives for a figure that is missing."""
QUIET = ("not_asked", "target_is_no_win")
"""Nothing is missing: nobody asked."""


class Ask(Frozen):
    """What the user wants forecast. ``days`` and ``until`` as typed; ``target``: a stage's id or label; ``origins``: see ``forecast``."""

    days: str | None = None
    until: str | None = None
    target: str | None = None
    plan_wins: int | None = None
    plan_amount: float | None = None
    top: int = 10
    origins: int | None = 12
    chosen_period: bool = False
    """The deals were chosen by their creation: how many new ones come is not to be seen in them."""


class Ahead(Frozen):
    """The records, None where they cannot be had, and a note for each that is missing. ``chances``: of the open deals to be won, for the
    stalled ones (deal codes, now, at entry); None where the forecast does not know since when they stand in their stage. ``basis``: what a
    forecast can rest on."""

    key_stage: report.KeyStage | None
    forecast: report.Forecast | None
    notes: tuple[report.Note, ...]
    basis: Basis
    chances: tuple[Any, Any, Any] | None = None


def look_ahead(journeys: Journeys, tally: Tally, funnel: Funnel, currency: str | None, ask: Ask, texts: Texts) -> Ahead:
    """Key stage and forecast of the won stage (or of ``ask.target``), and beside it of the key stage."""
    notes: list[report.Note] = []

    def missing(what: str, reason: str | None) -> None:
        if reason is not None and reason not in QUIET:
            notes.append(report.Note(what=what, reason=reason, text=texts.word(WHY[reason])))

    key = key_stage(journeys, tally, None if funnel.key_stage is None else funnel.index(funnel.key_stage))
    missing("key_stage", key.reason)
    target = len(funnel.stages) - 1 if ask.target is None else stage_of(ask.target, funnel)
    plan = funnel.plan
    if plan is None and (ask.plan_wins is not None or ask.plan_amount is not None):
        from funnel_audit.funnel import Plan as Declared

        plan = Declared(wins=ask.plan_wins, amount=ask.plan_amount)
    span = horizon(journeys.as_of.us, funnel.timezone, plan, days=ask.days, until=ask.until)
    asked = None
    if plan is not None and target == len(funnel.stages) - 1:
        wins = ask.plan_wins if ask.plan_wins is not None else plan.wins
        asked = Plan(since_us=span.since_us, wins=wins, amount=ask.plan_amount if ask.plan_amount is not None else plan.amount)
    ground = Why(reason="chosen_period") if ask.chosen_period else survey(journeys)
    if isinstance(ground, Why):
        missing("forecast", ground.reason)
        return Ahead(_key_stage(key, funnel, texts.lang), None, tuple(notes), basis(journeys))
    if target == len(funnel.stages) - 1 and not tally.outcome(Outcome.WON):
        missing("forecast", "no_wins")
        return Ahead(_key_stage(key, funnel, texts.lang), None, tuple(notes), ground.basis)
    found = forecast(
        ground,
        until_us=span.until_us,
        target=target,
        plan=asked,
        key_stage=key.used,
        currency=currency,
        top=ask.top,
        backtest_origins=ask.origins,
    )
    if isinstance(found, Why):
        missing("forecast", found.reason)
        return Ahead(_key_stage(key, funnel, texts.lang), None, tuple(notes), ground.basis)
    missing("forecast.amount", found.why_no_amount)
    missing("forecast.backtest", found.why_no_backtest)
    at_key = None
    if key.used is not None and target == len(funnel.stages) - 1:
        second = forecast(ground, until_us=span.until_us, target=key.used, top=0, backtest_origins=0)
        at_key = None if isinstance(second, Why) else second
    needed = None if found.plan is None else found.plan.key_stage_needed
    missing("forecast.plan.key_stage_needed.deals", None if needed is None else needed.why)
    missing("forecast.deals.chance_at_entry", None if found.method == STAGES else "by_age")
    record = _forecast(found, at_key, key.used, span, ground, funnel, currency, texts.lang)
    by_stage = found.method == STAGES and target == len(funnel.stages) - 1
    each = found.open_chances
    chances = (each.deal, each.chance, each.at_entry) if by_stage else None
    return Ahead(_key_stage(key, funnel, texts.lang), record, tuple(notes), ground.basis, chances)


def stage_of(name: str, funnel: Funnel) -> int:
    """The position of a stage named by its id, a name or an alias; UsageError with the nearest ones."""
    for position, stage in enumerate(funnel.stages):
        if normal(name) in {normal(label) for label in stage.labels()}:
            return position
    ids = [stage.id for stage in funnel.stages]
    raise UsageError(Said("--target: there is no stage “{name}”. Did you mean {ids}?", name=name, ids=nearest(name, ids) or ids))


def _key_stage(key: KeyStage, funnel: Funnel, lang: str) -> report.KeyStage | None:
    if not key.candidates:
        return None
    stages = funnel.stages
    return report.KeyStage(
        declared=None if key.declared is None else stages[key.declared].id,
        found=None if key.found is None else stages[key.found].id,
        agree=key.agree,
        candidates=tuple(
            report.KeyStageCandidate(
                stage=stages[one.stage].id,
                name=stages[one.stage].name.in_lang(lang),
                reached=one.reached,
                win_chance=one.win_chance,
                before=one.before,
                jump=one.jump,
                median_days_to_win=one.median_days_to_win,
                r2=one.r2,
                resampled_share=one.resampled_share,
            )
            for one in key.candidates
        ),
    )


def _forecast(
    found: found_.Forecast,
    at_key: found_.Forecast | None,
    key: int | None,
    span: Horizon,
    ground: Ground,
    funnel: Funnel,
    currency: str | None,
    lang: str,
) -> report.Forecast:
    stages, journeys = funnel.stages, ground.journeys
    return report.Forecast(
        as_of=_iso(found.as_of_us),
        until=_day(found.until_us, funnel),
        days=found.days,
        target=stages[found.target].id,
        target_name=stages[found.target].name.in_lang(lang),
        method=found.method,
        wins=_expected(found.wins),
        amount=None if found.amount is None else _expected(found.amount),
        amount_drawn=found.amount_drawn,
        currency=currency,
        crm_weighted=report.CrmWeighted(wins=found.crm_weighted.wins, amount=found.crm_weighted.amount),
        plan=_plan(found, key, span, funnel),
        by_stage=tuple(
            report.StageExpectation(
                stage=stages[row.stage].id, name=stages[row.stage].name.in_lang(lang), open=row.open, expected=row.expected
            )
            for row in found.by_stage
        ),
        deals=tuple(_deal(deal, journeys, funnel) for deal in found.deals),
        slipping=tuple(_deal(deal, journeys, funnel) for deal in found.slipping),
        backtest=None if found.backtest is None else _backtest(found.backtest),
        history=tuple(report.MonthCount(month=_day(row.start_us, funnel)[:7], reached=row.reached) for row in found.history),
        key=None if at_key is None else _expected(at_key.wins),
        closed=ground.basis.closed,
        timed=ground.basis.timed,
    )


def _expected(found: found_.Range) -> report.Expected:
    return report.Expected(p10=found.p10, p50=found.p50, p90=found.p90, mean=found.mean, from_open=found.from_open, from_new=found.from_new)


def _plan(found: found_.Forecast, key: int | None, span: Horizon, funnel: Funnel) -> report.PlanOutlook | None:
    plan = found.plan
    if plan is None:
        return None
    needed = plan.key_stage_needed
    return report.PlanOutlook(
        since=_day(span.since_us, funnel),
        period_end=None if span.period is None else _day(span.period[1], funnel),
        until=_day(found.until_us, funnel),
        wins=plan.wins,
        amount=plan.amount,
        already=plan.already,
        already_amount=plan.already_amount,
        chance=plan.chance,
        chance_wins=plan.chance_wins,
        chance_amount=plan.chance_amount,
        key_stage_needed=None
        if needed is None or key is None
        else report.KeyStageNeeded(
            stage=funnel.stages[key].id, deals=needed.deals, by=_day(needed.by_us, funnel), expected=needed.expected, why=needed.why
        ),
    )


def _deal(deal: found_.DealChance, journeys: Journeys, funnel: Funnel) -> report.DealOutlook:
    facts = journeys.facts
    return report.DealOutlook(
        deal_id=facts.id_text(deal.deal),
        stage=funnel.stages[deal.stage].id,
        age_days=deal.age_days,
        chance=deal.chance,
        chance_at_entry=deal.chance_at_entry,
        amount=deal.amount,
        owner=facts.owner.text(deal.deal),
        title=facts.title.text(deal.deal),
        on_hold=deal.on_hold,
    )


def _backtest(table: found_.Backtest) -> report.Backtest:
    return report.Backtest(
        origins=tuple(
            report.BacktestOrigin(
                as_of=_iso(row.as_of_us),
                p10=row.p10,
                p50=row.p50,
                p90=row.p90,
                mean=row.mean,
                actual=row.actual,
                naive=row.naive,
                stage_only=row.stage_only,
                crm_weighted=row.crm_weighted,
            )
            for row in table.origins
        ),
        coverage80=table.coverage80,
        mae=table.mae,
        mae_naive=table.mae_naive,
        mae_stage_only=table.mae_stage_only,
        mae_crm=table.mae_crm,
        doubt=table.doubt,
    )


def _iso(us: int) -> str:
    return AsOf(us, day=False).iso_utc()


def _day(us: int, funnel: Funnel) -> str:
    return to_datetime(us).astimezone(ZoneInfo(funnel.timezone)).date().isoformat()
