"""Columns of money to integers: kopecks and cents, so that sums are exact and may be added in any order.

The hard question is a lone separator before three digits: ``1,234`` is 1234 in one file and 1.234 in another. It is decided per column,
by counting what the other cells show (see ``_reads_as_decimals``):

* a comma parts thousands, unless more cells show decimal commas (``12,5``, ``1.234,50``) than show comma thousands;
* a point is a decimal point only when cells show that: digits behind a point other than three (``12.5``), comma thousands, or whole
  numbers of four digits and more without any separator (who writes ``1500`` does not group); more of these than of point thousands
  (``1.234.567``, ``1.234,50``). Without a trace either way ``1.234`` is 1234: money has two decimals, not three.

``0,123`` and ``1234,567`` cannot be grouped and are decimals anywhere.
"""

from __future__ import annotations

import re
from enum import IntFlag

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from funnel_audit.frozen import Frozen
from funnel_audit.intake.bytesview import I64, Block, Bool, Sweep, Template, blocks, distinct, parts
from funnel_audit.intake.currencies import currency_code

__all__ = ["Amounts", "currency_code", "parse_amounts"]

LIMIT_CENTS = 9 * 10**15
_MEMORY = 200_000
_SPACES = " \u00a0\u202f\u2009"
_GROUPERS = _SPACES + "'’"
_CELL = re.compile(
    rf"""\s*(?P<open>\()?\s*(?P<minus>[-−+])?\s*(?P<before>[^\d\s()+−.,'’-][^\d\s()+−,'’-]{{0,4}})?\s*(?P<minus2>[-−])?\s*
    (?P<body>[0-9][0-9{_GROUPERS}.,]*(?<=[0-9])|[.,][0-9]+)(?:[eE](?P<power>[+-]?[0-9]{{1,2}}))?
    \s*(?P<after>[^\d\s()+−.,'’-][^\d()+−,'’-]{{0,15}})?(?P<minus3>[-−])?\s*(?P<close>\))?\s*""",
    re.VERBOSE,
)


class Mark(IntFlag):
    """What a cell is, and what it says of the others."""

    MISSING = 1
    BAD = 2
    LONE_COMMA = 4  # one comma before three digits: thousands or decimals
    LONE_POINT = 8
    DECIMAL_COMMA = 16
    DECIMAL_POINT = 32
    COMMA_THOUSANDS = 64
    POINT_THOUSANDS = 128
    UNGROUPED = 256


class Amounts(Frozen):
    """Money as ``cents`` (hundredths, rounded half to even; 0 where not ``present``).

    ``bad`` are the rows that hold text that is no amount, or one beyond 90 trillion. ``currency`` are codes into ``currencies``
    (ISO codes, sorted) guessed from signs in the cells, -1 where a cell shows none; None when no cell does.
    """

    cents: I64
    present: Bool
    bad: I64
    currency: npt.NDArray[np.int32] | None
    currencies: tuple[str, ...]


class _Form(Frozen):
    """How one text writes its number: ``places`` (start, end) of the digits, ``decimals`` of which stand behind the separator."""

    places: tuple[tuple[int, int], ...]
    digits: str
    decimals: int
    power: int
    negative: bool
    currency: str | None
    mark: Mark


def _grouped(pieces: list[str]) -> bool:
    """Thousands (1 234 567), or lakhs and crores (12,34,567)."""
    first, *middle, last = pieces
    inner = {len(piece) for piece in middle}
    return 1 <= len(first) <= 3 and len(last) == 3 and (inner <= {3} or (len(first) < 3 and inner == {2}))


def _read_body(body: str) -> tuple[int, Mark] | None:
    """(digits behind the decimal separator, marks) of a body that starts and ends as a number; None when its groups are not groups."""
    signs = [sign for sign in body if not sign.isdigit()]
    if not signs:
        return 0, Mark.UNGROUPED if len(body) > 3 and body[0] != "0" else Mark(0)
    kinds = list(dict.fromkeys(signs))
    if len(kinds) > 2:
        return None
    last = kinds[-1]
    if last in ",." and signs.count(last) == 1:
        whole, fraction = body.split(last)
        comma = last == ","
        if len(kinds) == 1:
            if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
                return 0, Mark.LONE_COMMA if comma else Mark.LONE_POINT
            mark = Mark.DECIMAL_COMMA if comma else Mark.DECIMAL_POINT
            return len(fraction), mark | (Mark.UNGROUPED if len(whole) > 3 else Mark(0))
        if not _grouped(whole.split(kinds[0])):
            return None
        groups = Mark.COMMA_THOUSANDS if kinds[0] == "," else Mark.POINT_THOUSANDS if kinds[0] == "." else Mark(0)
        return len(fraction), (Mark.DECIMAL_COMMA if comma else Mark.DECIMAL_POINT) | groups
    if len(kinds) > 1 or not _grouped(body.split(last)):
        return None
    return 0, Mark.COMMA_THOUSANDS if last == "," else Mark.POINT_THOUSANDS if last == "." else Mark(0)


def _read_form(text: str) -> _Form | None:
    found = _CELL.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    named = [name for name in (found["before"], found["after"]) if name]
    codes = {currency_code(name) for name in named}
    if None in codes or len(codes) > 1:
        return None
    body, begin = found["body"], found.start("body")
    if found["power"] and re.search(r"[^0-9.]", body):
        return None
    read = _read_body(body)
    if read is None:
        return None
    decimals, mark = read
    power = int(found["power"] or 0)
    if power and mark & Mark.LONE_POINT:
        decimals, mark = 3, Mark(0)
    signs = [found["minus"] in ("-", "−"), bool(found["minus2"]), bool(found["minus3"]), bool(found["open"])]
    if sum(signs) > 1:
        return None
    places = tuple((begin + run.start(), begin + run.end()) for run in re.finditer("[0-9]+", body))
    digits = re.sub("[^0-9]", "", body)
    return _Form(places, digits, decimals, power, any(signs), next(iter(codes)) if codes else None, mark)


def _half_even(number: I64, divisor: int) -> I64:
    whole, rest = np.divmod(number, divisor)
    rounded: I64 = whole + ((2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 == 1)))
    return rounded


class _Column:
    def __init__(self, column: pa.ChunkedArray, encoding: str) -> None:
        self.encoding = encoding
        self.cents: I64 = np.zeros(len(column), dtype=np.int64)
        self.marks: npt.NDArray[np.uint16] = np.zeros(len(column), dtype=np.uint16)
        self.currency: npt.NDArray[np.int16] = np.full(len(column), -1, dtype=np.int16)
        self.currencies: list[str] = []
        self._texts: dict[bytes, tuple[int, int, int]] = {}
        self._sweep: Sweep[tuple[Template, _Form]] = Sweep(self._learn, self._read)
        begin = 0
        for values, index in parts(column):
            rows = len(values) if index is None else len(index)
            target = slice(begin, begin + rows)
            if index is None:
                self._chunk(values, self.cents[target], self.marks[target], self.currency[target])
            else:
                size = len(values) + 1
                cents, marks, currency = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.uint16), np.full(size, -1, dtype=np.int16)
                marks[-1] = Mark.MISSING
                self._chunk(values, cents[:-1], marks[:-1], currency[:-1])
                self.cents[target], self.marks[target], self.currency[target] = cents[index], marks[index], currency[index]
            begin += rows

    def _chunk(self, values: pa.Array, cents: I64, marks: npt.NDArray[np.uint16], currency: npt.NDArray[np.int16]) -> None:
        left = []
        for begin, block in blocks(values):
            part = slice(begin, begin + len(block.starts))
            self._part = cents[part], marks[part], currency[part]
            if block.width is None:
                marks[part][block.lengths == 0] = Mark.MISSING
            left.append(self._sweep.block(block) + begin)
        rows = np.concatenate(left) if left else np.zeros(0, dtype=np.int64)
        if len(rows):
            texts, index = distinct(values, rows)
            read = [self._text(text) for text in texts]
            cents[rows] = np.array([one[0] for one in read], dtype=np.int64)[index]
            marks[rows] = np.array([one[1] for one in read], dtype=np.uint16)[index]
            currency[rows] = np.array([one[2] for one in read], dtype=np.int16)[index]

    def _text(self, cell: bytes) -> tuple[int, int, int]:
        known = self._texts.get(cell)
        if known is None:
            text = cell.decode(self.encoding, "replace")
            form = _read_form(text)
            if form is None:
                known = 0, int(Mark.BAD if text.strip() else Mark.MISSING), -1
            else:
                number, shift = int(form.digits), form.power - form.decimals + 2
                if shift < 0:
                    whole, rest = divmod(number, 10**-shift)
                    number = whole + (2 * rest > 10**-shift or (2 * rest == 10**-shift and whole % 2 == 1))
                else:
                    number *= 10**shift
                good = number <= LIMIT_CENTS
                known = (-number if form.negative else number, int(form.mark), self._code(form)) if good else (0, int(Mark.BAD), -1)
            if len(self._texts) < _MEMORY:
                self._texts[cell] = known
        return known

    def _code(self, form: _Form) -> int:
        if form.currency is None:
            return -1
        if form.currency not in self.currencies:
            self.currencies.append(form.currency)
        return self.currencies.index(form.currency)

    def _learn(self, cell: bytes) -> tuple[Template, _Form] | None:
        text = cell.decode(self.encoding, "replace")
        form = _read_form(text)
        if form is None or form.power or len(form.digits) > 16:
            return None
        if not text.isascii():
            edge = [len(text[:place].encode(self.encoding)) for place in range(len(text) + 1)]
            places = tuple((edge[begin], edge[end]) for begin, end in form.places)
            form = _Form(places, form.digits, form.decimals, 0, form.negative, form.currency, form.mark)
        return Template.of(cell, {byte for place in form.places for byte in range(*place)}), form

    def _read(self, learned: tuple[Template, _Form], block: Block, rows: I64 | None) -> Bool:
        template, form = learned
        fits, digits = template.match(block, rows)
        number: I64 | None = None
        for begin, end in form.places:
            piece = digits.number(begin, end - begin).astype(np.int64)
            number = piece if number is None else number * 10 ** (end - begin) + piece
        assert number is not None
        if form.mark & (Mark.LONE_COMMA | Mark.LONE_POINT | Mark.UNGROUPED) or form.digits[0] == "0":  # a leading zero is another form
            leads = number >= 10 ** (len(form.digits) - 1)
            fits &= leads if form.digits[0] != "0" else ~leads
        shift = 2 - form.decimals
        cents = number * 10**shift if shift >= 0 else _half_even(number, 10**-shift)
        beyond = cents > LIMIT_CENTS if len(form.digits) - form.decimals > 13 else None
        if beyond is not None:
            fits &= ~beyond  # the slow path words what is too much
        if form.negative:
            cents = -cents
        all_cents, marks, currency = self._part
        if rows is None and fits.all():
            all_cents[:], marks[:] = cents, form.mark
            if form.currency is not None:
                currency[:] = self._code(form)
        elif fits.any():
            chosen = np.flatnonzero(fits) if rows is None else rows[fits]
            all_cents[chosen], marks[chosen] = cents[fits], form.mark
            if form.currency is not None:
                currency[chosen] = self._code(form)
        return fits


def _reads_as_decimals(marks: npt.NDArray[np.uint16]) -> tuple[bool, bool]:
    """Do a lone comma and a lone point before three digits mark decimals in this column? By counting the cells that tell."""

    def count(mark: Mark) -> int:
        return int(np.count_nonzero(marks & np.uint16(mark)))

    comma = count(Mark.DECIMAL_COMMA) > count(Mark.COMMA_THOUSANDS)
    grouped = count(Mark.POINT_THOUSANDS)
    against = count(Mark.DECIMAL_COMMA)
    shown = count(Mark.DECIMAL_POINT | Mark.COMMA_THOUSANDS | Mark.UNGROUPED)
    return comma, shown > grouped and count(Mark.DECIMAL_POINT | Mark.COMMA_THOUSANDS | Mark.UNGROUPED) > against


def parse_amounts(column: pa.ChunkedArray, *, encoding: str = "utf-8") -> Amounts:
    """Read a column of money; see ``Amounts`` and the module's text for what a lone separator means."""
    read = _Column(column, encoding)
    union = Mark(int(np.bitwise_or.reduce(read.marks, initial=0)))
    if union & (Mark.LONE_COMMA | Mark.LONE_POINT):
        for mark, decimals in zip((Mark.LONE_COMMA, Mark.LONE_POINT), _reads_as_decimals(read.marks), strict=True):
            rows = np.flatnonzero(read.marks & np.uint16(mark)) if decimals else np.zeros(0, dtype=np.int64)
            read.cents[rows] = np.sign(read.cents[rows]) * _half_even(np.abs(read.cents[rows]), 1000)
    present = (read.marks & np.uint16(Mark.MISSING | Mark.BAD)) == 0
    names = tuple(sorted(read.currencies))
    currency = None
    if names:
        codes = np.array([names.index(name) for name in read.currencies] + [-1], dtype=np.int32)
        currency = codes[read.currency]
    return Amounts(read.cents, present, np.flatnonzero(read.marks & np.uint16(Mark.BAD)), currency, names)
