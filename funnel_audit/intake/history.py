"""Where a deal has been: entries from dated columns, from a table of stage changes, from a series of snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT, AsOf
from funnel_audit.defects import Defect
from funnel_audit.frozen import Frozen
from funnel_audit.intake.columns import Parsed, joined, stacked
from funnel_audit.intake.deals import DealRows, label_to_code
from funnel_audit.journeys.records import NO_LABEL, Entries, Labels, Moments
from funnel_audit.labels import LOST

if TYPE_CHECKING:
    from funnel_audit.funnel import Funnel


class LabelledEntries(Frozen):
    """Entries whose labels are still texts: the funnel may yet be made from them. ``deal`` -1: an id that no deal row has."""

    deal: Any
    at: Moments
    label: Labels
    slack_us: Any | None = None

    def __len__(self) -> int:
        return len(self.deal)

    def coded(self, funnel: Funnel) -> Entries:
        """As entries of known deals, the labels by ``funnel``."""
        code = label_to_code(self.label.texts, funnel).take(self.label.codes)
        code[code == NO_LABEL] = 0
        entries = Entries(self.deal, self.at.at, code, self.at.day, self.slack_us)
        return entries if self.deal.min(initial=0) >= 0 else entries.take(np.flatnonzero(self.deal >= 0))


def join(parts: Sequence[LabelledEntries]) -> LabelledEntries | None:
    """Several sources of entries as one."""
    parts = [part for part in parts if len(part)]
    if len(parts) <= 1:
        return parts[0] if parts else None
    slack = None
    if any(part.slack_us is not None for part in parts):
        slack = np.concatenate([np.zeros(len(part), np.int64) if part.slack_us is None else part.slack_us for part in parts])
    return LabelledEntries(
        np.concatenate([part.deal for part in parts]), stacked([part.at for part in parts]), joined([part.label for part in parts]), slack
    )


def from_dated(rows: DealRows, chosen: Any) -> LabelledEntries | None:
    """One entry for each filled date cell of the rows ``chosen`` (the deal of a row is its position in it)."""
    parts = []
    position = np.full(len(rows.code), -1, np.int32)
    position[chosen] = np.arange(len(chosen), dtype=np.int32)
    begin = 0
    for part in rows.tables:
        mine = position[begin : begin + part.rows]
        begin += part.rows
        for text, moments in part.dated:
            filled = np.flatnonzero((moments.at != NAT) & (mine >= 0))
            label = Labels(np.zeros(len(filled), np.int32), (text,))
            parts.append(LabelledEntries(mine[filled], moments.take(filled), label))
    return join(parts)


def from_changes(part: Parsed, deal: Any, created: Moments | None) -> tuple[LabelledEntries, list[Defect]]:
    """Entries of a table of stage changes; ``deal`` is each row's deal (-1: unknown), ``created`` of the deals, where deal rows tell it.

    A row without a readable time, label or id cannot be placed: it is counted as a defect. Where the table also says the stage *from* which
    a deal moved, the first of them was entered when the deal was created, or before the data begin.
    """
    stage, entered = part.labels["stage"], part.moments["entered"]
    head = part.outline.head
    defects = []
    use = (entered.at != NAT) & (stage.codes >= 0)
    born = part.moments.get("born")
    no_label = stage.codes < 0 if born is None else (stage.codes < 0) & (born.at == NAT)
    for kind, missing in (("no_time", entered.at == NAT), ("no_label", no_label)):
        rows = np.flatnonzero(missing)
        if len(rows):
            lines = tuple(int(line) for line in part.table.line_of(rows[:5]))
            column = head.headers[part.outline.fields["entered" if kind == "no_time" else "stage" if born is None else "value"]]
            defects.append(Defect(kind, head.file, lines[0], column, len(rows), None, lines))
    if use.all():
        entries = LabelledEntries(deal, entered, stage)
    else:
        index = np.flatnonzero(use)
        entries = LabelledEntries(deal[index], entered.take(index), stage.take(index))
    before = part.labels.get("from_stage")
    if before is not None:
        first = first_rows(deal, entered, use & (deal >= 0))
        first = first[(before.codes[first] >= 0)]
        at = np.full(len(first), NAT, np.int64) if created is None else created.at[deal[first]]
        at = np.where(at <= entered.at[first], at, NAT)
        day = created.day[deal[first]] if created is not None and isinstance(created.day, np.ndarray) else bool(created and created.day)
        joint = join([LabelledEntries(deal[first], Moments(at, day), before.take(first)), entries])
        entries = joint if joint is not None else entries
    return entries, defects


def births(parts: Sequence[Parsed], deals: Sequence[Any], n: int) -> Moments | None:
    """When the deals were created, where a log of changes tells it: the earliest such row of each deal."""
    told = [(part.moments["born"], deal) for part, deal in zip(parts, deals, strict=True) if "born" in part.moments]
    if not told:
        return None
    never = np.iinfo(np.int64).max
    first = np.full(n, never, np.int64)
    for born, deal in told:
        rows = np.flatnonzero((born.at != NAT) & (deal >= 0))
        np.minimum.at(first, deal[rows], born.at[rows])
    return Moments(np.where(first == never, NAT, first), told[0][0].day if isinstance(told[0][0].day, bool) else False)


def reused(part: Parsed, deal: Any) -> list[Defect]:
    """Ids that a log creates more than once, at different times: two deals under one id. ``lines`` are those of the later creations."""
    if "born" not in part.moments:
        return []
    at = part.moments["born"].at
    rows = np.flatnonzero((at != NAT) & (deal >= 0))
    order = rows[np.lexsort((at[rows], deal[rows]))]
    again = np.flatnonzero((deal[order][1:] == deal[order][:-1]) & (at[order][1:] != at[order][:-1])) + 1
    if not len(again):
        return []
    later = np.sort(order[again])
    lines = tuple(int(line) for line in part.table.line_of(later[:5]))
    head = part.outline.head
    column = head.headers[part.outline.fields["deal_id"]]
    return [Defect("reused_id", head.file, lines[0], column, len(np.unique(deal[later])), None, lines)]


def first_rows(deal: Any, at: Moments, use: Any) -> Any:
    """The earliest usable row of each deal."""
    rows = np.flatnonzero(use)
    order = rows[np.lexsort((at.at[rows], deal[rows]))]
    first = np.ones(len(order), bool)
    first[1:] = deal[order][1:] != deal[order][:-1]
    return order[first]


class Runs(Frozen):
    """Where a deal of a series of snapshots was first seen, or first seen in another label: ``order`` sorts the rows by deal and time,
    ``index`` are the places in it; ``new_deal`` says of every place in it whether the deal's rows begin there."""

    order: Any
    index: Any
    new_deal: Any
    stage: Labels


def runs_of(rows: DealRows) -> Runs:
    """Tables are in order of time; deals are row codes."""
    stage = rows.labels("stage")
    order = np.lexsort((rows.table, rows.code))
    code, label = rows.code[order], stage.codes[order]
    new_deal = np.ones(len(order), bool)
    new_deal[1:] = code[1:] != code[:-1]
    moved = new_deal.copy()
    moved[1:] |= label[1:] != label[:-1]
    moved &= label >= 0
    return Runs(order, np.flatnonzero(moved), new_deal, stage)


def sightings(rows: DealRows, runs: Runs, times: Sequence[AsOf]) -> LabelledEntries:
    """The labels in which the snapshots show each deal, with the time of the snapshot: what the stages and their order are told from."""
    at = runs.order[runs.index]
    seen_at = np.array([time.us for time in times], np.int64)
    return LabelledEntries(rows.code[at], Moments(seen_at[rows.table[at]]), runs.stage.take(at))


def from_snapshots(rows: DealRows, runs: Runs, times: Sequence[AsOf], funnel: Funnel) -> tuple[LabelledEntries, Any]:
    """Entries from the same export taken on several days (definitions, section 2.8). Tables are in order of time; deals are row codes.

    A change between two snapshots happened at the row's own "stage changed" date if that lies between them, at the closing date for the
    last of a closed deal, else at the midpoint, give or take half the gap. In the first snapshot a stay has a start only if the row
    dates it. A deal created after the first snapshot is taken to have been created in the first stage. Also
    returned: the row codes of deals that the first snapshot shows beyond it.
    """
    stage, created = runs.stage, rows.moments("created")
    changed, closed = rows.moments("stage_changed"), rows.moments("closed")
    order, index, new_deal = runs.order, runs.index, runs.new_deal
    code, table, label = rows.code[order], rows.table[order], stage.codes[order]
    seen_at = np.array([time.us for time in times], np.int64)
    now = seen_at[table[index]]
    before = np.where(new_deal[index], np.where(table[index] > 0, seen_at[np.maximum(table[index] - 1, 0)], NAT), NAT)
    same = ~new_deal[index]
    before[same] = seen_at[table[index[same] - 1]]
    rows_at = order[index]
    born = created.at[rows_at]
    start = np.maximum(before, np.where(new_deal[index], born, NAT))
    coded = label_to_code(stage.texts, funnel)[label[index]]
    ended = (coded == LOST) | (coded == len(funnel.stages) - 1)
    at = np.full(len(index), NAT, np.int64)
    slack = np.zeros(len(index), np.int64)
    for column, counts in ((closed, ended), (changed, True)):
        told = column.at[rows_at]
        fits = (at == NAT) & (told != NAT) & (told <= now) & ((told >= start) | (before == NAT)) & counts
        at[fits] = told[fits]
    middle = (at == NAT) & (before != NAT)
    at[middle] = start[middle] + (now[middle] - start[middle]) // 2
    slack[middle] = (now[middle] - start[middle]) // 2
    is_first = coded == 0
    at_birth = new_deal[index] & is_first & (born != NAT)
    at[at_birth], slack[at_birth] = born[at_birth], 0
    parts = [LabelledEntries(code[index], Moments(at), Labels(label[index], stage.texts), slack)]
    late = new_deal[index] & (table[index] > 0) & ~is_first & (born != NAT)
    if late.any():
        who = code[index[late]]
        first = Labels(np.zeros(len(who), np.int32), (funnel.stages[0].id,))
        parts.append(LabelledEntries(who, Moments(born[late]), first, np.zeros(len(who), np.int64)))
    found = join(parts)
    assert found is not None
    return found, code[index[new_deal[index] & (table[index] == 0) & ~is_first]]
