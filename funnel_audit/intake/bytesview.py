"""Arrow's bytes seen by numpy: how dates, amounts and ids are read without making five million Python strings.

Cells are looked at in blocks of some ten thousand (they stay in the processor's cache), eight bytes at a time. A ``Template`` says what
stands at every position of a cell of one width (a digit, this very byte, or any byte); matching it checks every byte of every cell and
costs a handful of numpy operations. Templates are not listed beforehand: one cell is read by a regular expression, its template is
tried on all cells of that width, and what does not match teaches the next one (``sweep``). What no template fits is left to the caller,
who reads the *distinct* texts among it one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from funnel_audit.frozen import Frozen

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

BLOCK = 1 << 15
WIDEST = 64  # no date and no amount is longer; longer cells go straight to the slow path
LEARN_FROM = 32  # with fewer cells than this the slow path is the fast one
_ROUNDS = 48
MONTH_KEYS = 128
"""Months of a year in a key: more than two digits can say."""
_ALL = np.uint64((1 << 64) - 1)
_NIBBLES = np.uint64(0xF0F0F0F0F0F0F0F0)
_SPACES = np.uint64(0x2020202020202020)
_NBSP = np.uint64(0xA0C2)  # U+00A0 in UTF-8, the first byte lowest
_BELOW = np.array([(1 << 8 * k) - 1 for k in range(9)], dtype=np.uint64)  # _BELOW[k] keeps the first k bytes


class Block(Frozen):
    """Some neighbouring cells: cell i is ``data[starts[i] : starts[i] + lengths[i]]``; length 0 = missing (null or empty).

    At least eight bytes follow the last cell, so that a word may be read at the start of any. ``width`` is set when all cells
    have that length and touch each other.
    """

    data: U8
    starts: I64
    lengths: I64
    width: int | None

    def words(self, offset: int, rows: I64 | None) -> U64:
        """Eight bytes of each cell from ``offset``, the first byte lowest; ``rows`` None = all cells of an even block."""
        if rows is None and self.width is not None:
            return np.ndarray((len(self.starts),), "<u8", self.data, int(self.starts[0]) + offset, (self.width,)).astype(np.uint64)
        everywhere: U64 = np.ndarray((len(self.data) - 7,), "<u8", self.data, 0, (1,))
        return everywhere[(self.starts if rows is None else self.starts[rows]) + offset]

    def bytes_at(self, offset: int, rows: I64 | None) -> U8:
        return self.data[(self.starts if rows is None else self.starts[rows]) + offset]

    def cell(self, row: int) -> bytes:
        return self.data[self.starts[row] : self.starts[row] + self.lengths[row]].tobytes()


def below(lengths: I64) -> U64:
    """The mask that keeps the first ``lengths`` bytes of a word (8 and more: all)."""
    return _BELOW[np.clip(lengths, 0, 8)]


def validity(array: pa.Array) -> Bool | None:
    """True where the value is not null; None when nothing is."""
    if array.null_count == 0:
        return None
    first = array.buffers()[0]
    if first is None:
        return np.zeros(len(array), dtype=bool)
    bits = np.frombuffer(first, dtype=np.uint8)
    low = array.offset // 8
    return np.unpackbits(bits[low : (array.offset + len(array) + 7) // 8], bitorder="little")[array.offset - 8 * low :][
        : len(array)
    ].astype(bool)


def blocks(array: pa.Array) -> Iterator[tuple[int, Block]]:
    """(number of the first cell, block) over one array of binary, string or their large kin."""
    if len(array) == 0:
        return
    large = pa.types.is_large_binary(array.type) or pa.types.is_large_string(array.type)
    buffers = array.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int64 if large else np.int32)[array.offset : array.offset + len(array) + 1]
    data = np.zeros(0, dtype=np.uint8) if buffers[2] is None else np.frombuffer(buffers[2], dtype=np.uint8)
    valid = validity(array)
    for begin in range(0, len(array), BLOCK):
        edges = offsets[begin : begin + BLOCK + 1]
        count, first, last = len(edges) - 1, int(edges[0]), int(edges[-1])
        piece = data[first : last + 8]
        if len(piece) < last - first + 8:
            piece = np.concatenate([piece, np.zeros(last - first + 8 - len(piece), dtype=np.uint8)])
        width = int(edges[1]) - first
        if valid is None and 0 < width * count == last - first and bool((np.diff(edges) == width).all()):
            starts, lengths = _even(width, BLOCK if count > _FEW else _FEW)
            yield begin, Block(piece, starts[:count], lengths[:count], width)
            continue
        starts = edges.astype(np.int64)
        starts -= first
        lengths = np.diff(starts)
        if valid is not None:
            lengths[~valid[begin : begin + BLOCK]] = 0
        yield begin, Block(piece, starts[:-1], lengths, None)


@lru_cache(maxsize=16)
def _even(width: int, count: int) -> tuple[I64, I64]:
    """Starts and lengths of neighbouring cells of one width: the same arrays for all blocks, so they are read only."""
    arrays = np.arange(count, dtype=np.int64) * width, np.full(count, width, dtype=np.int64)
    for array in arrays:
        array.flags.writeable = False
    return arrays


def parts(column: pa.ChunkedArray | pa.Array) -> Iterator[tuple[pa.Array, I64 | None]]:
    """For every chunk its values and, for a dictionary, the index of each row's value (-1 = missing).

    Values come as plain bytes; a column of Arrow's type null as nothing but missing cells.
    """
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        if pa.types.is_dictionary(chunk.type):
            indices = chunk.indices
            raw = np.frombuffer(indices.buffers()[1], dtype=np.dtype(str(indices.type))) if len(indices) else np.zeros(0, np.int32)
            index = raw[indices.offset : indices.offset + len(indices)].astype(np.int64)
            valid = validity(indices)
            if valid is not None:
                index[~valid] = -1
            yield chunk.dictionary, index
        elif pa.types.is_null(chunk.type):
            yield as_array(b"", np.zeros(len(chunk) + 1, dtype=np.int64)), None
        else:
            yield chunk, None


def filled(column: pa.ChunkedArray | pa.Array) -> Bool:
    """Which cells hold something: one of a few spaces, or of one that does not break, does not."""
    known = [np.zeros(0, dtype=bool)]
    for values, index in parts(column):
        something = np.zeros(len(values) + 1, dtype=bool)  # the last one for index -1: missing
        for begin, block in blocks(values):
            word = block.words(0, None)
            blank = (((word ^ _SPACES) & below(block.lengths)) == 0) & (block.lengths <= 8)  # no bytes at all among them
            blank |= ((word & below(block.lengths)) == _NBSP) & (block.lengths == 2)
            something[begin : begin + len(blank)] = ~blank
        known.append(something[:-1] if index is None else something[index])
    return np.concatenate(known)


def as_array(data: bytes | U8, offsets: I64) -> pa.Array:
    """A large_binary array over these bytes (made from buffers: ``pa.array`` of a list imports pandas)."""
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def binary_array(texts: Sequence[bytes]) -> pa.Array:
    """Texts as large binary."""
    return as_array(b"".join(texts), np.cumsum([0, *map(len, texts)], dtype=np.int64))


def as_ints(values: npt.NDArray[Any]) -> pa.Array:
    """An Arrow array over the same memory."""
    return pa.Array.from_buffers(
        {"i": pa.int64(), "u": pa.uint64()}[values.dtype.kind], len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]
    )


_FEW = 4096
"""So many cells are told apart by Python sooner than Arrow's functions are imported."""


def distinct(array: pa.Array, rows: I64 | None = None) -> tuple[list[bytes], I64]:
    """The different texts among some rows of plain bytes, and for each row the number of its text (-1 = null)."""
    if len(array) <= _FEW and (pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type)):
        cells = array.to_pylist() if rows is None else [array[row].as_py() for row in rows.tolist()]
        number = {text: place for place, text in enumerate(dict.fromkeys(cell for cell in cells if cell is not None))}
        return list(number), np.array([-1 if cell is None else number[cell] for cell in cells], dtype=np.int64)
    chosen = array if rows is None else array.take(as_ints(rows))
    coded = chosen.dictionary_encode()
    index = np.frombuffer(coded.indices.buffers()[1], dtype=np.int32)[: len(chosen)].astype(np.int64)
    valid = validity(coded.indices)
    if valid is not None:
        index[~valid] = -1
    kind = coded.dictionary.type
    texts = coded.dictionary if pa.types.is_large_binary(kind) or pa.types.is_binary(kind) else coded.dictionary.cast(pa.binary())
    return texts.to_pylist(), index


class Template(Frozen):
    """What stands where in a cell of ``width`` bytes; words are (offset, pattern, carry, keep), see ``match``."""

    width: int
    words: tuple[tuple[int, np.uint64, np.uint64, np.uint64], ...]

    @classmethod
    def of(cls, cell: bytes, digits: Collection[int], free: Collection[int] = ()) -> Template:
        """Digits at the positions ``digits``, anything at ``free``, elsewhere exactly what ``cell`` has there."""
        width = len(cell)
        offsets = list(range(0, max(width - 7, 1), 8))
        if width > 8 and width % 8:
            offsets.append(width - 8)
        words = []
        for offset in offsets:
            pattern = carry = keep = 0
            for position in range(offset, min(offset + 8, width)):
                shift = 8 * (position - offset)
                if position in free:
                    continue
                keep |= 0xFF << shift
                pattern |= (0x30 if position in digits else cell[position]) << shift
                carry |= (0x06 if position in digits else 0x0F) << shift
            words.append((offset, np.uint64(pattern), np.uint64(carry), np.uint64(keep)))
        return cls(width, tuple(words))

    def match(self, block: Block, rows: I64 | None) -> tuple[Bool, Reading]:
        """Which cells fit, and their digits.

        Per byte: after the exclusive or with the pattern a digit is 0..9 and a right literal 0; adding 6 (15 for a literal) then
        sets the upper half of the byte exactly where that is not so.
        """
        faults: U64 | None = None
        values = []
        for offset, pattern, carry, keep in self.words:
            value = block.words(offset, rows)
            value ^= pattern
            if keep != _ALL:
                value &= keep
            fault = value + carry
            fault |= value
            if faults is None:
                faults = fault
            else:
                faults |= fault
            values.append(value)
        assert faults is not None
        faults &= _NIBBLES
        return faults == 0, Reading(tuple(word[0] for word in self.words), values)


@dataclass
class Reading:
    """The digits of the cells of one match, by position. What it says of cells that did not fit is noise."""

    offsets: tuple[int, ...]
    values: list[U64]
    _pairs: dict[int, U64] = field(default_factory=dict)

    def number(self, position: int, count: int) -> npt.NDArray[Any]:
        """The number written by ``count`` (up to 18) digits from ``position``: int32 up to nine digits, else int64."""
        kind = np.int32 if count <= 9 else np.int64
        total: npt.NDArray[Any] | None = None
        end = position + count
        while position < end:
            size, piece = self._piece(position, end)
            if total is None:
                total = piece.astype(kind)
            else:
                total *= kind(10**size)
                total += piece
            position += size
        assert total is not None
        return total

    def clock(self, hour: tuple[int, int], minute: tuple[int, int], second: tuple[int, int]) -> tuple[I64, Bool] | None:
        """(seconds of the day, is there such a time) of ``hh:mm:ss`` where one word holds just that, else None: three numbers for the
        price of one."""
        begin, end = hour
        if begin not in self.offsets or (end, minute, second) != (begin + 2, (begin + 3, begin + 5), (begin + 6, begin + 8)):
            return None
        time = self._pairs_of(self.offsets.index(begin)) & np.uint64(0x00FF_0000_FF00_00FF)  # hours in byte 0, minutes 3, seconds 6
        over = time + np.uint64((128 - 60) << 48 | (128 - 60) << 24 | (128 - 24))  # what is too much sets the highest bit of its byte
        over &= np.uint64(0x0080_0000_8000_0080)
        seconds = time & np.uint64(0xFF)
        seconds *= np.uint64(3600)
        time *= np.uint64(60 << 24 | 1)  # 60 minutes + seconds, in the upper 16 bits
        time >>= np.uint64(48)
        seconds += time
        return seconds.view(np.int64), over == 0

    def year_month(self, year: tuple[int, int], month: tuple[int, int]) -> npt.NDArray[np.int32] | None:
        """``year * MONTH_KEYS + month`` of ``yyyy-mm`` where one word begins with it and all years are of one century, else None."""
        if year[0] not in self.offsets or (year[1], month) != (year[0] + 4, (year[0] + 5, year[0] + 7)):
            return None
        pairs = self._pairs_of(self.offsets.index(year[0]))
        century = int(pairs[0]) & 0xFF
        if ((pairs.view(np.uint8)[::8]) != century).any():
            return None
        key = pairs & np.uint64(0x0000_FF00_00FF_0000)  # the year's last two digits in byte 2, the month in byte 5
        key *= np.uint64(MONTH_KEYS << 24 | 1)
        key >>= np.uint64(40)
        found = key.astype(np.int32)
        found += century * 100 * MONTH_KEYS
        return found

    def _pairs_of(self, word: int) -> U64:
        """Every byte of ``10 v + (v >> 8)`` is a digit and its right neighbour."""
        if word not in self._pairs:
            pairs = self.values[word] >> np.uint64(8)
            pairs += self.values[word] * np.uint64(10)
            self._pairs[word] = pairs
        return self._pairs[word]

    def _piece(self, position: int, end: int) -> tuple[int, U8]:
        """Two digits at once where one word holds both."""
        word = next((i for i, offset in enumerate(self.offsets) if offset <= position and position + 2 <= min(offset + 8, end)), None)
        if word is not None:
            return 2, self._pairs_of(word).view(np.uint8)[position - self.offsets[word] :: 8]
        word = next(i for i, offset in enumerate(self.offsets) if offset <= position < offset + 8)
        return 1, self.values[word].view(np.uint8)[position - self.offsets[word] :: 8]


L = TypeVar("L")


@dataclass
class Sweep(Generic[L]):
    """Reads blocks by learned layouts and remembers them, by width, for the next block.

    ``learn`` makes a layout of one cell, or None; ``read`` reads cells by it, keeps what fits and returns which did.
    """

    learn: Callable[[bytes], L | None]
    read: Callable[[L, Block, I64 | None], Bool]
    known: dict[int, list[L]] = field(default_factory=dict)

    def block(self, block: Block) -> I64:
        """The cells that no layout fits (missing ones excepted)."""
        if block.width is not None:
            return self._width(block, block.width, None) if block.width <= WIDEST else np.arange(len(block.starts))
        left = [np.flatnonzero(block.lengths > WIDEST)]
        counts = np.bincount(np.minimum(block.lengths, WIDEST + 1), minlength=WIDEST + 2)
        for width in np.flatnonzero(counts[1 : WIDEST + 1]) + 1:
            left.append(self._width(block, int(width), np.flatnonzero(block.lengths == width)))
        return np.concatenate(left)

    def _width(self, block: Block, width: int, rows: I64 | None) -> I64:
        layouts = self.known.setdefault(width, [])
        for place, layout in enumerate(layouts):
            fits = self.read(layout, block, rows)
            if fits.all():
                if place and len(fits) > LEARN_FROM:
                    layouts.insert(0, layouts.pop(place))
                return np.zeros(0, dtype=np.int64)
            rows = np.flatnonzero(~fits) if rows is None else rows[~fits]
        if rows is None:
            rows = np.arange(len(block.starts))
        tries = 4
        while len(rows) >= LEARN_FROM and tries and len(layouts) < _ROUNDS:
            learned = self.learn(block.cell(int(rows[len(rows) * tries // 5])))
            fits = self.read(learned, block, rows) if learned is not None else np.zeros(len(rows), dtype=bool)
            if learned is None or not fits.any():
                tries -= 1
                continue
            layouts.append(learned)
            rows = rows[~fits]
        return rows
