"""What flawed deals do to the audit, in words with figures: the range of a conversion, or how many deals and how much money they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from funnel_audit import report
from funnel_audit.findings.rule import Found
from funnel_audit.findings.wording import cut, first_deals
from funnel_audit.journeys import Outcome

if TYPE_CHECKING:
    from funnel_audit.findings.rule import Evidence
    from funnel_audit.journeys.records import Array
    from funnel_audit.texts import Texts

ENOUGH = 10
"""A step that so few deals have reached has no rate."""
MOST_DIGITS = 2
"""More decimals of a per cent tell nobody anything."""


def flagged(
    evidence: Evidence, deals: Array, text: str, cure: str, effect: str = "", numbers: dict[str, float | int | str] | None = None,
    severity: str | None = None, key: str = "",
) -> Found:  # fmt: skip
    """One flaw of many deals, at the row of the first of them."""
    shown = first_deals(evidence, deals)
    counted = {"deals": len(deals), "of": evidence.journeys.n} | (numbers or {})
    return Found(evidence.deal_place(shown[0]), text, cure, len(deals), shown, effect=effect, numbers=counted, severity=severity, key=key)


def whole_file(evidence: Evidence) -> report.Place:
    """The place of what concerns the deals as a whole."""
    return report.Place(file=evidence.files[0])


def stage_place(evidence: Evidence, k: int) -> report.Place:
    """The place of what concerns a stage."""
    return report.Place(stage=evidence.funnel.stages[k].id)


def touched(evidence: Evidence, texts: Texts, deals: Array) -> str:
    """``It touches 37 deals, 4% of all. Their amounts add up to 1.2M ₽.``"""
    total = evidence.journeys.n
    text = texts.count(
        "It touches {n} deal, {share} of all.", "It touches {n} deals, {share} of all.",
        len(deals), share=share_of(texts, len(deals), total),
    )  # fmt: skip
    return joined(text, money_of(evidence, texts, deals))


def money_of(evidence: Evidence, texts: Texts, deals: Array) -> str:
    """``Their amounts add up to 1.2M ₽.``, of those in the main currency; nothing where there are none."""
    facts = evidence.journeys.facts
    known = deals[facts.amount_known[deals]]
    currency = main_currency(evidence)
    codes = facts.currency.codes[known]
    mine = known[codes == currency] if currency >= 0 else known[codes < 0]
    total = float(facts.amount[mine].sum()) / 100
    if not total:
        return ""
    name = facts.currency.texts[currency] if currency >= 0 else None
    return texts.say("Their amounts add up to {money}.", money=texts.money(total, name, short=True))


def joined(*sentences: str) -> str:
    """Sentences one after the other; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)


def main_currency(evidence: Evidence) -> int:
    """The code of the currency that most amounts are in; -1 where none is named."""
    facts = evidence.journeys.facts
    codes = facts.currency.codes[facts.amount_known]
    return int(np.bincount(codes + 1).argmax()) - 1 if len(codes) else -1


def share_of(texts: Texts, part: int, whole: int) -> str:
    """A share in per cent; never 0 % of something that is there."""
    if not whole:
        return texts.percent(0.0, 0)
    if 0 < part < whole * 0.001:
        return texts.say("under {share}", share=texts.percent(0.001, 1))
    return texts.percent(part / whole, None)


def in_question(evidence: Evidence, texts: Texts, n: int) -> str:
    """``In question are 37 deals of 600 (6%).`` For rows of which it is not known whose deals they are."""
    total = evidence.journeys.n
    share = share_of(texts, min(n, total), total)
    return texts.count(
        "In question is {n} deal of {total} ({share}).", "In question are up to {n} deals of {total} ({share}).", n,
        total=total, share=share,
    )  # fmt: skip


def conversion_range(evidence: Evidence, texts: Texts, deals: Array, beside: int = 0, *, lost: bool = False) -> str:
    """``Conversion of step 3 (“Meeting held” → “Offer sent”) lies between 31% and 44%, whatever happened to these 37 deals.``

    The step is the one that they leave most open. For each step: had all of these deals been there and gone no further, or all of them
    gone on. Every deal has reached the first stage. ``beside`` counts further deals that the tally does not hold.
    Where it is sure that all are ``lost``, none of them has gone on to the won stage.
    """
    n = len(deals) + beside
    journeys, counted = evidence.journeys, evidence.tally
    k = journeys.stages
    away = np.bincount(journeys.stage[deals[journeys.placed[deals]]], minlength=k)
    beyond = away[::-1].cumsum()[::-1]
    unplaced = len(deals) - int(away.sum())
    reached = counted.reached() - beyond
    reached[0] -= unplaced
    advanced = counted.advanced() - np.append(beyond[1:], 0)
    reached, advanced = reached[:-1], advanced[:-1]
    if not n or not (reached >= ENOUGH).any():
        return in_question(evidence, texts, n) if beside else touched(evidence, texts, deals)
    low, high = advanced / np.maximum(reached + n, 1), (advanced + n) / np.maximum(reached + n, 1)
    if lost:
        high[-1] = advanced[-1] / max(int(reached[-1]), 1)
    step = int(np.where(reached >= ENOUGH, high - low, -1).argmax())
    stages = evidence.funnel.stages
    told = told_apart(texts, float(low[step]), float(high[step]), 0)
    if told is None:
        return touched(evidence, texts, deals)
    return texts.count(
        "Conversion of step {step} (“{first}” → “{next}”) lies between {low} and {high}, whatever happened to this {n} deal.",
        "Conversion of step {step} (“{first}” → “{next}”) lies between {low} and {high}, whatever happened to these {n} deals.",
        n, step=step + 1, first=cut(stages[step].name.in_lang(texts.lang)), next=cut(stages[step + 1].name.in_lang(texts.lang)),
        low=told[0], high=told[1],
    )  # fmt: skip


def told_apart(texts: Texts, one: float, other: float, digits: int = 1) -> tuple[str, str] | None:
    """Two shares in per cent with as many decimals, two at most, as tell them apart; None where none do."""
    for places in range(digits, MOST_DIGITS + 1):
        first, second = texts.percent(one, places), texts.percent(other, places)
        if first != second:
            return first, second
    return None


def win_rate_range(evidence: Evidence, texts: Texts, deals: Array) -> str:
    """``Of all deals between 12% and 14% are won, whatever became of these 7.``"""
    won, total = evidence.tally.outcome(Outcome.WON), evidence.tally.deals
    if total < ENOUGH:
        return touched(evidence, texts, deals)
    others = won - int(np.count_nonzero(evidence.journeys.outcome[deals] == Outcome.WON))
    told = told_apart(texts, others / total, (others + len(deals)) / total)
    if told is None:
        return touched(evidence, texts, deals)
    return texts.count(
        "Of all deals between {low} and {high} are won, whatever became of this {n}.",
        "Of all deals between {low} and {high} are won, whatever became of these {n}.",
        len(deals), low=told[0], high=told[1],
    )  # fmt: skip


def win_rate_without(evidence: Evidence, texts: Texts, deals: Array) -> str:
    """``The win rate of all deals is 12%, without these 5 deals 13%.``"""
    journeys, counted = evidence.journeys, evidence.tally
    won, total = counted.outcome(Outcome.WON), counted.deals
    rest = total - len(deals)
    if total < ENOUGH or rest < ENOUGH:
        return touched(evidence, texts, deals)
    others = won - int(np.count_nonzero(journeys.outcome[deals] == Outcome.WON))
    told = told_apart(texts, won / total, others / rest)
    if told is None:
        return touched(evidence, texts, deals)
    return texts.count(
        "Of all deals {all} are won so far; without this {n} it would be {rest}.",
        "Of all deals {all} are won so far; without these {n} it would be {rest}.",
        len(deals), all=told[0], rest=told[1],
    )  # fmt: skip
