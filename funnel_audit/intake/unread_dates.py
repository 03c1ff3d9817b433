"""Date columns that nothing was read from: what they may date, and what they tell about the order of the stages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.intake.bytesview import filled
from funnel_audit.intake.codes import label_codes
from funnel_audit.intake.outline import Outline
from funnel_audit.labels import normal

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel

MIN_DEALS = 20
"""So many deals must stand in a label before its cells say anything."""
ALL_BUT = 0.02
MOST_COLUMNS = 8
STEM = 4
LONGEST = 40
_DATE = re.compile(r"(\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2} \w{3,} \d{4}|\w{3,} \d{1,2}, \d{4})\b")
_WORDS = re.compile(r"[^\W\d_]+")
_OF_DATES = frozenset(["date", "time", "day", "дата", "время", "день", "the", "of", "at", "on"])


class Unread(Frozen):
    """A date column that is left over. ``stage``: the one that its header speaks of; ``created``: no column dates the creation yet."""

    position: int
    header: str
    stage: int | None
    created: bool


def unread_dates(plan: Outline, funnel: Funnel) -> Iterator[Unread]:
    """The left over date columns that stages.yaml could give a meaning."""
    if plan.found.shape != "deals":
        return
    born = "created" in plan.fields
    for position, header in left_over(plan):
        near = [k for k, stage in enumerate(funnel.stages) if any(akin(header, name) for name in stage.labels())]
        stage = near[0] if len(near) == 1 else None
        if stage is not None or not born:
            yield Unread(position, header, stage, not born)


def left_over(plan: Outline) -> list[tuple[int, str]]:
    """Position and header of the columns that are not read and hold dates, as far as the first rows show."""
    used = {*plan.fields.values(), *plan.dated, *plan.by.values()}
    return [(at, header) for at, header in enumerate(plan.head.headers) if header and at not in used and _dates(plan, at)]


def _dates(plan: Outline, at: int) -> bool:
    """Is every cell of the first rows that holds something a date? A phone number is none."""
    cells = [row[at].strip() for row in plan.head.sample if at < len(row) and row[at].strip()]
    return bool(cells) and all(len(cell) < LONGEST and _DATE.match(cell) for cell in cells)


def akin(header: str, name: str) -> bool:
    """Do a header and a stage share a stem, as engage_date and Engaging do?"""
    ours, theirs = ([word for word in _WORDS.findall(normal(text).replace("_", " ")) if word not in _OF_DATES] for text in (header, name))
    return any(one[:length] == other[:length] for one in ours for other in theirs if (length := max(STEM, min(len(one), len(other)) - 2)))


def by_dates(going: Sequence[str], won: Collection[str], plans: Sequence[Outline]) -> tuple[list[str], bool]:
    """Labels in the order that left over date columns tell, and whether they tell all of it.

    A date that (nearly) every deal of one label has and none of another is the date of a step between the two, provided that won deals
    have it. Labels that no such column parts keep their order.
    """
    plan = next((one for one in plans if one.found.shape == "deals" and "stage" in one.fields), None)
    columns = left_over(plan)[:MOST_COLUMNS] if plan is not None and len(going) > 1 else []
    if plan is None or not columns:
        return list(going), False
    stage = plan.fields["stage"]
    table = plan.head.read({stage: "label", **{at: "text" for at, _ in columns}})
    codes, texts = label_codes(table.columns[stage], table.encoding)
    group = {**{normal(text): len(going) for text in won}, **{normal(text): at for at, text in enumerate(going)}}
    of_label = np.array([*(group.get(normal(text), -1) for text in texts), -1])[codes]
    known = of_label >= 0
    deals = np.bincount(of_label[known], minlength=len(going) + 1)
    score = np.zeros(len(going), np.int64)
    for at, _ in columns:
        share = np.bincount(of_label[known & filled(table.columns[at])], minlength=len(going) + 1) / np.maximum(deals, 1)
        decided = (share <= ALL_BUT) | (share >= 1 - ALL_BUT)
        if (deals >= MIN_DEALS).all() and decided.all() and share[-1] >= 1 - ALL_BUT:
            score += share[:-1] > 0.5
    order = sorted(range(len(going)), key=lambda at: (score[at], at))
    return [going[at] for at in order], len(set(score.tolist())) == len(going)
