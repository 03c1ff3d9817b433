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


def rank_keys(columns: list[U64], present: list[Bool]) -> tuple[list[I32], U64, I64]:
    """(codes, sorted distinct keys, for each key the first row that has it, counted through all columns).

    Key and row number are packed into one word, for numpy sorts plain words six times faster than it sorts indices. What of a key does
    not fit is cut off at its low end; the few keys that differ only there are put right afterwards.
    """
    every: U64 = columns[0] if len(columns) == 1 else np.concatenate(columns)
    there: Bool = present[0] if len(present) == 1 else np.concatenate(present)
    place = None if there.all() else np.flatnonzero(there)
    keys = every if place is None else every[place]
    low, bits = keys.min(initial=np.uint64((1 << 64) - 1)), np.uint64(max(len(keys), 1).bit_length())
    exact = len(keys) == 0 or int(keys.max() - low) >> (64 - int(bits)) == 0
    packed, row, ordered = np.empty_like(keys), np.empty(len(keys), dtype=np.int64), np.empty_like(keys)
    cuts = edges(len(keys))

    def pack(begin: int, end: int) -> None:
        part = packed[begin:end]
        part[:] = keys[begin:end] - low if exact else keys[begin:end] >> bits
        part <<= bits
        part |= np.arange(begin, end, dtype=np.uint64)

    def unpack(begin: int, end: int) -> None:
        row[begin:end] = packed[begin:end] & ((np.uint64(1) << bits) - np.uint64(1))
        ordered[begin:end] = keys[row[begin:end]]

    in_pieces(cuts, pack)
    packed.sort()
    in_pieces(cuts, unpack)
    if not exact:
        packed >>= bits
        same = packed[1:] == packed[:-1]
        clash = same & (ordered[1:] != ordered[:-1])
        if clash.any():
            group = np.concatenate([[0], np.cumsum(~same)])
            wrong = np.flatnonzero(np.isin(group, group[1:][clash]))
            right = np.lexsort((row[wrong], ordered[wrong], group[wrong]))
            row[wrong] = row[wrong][right]
            ordered[wrong] = ordered[wrong][right]
    new = np.ones(len(keys), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    codes = np.full(len(every), -1, dtype=np.int32)
    number = np.cumsum(new, dtype=np.int32)
    number -= 1

    def spread(begin: int, end: int) -> None:
        codes[row[begin:end] if place is None else place[row[begin:end]]] = number[begin:end]

    in_pieces(cuts, spread)
    first = row[new]
    return np.split(codes, np.cumsum([len(values) for values in columns])[:-1]), ordered[new], first if place is None else place[first]


def hashes(block: Block) -> tuple[U64, U64]:
    """Two 64-bit hashes of every cell, word by word; each step is one-to-one in the word and in what came before."""
    states = [block.lengths.astype(np.uint64) * np.uint64(mix) for mix in _MIX]
    for offset in range(0, int(block.lengths.max()), 8):
        rows = None if block.width is not None else np.flatnonzero(block.lengths > offset)
        words = block.words(offset, rows)
        if rows is not None:
            words &= below(block.lengths[rows] - offset)
        elif block.width is not None and block.width < offset + 8:
            words &= np.uint64((1 << 8 * (block.width - offset)) - 1)
        for state, mix, fold in zip(states, _MIX, (32, 29), strict=True):
            mixed = words ^ (state if rows is None else state[rows])
            mixed *= np.uint64(mix)
            mixed ^= mixed >> np.uint64(fold)
            mixed *= np.uint64(_MIX[0] ^ 0x5851F42D4C957F2C if fold == 29 else _MIX[1])
            mixed ^= mixed >> np.uint64(31)
            state[slice(None) if rows is None else rows] = mixed
    return states[0], states[1]
