"""Aalen-Johansen for many groups at once, on one axis of ages: what ``aalen_johansen`` gives for each row, without a loop over rows."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from funnel_audit.estimators.incidence import AT_RISK_LIMIT, UNRESOLVED_LIMIT
from funnel_audit.estimators.shares import Z95
from funnel_audit.estimators.spans import Floats
from funnel_audit.frozen import Frozen

Ints = NDArray[np.intp]
_ABOVE = UNRESOLVED_LIMIT + 1e-9  # as in ``incidence``


class Reading(Frozen):
    """Each row's curve read at one place; shape (rows,). NaN in rows without a stay.

    ``sizes``: the number of observations at which a plain share would be as sure, value (1 - value) / variance; at 0 and 1 the stays
    whose fate at that age is known. The rest as in ``Incidence``.
    """

    value: Floats
    low: Floats
    high: Floats
    unresolved: Floats
    ripe: NDArray[np.bool_]
    n: Floats
    sizes: Floats


class ManyIncidences(Frozen, dict=True):
    """Counts of advances, losses and stays still open, shape (rows, ages), the ages ascending; an age is a place on that axis."""

    advances: Floats
    losses: Floats
    censored: Floats

    @staticmethod
    def of(advances: ArrayLike, losses: ArrayLike, censored: ArrayLike) -> ManyIncidences:
        return ManyIncidences(*(np.asarray(part, dtype=np.float64) for part in (advances, losses, censored)))

    @cached_property
    def _at_risk(self) -> Floats:
        leaving = self.advances + self.losses
        leaving += self.censored
        at_risk: Floats = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
        return at_risk

    @cached_property
    def last(self) -> Ints:
        """Place of each row's longest stay; -1 where it has none."""
        last: Ints = np.count_nonzero(self._at_risk > 0.0, axis=1) - np.intp(1)
        return last

    @cached_property
    def _curves(self) -> tuple[Floats, Floats, Floats]:
        """(survival just before each age, survival just after it, incidence)."""
        risk = np.maximum(self._at_risk, 1.0)
        after = 1.0 - (self.advances + self.losses) / risk
        np.cumprod(after, axis=1, out=after)
        before = np.ones_like(after)
        before[:, 1:] = after[:, :-1]
        cif = before * self.advances
        cif /= risk
        np.cumsum(cif, axis=1, out=cif)
        return before, after, np.minimum(cif, 1.0, out=cif)

    @cached_property
    def _upto(self) -> tuple[Floats, Floats, Floats]:
        """Advances, losses and stays still open, of all ages up to and at each."""
        advances, losses, censored = (np.cumsum(part, axis=1) for part in (self.advances, self.losses, self.censored))
        return advances, losses, censored

    def read(self, place: ArrayLike | None = None) -> Reading:
        """All rows at the age of ``place`` (shape (rows,)), else each at its longest one."""
        before, after, cif = self._curves
        at = self.last if place is None else np.minimum(np.asarray(place, dtype=np.intp), self.last)
        there = at >= 0
        rows, m = np.arange(len(at)), np.maximum(at, 0)
        n = self._at_risk[:, 0] if self._at_risk.shape[1] else np.zeros(len(at))

        advanced, gone, shut = (part[rows, m] for part in self._upto)
        known = n - (shut - self.censored[rows, m])
        nothing_shut = shut == 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(nothing_shut, advanced / n, cif[rows, m])
            unresolved = np.where(nothing_shut, (n - advanced - gone) / n, after[rows, m])
            value = np.where(advanced == 0.0, 0.0, np.where((gone == 0.0) & (unresolved == 0.0), 1.0, value))
            edge = (value <= 0.0) | (value >= 1.0)
            variance = self._variance(value, rows, m)
            sizes = np.where(nothing_shut, n, np.where(edge | (variance <= 0.0), known, value * (1.0 - value) / variance))
            plain = nothing_shut | edge
            hits = np.where(nothing_shut, advanced, np.where(value >= 1.0, known, 0.0))
            low, high = _wilson(hits, np.where(nothing_shut, n, known))
            curved = _cloglog(value, variance)
        low, high = np.where(plain, low, curved[0]), np.where(plain, high, curved[1])
        at_end = at == self.last
        thin = self._thin(before, m)
        ripe = nothing_shut | ~(thin | (at_end & (unresolved > _ABOVE)))
        high = np.where(at_end & ~nothing_shut, np.minimum(1.0, high + unresolved), high)
        blank = np.where(there, 0.0, np.nan)
        return Reading(value + blank, low + blank, high + blank, unresolved + blank, ripe & there, n, np.where(there, sizes, 0.0))

    def _variance(self, value: Floats, rows: Ints, m: Ints) -> Floats:
        """As in ``incidence``: Σ S² a / Y² - F² / n - Σ (F - Fj)² (1 / Yj+1 - 1 / (Yj - dj)), the square told out into sums over j."""
        own, none, one, two = (part[rows, m] for part in self._variance_sums)
        by_censoring = value * value * none - 2.0 * value * one + two
        found: Floats = np.maximum(own - value * value / np.maximum(self._at_risk[:, 0], 1.0) - by_censoring, 0.0)
        return found

    @cached_property
    def _variance_sums(self) -> list[Floats]:
        """Up to and at each age: Σ S² a / Y², and with t = 1 / Yj+1 - 1 / (Yj - dj), Σ t, Σ t Fj, Σ t Fj²."""
        before, _, cif = self._curves
        risk = np.maximum(self._at_risk, 1.0)
        share = before / risk
        share *= share
        share *= self.advances
        sums = [np.cumsum(share, axis=1)]
        stayed, next_risk = (self._at_risk - self.advances - self.losses)[:, :-1], self._at_risk[:, 1:]
        taken = np.zeros_like(cif)
        censored_here = (stayed > next_risk) & (next_risk > 0.0)
        np.divide(stayed - next_risk, stayed * next_risk, out=taken[:, 1:], where=censored_here)
        earlier = np.zeros_like(cif)
        earlier[:, 1:] = cif[:, :-1]
        for _ in range(3):
            sums.append(np.cumsum(taken, axis=1))
            taken *= earlier
        return sums

    def _thin(self, before: Floats, m: Ints) -> NDArray[np.bool_]:
        """An exit, up to the age read, with too few at risk while too much was undecided."""
        exits = (self.advances + self.losses) > 0.0
        exits &= self._at_risk < AT_RISK_LIMIT
        exits &= before > _ABOVE
        first = np.where(exits.any(axis=1), exits.argmax(axis=1), exits.shape[1])
        found: NDArray[np.bool_] = first <= m
        return found


def _wilson(hits: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's limits, as ``wilson``."""
    p, square = hits / n, Z95 * Z95
    scale = 1.0 + square / n
    centre = (p + square / (2 * n)) / scale
    half = Z95 * np.sqrt(p * (1.0 - p) / n + square / (4.0 * n * n)) / scale
    return np.where(hits == 0.0, 0.0, np.maximum(0.0, centre - half)), np.where(hits == n, 1.0, np.minimum(1.0, centre + half))


def _cloglog(value: Floats, variance: Floats) -> tuple[Floats, Floats]:
    log_rest = np.log1p(-value)
    spread = np.minimum(Z95 * np.sqrt(variance) / ((1.0 - value) * -log_rest), 700.0)
    return -np.expm1(log_rest * np.exp(-spread)), -np.expm1(log_rest * np.exp(spread))
