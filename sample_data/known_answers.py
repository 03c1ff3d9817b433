"""The known answers, counted by plain loops over the deals: nothing of funnel_audit, so that they can prove it right or wrong."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from company import AS_OF, LEAK, STAGES, WON, Deal
from layouts import SNAPSHOT_DAYS, end_of, snapshot_name

STUCK_DAYS = 75


def furthest(deal: Deal) -> int:
    return max(position for _, position in deal.entries if position is not None)


def outcome(deal: Deal) -> str:
    last = deal.entries[-1][1]
    return "lost" if last is None else "won" if last == WON else "open"


def forward(deal: Deal) -> list[tuple[datetime, int]]:
    """The entries that are further than everything before them: the starts of the stays."""
    steps: list[tuple[datetime, int]] = []
    for moment, position in deal.entries:
        if position is not None and (not steps or position > steps[-1][1]):
            steps.append((moment, position))
    return steps


def days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 86400


def median(values: list[float]) -> float | None:
    return round(statistics.median(values), 6) if values else None


def stage_answers(deals: list[Deal]) -> list[dict[str, Any]]:
    answers = []
    for k, stage in enumerate(STAGES):
        counts: Counter[str] = Counter(dict.fromkeys(("reached", "seen", "skipped", "advanced", "lost", "open"), 0))
        finished: list[float] = []
        for deal in deals:
            top = furthest(deal)
            if top < k:
                continue
            counts["reached"] += 1
            counts["seen"] += any(position == k for _, position in deal.entries)
            steps = forward(deal)
            counts["skipped"] += all(position != k for _, position in steps)
            if top > k:
                counts["advanced"] += 1
            elif outcome(deal) != "won":
                counts[outcome(deal)] += 1
            finished += [days(a, b) for (a, position), (b, _) in pairwise(steps) if position == k]
        row: dict[str, Any] = {"stage": stage.id, "name": stage.name, **counts}
        answers.append({**row, "advance_days": {"p50": median(finished), "n": len(finished)}})
    return answers


def step_answers(deals: list[Deal]) -> list[dict[str, Any]]:
    """Per step and quarter of entry: stays begun, and how many of them have advanced, were lost, are open."""
    answers = []
    for k, stage in enumerate(STAGES[:-1]):
        quarters: dict[str, Counter[str]] = {}
        for deal in deals:
            for moment, position in forward(deal):
                if position == k:
                    name = f"{moment.year}Q{(moment.month + 2) // 3}"
                    quarter = quarters.setdefault(name, Counter(entered=0, advanced=0, lost=0, open=0))
                    quarter["entered"] += 1
                    quarter["advanced" if furthest(deal) > k else outcome(deal)] += 1
        answers.append({"from": stage.id, "to": STAGES[k + 1].id, "quarters": {name: dict(quarters[name]) for name in sorted(quarters)}})
    return answers


def back_moves(deal: Deal) -> int:
    positions = [position for _, position in deal.entries if position is not None]
    return sum(later_one < earlier for earlier, later_one in pairwise(positions))


def answers(deals: list[Deal]) -> dict[str, Any]:
    outcomes = Counter(outcome(deal) for deal in deals)
    steps = step_answers(deals)
    leak = steps[LEAK]["quarters"]
    old = [leak[name] for name in leak if name < "2026"]
    new = [leak[name] for name in leak if name >= "2026"]

    def share(part: list[dict[str, int]]) -> dict[str, Any]:
        advanced, lost = sum(p["advanced"] for p in part), sum(p["lost"] for p in part)
        undecided = sum(p["open"] for p in part)
        return {"advanced": advanced, "lost": lost, "open": undecided, "closed_only": round(advanced / (advanced + lost), 4)}

    stages = stage_answers(deals)
    slowest = max(stages, key=lambda row: row["advance_days"]["p50"] or 0)
    won_days = [days(deal.created, deal.entries[-1][0]) for deal in deals if outcome(deal) == "won"]
    stuck = [
        {"deal_id": deal.id, "stage": STAGES[furthest(deal)].id, "days": round(days(deal.entries[-1][0], AS_OF), 6)}
        for deal in deals
        if deal.stuck
    ]
    untouched = [deal for deal in deals if outcome(deal) == "open" and days(deal.entries[-1][0], AS_OF) > STUCK_DAYS]
    losses = [deal for deal in deals if outcome(deal) == "lost"]
    return {
        "as_of_local": AS_OF.isoformat(),
        "totals": {
            "deals": len(deals),
            **{name: outcomes[name] for name in ("won", "lost", "open")},
            "unplaced": 0,
            "reopened": sum(position is None for deal in deals for _, position in deal.entries[:-1]),
            "back_moves": sum(back_moves(deal) for deal in deals),
            "entries": sum(len(deal.entries) for deal in deals),
            "currency": "RUB",
            "amount_missing": sum(deal.amount is None for deal in deals),
            **{f"{name}_amount": sum(deal.amount or 0 for deal in deals if outcome(deal) == name) for name in ("won", "lost", "open")},
            "days_to_win_median": median(won_days),
            "loss_reasons": dict(sorted(Counter(deal.reason for deal in losses).items(), key=lambda item: (-item[1], item[0]))),
        },
        "funnel": stages,
        "steps": steps,
        "leak": {"from": STAGES[LEAK].id, "to": STAGES[LEAK + 1].id, "since": "2026-01-01", "before": share(old), "after": share(new)},
        "slow_stage": {"stage": slowest["stage"], **slowest["advance_days"]},
        "stuck": {"planted": stuck, "open_untouched_over_75_days": sorted(deal.id for deal in untouched)},
        "owners": dict(sorted(Counter(deal.owner for deal in deals).items())),
        "sources": dict(sorted(Counter(deal.source for deal in deals).items())),
        "snapshots": [snapshot_answers(deals, day) for day in SNAPSHOT_DAYS],
    }


def snapshot_answers(deals: list[Deal], day: date) -> dict[str, Any]:
    last = [deal.until(end_of(day))[-1][1] for deal in deals if deal.created <= end_of(day)]
    won, lost = last.count(WON), last.count(None)
    return {"file": snapshot_name(day), "deals": len(last), "won": won, "lost": lost, "open": len(last) - won - lost}
