"""What this export can and cannot show, and which export would: one line an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.tally import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from funnel_audit.measures.conversion import Step
    from funnel_audit.measures.forecast import Basis
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

OF_HISTORY = ("history", "conversion", "stage_of_loss", "pace", "stalled")
"""What a history of the stages answers, and a series of snapshots from its first one on."""
LEAST_CLOSED = 30
"""Under so many closed deals there is neither a key stage nor a forecast (definitions, section 9)."""


def capabilities(
    tally: Tally, steps: Sequence[Step], lacks: Mapping[str, Mapping[str, str]], texts: Texts, rests: Basis, *, series: bool = False
) -> tuple[report.Capability, ...]:
    """Verdict (yes, partly, no), reason and remedy for each analysis. ``lacks`` are the CRM's own remedies, by analysis and language;
    ``rests``: what the forecast can rest on; ``series``: what was given is a series of snapshots, which is what most of them ask for."""
    longer_series = texts.say(
        "go on saving the export: what happens after the first one has a stage; for what was before it only a history from the CRM helps"
    )

    def of_crm(analysis: str, general: str) -> str:
        if series and analysis in OF_HISTORY:
            return longer_series
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
    if closed < LEAST_CLOSED:
        out += [report.Capability(analysis=analysis, verdict="no", why=few, need=longer) for analysis in ("key_stage", "forecast")]
    elif not won:
        why, need = texts.say("no deal is won"), texts.say("the won deals as well")
        out += [report.Capability(analysis=analysis, verdict="no", why=why, need=need) for analysis in ("key_stage", "forecast")]
    else:
        out += [_line("key_stage", rated, len(steps) - 1, out[0].why, history), _forecast(rests, history, texts)]
    return tuple(out)


def _forecast(rests: Basis, need: str, texts: Texts) -> report.Capability:
    """Yes by the stays in the stages, partly by the age of the deals, no without either."""
    known = texts.say("the last stay of {n} of {all} closed deals has both times", n=rests.timed, all=rests.closed)
    if rests.method == "stages":
        return report.Capability(analysis="forecast", verdict="yes", why=known, need=None)
    if rests.method is None:
        return report.Capability(analysis="forecast", verdict="no", why=known, need=need)
    why = known + texts.say(": it goes by the age of the deals alone, which is weaker")
    return report.Capability(analysis="forecast", verdict="partly", why=why, need=need)


def _line(
    analysis: str, known: int, total: int, why: str, need: str, enough: float = 0.95, nothing: tuple[str, str] | None = None
) -> report.Capability:
    """Yes from ``enough`` of the total on, no at none, else partly. ``nothing``: reason and remedy where there is nothing to know."""
    if not total and nothing is not None:
        return report.Capability(analysis=analysis, verdict="no", why=nothing[0], need=nothing[1])
    verdict = "yes" if known >= enough * total else "partly" if known else "no"
    return report.Capability(analysis=analysis, verdict=verdict, why=why, need=need if verdict != "yes" else None)
