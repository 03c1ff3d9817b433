"""Long arrays in pieces: a piece stays in the processor's cache, and numpy lets two threads work on two pieces at once.

On five million rows this is worth a factor of three over whole-array operations, whose every intermediate result goes through memory.
Results come in the order of the pieces, so the number of threads changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECE = 1 << 16
THREADS = min(4, os.cpu_count() or 1)
T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")

# Given back at once, and nothing of it is ever touched. But from now on glibc keeps freed memory up to this size for the next array; until
# it has seen one as large freed, it hands every passing array of a piece back to the system, and the next one's pages are cleared anew:
# half a processor second on a million deals. (32 MiB is the most that it learns from.)
np.empty(31 << 20, np.uint8)


def edges(n: int, size: int = PIECE) -> list[int]:
    """Where pieces of about ``size`` rows begin and end: 0 … n."""
    return [*range(0, n, size), n] if n else [0, 0]


def in_pieces(cuts: Sequence[int], work: Callable[[int, int], T]) -> list[T]:
    """``work(begin, end)`` of all neighbouring cuts, in order."""
    spans = list(pairwise(cuts))
    if len(spans) < 2 or THREADS < 2:
        return [work(*span) for span in spans]
    from concurrent.futures import ThreadPoolExecutor  # a small report never needs it

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda span: work(*span), spans))


def at_once(n: int, works: Sequence[Callable[[], T]]) -> list[T]:
    """The results, in order, of works that know nothing of each other; at once where ``n`` rows make it worth threads."""
    if n < PIECE or THREADS < 2:
        return [work() for work in works]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda work: work(), works))


def side_by_side(n: int, first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
    """``at_once`` of two works whose results are of two types, the longer first."""
    works: list[Callable[[], Any]] = [first, second]
    one, two = at_once(n, works)
    return one, two


def three_at_once(n: int, first: Callable[[], T], second: Callable[[], U], third: Callable[[], V]) -> tuple[T, U, V]:
    """The same of three."""
    works: list[Callable[[], Any]] = [first, second, third]
    one, two, three = at_once(n, works)
    return one, two, three


def pick(where: NDArray[np.bool_], yes: NDArray[Any], no: Any) -> NDArray[Any]:
    """``np.where`` of two integers, by arithmetic: where the mask follows no pattern, ``np.where`` takes ten times as long."""
    out: NDArray[Any] = yes - no  # wraps around, and back below
    out *= where
    out += no
    return out


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values, ascending: ``np.unique``, which without further wishes imports numpy.ma first, 13 ms of a small report."""
    found: NDArray[Any] = np.sort(values)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def quantiles(values: NDArray[Any], shares: Sequence[float]) -> list[float]:
    """``np.quantile`` of at least one value, to the last digit (Hyndman & Fan 7), and like ``distinct`` without numpy.ma."""
    last = len(values) - 1
    places = [(last * share, min(int(last * share), last)) for share in shares]
    ordered = np.partition(values, sorted({near for _, low in places for near in (low, min(low + 1, last))}))
    found = []
    for place, low in places:
        below, above = ordered[low].item(), ordered[min(low + 1, last)].item()
        part = place - low
        found.append(float(above - (above - below) * (1 - part) if part >= 0.5 else below + (above - below) * part))
    return found


def median(values: NDArray[Any]) -> float:
    """``np.median`` of at least one value, without numpy.ma."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, [low, high])
    return (float(ordered[low]) + float(ordered[high])) / 2
