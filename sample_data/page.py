"""The page of the sample, with the known answers filled in."""

from __future__ import annotations

from collections import Counter
from string import Template
from typing import Any

from company import SEED, STAGES

STAGES_BY_ID = {stage.id: stage.name for stage in STAGES}


def readme(known_answers: dict[str, Any]) -> bytes:
    totals, leak = known_answers["totals"], known_answers["leak"]
    funnel = "\n".join(
        "| {name} | {reached} | {seen} | {skipped} | {advanced} | {lost} | {open} | {days} |".format(
            **row, days="" if row["advance_days"]["p50"] is None else f"{row['advance_days']['p50']:.1f}"
        )
        for row in known_answers["funnel"]
    )
    quarters = next(step for step in known_answers["steps"] if step["from"] == leak["from"])["quarters"]
    stuck = Counter(row["stage"] for row in known_answers["stuck"]["planted"])
    fields = {
        **totals,
        "reasons": ", ".join(f"{name or '(none given)'} {n}" for name, n in totals["loss_reasons"].items()),
        "funnel": funnel,
        "leak_rows": "\n".join("| {} | {entered} | {advanced} | {lost} | {open} |".format(name, **q) for name, q in quarters.items()),
        "before": f"{leak['before']['closed_only']:.0%}",
        "after": f"{leak['after']['closed_only']:.0%}",
        "slow_days": f"{known_answers['slow_stage']['p50']:.1f}",
        "win_days": f"{totals['days_to_win_median']:.1f}",
        "stuck": len(known_answers["stuck"]["planted"]),
        "stuck_by_stage": ", ".join(f"{STAGES_BY_ID[stage]} {n}" for stage, n in stuck.items()),
        "untouched": len(known_answers["stuck"]["open_untouched_over_75_days"]),
        "snapshots": "\n".join("| {file} | {deals} | {won} | {lost} | {open} |".format(**row) for row in known_answers["snapshots"]),
        "seed": SEED,
    }
    return Template(README).substitute(fields).encode("utf-8")


README = """\
# The sample: 600 deals of an invented company

A company that makes advertising signs and prints; it, its clients and its people do not exist. Deals were created from 1 July 2025 to
30 June 2026; the export was taken on 30 June 2026, 17:46:20, when the newest deal was created. Times are local (stages.yaml's
`timezone`) and fall into working hours. Everything here, this page too, is written by `make.py` (`make samples`; seed $seed); the numbers
are counted by plain loops, without funnel-audit, and stand in full in `expected.json`.

| file | shape | what it holds |
| --- | --- | --- |
| deals.csv | dated columns | one row a deal, one date column per stage: the *first* entry into it. UTF-8, comma |
| deals.xlsx | dated columns | the same cells, with true Excel dates |
| amocrm.csv | deal rows | as amoCRM exports it: only the stage a deal is in now; `Бюджет ` with a space, `не закрыта` as a date |
| history.csv | stage changes | every entry of every deal, steps back and losses too, in no order |
| snapshots/ | snapshots | six weekly exports in the layout of amocrm.csv, each as things stood that evening |

The same deals are in all of them. What the shapes cannot show: dated columns keep first entries only, so neither steps back into a stage
already entered nor losses that were undone are in deals.csv; amocrm.csv overwrites the stage of a lost deal. No open deal stands behind
the furthest stage it reached, so every shape agrees on where the open deals are.

## Known answers

Deals $deals: won $won, lost $lost, open $open. Won $won_amount RUB, open $open_amount RUB; $amount_missing deals have no amount.
In the history there are $entries entries, $back_moves steps back, $reopened losses undone. Median days from created to won: $win_days.
Loss reasons: $reasons.

| stage | reached | seen | skipped | advanced | lost | open | median days to advance |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
$funnel

*Seen* counts the history. The last column is over finished advances only, as CRMs count it; open deals are not in it.

**The leak** was put into *Макет/проект утвержден → Счет-договор отправлен*: deals that came to an approved layout
from 1 January 2026 on get a contract far more rarely (of those decided $before before, $after since). By quarter of the entry:

| quarter | entered | advanced | lost | open |
| --- | ---: | ---: | ---: | ---: |
$leak_rows

More deals are lost at the first step, but no more than before: that is not the leak.

**The slow stage** is *Отправлено в работу*, waiting for the layout: median $slow_days days to advance.

**Stuck deals**: $stuck were left untouched on purpose ($stuck_by_stage); $untouched open deals have not changed their
stage for over 75 days, these among them.

| snapshot | deals | won | lost | open |
| --- | ---: | ---: | ---: | ---: |
$snapshots
"""
