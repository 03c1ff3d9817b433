"""How fast deals leave a stage, and where to, by their age in it.

Piecewise constant rates between ages. Inside a class of ages the actuarial rule holds: a stay still open part of the way through has
seen that part of it; so nothing is shifted by telling ages in classes. Neighbouring classes are joined until MIN_EXITS exits stand in
each, the increments of the cumulative hazard being added and spread evenly; a class that has so many stays alone. Beyond the age at
which fewer than MIN_AT_RISK stays are at risk one pooled rate holds, for ever. At age 0 there may be an atom: deals that pass at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.measures.forecast.past import CLASSES, EDGES, Counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MIN_EXITS = 12
MIN_AT_RISK = 10
BORROWED = 4.0
"""Stays lent to a stage with fewer than MIN_EXITS exits, at the rates of all stages together."""
_LOWER = np.append(0.0, EDGES[:-1])
_WIDTH = EDGES - _LOWER


class StageHazard(Frozen):
    """One stage's rates in D versions (1: the estimate, more: draws from its posterior), M pieces of age, C destinations.

    ``start`` (M,) lower age of each piece in days, the last without end; ``rate`` (D, M) exits a day; ``share`` (C, D, M) where to;
    ``atom`` (C, D) chance to go there at once. ``to`` names the destinations, the won stage being the last; a loss is
    none of them. ``alive`` (D, M), ``gone`` and ``area`` (C, D, M) hold S, F_c and the integral of F_c at each ``start``. Destinations
    come first, for numpy is slow where the last axis has two or three elements.
    """

    start: Array
    rate: Array
    share: Array
    atom: Array
    to: tuple[int, ...]
    alive: Array
    gone: Array
    area: Array

    def surviving(self, age: Array) -> Array:
        """S(age), (D, X)."""
        piece, into = self._place(age)
        lived: Array = self.alive.take(piece, axis=1) * np.exp(-self.rate.take(piece, axis=1) * into)
        return lived

    def gone_by(self, age: Array) -> Array:
        """F_c(age), the chance to have gone to c by that age, (C, D, X)."""
        piece, into = self._place(age)
        left = self.alive.take(piece, axis=1) * -np.expm1(-self.rate.take(piece, axis=1) * into)
        found: Array = self.gone.take(piece, axis=2) + self.share.take(piece, axis=2) * left
        return found

    def area_upto(self, age: Array, few: int) -> Array:
        """The integral of F_c from 0 to the age, (C, D, X); of the first ``few`` destinations only."""
        piece, into = self._place(age)
        under = self.alive.take(piece, axis=1) * _under(self.rate.take(piece, axis=1), into)
        found: Array = self.gone[:few].take(piece, axis=2)
        found *= into
        found += self.area[:few].take(piece, axis=2)
        found += self.share[:few].take(piece, axis=2) * under
        return found

    def _place(self, age: Array) -> tuple[Array, Array]:
        """The piece of each age, and the days since its start. ``take`` it: an index between slices costs five times as much."""
        piece = np.searchsorted(self.start, age, side="right") - 1
        return piece, age - self.start.take(piece)


def _under(rate: Array, into: Array) -> Array:
    """∫ (1 - e^(-rate u)) du from 0 to ``into``; 0 at a rate of 0."""
    moving = rate > 0
    found: Array = np.where(moving, into - -np.expm1(-rate * into) / np.where(moving, rate, 1.0), 0.0)
    return found


class _Pieces(Frozen):
    """The joined classes of one stage: pieces' starts, hazard increments, widths, exits by destination, stays at risk; the atom apart."""

    start: Array
    increment: Array
    width: Array
    exits: Array
    exposed: Array
    atom_share: float
    atom_exits: Array
    atom_risk: float


def fit(counts: Counts, draws: int = 0, rng: np.random.Generator | None = None) -> list[StageHazard]:
    """Rates of every stage before the won one: the estimate, or ``draws`` draws from its posterior (beta for the share that leaves in a
    piece, Dirichlet for where to)."""
    few = counts.exits.sum(axis=(1, 2)) < MIN_EXITS
    pooled = _pooled(counts)
    out = []
    for k in range(len(counts.exits)):
        exits, exposed = counts.exits[k], counts.exposed[k]
        if few[k]:
            exits, exposed = _lent(exits, exposed, pooled, k)
        out.append(_stage(_join(exits, exposed, counts.at_risk[k]), k, draws, rng))
    return out


def _pooled(counts: Counts) -> tuple[Array, Array, float]:
    """Hazard of leaving by class, survival before it, and share of the exits that are losses, all stages together."""
    exits, exposed = counts.exits.sum(axis=(0, 1)), counts.exposed.sum(axis=0)
    leaves = np.minimum(exits / np.maximum(exposed, 1.0), 1.0)
    alive = np.append(1.0, np.cumprod(1.0 - leaves)[:-1])
    return leaves, alive, float(counts.exits[:, -1].sum() / max(exits.sum(), 1))


def _lent(exits: Array, exposed: Array, pooled: tuple[Array, Array, float], k: int) -> tuple[Array, Array]:
    leaves, alive, lost = pooled
    more = BORROWED * alive * leaves
    exits = exits.astype(np.float64)
    exits[k + 1] += more * (1.0 - lost)
    exits[-1] += more * lost
    return exits, exposed + BORROWED * alive


def _join(exits: Array, exposed: Array, at_risk: Array) -> _Pieces:
    leaving = exits.sum(axis=0)
    share = np.minimum(leaving / np.maximum(exposed, 1e-9), 0.999)
    share[exposed <= 0] = 0.0
    step = -np.log1p(-share)
    seen = np.flatnonzero(exposed[1:] > 0)
    last = int(seen[-1]) + 2 if len(seen) else 2
    few = np.flatnonzero(at_risk[1:last] < MIN_AT_RISK)
    tail = int(few[0]) + 1 if len(few) else last - 1
    behind = leaving[::-1].cumsum()[::-1]
    while tail > 1 and behind[tail] < MIN_EXITS:
        tail -= 1
    cuts, found = [1], 0.0
    for index, count in enumerate(leaving[1:tail].tolist(), start=1):
        if count >= MIN_EXITS and cuts[-1] != index:
            cuts.append(index)
            found = 0.0
        found += count
        if found >= MIN_EXITS:
            cuts.append(index + 1)
            found = 0.0
    if found and len(cuts) > 1:
        cuts.pop()
    if cuts[-1] != tail:
        cuts.append(tail)
    begin = np.array(cuts)
    width = np.append(_LOWER[begin[1:]] - _LOWER[begin[:-1]], 0.0)
    total = np.add.reduceat(step[:last], begin)
    pooled_days = ((exposed - leaving / 2) * _WIDTH)[tail:last].sum()
    width[-1] = EDGES[last - 1] - _LOWER[tail]
    total[-1] = leaving[tail:last].sum() / max(pooled_days, 1e-9) * width[-1]
    to = np.add.reduceat(exits[:, :last], begin, axis=1)
    stood = np.add.reduceat(exposed[:last], begin) / np.diff(np.append(begin, last))
    return _Pieces(_LOWER[begin], total, width, to, stood, float(share[0]), exits[:, 0], float(exposed[0]))


def _stage(pieces: _Pieces, k: int, draws: int, rng: np.random.Generator | None) -> StageHazard:
    won = pieces.exits.shape[0] - 2
    taken = pieces.exits.any(axis=1) | (pieces.atom_exits != 0)
    to = [c for c in range(k + 1, won) if taken[c]] + [won]
    columns = [*to, won + 1]
    leaving = pieces.exits.sum(axis=0)
    into, at_once = pieces.exits[columns], pieces.atom_exits[columns]
    all_at_once = float(at_once.sum())
    increment, atom_share = pieces.increment[None], np.full(1, pieces.atom_share)
    share = into[:, None] / np.maximum(leaving, 1e-9)
    atom_to = at_once[:, None] / max(all_at_once, 1e-9)
    if rng is not None:
        gone = -np.expm1(-pieces.increment)
        stayed = np.where(gone > 0, leaving / np.where(gone > 0, gone, 1.0), pieces.exposed) - leaving
        stayed = np.maximum(stayed, 0.0) + 0.5
        drawn = np.minimum(rng.beta(np.maximum(leaving, 0.1), stayed, (draws, len(leaving))), 0.9999)
        increment = -np.log1p(-drawn)
        increment[:, -1] = pieces.increment[-1] * rng.gamma(max(leaving[-1], 0.1), 1 / max(leaving[-1], 0.1), draws)
        split = rng.gamma(np.maximum(into.T, 1e-3), size=(draws, *into.T.shape)) + 1e-12
        share = np.ascontiguousarray((split / split.sum(axis=2, keepdims=True)).transpose(2, 0, 1))
        if all_at_once:
            atom_share = rng.beta(all_at_once, max(pieces.atom_risk - all_at_once, 0.0) + 0.5, draws)
            split = rng.gamma(np.maximum(at_once, 1e-3), size=(draws, len(columns))) + 1e-12
            atom_to = (split / split.sum(axis=1, keepdims=True)).T
    versions = len(increment)
    atom = np.broadcast_to((atom_share * atom_to)[:-1], (len(to), versions))
    rate = increment / np.maximum(pieces.width, 1e-9)
    return _accumulated(pieces.start, rate, share[:-1], atom, np.broadcast_to(atom_share, versions), to)


def _accumulated(start: Array, rate: Array, share: Array, atom: Array, at_once: Array, to: Sequence[int]) -> StageHazard:
    """Fill in S, F and the integral of F at the start of each piece; ``at_once`` (D,) leave at age 0."""
    into, passed = np.diff(start), rate[:, :-1]
    alive, gone, area = np.zeros(rate.shape), np.zeros(share.shape), np.zeros(share.shape)
    np.cumsum(passed * into, axis=1, out=alive[:, 1:])
    alive = (1.0 - at_once)[:, None] * np.exp(-alive)
    held, split = alive[:, :-1], share[..., :-1]
    np.cumsum(split * (held * -np.expm1(-passed * into)), axis=2, out=gone[..., 1:])
    gone += atom[..., None]
    np.cumsum(gone[..., :-1] * into + split * (held * _under(passed, into)), axis=2, out=area[..., 1:])
    return StageHazard(start, rate, share, atom, tuple(to), alive, gone, area)


assert len(_WIDTH) == CLASSES
