"""The key stage and the forecast of the hand-made audit; nothing in it is computed."""

from __future__ import annotations

from funnel_audit.report import (
    Backtest,
    BacktestOrigin,
    CrmWeighted,
    DealOutlook,
    Expected,
    Forecast,
    Interval,
    KeyStage,
    KeyStageCandidate,
    KeyStageNeeded,
    MonthCount,
    PlanOutlook,
    StageExpectation,
)


def key_stage(names: dict[str, str]) -> KeyStage:
    rows = (("sent_to_work", 0.42, 0.31, 0.11, 52.0, 0.4, 0.02), ("design_approved", 0.57, 0.40, 0.17, 38.5, None, 0.98))
    return KeyStage(
        declared="sent_to_work",
        found="design_approved",
        agree=False,
        candidates=tuple(
            KeyStageCandidate(
                stage=stage,
                name=names[stage],
                reached=300,
                win_chance=Interval(value=chance, low=chance - 0.06, high=chance + 0.07),
                before=Interval(value=before, low=before - 0.05, high=before + 0.05),
                jump=jump,
                median_days_to_win=days,
                r2=r2,
                resampled_share=share,
            )
            for stage, chance, before, jump, days, r2, share in rows
        ),
    )


def forecast(names: dict[str, str]) -> Forecast:
    deal = DealOutlook(
        deal_id="31072286",
        stage="design_approved",
        age_days=27.2,
        chance=0.06,
        chance_at_entry=0.23,
        amount=318_100.0,
        owner="Елена Крылова",
        title="Стенд: ООО «Магистраль-Фуд»",
    )
    return Forecast(
        as_of="2026-03-31T20:59:59Z",
        until="2026-04-30",
        days=30.0,
        target="acts_signed_paid",
        target_name=names["acts_signed_paid"],
        method="stages",
        wins=Expected(p10=9.0, p50=13.0, p90=17.0, mean=12.7, from_open=11.9, from_new=0.8),
        amount=Expected(p10=1_091_390.0, p50=1_614_700.0, p90=2_116_030.0, mean=1_655_696.0, from_open=1_600_000.0, from_new=55_696.0),
        amount_drawn=12,
        currency="RUB",
        crm_weighted=CrmWeighted(wins=50.4, amount=6_648_572.0),
        plan=PlanOutlook(
            since="2026-04-01",
            until="2026-04-30",
            wins=14.0,
            amount=None,
            already=0,
            already_amount=0.0,
            chance=0.47,
            chance_wins=0.47,
            chance_amount=None,
            key_stage_needed=KeyStageNeeded(stage="sent_to_work", deals=38, by="2026-04-08", expected=5.9),
        ),
        by_stage=(StageExpectation(stage="design_approved", name=names["design_approved"], open=12, expected=1.8),),
        deals=(deal,),
        slipping=(deal,),
        backtest=Backtest(
            origins=(
                BacktestOrigin(
                    as_of="2026-01-31T20:59:59Z", p10=10, p50=14, p90=19, mean=14.5, actual=13, naive=17, stage_only=14.6, crm_weighted=39.6
                ),
                BacktestOrigin(
                    as_of="2026-02-28T20:59:59Z", p10=6, p50=9, p90=12, mean=9.0, actual=5, naive=12, stage_only=8.9, crm_weighted=36.9
                ),
            ),
            coverage80=0.5,
            mae=2.8,
            mae_naive=5.5,
            mae_stage_only=2.8,
            mae_crm=29.3,
        ),
        history=(MonthCount(month="2026-01", reached=17), MonthCount(month="2026-02", reached=0), MonthCount(month="2026-03", reached=6)),
        key=Expected(p10=20.0, p50=25.0, p90=31.0, mean=25.6, from_open=23.4, from_new=2.2),
    )
