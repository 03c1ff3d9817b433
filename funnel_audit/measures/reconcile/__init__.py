"""Why does my CRM show another number? The step rates under the counting rules of the trade, and the deals that make each difference.

A rule says at which stages a deal is counted, and for every step which deals are asked (``base``) and which of them have gone on
(``gone_on``). Every rule is defined, with its source, in docs/reconcile.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit import report
from funnel_audit.frozen import Frozen
from funnel_audit.journeys import Outcome
from funnel_audit.measures.rates import MIN_REACHED, share
from funnel_audit.measures.reconcile.ways import Ways, ways
from funnel_audit.pieces import distinct
from funnel_audit.tally.count import count_bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from funnel_audit.journeys import Journeys

    Array = NDArray[Any]

OURS, SO_FAR, CLOSED = "furthest", "so-far", "closed-only"
RULES = (OURS, SO_FAR, CLOSED, "hubspot-all", "hubspot-any", "bitrix24-standard", "bitrix24-conversion", "strict", "direct")
BY_ENTRIES = RULES[3:]
"""Rules that ask for a deal's entries: they need a history."""
UNKNOWN_LIMIT = 0.05
"""Above this share of deals whose way is not recorded from its beginning, a rule that asks for entries is not computed."""
LOSSES_UNKNOWN_LIMIT = 0.5
"""Above this share of losses at an unknown stage, ``closed-only`` is not computed: its rates would tend to 100%."""
EFFECTS = ("left_out", "not_gone_on", "added")
LEFT_OUT, NOT_GONE_ON, ADDED = range(3)
CAUSES = ("skipped", "skipped_before", "out_of_order", "interrupted", "went_back", "not_next", "lost_after_skip", "no_history")
IN_SPITE_OF_ENTRY = {"hubspot-all": "out_of_order", "strict": "interrupted", "bitrix24-standard": "went_back", "direct": "not_next"}
"""Why a deal that entered a stage is still not counted there."""
_ONE = np.uint64(1)


class Behind(Frozen):
    """Some deals that make a difference at step k: the ``cause``, what it does to the figure, how many, the codes of the first ones.

    ``effect``: undecided_no (undecided for us, not gone on by this rule), undecided_out (undecided for us, left out by this rule),
    left_out (in neither number), not_gone_on (counted at the stage, not at the next), added (counted at the next stage without having been
    counted at this one).
    """

    k: int
    cause: str
    effect: str
    deals: int
    codes: Array


class Cause(Frozen):
    """All deals that differ for one reason, at whatever step, each once; a stage skipped before counts as one skipped."""

    cause: str
    deals: int
    codes: Array


class RuleStep(Frozen):
    """Step k: ``gone_on`` of ``base``; ``low`` and ``high`` where the one are among the other; None below ``MIN_REACHED``."""

    base: int
    gone_on: int
    rate: float | None
    low: float | None
    high: float | None


class RuleRates(Frozen):
    """One rule. ``counted``: deals at each stage. ``cumulative``: of those it begins with, by the rule's own denominator (None: not shown).

    ``why_not``: no_history, little_history, no_loss_stage; then there are no figures.
    """

    rule: str
    against: str | None
    deals: int
    counted: tuple[int, ...]
    cumulative: tuple[float | None, ...]
    steps: tuple[RuleStep, ...]
    behind: tuple[Behind, ...]
    causes: tuple[Cause, ...] = ()
    why_not: str | None = None


class _Sets(Frozen):
    counted: Array
    base: Array
    gone_on: Array


def reconcile(j: Journeys, projected: Sequence[report.Projected | None], rules: Sequence[str] = RULES, listed: int = 5) -> list[RuleRates]:
    """The rules asked for, in the order of ``RULES``; ``projected`` is our headline rate of every step; ``listed``: codes a cause keeps."""
    w = ways(j)
    reference = _Sets(w.reached, w.reached, w.reached >> _ONE)
    unknown = int(np.count_nonzero(~w.known))
    why_not = "no_history" if unknown == j.n else "little_history" if unknown > UNKNOWN_LIMIT * j.n else None
    found = []
    for rule in (rule for rule in RULES if rule in rules):
        if rule in BY_ENTRIES and why_not is not None:
            found.append(RuleRates(rule, SO_FAR, j.n - unknown, (), (), (), (), why_not=why_not))
            continue
        if rule == CLOSED and _losses_without_stage(j):
            found.append(RuleRates(rule, OURS, j.n, (), (), (), (), why_not="no_loss_stage"))
            continue
        found.append(_rates(rule, j, w, reference, projected, listed))
    return found


def _losses_without_stage(j: Journeys) -> bool:
    """Whether so many losses have no stage that a rule that asks closed deals alone would see hardly a deal that did not go on."""
    lost = j.outcome == Outcome.LOST
    return int(np.count_nonzero(lost & ~j.placed)) > LOSSES_UNKNOWN_LIMIT * int(np.count_nonzero(lost))


def _rates(
    rule: str, j: Journeys, w: Ways, reference: _Sets, projected: Sequence[report.Projected | None], listed: int
) -> RuleRates:  # fmt: skip
    sets = reference if rule in (OURS, SO_FAR) else _sets(rule, j, w)
    k = w.stages
    deals = int(np.count_nonzero(w.known)) if rule in BY_ENTRIES else j.n
    counted = tuple(count_bits(sets.counted, k).tolist())
    bases = counted if sets.base is sets.counted else count_bits(sets.base, k).tolist()
    went, from_elsewhere = count_bits(sets.gone_on, k).tolist(), count_bits(sets.gone_on & ~sets.base, k)
    steps = []
    for step in range(k - 1):
        base, gone_on = bases[step], went[step]
        if rule == OURS:
            rate = projected[step]
            steps.append(RuleStep(base, gone_on, *((rate.value, rate.low, rate.high) if rate else (None, None, None))))
            continue
        interval = None if from_elsewhere[step] else share(gone_on, base)
        value = gone_on / base if base >= MIN_REACHED else None
        steps.append(RuleStep(base, gone_on, value, interval.low if interval else None, interval.high if interval else None))
    behind, causes = _undecided(rule, j, listed) if rule not in BY_ENTRIES else _behind(rule, w, sets, reference, listed)
    against = None if rule == OURS else OURS if rule not in BY_ENTRIES else SO_FAR
    return RuleRates(rule, against, deals, counted, _cumulative(rule, counted, deals), tuple(steps), tuple(behind), causes)


def _sets(rule: str, j: Journeys, w: Ways) -> _Sets:
    """Where each deal is counted under a rule other than ours; see docs/reconcile.md."""
    lost = j.outcome == Outcome.LOST
    if rule == CLOSED:
        standing = (j.outcome == Outcome.OPEN) | (lost & ~j.placed)
        here = np.where(standing, _ONE << j.stage.astype(np.uint64), np.uint64(0))
        return _Sets(w.reached, w.reached & ~here, w.reached >> _ONE)
    if rule == "direct":
        return _Sets(w.seen, w.seen, w.direct)
    counted = {
        "hubspot-all": w.in_order,
        "hubspot-any": w.seen,
        "bitrix24-standard": w.forward,
        "bitrix24-conversion": np.where(w.known, np.where(lost, w.seen | _ONE, w.reached), np.uint64(0)),
        "strict": w.strict,
    }[rule]
    return _Sets(counted, counted, counted >> _ONE)


def _cumulative(rule: str, counted: Sequence[int], deals: int) -> tuple[float | None, ...]:
    """Each stage's share of all deals (Bitrix24's denominator, and ours), or of those in the first stage (HubSpot's)."""
    if rule in (OURS, CLOSED, "direct"):
        return tuple(None for _ in counted)
    whole = counted[0] if rule in ("hubspot-all", "hubspot-any", "strict") else deals
    return tuple(n / whole if whole >= MIN_REACHED else None for n in counted)


def _undecided(rule: str, j: Journeys, listed: int) -> tuple[list[Behind], tuple[Cause, ...]]:
    """What the rules that count as we do make of the deals that are not decided: they stand open, or were lost at no known step."""
    if rule == OURS:
        return [], ()
    effect = "undecided_no" if rule == SO_FAR else "undecided_out"
    short_of_won = (j.outcome == Outcome.OPEN) & (j.stage < j.stages - 1)
    found = []
    for step in range(j.stages - 1):
        found += _some(step, "open", effect, short_of_won & (j.stage == step), listed)
    masks = {"open": short_of_won}
    if rule == SO_FAR:
        masks["unplaced"] = (j.outcome == Outcome.LOST) & ~j.placed
        found += _some(0, "unplaced", effect, masks["unplaced"], listed)
    return sorted(found, key=lambda one: one.k), _by_cause(masks, listed)


def _behind(rule: str, w: Ways, sets: _Sets, reference: _Sets, listed: int) -> tuple[list[Behind], tuple[Cause, ...]]:
    """The deals that count otherwise than under ``so-far``, step by step, by cause and effect."""
    differs = (sets.base ^ reference.base) | (sets.gone_on ^ reference.gone_on)
    found: list[Behind] = []
    masks: dict[str, Array] = {}
    for step in range(w.stages - 1):
        bit = np.uint64(1 << step)
        rows = np.flatnonzero(differs & bit)
        base, gone_on = (sets.base[rows] & bit) != 0, (sets.gone_on[rows] & bit) != 0
        effects = np.where(base, NOT_GONE_ON, np.where(gone_on, ADDED, LEFT_OUT))
        causes = _causes(rule, w, rows, step, base)
        for cause in distinct(causes).tolist():
            mine = causes == cause
            shown = "skipped" if CAUSES[cause] == "skipped_before" else CAUSES[cause]
            masks.setdefault(shown, np.zeros(len(differs), bool))[rows[mine]] = True
            for effect in distinct(effects[mine]).tolist():
                chosen = rows[mine & (effects == effect)]
                found.append(Behind(step, CAUSES[cause], EFFECTS[effect], len(chosen), chosen[:listed]))
    return sorted(found, key=lambda one: (one.k, -one.deals, one.cause, one.effect)), _by_cause(masks, listed)


def _by_cause(masks: dict[str, Array], listed: int) -> tuple[Cause, ...]:
    rows = {cause: np.flatnonzero(mask) for cause, mask in masks.items()}
    made = [Cause(cause, len(found), found[:listed]) for cause, found in rows.items() if len(found)]
    return tuple(sorted(made, key=lambda one: (-one.deals, one.cause)))


def _causes(rule: str, w: Ways, rows: Array, step: int, base: Array) -> Array:
    """Why each of these deals counts otherwise, as codes: it is missed at this stage, or at the next one where it is counted here."""
    seen = w.seen[rows]
    missed = _ONE << (np.uint64(step) + base.astype(np.uint64))
    entered = (seen & missed) != 0
    skipped = CAUSES.index("skipped")
    cause = np.where(entered, CAUSES.index(IN_SPITE_OF_ENTRY.get(rule, "skipped")), skipped)
    if rule in ("hubspot-all", "strict"):
        before = missed - _ONE
        cause = np.where(entered & ((seen & before) != before), CAUSES.index("skipped_before"), cause)
    if rule == "bitrix24-conversion":
        cause = np.full(len(rows), CAUSES.index("lost_after_skip"))
    return np.where(w.known[rows], cause, CAUSES.index("no_history"))


def _some(step: int, cause: str, effect: str, mask: Array, listed: int) -> list[Behind]:
    rows = np.flatnonzero(mask)
    return [Behind(step, cause, effect, len(rows), rows[:listed])] if len(rows) else []
