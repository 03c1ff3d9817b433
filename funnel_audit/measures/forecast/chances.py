"""The chance to reach the target within the horizon, for a deal that has just entered a stage and for one of any age in it.

A renewal equation, solved backwards from the target on a grid of times: R_k(s) = Σ_c ∫ f_kc(u) R_c(s - u) du. R is taken as linear
between grid points and the integral against the exact piecewise density is done in closed form, through the integral of F_kc: events
are not moved to grid points, and a transition of a few minutes stays one of a few minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funnel_audit.frozen import Frozen
from funnel_audit.measures.forecast.hazards import StageHazard
from funnel_audit.measures.forecast.past import EDGES
from funnel_audit.pieces import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

STEPS = 32
NODES = distinct(np.concatenate([EDGES[:-1], (EDGES[1:-1] + EDGES[:-2]) / 2, [3000.0]]))
"""Ages in days at which the chance of an open deal is worked out; between them it is taken as linear."""


class Chances(Frozen):
    """``fresh`` (D, K, steps + 1): chance to get there within each time of the ``grid`` after entering each stage (1 from the target
    on)."""

    days: float
    hazards: list[StageHazard]
    grid: Array
    fresh: Array

    def at_entry(self) -> Array:
        """(K,) chance within the whole horizon for a deal that enters the stage now; from the target on 1."""
        whole: Array = self.fresh[0, :, -1]
        return whole

    def at_ages(self, k: int, age: Array) -> Array:
        """(D, X) chance within the horizon for deals open in stage k at these ages."""
        hazard, steps = self.hazards[k], len(self.grid) - 1
        age = np.minimum(age, hazard.start[-1])  # from there on the rate is constant: the chance no longer depends on the age
        now, later = hazard.gone_by(age), hazard.gone_by(age + self.days)
        total = later[-1] - now[-1]
        between = hazard.to[:-1]
        if between:
            area = hazard.area_upto((age[:, None] + self.grid).ravel(), len(between))
            area = area.reshape(*area.shape[:2], len(age), steps + 1)
            weight = _by_parts(self.fresh[:, between]) * (steps / self.days)
        for column, c in enumerate(between):
            curve = self.fresh[:, c]
            inner = np.einsum("dxj,dj->dx", area[column], weight[:, column])
            total = total + inner + later[column] * curve[:, :1] - now[column] * curve[:, -1:]
        left = hazard.surviving(age)
        chance: Array = np.clip(total / np.maximum(left, 1e-12), 0.0, 1.0)
        return chance


def chances(hazards: list[StageHazard], days: float, target: int, steps: int = STEPS) -> Chances:
    """Solve the renewal equation, from the last stage short of the target down to the first."""
    versions = len(hazards[0].rate) if hazards else 1
    k_all = len(hazards) + 1
    fresh = np.zeros((versions, k_all, steps + 1))
    fresh[:, target:] = 1.0
    grid = np.linspace(0.0, days, steps + 1)
    width = days / steps
    lag = np.arange(steps + 1)[:, None] - np.arange(steps + 1)
    lag[lag < 0] = steps + 1  # beyond the curve, where it is 0
    for k in range(target - 1, -1, -1):
        gone, integral = hazards[k].gone_by(grid), hazards[k].area_upto(grid, len(hazards[k].to) - 1)
        fresh[:, k] = gone[-1]
        weight = np.empty_like(integral)
        weight[..., 0] = integral[..., 1] / width
        weight[..., 1:-1] = (integral[..., 2:] - 2 * integral[..., 1:-1] + integral[..., :-2]) / width
        left_half = gone[:-1, :, 1:] - (integral[..., 1:] - integral[..., :-1]) / width
        weight[..., -1] = left_half[..., -1]
        for column, c in enumerate(hazards[k].to[:-1]):
            curve = fresh[:, c]
            shifted = np.append(curve, np.zeros((versions, 1)), axis=1).take(lag, axis=1)
            flow = np.einsum("dij,dj->di", shifted, weight[column])
            flow[:, 1:] += (left_half[column] - weight[column, :, 1:]) * curve[:, :1]
            flow[:, 0] = gone[column, :, 0] * curve[:, 0]
            fresh[:, k] += flow
    return Chances(days, hazards, grid, np.minimum(fresh, 1.0))


def grid_steps(days: float) -> int:
    """Steps of the grid for a horizon: two days and a half at most, up to a year."""
    return int(np.clip(np.ceil(days / 2.5), STEPS, 146))


def _by_parts(curve: Array) -> Array:
    """What each value of the integral of F counts for when the density is integrated against the curve, turned round in time; along the
    last axis."""
    turned = curve[..., ::-1]
    weight = np.zeros_like(turned)
    weight[..., 1:] += turned[..., :-1]
    weight[..., :-1] += turned[..., 1:]
    weight[..., 1:-1] -= 2 * turned[..., 1:-1]
    weight[..., 0] -= turned[..., 0]
    weight[..., -1] -= turned[..., -1]
    return weight
