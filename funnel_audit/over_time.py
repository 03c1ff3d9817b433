"""Periods, cohorts and changes as records: names for positions, dates for days. The measures have done the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit import report
from funnel_audit.frozen import Frozen
from funnel_audit.measures.calendar import Axis, Kind, axis, first_instant, periods
from funnel_audit.measures.changes import Found, changes
from funnel_audit.measures.cohorts import Cell, cohorts
from funnel_audit.measures.periods import flows
from funnel_audit.measures.rates import projected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funnel_audit.funnel import Funnel
    from funnel_audit.journeys import Journeys
    from funnel_audit.measures import changes as changes_
    from funnel_audit.measures.calendar import Period
    from funnel_audit.segments_of import Split
    from funnel_audit.tally import Tally

ENOUGH_HISTORY = 0.95
"""With a history for fewer of the deals, counts by stage would be of the survivors."""


class OverTime(Frozen):
    """The records; all empty without a single date."""

    periods: tuple[report.Period, ...] = ()
    cohorts: tuple[report.Cohort, ...] = ()
    changes: tuple[report.Change, ...] = ()


def over_time(
    journeys: Journeys, tally: Tally, funnel: Funnel, currency: str | None, splits: Sequence[Split], *, kind: Kind, all_deals: bool
) -> OverTime:
    """How the funnel did by calendar ``kind``; ``all_deals``: none were chosen by their creation, so that their number says something."""
    first = first_instant(journeys.facts.created.at, journeys.stays.entered)
    if first is None:
        return OverTime()
    days = axis(first, journeys.as_of, journeys.timezone)
    spans = periods(kind, days)
    found = changes(journeys, tally, kind=kind, currency=currency, splits=splits, all_deals=all_deals, days=days)
    return OverTime(
        _periods(journeys, tally, funnel, days, spans, currency), _cohorts(journeys, funnel, days, spans), changed(found, funnel)
    )


def _periods(
    journeys: Journeys, tally: Tally, funnel: Funnel, days: Axis, spans: tuple[Period, ...], currency: str | None
) -> tuple[report.Period, ...]:
    went = flows(journeys, days, spans, currency)
    known = tally.with_history >= ENOUGH_HISTORY * max(tally.deals, 1)
    begun = first_instant(journeys.stays.entered) if journeys.facts.begun_before.any() else None
    seen_from = 0 if begun is None else int(days.position(np.array([begun]))[0])  # a series of snapshots: nothing is seen before the first
    return tuple(
        report.Period(
            period=span.name,
            start=span.start.isoformat(),
            end=span.last_day.isoformat(),
            complete=span.complete,
            new=int(went.new[place]),
            won=int(went.won[place]),
            lost=int(went.lost[place]),
            won_amount=None if went.won_amount is None else int(went.won_amount[place]) / 100,
            stages=tuple(
                report.StageFlow(
                    stage=stage.id,
                    entered=int(went.entered[place, k]),
                    advanced=int(went.advanced[place, k]),
                    lost=int(went.lost_there[place, k]),
                )
                for k, stage in enumerate(funnel.stages)
                if known and (span.first >= seen_from or not seen_from)
            ),
        )
        for place, span in enumerate(spans)
    )


def _cohorts(journeys: Journeys, funnel: Funnel, days: Axis, spans: tuple[Period, ...]) -> tuple[report.Cohort, ...]:
    return tuple(
        report.Cohort(
            period=spans[cohort.period].name,
            complete=spans[cohort.period].complete,
            deals=cohort.deals,
            stages=tuple(_cell(stage.id, cell, days) for stage, cell in zip(funnel.stages, cohort.cells, strict=True) if cell is not None),
        )
        for cohort in cohorts(journeys, days, spans)
    )


def _cell(stage: str, cell: Cell, days: Axis) -> report.CohortStage:
    return report.CohortStage(
        stage=stage,
        reached=cell.reached,
        resolved=cell.resolved,
        rate=projected(cell.incidence),
        ripe=cell.ripe,
        ripe_on=_day(cell.ripe_day, days),
    )


def changed(found: Found | None, funnel: Funnel) -> tuple[report.Change, ...]:
    """Every history as a record, those that changed first."""
    return () if found is None else tuple(_change(change, found.days, funnel) for change in found.all)


def _change(change: changes_.Change, days: Axis, funnel: Funnel) -> report.Change:
    makeup = change.makeup
    return report.Change(
        what=change.what,
        stage=None if change.stage is None else funnel.stages[change.stage].id,
        segment=None if change.value is None or change.column is None else report.ChangeSegment(column=change.column, value=change.value),
        survives=change.claimed,
        direction=None if change.better is None or not change.z else "better" if change.better else "worse",
        before=_side(change.before),
        after=_side(change.after),
        since=_day(change.since, days),
        since_first=_day(change.since_first, days),
        since_last=_day(change.since_last, days),
        q_value=change.q,
        age_days=change.age_days,
        mix=None if makeup is None else _part(makeup.mix),
        rate=None if makeup is None else _part(makeup.rate),
        split_by=None if makeup is None else makeup.column,
        verdict=None if makeup is None else makeup.verdict,
        simpson=makeup is not None and makeup.simpson,
    )


def _side(side: changes_.Side | None) -> report.ChangeSide | None:
    return None if side is None else report.ChangeSide(value=side.value, low=side.low, high=side.high, n=side.n)


def _part(piece: changes_.Piece) -> report.ChangePart:
    return report.ChangePart(value=piece.value, low=piece.low, high=piece.high)


def _day(day: int | None, days: Axis) -> str | None:
    return None if day is None else days.date(day).isoformat()
