"""The same forty deals give the same deals and stays, whatever layout they are written in; what a layout cannot carry, it declares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from forty import Deal, Layout, forty, write
from forty_layouts import LAYOUTS

from funnel_audit.intake.read import Options, Reading, read
from funnel_audit.labels import normal
from funnel_audit.stages_file import load_funnel

AS_OF = "2026-03-01"
WON = 4
HARMLESS = ("footer_rows", "title_rows", "blank_rows", "empty_column", "duplicate_header")


def reading(folder: Path, layout: Layout) -> Reading:
    return read(write(folder, layout), load_funnel(None), Options(as_of=AS_OF))


def numbers(found: Reading, layout: Layout) -> dict[int, int]:
    """Stage of the funnel -> 0 to 3, or 4 for won, by the labels of the layout; each of them has a stage of its own."""
    index = found.funnel.label_index()
    codes = [index[normal(label)] for label in layout.labels[:4]]
    assert len(set(codes)) == 4 and (codes == sorted(codes) or found.order_source == "appearance")
    return {code: number for number, code in enumerate(codes)} | {len(found.funnel.stages) - 1: WON}


def id_of(deal: Deal, layout: Layout) -> str:
    return str(getattr(deal, layout.ids))


def at(when: Any, layout: Layout) -> Any:
    """An instant as the layout writes it."""
    if when is None:
        return None
    return (pd.Timestamp(when, tz="UTC") - pd.Timedelta(hours=layout.zone)).floor(layout.precision)


def expected(layout: Layout) -> list[dict[str, Any]]:
    """The canonical deals table; what the layout lacks is None in it."""
    rows = []
    for deal in forty():
        unplaced = deal.outcome == "lost" and "stage_of_loss" in layout.lacks
        row = {
            "deal_id": id_of(deal, layout), "title": f"D{deal.number}", "outcome": deal.outcome, "created": at(deal.created, layout),
            "closed": at(deal.end, layout), "amount": None if deal.amount is None else float(deal.amount),
            "currency": None if deal.amount is None else "EUR",
            "owner": deal.owner or None, "source": deal.source or None, "lost_reason": deal.reason or None,
            "stage": 0 if unplaced else WON if deal.outcome == "won" else deal.stage, "placed": not unplaced,
            "on_hold": False, "unmapped": False, "back_moves": 0, "reopened": 0,
        }  # fmt: skip
        rows.append({name: None if name in layout.lacks else value for name, value in row.items()})
    return sorted(rows, key=lambda row: row["deal_id"])


def came_out(found: Reading, layout: Layout) -> list[dict[str, Any]]:
    """The same of what was read. A reason that stands on a deal that is not lost says nothing, nor does a currency without an amount."""
    number = numbers(found, layout)
    columns = expected(layout)[0]
    rows = [{name: None if pd.isna(row[name]) else row[name] for name in columns} for row in found.journeys.deals.to_dict("records")]
    for row in rows:
        row["stage"] = number[row["stage"]]
        row["lost_reason"] = row["lost_reason"] if row["outcome"] == "lost" else None
        row["currency"] = row["currency"] if row["amount"] is not None else None
    return sorted(rows, key=lambda row: row["deal_id"])


def expected_stays(layout: Layout) -> list[tuple[Any, ...]]:
    """deal, stage, entered, left, exit, to, days of every stay."""
    rows: list[tuple[Any, ...]] = []
    for deal in forty():
        ends = [(k, when) for k, when in deal.moves[1:]] + ([(WON if deal.outcome == "won" else -1, deal.end)] if deal.end else [])
        for (stage, entered), exit_ in zip(deal.moves, [*ends, None], strict=False):
            to, left = exit_ if exit_ is not None else (None, None)
            kind = "open" if exit_ is None else "lost" if to == -1 else "advance"
            days = None if left is None else (left - entered).total_seconds() / 86_400
            rows.append((id_of(deal, layout), stage, at(entered, layout), at(left, layout), kind, to if kind == "advance" else None, days))
    return sorted(rows, key=lambda row: row[:2])


def stays(found: Reading, layout: Layout) -> list[tuple[Any, ...]]:
    number = numbers(found, layout)
    return sorted(
        (
            (row.deal_id, number[row.stage], row.entered, None if pd.isna(row.left) else row.left, str(row.exit),
            None if pd.isna(row.to) else number[int(row.to)],
             None if pd.isna(row.days) or row.exit == "open" else row.days)
            for row in found.journeys.stays_frame.itertuples()
        ),
        key=lambda row: row[:2],
    )  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_deals_and_the_stays_are_the_same(layout: Layout, tmp_path: Path) -> None:
    found = reading(tmp_path, layout)
    assert {part.outline.found.dialect.name for part in found.tables} == {layout.dialect}
    for one, wanted in zip(came_out(found, layout), expected(layout), strict=True):
        assert one == wanted
    assert not [defect for defect in found.defects if defect.kind not in HARMLESS]
    if layout.stays:
        assert len(found.journeys.stays_frame) == sum(len(deal.moves) for deal in forty())
        for one, wanted in zip(stays(found, layout), expected_stays(layout), strict=True):
            assert one == wanted


def test_every_crm_is_there() -> None:
    from funnel_audit.intake.dialect import names

    assert {layout.dialect for layout in LAYOUTS} == set(names())
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)


def test_the_deals_are_worth_comparing() -> None:
    deals = forty()
    assert {deal.outcome for deal in deals} == {"won", "lost", "open"} and {deal.stage for deal in deals} == {0, 1, 2, 3}
    assert any(b - a > 1 for deal in deals for (a, _), (b, _) in zip(deal.moves, deal.moves[1:], strict=False))
    for name in ("amount", "owner", "source"):
        assert any(not getattr(deal, name) for deal in deals)
