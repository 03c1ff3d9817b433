"""Parsed deal tables -> Facts: one row a deal, whatever the number of rows, files and spellings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.clock import NAT
from funnel_audit.frozen import Frozen
from funnel_audit.intake.columns import Parsed, joined, stacked, unknown_moments
from funnel_audit.intake.outline import status_words
from funnel_audit.intake.quirks import summed
from funnel_audit.journeys.records import NO_LABEL, Facts, Labels, Moments, Outcome, RowTexts
from funnel_audit.labels import LOST, UNMAPPED, normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from funnel_audit.funnel import Funnel


class DealRows(Frozen):
    """All rows of all deal tables, one below the other: ``code`` is the deal of each row, ``table`` and ``row`` where it stands."""

    tables: tuple[Parsed, ...]
    code: Any
    table: Any
    row: Any

    def labels(self, name: str) -> Labels:
        """A label column over all tables; blank where a table has none."""
        return joined([part.labels.get(name) or Labels(np.full(part.rows, -1, np.int32), ()) for part in self.tables])

    def moments(self, name: str) -> Moments:
        """A date column over all tables; unknown where a table has none."""
        return stacked([part.moments.get(name) or unknown_moments(part.rows) for part in self.tables])

    def currency(self) -> Labels:
        return joined([part.currency or Labels(np.full(part.rows, -1, np.int32), ()) for part in self.tables])

    def amounts(self) -> tuple[Any, Any]:
        return np.concatenate([part.cents for part in self.tables]), np.concatenate([part.has_amount for part in self.tables])


def stack(tables: Sequence[Parsed], codes: Sequence[Any]) -> DealRows:
    """Several deal tables as one; ``codes`` are the deal codes of each table's rows."""
    return DealRows(
        tuple(tables),
        np.concatenate(list(codes)) if codes else np.empty(0, np.int32),
        np.repeat(np.arange(len(tables)), [part.rows for part in tables]),
        np.concatenate([np.arange(part.rows) for part in tables]) if tables else np.empty(0, np.int64),
    )


def label_to_code(texts: Sequence[str], funnel: Funnel) -> Any:
    """Code of each distinct label text; one more element at the end, for blank (-1)."""
    index = funnel.label_index()
    return np.array([index.get(normal(text), UNMAPPED) for text in texts] + [NO_LABEL], np.uint8)


def representative(code: Any, size: int) -> Any:
    """The row that speaks for each deal: its last one; -1 for codes that have none."""
    last = np.full(size, -1, np.int64)
    last[code] = np.arange(len(code))
    return last


def facts(rows: DealRows, chosen: Any, funnel: Funnel, id_text: Callable[[int], str]) -> Facts:
    """Facts of the deals whose rows are ``chosen``, in that order; ``id_text`` tells the id of a position in it."""
    dialect = rows.tables[0].outline.found.dialect
    n = len(chosen)

    def moments(name: str) -> Moments:
        return rows.moments(name).take(chosen)

    def labels(name: str) -> Labels:
        return rows.labels(name).take(chosen)

    stage, status = labels("stage"), outcome_codes(labels("status"), status_words(funnel, dialect.status))
    label = label_to_code(stage.texts, funnel)[stage.codes]
    cents, has_amount = amounts(rows, chosen)
    before = label_to_code(labels("last_stage").texts, funnel)[labels("last_stage").codes]
    kept = (label == LOST) & (before < len(funnel.stages) - 1)
    reason, source = labels("lost_reason"), labels("source")
    excluded = listed(reason, funnel.exclude.lost_reasons) | listed(source, funnel.exclude.sources) | listed(stage, funnel.exclude.labels)
    currency = rows.currency().take(chosen)
    return Facts(
        n=n, id_text=id_text, label=label, created=moments("created"),
        closed=closing(moments("closed"), moments("won_time"), moments("lost_time"), status), updated=moments("updated"),
        stage_changed=moments("stage_changed"), status=status, flag=flags(rows, chosen), status_decides=dialect.status.decides,
        amount=cents, amount_known=has_amount, currency=in_main(currency, funnel), owner=labels("owner"), source=source, lost_reason=reason,
        company=row_texts(rows, chosen, "company"), title=row_texts(rows, chosen, "title"), excluded=excluded,
        row=rows.row[chosen], file=rows.table[chosen], stage_before_loss=np.where(kept, before, -1).astype(np.int8),
        begun_before=np.zeros(n, bool),
    )  # fmt: skip


def amounts(rows: DealRows, chosen: Any) -> tuple[Any, Any]:
    """The amount of each deal, whether there is one: that of its row, or the sum of its rows where there is one for each product."""
    cents, known = rows.amounts()
    if not any(by_product(part) for part in rows.tables):
        return cents[chosen], known[chosen]
    size = int(rows.code.max()) + 1
    one_deal = rows.code + rows.table * np.int64(size)
    many = np.array([by_product(part) for part in rows.tables])[rows.table]
    alone = np.arange(len(rows.code)) + len(rows.tables) * size
    return summed(cents, known, np.where(many, one_deal, alone), chosen)


def by_product(part: Parsed) -> bool:
    """Does the table have one row for each product of a deal?"""
    return "product_rows" in part.outline.found.table.quirks and "product" in part.outline.fields


def outcome_codes(labels: Labels, words: dict[str, int]) -> Any:
    """Outcome claimed by each cell of a status column; -1 where it is blank or no known word."""
    table = np.array([words.get(normal(text), Outcome.UNKNOWN) for text in labels.texts] + [Outcome.UNKNOWN], np.int8)
    return table[labels.codes]


def flags(rows: DealRows, chosen: Any) -> Any:
    """Outcome claimed by yes/no columns such as IsWon and IsClosed; closed without a word on won stays unknown."""
    forms = rows.tables[0].outline.found.dialect.values
    words = {normal(word): 1 for word in forms.yes_words} | {normal(word): 0 for word in forms.no_words}

    def told(name: str) -> Any:
        return outcome_codes(rows.labels(name).take(chosen), words)

    won, lost, closed = told("won_flag"), told("lost_flag"), told("closed_flag")
    claim = np.full(len(chosen), Outcome.UNKNOWN, np.int8)
    claim[closed == 0] = Outcome.OPEN
    claim[((closed == 1) & (won == 0)) | (lost == 1)] = Outcome.LOST
    claim[won == 1] = Outcome.WON
    return claim


def closing(closed: Moments, won_time: Moments, lost_time: Moments, status: Any) -> Moments:
    """When the deal was closed: the closing date, else the time it was won or lost at, by its status."""
    at = closed.at.copy()
    day = np.broadcast_to(closed.day, len(at)).copy()
    for code, column in ((Outcome.WON, won_time), (Outcome.LOST, lost_time)):
        use = (at == NAT) & (column.at != NAT) & ((status == code) | (status == Outcome.UNKNOWN))
        at[use] = column.at[use]
        day[use] = np.broadcast_to(column.day, len(at))[use]
    uniform = not len(day) or day.all() or not day.any()
    return Moments(at, bool(len(day) and day[0]) if uniform else day)


def listed(labels: Labels, texts: Sequence[str]) -> Any:
    """Which rows hold one of some labels, compared as labels are."""
    wanted = {normal(text) for text in texts}
    return np.array([normal(text) in wanted for text in labels.texts] + [False], bool)[labels.codes]


def in_main(currency: Labels, funnel: Funnel) -> Labels:
    """An export without a word on currency is in the funnel's own one, where that is declared."""
    if funnel.currency is None or (len(currency.codes) and currency.codes.max() >= 0):
        return currency
    return Labels(np.zeros(len(currency.codes), np.int32), (funnel.currency,))


def row_texts(rows: DealRows, chosen: Any, name: str) -> RowTexts:
    """A text column that is only read for the few deals that are shown."""

    def read(row: int) -> str | None:
        return rows.tables[int(rows.table[row])].text(name, int(rows.row[row]))

    def known() -> Any:
        return np.concatenate([part.filled(name) for part in rows.tables])

    return RowTexts(read, chosen, known)
