"""A small language for spoiling the clean export, so that cases of rules are data (``cases/*.yaml``):

    deal: won            which deals: won, lost, open, new, moved (open, beyond the first stage), all; or the label that they stand in
    moves: 4             only deals with at least so many moves
    times: 40            how many of them (1)
    set: {amount: ""}    cells of their rows; "created-4d", "closed+1d", "last-30s", "date:created" are worked out
    forget: true         without their history
    drop: [2]            without these of their moves (0 is the first, -1 the last)
    shift: {0: -9d}      moves at another time
    at: {-1: 2026-03-17 17:00 + 1m}   moves at a time, a step later for every deal
    same: [1, 2]         move 2 at the instant of move 1
    add: [Lost, 2]       one more move, into a label, in the middle between move 2 and the next
    copy: {stage: Paid}  the row once more, with other cells

and of the export as a whole: ``stages: {old: new}``, ``checks: line``, ``rows: [text]`` (history), ``header: {old: new}``, ``column: {name:
{label: text}}``, ``no_history: true``, ``recode: [file, encoding]``, ``drop_label: [label, digits]``, ``month_ends: n``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from clean_export import LABELS, Export, clean, stamp

KINDS = {
    "won": ["Paid"],
    "lost": ["Lost"],
    "open": ["Terms agreed", "Offer sent", "Meeting held", "Request received"],
    "moved": ["Terms agreed", "Offer sent", "Meeting held"],
    "new": ["Request received"],
    "all": LABELS,
}
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
STEP = re.compile(r"([+-]\s*\d+)([smhd])")


def edited(edits: list[dict[str, Any]]) -> Export:
    """The clean export with all edits, one after the other; no deal is touched twice unless all are."""
    export, touched = clean(), set[str]()
    for edit in edits:
        if "deal" in edit:
            for number, deal_id in enumerate(chosen(export, edit, touched)):
                spoil(export, deal_id, edit, number)
        else:
            whole(export, edit)
    return export


def chosen(export: Export, edit: dict[str, Any], touched: set[str]) -> list[str]:
    labels = KINDS.get(edit["deal"], [edit["deal"]])
    every = [deal["deal_id"] for deal in export.deals if deal["stage"] in labels]
    if edit.get("times") == "all":
        return every
    fits = [one for one in every if one not in touched and len(export.moves(one)) >= edit.get("moves", 1)][: edit.get("times", 1)]
    assert len(fits) == edit.get("times", 1), edit
    touched.update(fits)
    return fits


def spoil(export: Export, deal_id: str, edit: dict[str, Any], number: int) -> None:
    deal, moves = export.deal(deal_id), export.moves(deal_id)
    known = {"created": deal["created"], "closed": deal["close_date"], "last": moves[-1][2]}
    for place, length in edit.get("shift", {}).items():
        moves[place][2] = moved(moves[place][2], str(length))
    for place, when in edit.get("at", {}).items():
        begin, _, step = str(when).partition(" + ")
        moves[place][2] = stamp(datetime.fromisoformat(begin) + number * length_of(f"+{step}"))
    if "same" in edit:
        moves[edit["same"][1]][2] = moves[edit["same"][0]][2]
    if "add" in edit:
        label, after = edit["add"]
        first = datetime.fromisoformat(moves[after][2])
        later = datetime.fromisoformat(moves[after + 1][2]) if -1 < after < len(moves) - 1 else first + timedelta(hours=1)
        export.history.append([deal_id, label, stamp(first + (later - first) / 2)])
    gone = [moves[place] for place in edit.get("drop", [])]
    export.history = [row for row in export.history if not any(row is one for one in gone)]
    if edit.get("forget"):
        export.history = [row for row in export.history if row[0] != deal_id]
    if "copy" in edit:
        export.deals.insert(export.deals.index(deal), deal | {name: str(value) for name, value in edit["copy"].items()})
    for name, value in edit.get("set", {}).items():
        new = worked_out(str(value), known)
        if name == "deal_id":
            for row in moves:
                row[0] = new
        deal[name] = new


def worked_out(value: str, known: dict[str, str]) -> str:
    name = re.sub(r"[+-].*|^date:", "", value)
    if name not in known:
        return value
    return known[name][:10] if value.startswith("date:") else moved(known[name], value[len(name) :])


def moved(moment: str, length: str) -> str:
    return stamp(datetime.fromisoformat(moment) + length_of(length))


def length_of(text: str) -> timedelta:
    found = STEP.fullmatch(text.strip())
    return timedelta(**{UNITS[found[2]]: int(found[1].replace(" ", ""))}) if found else timedelta(0)


def whole(export: Export, edit: dict[str, Any]) -> None:
    for old, new in edit.get("stages", {}).items():
        assert old in export.stages, old
        export.stages = export.stages.replace(old, new)
    if "checks" in edit:
        export.stages += ("checks:\n" if "\nchecks:" not in export.stages else "") + f"  {edit['checks']}\n"
    export.history += [row.split(",") for row in edit.get("rows", [])]
    for old, new in edit.get("header", {}).items():
        export.header[export.header.index(old)] = new
        for deal in export.deals:
            deal[new] = deal[old]
    for name, texts in edit.get("column", {}).items():
        export.header.append(name)
        for deal in export.deals:
            deal[name] = texts.get(deal["stage"], texts.get("else", ""))
    if edit.get("no_history"):
        export.with_history = False
    if "recode" in edit:
        export.recode = tuple(edit["recode"])
    if "drop_label" in edit:
        drop_label(export, *edit["drop_label"])
    if "month_ends" in edit:
        to_month_ends(export, edit["month_ends"])


def drop_label(export: Export, label: str, digits: str) -> None:
    """Deals whose id ends in one of the digits were never in that stage; those that stand in it stand in the first."""
    export.history = [row for row in export.history if row[1] != label or row[0][-1] not in digits]
    for deal in export.deals:
        if deal["stage"] == label != "Lost" and deal["deal_id"][-1] in digits:
            deal["stage"] = LABELS[0]


def to_month_ends(export: Export, months: int) -> None:
    """Deals that are closed in the first ``months`` months are closed on the last two days of theirs."""
    ends = sorted({deal["close_date"][:7] for deal in export.deals if deal["close_date"]})[:months]
    for deal in export.deals:
        at = datetime.fromisoformat(deal["close_date"]) if deal["close_date"][:7] in ends else None
        if at is not None and len(export.moves(deal["deal_id"])) > 1:
            end = (at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=at.hour) - timedelta(days=1 + int(deal["deal_id"][-1]) % 2)
            if end < datetime(2026, 3, 28):
                export.moves(deal["deal_id"])[-1][2] = deal["close_date"] = stamp(max(end, at))
