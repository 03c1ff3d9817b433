"""Money as exports write it."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel_audit.intake.amounts import Amounts, currency_code, parse_amounts


def amounts(*cells: str | None, encoding: str = "utf-8", times: int = 1) -> Amounts:
    values = [None if cell is None else cell.encode(encoding) for cell in cells] * times
    return parse_amounts(pa.chunked_array([pa.array(values, pa.binary())]), encoding=encoding)


@pytest.mark.parametrize(
    ("text", "cents", "currency"),
    [
        ("1 234,50", 123450, None), ("1\u00a0234,50", 123450, None), ("1\u202f234", 123400, None), ("1'234.50", 123450, None),
        ("1,234.50", 123450, None), ("1.234,50", 123450, None), ("€ 3.500,00", 350000, "EUR"), ("150000.00 ₽", 15000000, "RUB"),
        ("$1,234,567", 123456700, "USD"), ("(1,234.00)", -123400, None), ("-5", -500, None), ("-$5.5", -550, "USD"),
        ("1e5", 10000000, None),
        ("1234567", 123456700, None), ("1,234", 123400, None), ("1.234", 123400, None), ("0.125", 12, None), ("0,135", 14, None),
        ("1234.565", 123456, None), ("R$ 10,00", 1000, "BRL"), ("100 руб.", 10000, "RUB"), ("5 zł", 500, "PLN"), ("USD 5", 500, "USD"),
        ("117.0", 11700, None), ("12,34,567.00", 123456700, None), ("0", 0, None), ("90000000000000", 9000000000000000, None),
    ],
)  # fmt: skip
def test_reads_the_ways_exports_write(text: str, cents: int, currency: str | None) -> None:
    for times in (1, 40):
        got = amounts(text, times=times)
        assert set(got.cents.tolist()) == {cents} and got.present.all() and not len(got.bad)
        assert (None if got.currency is None else got.currencies[got.currency[0]]) == currency


@pytest.mark.parametrize(
    "text",
    ["inf", "nan", "NaN", "abc", "50%", "12 34", "1,23,45", "90000000000000.01", "1e30", "9" * 25, "(5", "--5", "5 apples", "1.2.3", "$"],
)
def test_what_is_no_amount_is_bad(text: str) -> None:
    for times in (1, 40):
        got = amounts(text, "7", times=times)
        assert got.bad.tolist() == list(range(0, 2 * times, 2))
        assert got.present.tolist() == [False, True] * times and got.cents.tolist() == [0, 700] * times


def test_missing_is_neither_bad_nor_zero() -> None:
    got = amounts(None, "", " ", "0", times=40)
    assert got.present.tolist() == [False, False, False, True] * 40 and not len(got.bad)


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (("1,234", "12,5"), 123), (("1,234", "1.234,50"), 123), (("1,234", "1,234,567"), 123400), (("1,234", "12.5"), 123400),
        (("1.234", "12.5"), 123), (("1.234", "1500"), 123), (("1.234", "1,234,567"), 123), (("1.234", "1.234.567"), 123400),
        (("1.234", "3,50"), 123400), (("1.234", "12"), 123400), (("-1.235", "12.5"), -124), (("1.245", "12.5"), 124),
    ],
)  # fmt: skip
def test_a_lone_separator_is_decided_by_the_column(cells: tuple[str, str], first: int) -> None:
    assert amounts(*cells).cents[0] == first
    assert set(amounts(*cells, times=40).cents[::2].tolist()) == {first}


def test_currencies_of_one_column() -> None:
    got = amounts("$5", "5 €", "5", times=40)
    assert got.currencies == ("EUR", "USD") and got.currency is not None
    assert got.currency.tolist() == [1, 0, -1] * 40


@pytest.mark.parametrize("form", ["{:.2f}", "{:,.2f}", "{:,.2f} $", "ru", "de"])
@given(cents=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=12), times=st.sampled_from([1, 40]))
@settings(max_examples=40, deadline=None)
def test_every_form_reads_back_what_was_written(form: str, cents: list[int], times: int) -> None:
    def write(value: int) -> str:
        plain = ("-" if value < 0 else "") + f"{abs(value) // 100:,}.{abs(value) % 100:02d}"
        swap = {"ru": str.maketrans({",": "\u00a0", ".": ","}), "de": str.maketrans({",": ".", ".": ","})}
        if form in swap:
            return plain.translate(swap[form])
        return plain.replace(",", "") if form == "{:.2f}" else plain + (" $" if "$" in form else "")

    encoding = "cp1251" if form == "ru" else "utf-8"
    assert amounts(*[write(value) for value in cents], times=times, encoding=encoding).cents.tolist() == cents * times


def test_chunks_slices_and_dictionaries_change_nothing() -> None:
    values = pa.array([None, b"1 234,50", b"x", b"", b"7", b"12.5"] * 30, pa.binary())
    whole = parse_amounts(pa.chunked_array([values]))
    sliced = pa.concat_arrays([pa.array([b"1"], pa.binary()), values]).slice(1)
    coded = pa.concat_arrays([pa.array([b"1"], pa.binary()), values]).dictionary_encode().slice(1)
    for chunks in ([sliced], [sliced.slice(0, 5), sliced.slice(5)], [coded], [values.cast(pa.large_string())]):
        other = parse_amounts(pa.chunked_array(chunks))
        assert (other.cents.tolist(), other.bad.tolist()) == (whole.cents.tolist(), whole.bad.tolist())
    assert len(parse_amounts(pa.chunked_array([], pa.binary())).cents) == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [("Рубль", "RUB"), ("US Dollar", "USD"), ("Доллар США", "USD"), ("Евро", "EUR"), ("Euro", "EUR"), ("Тенге", "KZT"),
     ("Белорусский рубль", "BYN"), ("руб.", "RUB"), ("₽", "RUB"), ("eur", "EUR"), (" PEN ", "PEN"), ("-99", None), ("", None)],
)  # fmt: skip
def test_currency_names(text: str, code: str | None) -> None:
    assert currency_code(text) == code
