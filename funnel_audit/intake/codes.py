"""Labels and ids to small integers.

Labels are few: they become text once each. Ids are as many as deals, and never become text here: five million Python strings cost more
than the whole audit. Three ways, the fastest that is exact:

* numbers, perhaps behind a common beginning (``D0001234``): by value, codes in the order of the numbers;
* other texts: by a 64-bit hash of their bytes, every cell checked against its code's text by a second, unrelated one; codes in the order of the
  hashes, so that the order of rows does not matter. (Sorting the texts themselves takes five times as long.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from funnel_audit.intake.bytesview import I64, U64, Block, Bool, Template, as_array, as_ints, below, blocks, distinct, parts, validity

I32 = npt.NDArray[np.int32]
_DROPPED = frozenset("\u061c\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff") | {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_DENSE = 8  # a table over the range of the numbers is used up to this many times their count
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


def clean_text(text: str) -> str:
    """A label fit for a terminal: no control, escape or direction characters, no outer white space."""
    if text.isprintable():
        return text.strip()
    spaced = "".join(" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text)
    return "".join(c for c in spaced if c not in _DROPPED and unicodedata.category(c) != "Cc").strip()


def label_codes(column: pa.ChunkedArray, encoding: str = "utf-8") -> tuple[I32, list[str]]:
    """(code of every row, texts): ``texts[code]`` in order of first appearance, -1 for missing and blank.

    Texts that are equal after cleaning share a code; texts that no row holds are left out.
    """
    codes = np.full(len(column), -1, dtype=np.int32)
    known: dict[str, int] = {}
    begin = 0
    for values, index in parts(column):
        texts, place = distinct(values)
        rows = place if index is None else np.append(place, -1)[index]
        first = np.full(len(texts) + 1, len(rows), dtype=np.int64)
        np.minimum.at(first, rows, np.arange(len(rows))) if len(texts) > len(rows) else first.__setitem__(rows[::-1], np.arange(len(rows))[::-1])
        table = np.full(len(texts) + 1, -1, dtype=np.int32)
        for number in np.argsort(first[:-1], kind="stable").tolist():
            if first[number] == len(rows):
                break
            text = clean_text(texts[number].decode(encoding, "replace"))
            if text:
                table[number] = known.setdefault(text, len(known))
        codes[begin : begin + len(rows)] = table[rows]
        begin += len(rows)
    return codes, list(known)


@dataclass(frozen=True)
class Ids:
    """The distinct ids behind the codes; a text is made only when it is asked for.

    Either ``numbers`` (sorted; the text is ``prefix`` and the number, filled with zeros to ``digits``) or ``stored`` texts in ``encoding``.
    """

    numbers: I64 | None
    prefix: str = ""
    digits: int = 0
    stored: pa.Array | None = None
    encodings: tuple[str, ...] = ("utf-8",)

    def __len__(self) -> int:
        return len(self.numbers) if self.numbers is not None else len(self.stored) if self.stored is not None else 0

    def text(self, code: int) -> str:
        """The id of a code; -1 has none and is an IndexError."""
        if not 0 <= code < len(self):
            raise IndexError(f"there is no id with code {code}")
        if self.numbers is not None:
            return self.prefix + str(int(self.numbers[code])).zfill(self.digits)
        assert self.stored is not None
        return str(self.stored[int(code)].as_py().decode("utf-8", "replace"))

    def texts(self, codes: Iterable[int]) -> list[str]:
        return [self.text(int(code)) for code in codes]


def id_codes(columns: Sequence[pa.ChunkedArray], encodings: Sequence[str]) -> tuple[list[I32], Ids]:
    """One code space for the ids of several columns: (codes of every column, ids); -1 for missing and blank.

    Ids are compared as text without outer white space: ``007`` is not ``7``, and 19 digits stay what they are.
    """
    plain = [_plain(column, encoding) for column, encoding in zip(columns, encodings, strict=True)]
    found = _numbers(plain)
    if found is not None:
        values, prefix, digits = found
        codes, numbers = _rank(values)
        return codes, Ids(numbers, prefix, digits)
    return _hashed(plain)


def _plain(column: pa.ChunkedArray, encoding: str) -> list[pa.Array]:
    """The column as plain UTF-8 bytes without outer white space; untouched (the usual case) when it is that already."""
    chunks = []
    for values, index in parts(column):
        array = values
        if index is not None:
            array = values.take(pa.Array.from_buffers(pa.int64(), len(index), [_bits(index >= 0), pa.py_buffer(index)]))
        if any(_untidy(block, encoding) for _, block in blocks(array)):
            texts, place = distinct(array)
            tidy = [text.decode(encoding, "replace").strip().encode() for text in texts] + [b""]
            array = _from_texts(tidy).take(as_ints(np.where(place < 0, len(texts), place)))
        chunks.append(array)
    return chunks


def _bits(flags: Bool) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _from_texts(texts: list[bytes]) -> pa.Array:
    return as_array(b"".join(texts), np.cumsum([0, *map(len, texts)], dtype=np.int64))


def _untidy(block: Block, encoding: str) -> bool:
    """Has any cell outer white space, or bytes that are not the same in UTF-8?"""
    some = block.lengths > 0
    ends = [block.data[block.starts[some]], block.data[block.starts[some] + block.lengths[some] - 1]]
    if any(bool(((end <= 0x20) | (end >= 0x80)).any()) for end in ends):
        return True
    return encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii") and bool((block.data >= 0x80).any())


def _numbers(columns: list[list[pa.Array]]) -> tuple[list[I64], str, int] | None:
    """(numbers, common beginning, digits or 0) when all ids are numbers that are their text again; missing ones are -1."""
    pieces = [[(begin, block) for array in chunks for begin, block in blocks(array)] for chunks in columns]
    every = [block for column in pieces for _, block in column if block.lengths.any()]
    if not every:
        return None
    sample = every[0].cell(int(np.flatnonzero(every[0].lengths)[0]))
    widths = {int(w) for block in every for w in (block.lengths.min(), block.lengths.max()) if w}
    fixed = len(widths) == 1 and all(block.width is not None or len(np.unique(block.lengths[block.lengths > 0])) == 1 for block in every)
    beginning = len(sample.rstrip(b"0123456789"))
    if beginning > 8 or not sample.isascii() or max(widths) > 40 or (fixed and max(widths) - beginning > 18):
        beginning = _shared(every, sample) if fixed and sample.isdigit() else 99
    if beginning > len(sample) - 1 and not (fixed and sample.isdigit()) or max(widths) - beginning > 18:
        return None
    values = []
    for chunks in columns:
        column = np.full(sum(len(array) for array in chunks), -1, dtype=np.int64)
        place = 0
        for array in chunks:
            for begin, block in blocks(array):
                if not _read_numbers(block, sample[:beginning], fixed, column[place + begin : place + begin + len(block.starts)]):
                    return None
            place += len(array)
        values.append(column)
    return values, sample[:beginning].decode(), max(widths) - beginning if fixed else 0


def _shared(every: list[Block], sample: bytes) -> int:
    """How many first bytes all the cells of one width share (long ids of one account differ only at the end)."""
    shared = len(sample) - 1
    for block in every:
        rows = np.flatnonzero(block.lengths)
        while shared and bool(np.any(block.data[block.starts[rows][:, None] + np.arange(shared)] != np.frombuffer(sample[:shared], np.uint8))):
            shared -= 1
    return shared


def _read_numbers(block: Block, prefix: bytes, fixed: bool, out: I64) -> bool:
    widths = [block.width] if block.width is not None else np.flatnonzero(np.bincount(block.lengths)).tolist()
    for width in widths:
        if width == 0:
            continue
        rows = None if block.width is not None else np.flatnonzero(block.lengths == width)
        count = width - len(prefix)
        if not 1 <= count <= 18:
            return False
        fits, digits = Template.of(prefix + b"0" * count, range(len(prefix), width)).match(block, rows)
        if not fits.all():
            return False
        number = digits.number(len(prefix), count)
        if not fixed and count > 1 and number.min() < 10 ** (count - 1):
            return False  # a leading zero: 07 and 7 are two ids
        out[slice(None) if rows is None else rows] = number
    return True


def _rank(columns: list[I64]) -> tuple[list[I32], I64]:
    """Numbers (-1 = none) to their rank among the distinct ones."""
    low = min((int(values[values >= 0].min()) for values in columns if np.any(values >= 0)), default=0)
    high = max((int(values.max()) for values in columns if len(values)), default=-1)
    total = sum(len(values) for values in columns)
    if high - low < _DENSE * total + 1024:
        seen = np.zeros(max(high - low + 1, 0) + 1, dtype=bool)  # the last place is for the missing ones
        for values in columns:
            seen[np.where(values < 0, -1, values - low)] = True
        seen[-1] = False
        table = np.cumsum(seen, dtype=np.int32) - np.int32(1)
        table[-1] = -1
        return [table[np.where(values < 0, -1, values - low)] for values in columns], np.flatnonzero(seen) + low
    codes, keys, _ = _rank_keys([values.view(np.uint64) for values in columns], [values >= 0 for values in columns])
    return codes, keys.view(np.int64)


def _rank_keys(columns: list[U64], present: list[Bool]) -> tuple[list[I32], U64, I64]:
    """(codes, sorted distinct keys, for each key a row that has it, counted through all columns); a hash table and a small sort."""
    every = columns[0] if len(columns) == 1 else np.concatenate(columns)
    coded = as_ints(every).dictionary_encode()
    keys = np.frombuffer(coded.dictionary.buffers()[1], dtype=np.uint64)[: len(coded.dictionary)]
    index = np.frombuffer(coded.indices.buffers()[1], dtype=np.int32)[: len(every)]
    there = np.concatenate(present)
    row = np.full(len(keys), -1, dtype=np.int64)
    if there.all():
        row[index] = np.arange(len(index))
    else:
        row[index[there]] = np.flatnonzero(there)
    used = np.flatnonzero(row >= 0)
    order = used[np.argsort(keys[used])]
    rank = np.full(len(keys), -1, dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    codes = rank[index]
    codes[~there] = -1
    return np.split(codes, np.cumsum([len(values) for values in columns])[:-1]), keys[order], row[order]


def _hashes(block: Block, seed: int) -> U64:
    """A 64-bit hash of every cell, word by word; each step is one-to-one in the word and in what came before."""
    mix, fold = np.uint64(_MIX[seed]), np.uint64(32 - seed)
    state = block.lengths.astype(np.uint64) * np.uint64(_MIX[1 - seed])
    rows: I64 | None = None
    for offset in range(0, int(block.lengths.max()), 8):
        if block.width is None:
            rows = np.flatnonzero(block.lengths > offset)
        words = block.words(offset, rows) if block.width is None or offset + 8 <= block.width else block.words(offset, None)
        words &= below((block.lengths if rows is None else block.lengths[rows]) - offset)
        words ^= state if rows is None else state[rows]
        words *= mix
        words ^= words >> fold
        words *= np.uint64(_MIX[1 - seed])
        words ^= words >> np.uint64(29)
        if rows is None:
            state = words
        else:
            state[rows] = words
    return state


def _hashed(columns: list[list[pa.Array]]) -> tuple[list[I32], Ids]:
    sizes = [sum(len(array) for array in chunks) for chunks in columns]
    first, second = [np.zeros(size, dtype=np.uint64) for size in sizes], [np.zeros(size, dtype=np.uint64) for size in sizes]
    present = [np.zeros(size, dtype=bool) for size in sizes]
    for number, chunks in enumerate(columns):
        place = 0
        for array in chunks:
            for begin, block in blocks(array):
                part = slice(place + begin, place + begin + len(block.starts))
                first[number][part], second[number][part] = _hashes(block, 0), _hashes(block, 1)
                present[number][part] = block.lengths > 0
            place += len(array)
    codes, _, row = _rank_keys(first, present)
    check = np.concatenate(second)
    for number, values in enumerate(codes):
        there = values >= 0
        if np.any((check[row][values] != second[number]) & there):
            raise AssertionError("two different ids with one 64-bit hash")
    stored = pa.chunked_array([pc.cast(array, pa.large_binary()) for chunks in columns for array in chunks], pa.large_binary())
    return codes, Ids(None, stored=_pick(stored, row))


def _pick(stored: pa.ChunkedArray, row: I64) -> pa.Array:
    """Some cells of a chunked array (Arrow's own ``take`` would first join the chunks)."""
    edges = np.cumsum([0, *(len(chunk) for chunk in stored.chunks)])
    order = np.argsort(row)
    cuts = np.searchsorted(row[order], edges)
    picked = [
        chunk.take(as_ints(row[order[low:high]] - edge))
        for chunk, edge, low, high in zip(stored.chunks, edges[:-1], cuts[:-1], cuts[1:], strict=True)
    ]
    back = np.empty(len(row), dtype=np.int64)
    back[order] = np.arange(len(row))
    return pa.concat_arrays(picked).take(as_ints(back)) if picked else _from_texts([])
