"""Keys of many rows to dense codes: the sorting half of ``codes``, which knows nothing of texts."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from funnel_audit.intake.bytesview import I64, U64, Block, Bool, below
from funnel_audit.pieces import edges, in_pieces

I32 = npt.NDArray[np.int32]
_DENSE = 8  # a table over the range of the numbers is used up to this many times their count
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


def rank(columns: list[I64]) -> tuple[list[I32], I64]:
    """Numbers (-1 = none) to their rank among the distinct ones."""
    extents = [extent for values in columns for extent in in_pieces(edges(len(values)), partial(_extent, values))]
    known = [extent for extent in extents if extent is not None]
    low, high = min((extent[0] for extent in known), default=0), max((extent[1] for extent in known), default=-1)
    total = sum(len(values) for values in columns)
    if high - low < _DENSE * total + 1024:
        seen = np.zeros(max(high - low + 1, 0) + 1, dtype=bool)  # the last place is for the missing ones

        def mark(values: I64, begin: int, end: int) -> None:
            seen[_places(values[begin:end], low)] = True  # two threads may write one place: both write the same

        for values in columns:
            in_pieces(edges(len(values)), partial(mark, values))
        seen[-1] = False
        table = np.cumsum(seen, dtype=np.int32) - np.int32(1)
        table[-1] = -1
        codes = [np.empty(len(values), dtype=np.int32) for values in columns]

        def look_up(values: I64, out: I32, begin: int, end: int) -> None:
            out[begin:end] = table[_places(values[begin:end], low)]

        for values, out in zip(columns, codes, strict=True):
            in_pieces(edges(len(values)), partial(look_up, values, out))
        return codes, np.flatnonzero(seen) + low
    codes, keys, _ = rank_keys([values.view(np.uint64) for values in columns], [values >= 0 for values in columns])
    return codes, keys.view(np.int64)


def _extent(values: I64, begin: int, end: int) -> tuple[int, int] | None:
    """The smallest and the largest number of a piece; None where there is none."""
    part = values[begin:end]
    if len(part) and part.min() < 0:
        part = part[part >= 0]
    return (int(part.min()), int(part.max())) if len(part) else None


def _places(values: I64, low: int) -> I64:
    """Where numbers stand in a table that begins with ``low``; the missing ones at its end."""
    places = values - low
    missing = values < 0
    if missing.any():
        places[missing] = -1
    return places


def rank_keys(columns: list[U64], present: list[Bool], second: list[U64] | None = None) -> tuple[list[I32], U64, I64]:
    """(codes, sorted distinct keys, for each key the first row that has it, counted through all columns).

    Key and row number are packed into one word, for numpy sorts plain words six times faster than it sorts indices. What of a key does
    not fit is cut off at its low end; every row is then compared with the first one of its code, and the few keys that differ only there
    are put right. Where the keys are hashes, ``second`` are others of the same cells to compare by, so that no two share a code unseen.
    """
    every: U64 = columns[0] if len(columns) == 1 else np.concatenate(columns)
    there: Bool = present[0] if len(present) == 1 else np.concatenate(present)
    place = None if there.all() else np.flatnonzero(there)
    keys = every if place is None else every[place]
    seal = keys
    if second is not None:
        seal = second[0] if len(second) == 1 else np.concatenate(second)
        seal = seal if place is None else seal[place]
    low, bits = keys.min(initial=np.uint64((1 << 64) - 1)), np.uint64(max(len(keys), 1).bit_length())
    exact = len(keys) == 0 or int(keys.max() - low) >> (64 - int(bits)) == 0
    packed, new, codes = np.empty_like(keys), np.ones(len(keys), dtype=bool), np.empty(len(keys), dtype=np.int32)
    cuts = edges(len(keys))

    def pack(begin: int, end: int) -> None:
        part = packed[begin:end]
        part[:] = keys[begin:end] - low if exact else keys[begin:end] >> bits
        part <<= bits
        part |= np.arange(begin, end, dtype=np.uint64)

    def compare(begin: int, end: int) -> None:
        part = packed[max(begin - 1, 0) : end] >> bits
        np.not_equal(part[1:], part[:-1], out=new[max(begin, 1) : end])

    in_pieces(cuts, pack)
    packed.sort()
    in_pieces(cuts, compare)
    number = np.cumsum(new, dtype=np.int32)
    number -= 1
    packed &= (np.uint64(1) << bits) - np.uint64(1)
    row = packed.view(np.int64)
    first = row[new]
    found, sealed = keys[first], seal[first]

    def spread(begin: int, end: int) -> None:
        codes[row[begin:end]] = number[begin:end]

    def clashing(begin: int, end: int) -> I64:
        wrong = np.flatnonzero(sealed[codes[begin:end]] != seal[begin:end])
        wrong += begin
        return wrong

    in_pieces(cuts, spread)
    wrong = row[:0] if exact and second is None else np.concatenate(in_pieces(cuts, clashing))
    if len(wrong):
        others, rows = np.unique(keys[wrong], return_index=True)
        merged = np.concatenate([found, others])
        order = np.argsort(merged, kind="stable")
        codes = np.argsort(order).astype(np.int32)[codes]
        found, first = merged[order], np.concatenate([first, wrong[rows]])[order]
        codes[wrong] = np.searchsorted(found, keys[wrong])
        if (seal[first[codes[wrong]]] != seal[wrong]).any():
            raise AssertionError("two different ids with one 64-bit hash")
    if place is not None:
        spaced = np.full(len(every), -1, dtype=np.int32)
        spaced[place] = codes
        codes, first = spaced, place[first]
    return np.split(codes, np.cumsum([len(values) for values in columns])[:-1]), found, first


def hashes(block: Block) -> tuple[U64, U64]:
    """Two 64-bit hashes of every cell, word by word; each step is one-to-one in the word and in what came before.

    The first is mixed well, for it is cut off and sorted by; the second has only to be another one.
    """
    state = block.lengths.astype(np.uint64) * np.uint64(_MIX[0])
    second = block.lengths.astype(np.uint64)
    for offset in range(0, int(block.lengths.max()), 8):
        rows = None if block.width is not None else np.flatnonzero(block.lengths > offset)
        words = block.words(offset, rows)
        if rows is not None:
            words &= below(block.lengths[rows] - offset)
        elif block.width is not None and block.width < offset + 8:
            words &= np.uint64((1 << 8 * (block.width - offset)) - 1)
        mine: slice | I64 = slice(None) if rows is None else rows
        mixed = words ^ state[mine]
        mixed *= np.uint64(_MIX[0])
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(_MIX[1])
        mixed ^= mixed >> np.uint64(31)
        state[mine] = mixed
        words += second[mine] * np.uint64(_MIX[1])
        second[mine] = words
    return state, second
