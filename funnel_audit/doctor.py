"""What this export can and cannot show, and which export would: one line an analysis."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from funnel_audit import report
from funnel_audit.measures.rates import MIN_REACHED
from funnel_audit.tally import Outcome
from funnel_audit.texts import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from funnel_audit.measures.conversion import Step
    from funnel_audit.measures.forecast import Basis
    from funnel_audit.tally import Tally
    from funnel_audit.texts import Texts

OF_HISTORY = ("history", "conversion", "stage_of_loss", "pace", "stalled")
"""What a history of the stages answers, and a series of snapshots from its first one on."""
WITH_HISTORY = ("deal rows with stage changes", "stage changes", "dated columns")
"""The shapes of an input that brings a history of its own: to ask for one again would be no advice."""
NO_RATE = {
    "few": N_("under {least} deals came to the stage"),
    "few_timed": N_("of under {least} deals it is known when they came to the stage"),
    "untimed_advances": N_("it is not known when deals left the stage"),
    "untimed_losses": N_("it is not known when deals were lost"),
    "no_stays": N_("it is not known when deals came to the stage"),
    "no_exits": N_("no deal has left the stage yet"),
}
"""Why a step has no projected rate, by the word of ``why_not``."""
ONLY_TIME_HELPS = ("few", "no_exits")
LEAST_CLOSED = 30
"""Under so many closed deals there is neither a key stage nor a forecast (definitions, section 9)."""


def capabilities(
    tally: Tally, steps: Sequence[Step], lacks: Mapping[str, Mapping[str, str]], texts: Texts, rests: Basis, *, shape: str = ""
) -> tuple[report.Capability, ...]:
    """Verdict (yes, partly, no), reason and remedy for each analysis. ``lacks`` are the CRM's own remedies, by analysis and language;
    ``rests``: what the forecast can rest on; ``shape``: that of the whole input, for a history or a series of snapshots that is there
    already is not asked for again."""
    longer_series = texts.say(
        "go on saving the export: what happens after the first one has a stage; for what was before it only a history from the CRM helps"
    )

    whole = _whole_history(tally, steps, shape, texts)

    def of_crm(analysis: str, general: str) -> str:
        if analysis in OF_HISTORY and (shape == "snapshots" or whole is not None):
            return whole or longer_series
        return lacks.get(analysis, {}).get(texts.lang, general)

    def recipe(analysis: str, general: str) -> str:
        return of_crm(analysis, of_crm("stage_of_loss", general))

    history = recipe(
        "history", texts.say("a second file with the stage changes (deal, stage, time), or one date column per stage in the same export")
    )
    no_losses = (texts.say("no deal is lost"), texts.say("the lost deals as well"))
    longer = texts.say("the deals of a longer time, closed ones included")
    rated = sum(step.projected is not None for step in steps[:-1])
    causes = Counter(why_not(step) for step in steps[:-1] if step.why_not is not None).most_common(1)
    unrated = texts.say("{n} of {all} steps have a projected rate", n=rated, all=len(steps) - 1)
    rates_need = of_crm("conversion", history)
    if causes:
        unrated = texts.say(
            "{n} of {all} steps have none, most often because {why}",
            n=len(steps) - 1 - rated,
            all=len(steps) - 1,
            why=texts.word(NO_RATE[causes[0][0]]).format(least=MIN_REACHED),
        )
        if causes[0][0] in ONLY_TIME_HELPS and shape != "snapshots":
            rates_need = longer
    lost, won = tally.outcome(Outcome.LOST), tally.outcome(Outcome.WON)
    out = [
        _line(
            "conversion",
            rated,
            len(steps) - 1,
            unrated,
            rates_need,
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
    if closed < LEAST_CLOSED:
        out += [report.Capability(analysis=analysis, verdict="no", why=few, need=longer) for analysis in ("key_stage", "forecast")]
    elif not won:
        why, need = texts.say("no deal is won"), texts.say("the won deals as well")
        out += [report.Capability(analysis=analysis, verdict="no", why=why, need=need) for analysis in ("key_stage", "forecast")]
    else:
        out += [_line("key_stage", rated, len(steps) - 1, out[0].why, rates_need), _forecast(rests, history, texts)]
    return tuple(out)


def why_not(step: Step) -> str:
    """``Step.why_not``, and "few_timed" where enough deals came and too few of them have times."""
    return "few_timed" if step.why_not == "few" and step.reached >= MIN_REACHED else str(step.why_not)


def _whole_history(tally: Tally, steps: Sequence[Step], shape: str, texts: Texts) -> str | None:
    """What a history that was given lacks; None without one, and where date columns are missing: the CRM's remedy is right then."""
    without = tally.deals - tally.with_history
    if shape not in WITH_HISTORY:
        return None
    if shape == "dated columns" and (not without or any(step.why_not in ("untimed_advances", "untimed_losses") for step in steps)):
        return None
    if not without:
        return texts.say("a whole history, from the first day of every deal to its close: the one given is not")
    if shape == "dated columns":
        return texts.count(
            "dates of the stages for all deals: {n} deal has none", "dates of the stages for all deals: {n} deals have none", without
        )
    return texts.count(
        "a whole history, from the first day of every deal: in the one given {n} deal has no entries",
        "a whole history, from the first day of every deal: in the one given {n} deals have no entries",
        without,
    )


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
