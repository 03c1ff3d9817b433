"""Ids of 15 and of 18 characters are one id, where the last three are the right check of the others."""

from __future__ import annotations

import pyarrow as pa
import pytest

from funnel_audit.intake.long_ids import shortened

SHORT, LONG = "0065g00000AbCdE", "0065g00000AbCdEAAV"  # A, C and E of the last five are capitals: 1 + 4 + 16 = 21 = V


def columns(*texts: list[str | None]) -> list[pa.ChunkedArray]:
    return [pa.chunked_array([pa.array([None if one is None else one.encode() for one in some], pa.large_binary())]) for some in texts]


def after(*texts: list[str | None]) -> list[list[str | None]]:
    return [[None if one is None else one.decode() for one in column.to_pylist()] for column in shortened(columns(*texts))]


def test_the_long_ones_are_cut_beside_short_ones() -> None:
    assert after([SHORT, None], [LONG, None, ""]) == [[SHORT, None], [SHORT, None, None]]


@pytest.mark.parametrize(
    "texts",
    [
        ([LONG], [LONG]),
        ([SHORT], [LONG[:-1] + "W"]),
        ([SHORT], [LONG, "7"]),
        ([SHORT, "7"], [LONG]),
        ([], [LONG]),
        (["Acme", SHORT], [LONG]),
    ],
)
def test_all_else_stays_as_it_is(texts: tuple[list[str | None], list[str | None]]) -> None:
    assert after(*texts) == [list(some) for some in texts]
