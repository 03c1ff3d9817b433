"""A group against all others on the same mix: Mantel and Haenszel's comparison, stratum by stratum."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from funnel_audit.estimators.spans import Floats
from funnel_audit.estimators.two_groups import normal_p
from funnel_audit.frozen import Frozen


class SameMix(Frozen):
    """For each of k groups against the others, shape (k,) each; NaN where group and others share no stratum.

    ``difference`` of the shares on the same mix and its ``variance``; ``p``; ``expected``: successes that the group would have, were it
    as all are (the smaller of these and of the expected failures says whether the test can be trusted).
    """

    difference: Floats
    variance: Floats
    p: Floats
    expected: Floats
    expected_failures: Floats


def mantel_haenszel(n: ArrayLike, successes: ArrayLike) -> SameMix:
    """``n`` and ``successes`` of every group in every stratum, shape (k, strata); each group is held against the sum of the others.

    Difference: Σ (a n0 - c n1) / N over Σ n1 n0 / N, a of n1 the group's successes in a stratum, c of n0 the others' (Mantel &
    Haenszel 1959, for differences Greenland & Robins 1985), with Sato's variance (1989), which holds for few large strata and for many
    small ones. p: the Cochran-Mantel-Haenszel test without correction for continuity. A stratum that one side lacks adds nothing.
    """
    n1, a = np.asarray(n, dtype=np.float64), np.asarray(successes, dtype=np.float64)
    n0, c = n1.sum(axis=0) - n1, a.sum(axis=0) - a
    total = n1 + n0
    both = (n1 > 0.0) & (n0 > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):

        def summed(part: Floats) -> Floats:
            added: Floats = np.where(both, part, 0.0).sum(axis=1)
            return added

        weight = summed(n1 * n0 / total)
        difference = summed((a * n0 - c * n1) / total) / weight
        p_part = summed((n1 * n1 * c - n0 * n0 * a + n1 * n0 * (n0 - n1) / 2.0) / (total * total))
        q_part = summed((a * (n0 - c) + c * (n1 - a)) / (2.0 * total))
        variance = (difference * p_part + q_part) / (weight * weight)
        hits = a + c
        expected = summed(n1 * hits / total)
        chance = summed(n1 * n0 * hits * (total - hits) / (total * total * np.maximum(total - 1.0, 1.0)))
        z = (summed(a) - expected) / np.sqrt(chance)
    return SameMix(
        difference, variance, normal_p(np.where(chance > 0.0, z, np.nan)), expected, summed(n1 * (total - hits) / np.maximum(total, 1.0))
    )
