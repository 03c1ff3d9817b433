"""Dates as exports write them, fast path and slow path alike (the fast one needs some cells, so most columns here repeat)."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel_audit.intake.dates import NAT, Instants, date_order, end_of_day_us, local_days, parse_instants, parse_moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30))
LAYOUTS = [
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%d %B %Y %H:%M:%S", "%Y%m%d %H:%M:%S", "%d-%m-%y %H:%M:%S",
]  # fmt: skip


def column(*cells: str | None, encoding: str = "utf-8", times: int = 1) -> pa.ChunkedArray:
    values = [None if cell is None else cell.encode(encoding) for cell in cells] * times
    return pa.chunked_array([pa.array(values, pa.binary())])


def micros(moment: datetime) -> int:
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - EPOCH) // timedelta(microseconds=1)


def read(text: str, **options: object) -> datetime | None:
    both = []
    for times in (1, 40):
        at = parse_instants(column(text, times=times), **options).at  # type: ignore[arg-type]
        assert len(set(at.tolist())) == 1
        both.append(int(at[0]))
    assert both[0] == both[1], "the fast and the slow path differ"
    return None if both[0] == NAT else (EPOCH + timedelta(microseconds=both[0])).replace(tzinfo=None)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=8), times=st.sampled_from([1, 40]))
@settings(max_examples=40, deadline=None)
def test_every_layout_reads_back_what_was_written(layout: str, moments: list[datetime], times: int) -> None:
    moments = [moment if "%f" in layout else moment.replace(microsecond=0) for moment in moments]
    moments = [
        moment if "%y" not in layout else moment.replace(year=1970 + moment.year % 100, day=min(moment.day, 28)) for moment in moments
    ]
    moments.append(datetime(2024, 1, 31, 1, 2, 3))  # settles the order of day and month, and that there are times
    got = parse_instants(column(*[moment.strftime(layout) for moment in moments], times=times))
    assert got.at.tolist() == [micros(moment) for moment in moments] * times
    assert not len(got.bad) and not got.day.any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-10-07", datetime(2025, 10, 7)),
        ("2025-10-07 12:30", datetime(2025, 10, 7, 12, 30)),
        ("2025-10-07T12:30:15.1234567Z", datetime(2025, 10, 7, 12, 30, 15, 123456)),
        ("2025-10-07T12:30:15+03:00", datetime(2025, 10, 7, 9, 30, 15)),
        ("2025-10-07T12:30:15-0330", datetime(2025, 10, 7, 16, 0, 15)),
        ("2025-10-07 12:30+03", datetime(2025, 10, 7, 9, 30)),
        ("2025/10/07", datetime(2025, 10, 7)),
        ("20251007", datetime(2025, 10, 7)),
        ("7.1.2025", datetime(2025, 1, 7)),
        ("20-10-16", datetime(2016, 10, 20)),
        ("10/27/2025 6:55 PM", datetime(2025, 10, 27, 18, 55)),
        ("10/27/2025 12:05:01am", datetime(2025, 10, 27, 0, 5, 1)),
        ("Oct 7, 2025 6:55\u202fPM", datetime(2025, 10, 7, 18, 55)),
        ("7 Oct 2025", datetime(2025, 10, 7)),
        ("7 октября 2025", datetime(2025, 10, 7)),
        ("7 окт. 2025 г.", datetime(2025, 10, 7)),
        (" 2025-10-07 12:30 ", datetime(2025, 10, 7, 12, 30)),
        ("45937.75", datetime(2025, 10, 7, 18)),
    ],
)
def test_reads_the_ways_exports_write(text: str, expected: datetime) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2025-10-07 24:00", "2025-10-07 10:00:60", "31.02.2025", "29.02.2023", "1969-12-31", "2101-01-01", "00.01.2025", "2025-13-01",
     "13:00 PM", "1/13/2025 13:00 PM", "2025-10-07 10:61", "soon", "2025-10-07x", "7 Foo 2025", "123", "2025-10-07 10:00 ZM"],
)  # fmt: skip
def test_what_is_no_date_is_bad(text: str) -> None:
    for times in (1, 40):
        assert parse_instants(column(text, "2025-01-15 10:00:01", times=times)).bad.tolist() == list(range(0, 2 * times, 2))


def test_missing_is_not_bad() -> None:
    got = parse_instants(column(None, "", "  ", "НЕ закрыта", "2025-01-01", times=40), words=frozenset({"не Закрыта"}))
    assert len(got.bad) == 0
    assert (got.at != NAT).tolist() == [False, False, False, False, True] * 40


def test_words_and_months_in_an_old_code_page() -> None:
    got = parse_instants(
        column("не закрыта", "7 октября 2025", encoding="cp1251", times=40), words=frozenset({"не закрыта"}), encoding="cp1251"
    )
    assert got.at.tolist() == [NAT, micros(datetime(2025, 10, 7))] * 40


def test_a_part_over_twelve_settles_the_order_against_the_default() -> None:
    got = parse_instants(column("03/04/2025", "03/25/2025", times=40), order="dmy")
    assert (got.order, got.ambiguous, got.mixed, len(got.bad)) == ("mdy", False, False, 0)
    assert got.at[0] == micros(datetime(2025, 3, 4))


def test_evidence_far_down_the_column_is_seen() -> None:
    got = parse_instants(column(*["03/04/2025 10:00"] * 9000, "03/25/2025 10:00"))
    assert got.order == "mdy" and set(got.at[:9000].tolist()) == {micros(datetime(2025, 3, 4, 10))}


def test_a_column_that_contradicts_itself_is_read_by_its_majority() -> None:
    cells = column("03/04/2025", "13/04/2025", "04/15/2025", "14/04/2025")
    got = parse_instants(cells)
    assert (got.order, got.mixed, got.bad.tolist()) == ("dmy", True, [2])
    evidence = date_order(cells)
    assert (evidence.day_first, evidence.month_first, evidence.mixed, evidence.decided) == (2, 1, True, "dmy")


@pytest.mark.parametrize(("order", "month"), [(None, 4), ("dmy", 4), ("mdy", 3)])
def test_an_ambiguous_column_follows_the_default_and_says_so(order: str | None, month: int) -> None:
    got = parse_instants(column("03/04/2025", times=40), order=order)  # type: ignore[arg-type]
    assert got.ambiguous and got.at[0] == micros(datetime(2025, month, 7 - month))


def test_dots_are_day_first() -> None:
    got = parse_instants(column("03.04.2025"), order="mdy")
    assert not got.ambiguous and got.at[0] == micros(datetime(2025, 4, 3))


def test_midnights_are_times_unless_there_is_nothing_else() -> None:
    assert parse_instants(column("2023-05-11 00:00:00", None, "2023-05-12 00:00:00")).day.tolist() == [True, False, True]
    assert not parse_instants(column("2023-05-11 00:00:00", "2023-05-12 00:00:01")).day.any()
    written = parse_instants(column("2023-05-11T00:00:00Z"), timezone="Europe/Moscow")
    assert written.day[0] and written.at[0] == micros(datetime(2023, 5, 10, 21))


def test_day_numbers_count_only_when_the_whole_column_is_such() -> None:
    assert parse_instants(column("45937", "45938")).day.all()
    assert parse_instants(column("45937", "2025-10-07")).bad.tolist() == [0]


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"])
@given(moments=st.lists(MOMENTS, min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_local_times_agree_with_zoneinfo(zone: str, moments: list[datetime]) -> None:
    tz = ZoneInfo(zone)
    exist = [m.replace(tzinfo=tz).astimezone(UTC).astimezone(tz).replace(tzinfo=None) for m in moments]  # jumped-over hours moved on
    cells = column(*[moment.isoformat(sep=" ", timespec="microseconds") for moment in exist])
    got = parse_instants(cells, timezone=zone)
    if not got.day.any():
        assert got.at.tolist() == [micros(moment.replace(tzinfo=tz).astimezone(UTC)) for moment in exist]
        assert local_days(got.at, zone).tolist() == [(moment - datetime(1970, 1, 1)).days for moment in exist]


def test_hours_that_the_clock_skips_or_repeats() -> None:
    got = parse_instants(column("2025-03-30 02:30", "2025-10-26 02:30", "2025-10-26 03:00"), timezone="Europe/Berlin").at.tolist()
    assert got == [micros(datetime(2025, 3, 30, 1)), micros(datetime(2025, 10, 26, 0, 30)), micros(datetime(2025, 10, 26, 2))]


def same(one: Instants, other: Instants) -> bool:
    return one.at.tolist() == other.at.tolist() and one.day.tolist() == other.day.tolist() and one.bad.tolist() == other.bad.tolist()


def test_chunks_slices_and_dictionaries_change_nothing() -> None:
    cells = [None, "2025-01-15 10:00:00", "15.01.2025", "", "x", "2025-01-16 11:12:13"] * 30
    values = pa.array([None if cell is None else cell.encode() for cell in cells], pa.binary())
    whole = parse_instants(pa.chunked_array([values]))
    padded = pa.concat_arrays([pa.array([b"??", None], pa.binary()), values, pa.array([b"2025"], pa.binary())])
    sliced = padded.slice(2, len(values))
    for other in (
        [sliced],
        [sliced.slice(0, 7), sliced.slice(7, 0), sliced.slice(7)],
        [padded.dictionary_encode().slice(2, len(values))],
        [values.cast(pa.large_binary())],
        [values.cast(pa.string())],
    ):
        assert same(whole, parse_instants(pa.chunked_array(other)))


def test_an_empty_column_is_no_trouble() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(parse_instants(pa.chunked_array([], pa.binary())).at) == 0
        assert parse_instants(pa.chunked_array([pa.nulls(3)])).at.tolist() == [NAT] * 3


def test_the_end_of_a_day_is_its_last_microsecond() -> None:
    assert end_of_day_us("2025-09-30", "Europe/Moscow") == micros(datetime(2025, 9, 30, 21)) - 1
    assert local_days(np.array([end_of_day_us("2025-09-30", "Europe/Moscow"), NAT]), "Europe/Moscow").tolist() == [20361, NAT]


def test_one_moment_of_an_option() -> None:
    assert parse_moment("2025-09-30", "Europe/Moscow") == (micros(datetime(2025, 9, 29, 21)), True)
    assert parse_moment("30.09.2025 18:00", "Europe/Moscow") == (micros(datetime(2025, 9, 30, 15)), False)
    assert parse_moment("2025-09-30T18:00:00Z", "Europe/Moscow") == (micros(datetime(2025, 9, 30, 18)), False)
    assert parse_moment("09/30/2025", "UTC") == (micros(datetime(2025, 9, 30)), True)
    for text in ("soon", "03/04/2025", "45937", "31.02.2025"):
        with pytest.raises(ValueError, match="write it like 2025"):
            parse_moment(text, "UTC")
    with pytest.raises(ValueError, match="no time zone 'Moscow'"):
        parse_moment("2025-09-30", "Moscow")
