"""What this export can and cannot show, and which export would: one line an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.tally import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from funnel_audit.measures.conversion import Step
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

LEAST_CLOSED = 30
"""Under so many closed deals there is neither a key stage nor a forecast (definitions, section 9)."""


def capabilities(
    tally: Tally, steps: Sequence[Step], lacks: Mapping[str, Mapping[str, str]], texts: Texts
) -> tuple[report.Capability, ...]:
    """Verdict (yes, partly, no), reason and remedy for each analysis. ``lacks`` are the CRM's own remedies, by analysis and language."""

    def of_crm(analysis: str, general: str) -> str:
        return lacks.get(analysis, {}).get(texts.lang, general)

    def recipe(analysis: str, general: str) -> str:
        return of_crm(analysis, of_crm("stage_of_loss", general))

    history = recipe(
        "history", texts.say("a second file with the stage changes (deal, stage, time), or one date column per stage in the same export")
    )
    no_losses = (texts.say("no deal is lost"), texts.say("the lost deals as well"))
    rated = sum(step.projected is not None for step in steps[:-1])
    lost, won = tally.outcome(Outcome.LOST), tally.outcome(Outcome.WON)
    out = [
        _line(
            "conversion",
            rated,
            len(steps) - 1,
            texts.say("{n} of {all} steps have a projected rate", n=rated, all=len(steps) - 1),
            of_crm("conversion", history),
        ),
        _line(
            "stage_of_loss",
            lost - tally.unplaced,
            lost,
            texts.say("the stage of loss is known for {n} of {all} lost deals", n=lost - tally.unplaced, all=lost),
            recipe("stage_of_loss", history),
            nothing=no_losses,
        ),
        _line(
            "pace",
            tally.with_history,
            tally.deals,
            texts.say("{n} of {all} deals have a history", n=tally.with_history, all=tally.deals),
            of_crm("pace", history),
        ),
    ]
    unknown = int(tally.unknown_starts.sum())
    going = tally.outcome(Outcome.OPEN)
    out.append(
        _line(
            "stalled",
            going - unknown,
            going,
            texts.say("the last change of stage is known for {n} of {all} open deals", n=going - unknown, all=going),
            recipe("stalled", texts.say("the column with the date of the last change of stage, or the history")),
            nothing=(texts.say("no deal is open"), texts.say("the open deals as well")),
        )
    )
    priced = sum(int(table[0].sum()) for table in tally.money.values())
    out.append(
        _line(
            "money",
            priced,
            tally.deals,
            texts.say("{n} of {all} deals have an amount", n=priced, all=tally.deals),
            of_crm("money", texts.say("the column with the deal's amount")),
            enough=0.8,
        )
    )
    untimed = int(tally.untimed_lives[Outcome.WON])
    out.append(
        _line(
            "days_to_win",
            won - untimed,
            won,
            texts.say("{n} of {all} won deals have both dates", n=won - untimed, all=won),
            of_crm("days_to_win", texts.say("the columns with the date of creation and of closing")),
            nothing=(texts.say("no deal is won"), texts.say("the won deals as well")),
        )
    )
    reasons = sum(counts[0] for (reason, _, _), counts in tally.reasons.items() if reason is not None)
    out.append(
        _line(
            "loss_reasons",
            reasons,
            lost,
            texts.say("{n} of {all} lost deals have a reason", n=reasons, all=lost),
            of_crm(
                "loss_reasons",
                texts.say("the column with the loss reason, and a rule in the CRM that no deal is closed as lost without one"),
            ),
            enough=0.8,
            nothing=no_losses,
        )
    )
    closed = won + lost
    few = texts.count(
        "only {n} deal is closed; under {least} nothing can be learned from them",
        "only {n} deals are closed; under {least} nothing can be learned from them",
        closed,
        least=LEAST_CLOSED,
    )
    longer = texts.say("the deals of a longer time, closed ones included")
    for analysis, known, total in (("key_stage", rated, len(steps) - 1), ("forecast", tally.with_history, tally.deals)):
        if closed < LEAST_CLOSED:
            out.append(report.Capability(analysis=analysis, verdict="no", why=few, need=longer))
        else:
            why = out[0].why if analysis == "key_stage" else out[2].why
            out.append(_line(analysis, known, total, why, history))
    return tuple(out)


def _line(
    analysis: str, known: int, total: int, why: str, need: str, enough: float = 0.95, nothing: tuple[str, str] | None = None
) -> report.Capability:
    """Yes from ``enough`` of the total on, no at none, else partly. ``nothing``: reason and remedy where there is nothing to know."""
    if not total and nothing is not None:
        return report.Capability(analysis=analysis, verdict="no", why=nothing[0], need=nothing[1])
    verdict = "yes" if known >= enough * total else "partly" if known else "no"
    return report.Capability(analysis=analysis, verdict=verdict, why=why, need=need if verdict != "yes" else None)
