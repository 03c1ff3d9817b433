"""Labels and ids to small integers.

Labels are few: they become text once each. Ids are as many as deals, and never become text here: five million Python strings cost more
than the whole audit. Three ways, the fastest that is exact:

* numbers, perhaps behind a common beginning (``D0001234``): by value, codes in the order of the numbers;
* other texts: by a 64-bit hash of their bytes, every cell checked by a second, unrelated one; codes in the
  order of the hashes, so that the order of rows does not matter.
  (``np.unique`` or Arrow's dictionary of the texts take several times as long.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from funnel_audit.frozen import Frozen
from funnel_audit.intake.bytesview import I64, U8, Block, Bool, Template, as_array, as_ints, binary_array, blocks, distinct, parts
from funnel_audit.intake.ranking import I32, hashes, rank, rank_keys
from funnel_audit.pieces import edges, in_pieces

_HEAD = 1 << 12  # so many rows of a chunk nearly always hold every label that it has
_MANY = 200_000  # from this many rows on, two threads are worth it
_DIRECTIONS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_DROPPED = _DIRECTIONS | set("\u061c\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")


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
        number_of = place if index is None else np.append(place, -1)  # of an entry of the dictionary, the last one for a missing cell
        rows = np.arange(len(place)) if index is None else index
        first = _first(number_of[rows[:_HEAD]], len(texts))
        if len(rows) > _HEAD and first.max(initial=0) == _HEAD:
            first = _first(number_of[rows], len(texts))
        table = np.full(len(texts) + 1, -1, dtype=np.int32)
        for number in np.argsort(first, kind="stable").tolist():
            if first[number] == len(rows):
                break
            text = clean_text(texts[number].decode(encoding, "replace"))
            if text:
                table[number] = known.setdefault(text, len(known))
        codes[begin : begin + len(rows)] = table[number_of].take(rows)
        begin += len(rows)
    return codes, list(known)


def _first(rows: I64, texts: int) -> I64:
    """The first row that holds each text, by its number (-1: none); where none does, as many as there are rows."""
    first = np.full(texts + 1, len(rows), dtype=np.int64)
    first[rows[::-1]] = np.arange(len(rows))[::-1]  # where a text stands several times the last assignment, the first row, stays
    return first[:-1]


class Ids(Frozen):
    """The distinct ids behind the codes; a text is made only when it is asked for.

    Either ``numbers`` (sorted; the text is ``prefix`` and the number, filled with zeros to ``digits``) or ``stored`` UTF-8 texts.
    """

    numbers: I64 | None
    prefix: str = ""
    digits: int = 0
    stored: pa.Array | None = None

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

    def column(self) -> pa.Array:
        """All ids as one column of binary, in the order of their codes."""
        if self.numbers is None:
            assert self.stored is not None
            return self.stored.cast(pa.binary())
        import pyarrow.compute as pc

        digits = pc.utf8_lpad(as_ints(self.numbers).cast(pa.string()), max(self.digits, 1), "0")
        return pc.binary_join_element_wise(self.prefix, digits, "").cast(pa.binary())

    def holds(self, *marks: bytes) -> bool:
        """Whether one of some characters stands in any stored id: asked before each id is looked at."""
        data = b"" if self.stored is None else self.stored.buffers()[2].to_pybytes()
        return any(mark in data for mark in marks)

    def texts(self, codes: Iterable[int]) -> list[str]:
        return [self.text(int(code)) for code in codes]


def id_codes(columns: Sequence[pa.ChunkedArray], encodings: Sequence[str]) -> tuple[list[I32], Ids]:
    """One code space for the ids of several columns: (codes of every column, ids); -1 for missing and blank.

    Ids are compared as text without outer white space: ``007`` is not ``7``, and 19 digits stay what they are.
    """
    if not columns:
        return [], Ids(None, stored=binary_array([]))
    raw = [list(column.chunks) for column in columns]
    found = _numbers(raw) if all(pa.types.is_binary(column.type) for column in columns) else None  # whatever is no digit is refused
    if found is None:
        plain = [_plain(column, encoding) for column, encoding in zip(columns, encodings, strict=True)]
        found = _numbers(plain)
    if found is not None:
        values, prefix, digits = found
        codes, numbers = rank(values)
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
            array = binary_array(tidy).take(as_ints(np.where(place < 0, len(texts), place)))
        chunks.append(array)
    return chunks


def _bits(flags: Bool) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _untidy(block: Block, encoding: str) -> bool:
    """Has any cell outer white space, or bytes that are not the same in UTF-8?"""
    if block.width is not None:
        cells = block.data[: block.width * len(block.starts)]
        ends = [cells[:: block.width], cells[block.width - 1 :: block.width]]
    else:
        some = block.lengths > 0
        ends = [block.data[block.starts[some]], block.data[block.starts[some] + block.lengths[some] - 1]]
    if any((end - np.uint8(0x21)).max(initial=0) >= 0x80 - 0x21 for end in ends):  # what is less wraps around and is more, too
        return True
    return encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii") and bool((block.data >= 0x80).any())


def _numbers(columns: list[list[pa.Array]]) -> tuple[list[I64], str, int] | None:
    """(numbers, common beginning, digits or 0) when all ids are numbers that are their text again; missing ones are -1."""
    sample = next((block.cell(int(np.argmax(block.lengths > 0))) for block in _all(columns) if block.lengths.any()), None)
    if sample is None or not sample[-1:].isdigit():
        return None
    low, high = 1 << 62, 0
    for block in _all(columns):
        widths = block.lengths[block.lengths > 0] if block.width is None else block.lengths[:1]
        low, high = min(low, int(widths.min(initial=low))), max(high, int(widths.max(initial=0)))
    fixed = low == high
    beginning = len(sample.rstrip(b"0123456789"))
    if fixed and beginning == 0 and high > 18:
        beginning = _shared(columns, sample)
    if high - beginning > 18 or low <= beginning or not sample[:beginning].isascii():
        return None
    values = []
    for chunks in columns:
        begins = _begins(chunks)
        column = np.full(begins[-1], -1, dtype=np.int64)

        def read(first: int, last: int, chunks: list[pa.Array] = chunks, begins: list[int] = begins, column: I64 = column) -> bool:
            return all(
                _read_numbers(block, sample[:beginning], fixed, column[begins[number] + begin :][: len(block.starts)])
                for number in range(first, last)
                for begin, block in blocks(chunks[number])
            )

        if not all(in_pieces(_stretches(chunks), read)):
            return None
        values.append(column)
    return values, sample[:beginning].decode(), high - beginning if fixed else 0


def _begins(chunks: list[pa.Array]) -> list[int]:
    return [0, *accumulate(len(array) for array in chunks)]


def _stretches(chunks: list[pa.Array]) -> list[int]:
    """Chunks of a large column for two threads, those of a small one for one."""
    return edges(len(chunks), 4 if sum(len(array) for array in chunks) > _MANY else max(len(chunks), 1))


def _all(columns: list[list[pa.Array]]) -> Iterator[Block]:
    return (block for chunks in columns for array in chunks for _, block in blocks(array))


def _shared(columns: list[list[pa.Array]], sample: bytes) -> int:
    """How many first bytes all the cells of one width share (long ids of one account differ only at the end)."""
    shared = len(sample) - 1
    for block in _all(columns):
        rows = np.flatnonzero(block.lengths)
        for position in range(shared):
            if np.any(block.bytes_at(position, rows) != sample[position]):
                shared = position
                break
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


def _hashed(columns: list[list[pa.Array]]) -> tuple[list[I32], Ids]:
    sizes = [sum(len(array) for array in chunks) for chunks in columns]
    first, second = [np.zeros(size, dtype=np.uint64) for size in sizes], [np.zeros(size, dtype=np.uint64) for size in sizes]
    present = [np.zeros(size, dtype=bool) for size in sizes]
    for number, chunks in enumerate(columns):
        begins = _begins(chunks)

        def read(low: int, high: int, number: int = number, chunks: list[pa.Array] = chunks, begins: list[int] = begins) -> None:
            for place in range(low, high):
                for begin, block in blocks(chunks[place]):
                    part = slice(begins[place] + begin, begins[place] + begin + len(block.starts))
                    first[number][part], second[number][part] = hashes(block)
                    present[number][part] = block.lengths > 0

        in_pieces(_stretches(chunks), read)
    codes, _, row = rank_keys(first, present, second)
    chosen = np.zeros(sum(sizes), dtype=bool)
    chosen[row] = True
    ascending = np.flatnonzero(chosen)
    code = codes[0] if len(codes) == 1 else np.concatenate(codes)
    return codes, Ids(None, stored=_pick([array for chunks in columns for array in chunks], ascending, code[ascending]))


def _pick(chunks: list[pa.Array], ascending: I64, order: I32) -> pa.Array:
    """Cells of several arrays, their rows (counted through all) ``ascending``, put in the places ``order``.

    By numpy: Arrow's ``take`` would join the chunks first, and its functions take long to import.
    """
    lengths = np.empty(len(order), dtype=np.int64)
    cells = []  # (their new places, the block they stand in, their places in it)
    begin = 0
    for array in chunks:
        for start, block in blocks(array):
            low, high = np.searchsorted(ascending, [begin + start, begin + start + len(block.starts)])
            places = ascending[low:high] - (begin + start)
            lengths[order[low:high]] = block.lengths[places]
            cells.append((order[low:high], block, places))
        begin += len(array)
    offsets = np.zeros(len(order) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    for new, block, places in cells:
        for width in [block.width] if block.width is not None else np.flatnonzero(np.bincount(lengths[new])).tolist():
            some = slice(None) if block.width is not None else np.flatnonzero(lengths[new] == width)
            _windows(data, width)[offsets[new[some]]] = _windows(block.data, width)[block.starts[places[some]]]
    return as_array(data, offsets)


def _windows(data: U8, width: int) -> npt.NDArray[np.void]:
    """``width`` bytes from every place on, as one value each: they are copied at once."""
    return np.ndarray((len(data) - width + 1,), f"V{width}", data, 0, (1,))
