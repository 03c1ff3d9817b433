"""Labels and ids to codes and back."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel_audit.intake import ranking
from funnel_audit.intake.codes import id_codes, label_codes


def column(*cells: str | None, encoding: str = "utf-8") -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([None if cell is None else cell.encode(encoding) for cell in cells], pa.binary())])


def back(*cells: str | None, encoding: str = "utf-8") -> list[str | None]:
    (codes,), ids = id_codes([column(*cells, encoding=encoding)], [encoding])
    assert set(codes.tolist()) - {-1} == set(range(len(ids))), "codes are dense"
    return [None if code < 0 else ids.text(code) for code in codes.tolist()]


def test_labels_are_stripped_and_cleaned_and_share_codes() -> None:
    codes, labels = label_codes(column(" Won", "Lost", "Won ", None, "  ", "Wo\x1bn", "\u202eLost\u2066", "a\tb"))
    assert (codes.tolist(), labels) == ([0, 1, 0, -1, -1, 0, 1, 2], ["Won", "Lost", "a b"])


def test_labels_of_dictionaries_that_differ_by_chunk_in_an_old_code_page() -> None:
    one = pa.array(["нет".encode("cp1251"), "да".encode("cp1251"), None]).dictionary_encode().slice(1)
    two = pa.array(["нет".encode("cp1251"), "да".encode("cp1251")]).dictionary_encode()
    codes, labels = label_codes(pa.chunked_array([one, two]), "cp1251")
    assert (codes.tolist(), labels) == ([0, -1, 1, 0], ["да", "нет"])


def test_labels_that_no_row_holds_are_left_out() -> None:
    assert label_codes(pa.chunked_array([pa.array([b"a", b"b"]).dictionary_encode().slice(1)]))[1] == ["b"]
    assert label_codes(pa.chunked_array([], pa.binary()))[1] == []


@pytest.mark.parametrize(
    "cells",
    [
        ("12", "7", "100", "12"), ("007", "7", "07"), ("D0001234", "D0000007"), ("D1", "D12", "D2"), ("D1", "D01"),
        ("5805028000056864695", "5805028000056864694"), ("99999999999999999999", "1"), ("0061U00000abcdefAA", "0061U00000abcdefAB"),
        ("0", "00"), ("1e5", "100000"), ("сделка-1", "сделка-2"), ("-5", "5"), ("a" * 100, "a" * 101, "a" * 100), ("ab", "ab\x00"),
    ],
)  # fmt: skip
def test_ids_stay_text(cells: tuple[str, ...]) -> None:
    assert back(*cells) == list(cells)
    assert back(*cells * 50, None, "") == [*cells * 50, None, None]


def test_outer_white_space_is_no_part_of_an_id() -> None:
    assert back(" 12 ", "12", "\u00a012", None, " ") == ["12", "12", "12", None, None]
    assert back("абв", " абв", "x", encoding="cp1251") == ["абв", "абв", "x"]


def test_numbers_are_coded_in_their_order() -> None:
    (codes,), ids = id_codes([column("100", "7", None, "12")], ["utf-8"])
    assert codes.tolist() == [2, 0, -1, 1] and ids.texts([0, 1, 2]) == ["7", "12", "100"]
    (codes,), _ = id_codes([column("900000000000000", "7", None, "7")], ["utf-8"])
    assert codes.tolist() == [1, 0, -1, 0]


def test_two_files_share_one_code_space() -> None:
    for deals, history in [(("1", "2", "3"), ("3", "9", "1")), (("x1", "y"), ("y", "ж")), (("1", "2"), ("2", "02"))]:
        (one, two), ids = id_codes([column(*deals), column(*history, encoding="cp1251")], ["utf-8", "cp1251"])
        assert ids.texts(one) == list(deals) and ids.texts(two) == list(history)
        assert len(ids) == len({*deals, *history})


@pytest.mark.parametrize("make", [str, "{:018d}".format, "D{:08d}".format, "0061U{:x}z".format])
def test_codes_do_not_depend_on_the_order_of_rows(make: object) -> None:
    cells = [make(number * 7919) for number in range(3000)]  # type: ignore[operator]
    shuffled = random.Random(1).sample(cells, len(cells))
    first, second = id_codes([column(*cells)], ["utf-8"]), id_codes([column(*shuffled)], ["utf-8"])
    assert dict(zip(cells, first[0][0].tolist(), strict=True)) == dict(zip(shuffled, second[0][0].tolist(), strict=True))


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.integers(0, 10**25).map(str), st.integers(0, 50).map("D{:04d}".format))))
@settings(max_examples=150, deadline=None)
def test_any_ids_come_back(cells: list[str | None]) -> None:
    clean = [None if cell is None else cell.encode("utf-8", "replace").decode() for cell in cells]
    expected = [None if cell is None or not cell.strip() else cell.strip() for cell in clean]
    assert back(*clean) == expected


def test_chunks_slices_and_dictionaries_change_nothing() -> None:
    for cells in ([b"12", None, b"7", b"", b"12"] * 20, [b"ab", None, b"x" * 20, b"", b"ab"] * 20):
        values = pa.concat_arrays([pa.array([b"zz"], pa.binary()), pa.array(cells, pa.binary())])
        whole = id_codes([pa.chunked_array([values.slice(1)])], ["utf-8"])[0][0]
        pieces = [values.slice(1, 7), values.slice(8, 0), values.slice(8)]
        for chunks in (
            pieces,
            [values.dictionary_encode().slice(1)],
            [values.cast(pa.large_binary()).slice(1)],
            [values.slice(1).cast(pa.string())],
        ):
            assert id_codes([pa.chunked_array(chunks)], ["utf-8"])[0][0].tolist() == whole.tolist()


def test_keys_that_differ_only_where_they_were_cut_are_told_apart() -> None:
    keys = np.array([5, 4, 1 << 63, 5, (1 << 63) + 1, 4], dtype=np.uint64)
    (codes,), distinct, first = ranking.rank_keys([keys], [np.ones(6, dtype=bool)])
    assert codes.tolist() == [1, 0, 2, 1, 3, 0]
    assert distinct.tolist() == [4, 5, 1 << 63, (1 << 63) + 1] and first.tolist() == [1, 0, 2, 4]


def test_nothing_at_all() -> None:
    (codes,), ids = id_codes([pa.chunked_array([], pa.binary())], ["utf-8"])
    assert len(codes) == 0 and len(ids) == 0
    with pytest.raises(IndexError):
        ids.text(-1)
