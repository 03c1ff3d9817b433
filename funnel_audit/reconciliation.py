"""Why does my CRM show another number? ``reconciled(reading)``: the rules side by side, in names and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funnel_audit.measures.conversion import conversion
from funnel_audit.measures.reconcile import BY_ENTRIES, OURS, RULES, SO_FAR, Cause, RuleRates, reconcile
from funnel_audit.reconcile_record import DealsBehind, Reconciliation, Rule, RuleCause, RuleStage, RuleStep, StageName
from funnel_audit.recorded import read_input
from funnel_audit.tally import tally
from funnel_audit.texts import N_, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funnel_audit.intake.read import Reading

LISTED = 1000
"""So many ids of one cause at one step are listed, in JSON and CSV; the rest is counted."""
CRMS = {"hubspot-all": "HubSpot", "hubspot-any": "HubSpot", "bitrix24-standard": "Bitrix24", "bitrix24-conversion": "Bitrix24"}
NAMES = {
    "furthest": N_("furthest stage"),
    "so-far": N_("gone on so far"),
    "closed-only": N_("closed deals only"),
    "hubspot-all": N_("HubSpot, all stages"),
    "hubspot-any": N_("HubSpot, any stages"),
    "bitrix24-standard": N_("Bitrix24, standard funnel"),
    "bitrix24-conversion": N_("Bitrix24, funnel with conversion"),
    "strict": N_("strictly in order"),
    "direct": N_("straight into the next stage"),
}
WHY = {
    "furthest": N_("a deal counts at every stage up to the furthest it reached; open deals are undecided, not lost."),
    "so-far": N_("counts the same deals, but one that has not gone on yet counts as a no: too low while deals are open."),
    "closed-only": N_("leaves open deals out. Quick decisions weigh too much in it."),
    "hubspot-all": N_("a deal counts while it entered every stage before, in order; one skipped, and it is gone."),
    "hubspot-any": N_("every deal that was ever in the stage, whatever it skipped; a step may have over 100%."),
    "bitrix24-standard": N_("only the stages that a deal really went through."),
    "bitrix24-conversion": N_("skipped stages are filled in, but not for lost deals."),
    "strict": N_("only deals that went stage by stage: no skip, no step back, no pause or undone loss in between."),
    "direct": N_("of the deals that were in the stage, those that moved straight into the next one."),
}


def reconciled(reading: Reading, texts: Texts, rules: Sequence[str] = RULES, listed: int = LISTED) -> Reconciliation:
    """The finished record, in the language of ``texts``. Rules that others are held against are computed whether asked for or not."""
    j, funnel = reading.journeys, reading.funnel
    counted = tally(j, len(funnel.pairs))
    projected = [step.projected for step in conversion(counted)[:-1]]
    found = {one.rule: one for one in reconcile(j, projected, RULES, listed)}
    asked = [rule for rule in RULES if rule in rules]
    ids = [stage.id for stage in funnel.stages]
    nowhere = counted.unplaced if found[BY_ENTRIES[0]].why_not else 0
    made = tuple(_rule(found[rule], found, asked, ids, j.facts.id_text, texts) for rule in asked)
    names = tuple(StageName(stage=stage.id, name=stage.name.in_lang(texts.lang)) for stage in funnel.stages)
    return Reconciliation(
        title=funnel.title.in_lang(texts.lang),
        lang=texts.lang,
        as_of=j.as_of.iso_utc(),
        as_of_local=j.as_of.iso_local(funnel.timezone),
        timezone=funnel.timezone,
        input=read_input(reading),
        deals=j.n,
        summary=(*_own(reading, made, texts), *(_unplaced(nowhere, texts) or _summary(made, names, texts))),
        funnel=names,
        rules=made,
    )


def _rule(
    one: RuleRates, found: dict[str, RuleRates], asked: Sequence[str], ids: Sequence[str], id_text: Callable[[int], str], texts: Texts
) -> Rule:  # fmt: skip
    against = found[one.against] if one.against else None
    stages = tuple(
        RuleStage(stage=stage, deals=deals, cumulative=share)
        for stage, deals, share in zip(ids, one.counted, one.cumulative, strict=False)
    )
    steps = []
    for k, step in enumerate(one.steps):
        other = against.steps[k].rate if against else None
        behind = tuple(
            DealsBehind(
                cause=part.cause, effect=part.effect, deals=part.deals, ids=tuple(id_text(int(code)) for code in part.codes),
                more=part.deals - len(part.codes),
            )
            for part in one.behind if part.k == k
        )  # fmt: skip
        steps.append(
            RuleStep(
                start=ids[k], end=ids[k + 1], base=step.base, gone_on=step.gone_on, rate=step.rate, low=step.low, high=step.high,
                difference=None if step.rate is None or other is None else step.rate - other, behind=behind,
            )
        )  # fmt: skip
    earlier = (found[rule] for rule in asked[: asked.index(one.rule)])
    return Rule(
        rule=one.rule,
        name=texts.word(NAMES[one.rule]),
        crm=CRMS.get(one.rule),
        text=texts.word(WHY[one.rule]),
        against=one.against,
        against_name=texts.word(NAMES[one.against]) if one.against else None,
        deals=one.deals,
        same_as=next((other.rule for other in earlier if _same(one, other)), None),
        reason=_reason(one, texts),
        stages=stages,
        steps=tuple(steps),
        causes=tuple(_cause(part, id_text, texts) for part in one.causes),
    )


def _same(one: RuleRates, other: RuleRates) -> bool:
    """The same numbers at every stage and step. Ours is the same as another only where nothing is undecided."""
    if one.why_not or other.why_not:
        return False
    if other.rule == OURS:
        return one.against == OURS and not one.behind
    return (one.counted, one.steps) == (other.counted, other.steps)


def _reason(one: RuleRates, texts: Texts) -> str | None:
    if one.why_not == "no_history":
        return texts.say("It asks through which stages a deal went, and the export has no history of stages.")
    if one.why_not == "little_history":
        return texts.say(
            "It asks through which stages a deal went, and only of {n} is that recorded from the beginning.",
            n=texts.count("{n} deal", "{n} deals", one.deals),
        )
    if one.why_not == "no_loss_stage":
        return texts.say("It cannot say: losses have no stage in this export, and without them nearly every closed deal has gone on.")
    return None


def _cause(part: Cause, id_text: Callable[[int], str], texts: Texts) -> RuleCause:
    n, count = part.deals, texts.count
    text = {
        "open": lambda: count("{n} deal is still open", "{n} deals are still open", n),
        "unplaced": lambda: count("{n} deal was lost at an unknown stage", "{n} deals were lost at an unknown stage", n),
        "skipped": lambda: count("{n} deal skipped a stage", "{n} deals skipped a stage", n),
        "out_of_order": lambda: count("{n} deal passed the stages in another order", "{n} deals passed the stages in another order", n),
        "interrupted": lambda: count(
            "{n} deal stepped back, paused or was lost for a while", "{n} deals stepped back, paused or were lost for a while", n
        ),
        "went_back": lambda: count("{n} deal entered a stage only on a step back", "{n} deals entered a stage only on a step back", n),
        "not_next": lambda: count("{n} deal went elsewhere before the next stage", "{n} deals went elsewhere before the next stage", n),
        "lost_after_skip": lambda: count("{n} deal skipped a stage and was lost", "{n} deals skipped a stage and were lost", n),
        "no_history": lambda: count(
            "the way of {n} deal is not recorded from its beginning", "the ways of {n} deals are not recorded from their beginning", n
        ),
    }[part.cause]()
    ids = tuple(id_text(int(code)) for code in part.codes)
    return RuleCause(cause=part.cause, deals=n, text=text, ids=ids, more=n - len(ids))


def _own(reading: Reading, rules: Sequence[Rule], texts: Texts) -> tuple[str, ...]:
    """Which rules are those of the CRM that the export comes from."""
    names = {part.outline.found.dialect.name for part in reading.tables}
    mine = [rule for rule in rules if rule.crm and rule.crm.lower() in names and rule.steps]
    if not mine:
        return ()
    crm = texts.word(N_("Bitrix24")) if mine[0].crm == "Bitrix24" else mine[0].crm
    listed = texts.listing([_named(rule, texts) for rule in mine])
    return (texts.say("The export is from {crm}: its funnel reports count by {rules}.", crm=crm, rules=listed),)


def _unplaced(lost: int, texts: Texts) -> tuple[str, ...]:
    """Where losses have no stage, the step rates of all rules are too high, and how far they are apart says nothing."""
    if not lost:
        return ()
    return (
        texts.count(
            "{n} lost deal has no stage in this export: after the first step no rule sees it. The history of stages has it.",
            "{n} lost deals have no stage in this export: after the first step no rule sees them. The history of stages has them.",
            lost,
        ),
    )


def _named(rule: Rule, texts: Texts) -> str:
    """``“closed deals only” (closed-only)``"""
    return texts.say("“{name}” ({code})", name=rule.name, code=rule.rule)


def _summary(rules: Sequence[Rule], names: Sequence[StageName], texts: Texts) -> tuple[str, ...]:
    """Where the rules are furthest apart; or that they all agree."""
    shown = [rule for rule in rules if rule.steps and rule.same_as is None]
    apart: list[tuple[float, int, Rule, Rule]] = []
    for k in range(len(names) - 1):
        known = [(rate, rule) for rule in shown if (rate := rule.steps[k].rate) is not None]
        if len(known) > 1:
            (least, lowest), (most, highest) = (choose(known, key=lambda one: one[0]) for choose in (min, max))
            apart.append((most - least, k, highest, lowest))
    if not apart:
        return ()
    size, k, high, low = max(apart, key=lambda one: one[0])
    if size < 0.0005:
        return (texts.say("All the rules give the same rates here."),)
    first, last = names[k].name, names[k + 1].name
    rates = [rule.steps[k].rate or 0.0 for rule in (high, low)]
    return (
        texts.say(
            "They are furthest apart at {start} → {end}: {high} by {high_rule}, {low} by {low_rule}.", start=first, end=last,
            high=texts.percent(rates[0]), low=texts.percent(rates[1]), high_rule=_named(high, texts), low_rule=_named(low, texts),
        ),
    )  # fmt: skip


assert set(NAMES) == set(WHY) == set(RULES) and set(CRMS) <= set(BY_ENTRIES) and SO_FAR in RULES
