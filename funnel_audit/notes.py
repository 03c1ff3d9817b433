"""What could not be evaluated, and why: one note for every figure that is missing, so that null is never silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.measures.rates import MIN_REACHED, UNTIMED_LIMIT
from funnel_audit.texts import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funnel_audit.measures.conversion import Step
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

WHY = {
    "few": N_("under {least} deals: only counts are shown"),
    "untimed_advances": N_("the export does not say when deals left this stage: more than {limit} of the moves onward have no time"),
    "untimed_losses": N_("the export does not say when deals were lost here: more than {limit} of the losses have no time"),
    "untimed_open": N_("the export does not say when the open deals were created: more than {limit} of them have no date"),
    "no_stays": N_("no stay in this stage has a known start"),
    "no_wins": N_("deals are lost and none is won: how often a deal is won cannot be learned from this export"),
    "no_exits": N_("no deal has left this stage yet within what is known"),
}
"""A sentence for each word of ``Step.why_not``."""


def notes(
    steps: Sequence[Step], stages: Sequence[report.FunnelStage], win_rate: str | None, no_limits: bool, tally: Tally, texts: Texts
) -> tuple[report.Note, ...]:
    """All notes of an audit, in the order of its keys."""
    out = []
    if win_rate is not None:
        out.append(_why("totals.win_rate.projected", win_rate, None, texts))
    for step, stage in zip(steps[:-1], stages[:-1], strict=True):
        if step.why_not is not None:
            out.append(_why("funnel.projected", step.why_not, stage.stage, texts))
        elif step.startless:
            out.append(
                report.Note(
                    what="funnel.projected",
                    reason="startless",
                    stage=stage.stage,
                    text=texts.count(
                        "{n} deal entered this stage before the data begin: the rate is of the {known} stays that began later",
                        "{n} deals entered this stage before the data begin: the rate is of the {known} stays that began later",
                        step.startless,
                        known=step.known_stays,
                    ),
                )
            )
    if not tally.with_history:
        out.append(
            report.Note(
                what="funnel.skipped",
                reason="no_history",
                text=texts.say("no deal has a history: what was skipped, seen or moved back is not known"),
            )
        )
    if no_limits:
        out.append(
            report.Note(
                what="stalled",
                reason="no_limits",
                text=texts.say("no stage has a limit: too few stays have ended to say when 85 % have, and stages.yaml gives no max_days"),
            )
        )
    return tuple(out)


def _why(what: str, reason: str, stage: str | None, texts: Texts) -> report.Note:
    text = texts.word(WHY[reason]).format(least=MIN_REACHED, limit=texts.percent(UNTIMED_LIMIT, digits=0))
    return report.Note(what=what, reason=reason, stage=stage, text=text)
