"""The estimators behind every rate and every length of time: pure functions on numpy arrays, nothing else.

Spans come grouped, as (ages, counts): `ages` are lengths in one unit (days, as a rule; any unit does, results do not depend on it),
`counts` say how many stays have that length. Both are one-dimensional and equally long, may be empty, unsorted or hold the same age
twice. Ages are finite and not negative, counts are whole and not negative; anything else is a ValueError.

References
    Wilson (1927), JASA 22: 209-212.                      Interval of a share.
    Aalen & Johansen (1978), Scand. J. Stat. 5: 141-150.  Cumulative incidence with competing risks.
    Marubini & Valsecchi (1995), Analysing Survival Data from Clinical Trials and Observational Studies, ch. 10.  Its variance.
    Kaplan & Meier (1958), JASA 53: 457-481.              Survival curve.
    Hyndman & Fan (1996), Am. Stat. 50: 361-365.          Quantile definition 7.
    Brookmeyer & Crowley (1982), Biometrics 38: 29-41.    Limits of a median.
    Zou & Donner (2008), Stat. Med. 27: 1693-1702.        Recovering variances from asymmetric limits.
    Benjamini & Hochberg (1995), JRSS B 57: 289-300.      False-discovery rate.
    Kleinman (1973), JASA 68: 46-54.                      Moments of the beta-binomial distribution.
    Lancaster (1961), JASA 56: 223-234.                   mid-p.
    Mantel & Haenszel (1959), JNCI 22: 719-748.           A group against the others, stratum by stratum.
    van Elteren (1960), Bull. ISI 37: 351-361.            Rank sums within strata.
    Sato (1989), Biometrics 45: 1323-1324.                Variance of its difference of shares.
"""

from funnel_audit.estimators.fdr import benjamini_hochberg
from funnel_audit.estimators.incidence import AT_RISK_LIMIT, UNRESOLVED_LIMIT, Incidence, aalen_johansen, incidence_at, incidence_of_table
from funnel_audit.estimators.shares import Z95, HasInterval, Interval, beta_posterior_draws, wilson, win_product, win_products
from funnel_audit.estimators.survival import Survival, kaplan_meier, median_limits, weighted_quantile

__all__ = [
    "AT_RISK_LIMIT",
    "UNRESOLVED_LIMIT",
    "Z95",
    "HasInterval",
    "Incidence",
    "Interval",
    "Survival",
    "aalen_johansen",
    "benjamini_hochberg",
    "beta_posterior_draws",
    "incidence_at",
    "incidence_of_table",
    "kaplan_meier",
    "median_limits",
    "weighted_quantile",
    "wilson",
    "win_product",
    "win_products",
]
