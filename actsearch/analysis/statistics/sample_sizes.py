"""How many seeds a comparison needs, what so many can detect, and after how many a sequential one looks."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from actsearch.analysis.comparisons.standards import CONFIDENCE, FEWEST_SEEDS
from actsearch.analysis.statistics.intervals import critical_t, tail_probability

ADVISED_SEEDS = (5, 6, 8, 9, 10)
"""For two contenders, three, ...; for more, those of the last. A difference of two and a half of one contender's
standard deviations is found with a power of 0.8, whichever pair it is in."""
USUAL_LOOKS = (5, 8, 12, 20)
"""After how many seeds a sequential comparison looks at what it has, unless it may take more than 20."""
LOOKS_GROW_BY = 1.6
"""Beyond those, a look comes at so many times the seeds of the one before."""
SEEDS_SEARCHED_UP_TO = 10**9
"""Nobody is told to train more often than that."""


def power_to_detect(
    effect: float, sd: float, n: int, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE
) -> float:
    """The probability that an interval of n seeds leaves 0, on either side, if the difference is `effect`.

    By the non-central t distribution: Johnson and Welch, Applications of the non-central t-distribution, Biometrika 31
    (1940).

    Args:
        effect: the true difference.
        sd: the standard deviation over seeds of one contender; that of a difference is sd * sqrt(2 (1 - rho)).
        n: seeds; with one there is no interval, and no power.
        rho: the correlation of two contenders over seeds.
        family: how many intervals are to hold together.
        confidence: with what probability all of them do.
    """
    deviation = _deviation_of_difference(sd, rho)
    tail = tail_probability(family, confidence)
    if n < 2:
        return 0.0
    if deviation == 0:
        return float(effect != 0)
    shift, limit = abs(effect) / deviation * math.sqrt(n), -float(special.stdtrit(n - 1, tail))
    if n > 100_000:
        return float(special.ndtr(shift - limit) + special.ndtr(-shift - limit))
    # |T| is beyond the limit if chi-squared is below df (z + shift)^2 / limit^2, z being the normal in T. Summed over
    # z, since SciPy's distribution function (`nctdtr`) is not a number here and there, such as at (1, 8, -12.7).
    z = np.linspace(-8.5, 8.5, 4001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    beyond = special.gammainc((n - 1) / 2, (n - 1) / 2 * ((z + shift) / limit) ** 2)
    return min(1.0, float(density @ beyond) * float(z[1] - z[0]))


def _deviation_of_difference(sd: float, rho: float) -> float:
    if sd < 0 or not -1 <= rho <= 1:
        raise ValueError(f"no such deviation or correlation: {sd}, {rho}")
    return sd * math.sqrt(2 * (1 - rho))


def detectable_difference(
    sd: float, n: int, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE, power: float = 0.8
) -> float:
    """The smallest difference that n seeds find with that power; infinite with one seed.

    For the other arguments see `power_to_detect`.
    """
    if not 2 * tail_probability(family, confidence) < power < 1:
        raise ValueError(f"a power lies between the error allowed and 1; it is {power}")
    deviation = _deviation_of_difference(sd, rho)
    if n < 2:
        return math.inf
    # In units of the deviation: power rises with the effect.
    low, high = 0.0, 1.0
    while power_to_detect(high, math.sqrt(0.5), n, family=family, confidence=confidence) < power:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        if power_to_detect(middle, math.sqrt(0.5), n, family=family, confidence=confidence) < power:
            low = middle
        else:
            high = middle
    return high * deviation


def seeds_to_tie(sd: float, margin: float, *, rho: float = 0.0, family: int = 1, confidence: float = CONFIDENCE) -> int:
    """The smallest number of seeds with a half-width of at most half the margin: any difference is settled then.

    For `sd` and `rho` see `power_to_detect`.

    Raises:
        ValueError: without a margin that is so at no number of seeds; nor, within reason, for a very small one.
    """
    if margin <= 0:
        raise ValueError(f"a margin above 0 is wanted; it is {margin}")
    deviation = _deviation_of_difference(sd, rho)
    return _fewest_seeds(
        lambda n: float(critical_t(n, family=family, confidence=confidence)) * deviation / math.sqrt(n) <= margin / 2
    )


def seeds_to_detect(
    effect: float,
    sd: float,
    *,
    rho: float = 0.0,
    family: int = 1,
    confidence: float = CONFIDENCE,
    power: float = 0.8,
) -> int:
    """The smallest number of seeds that find a difference with that power. For the arguments see `power_to_detect`.

    Raises:
        ValueError: without an effect that is so at no number of seeds; nor, within reason, for a very small one.
    """
    if effect == 0:
        raise ValueError("an effect other than 0 is wanted")
    return _fewest_seeds(
        lambda n: power_to_detect(effect, sd, n, rho=rho, family=family, confidence=confidence) >= power
    )


def _fewest_seeds(holds: Callable[[int], bool]) -> int:
    """The least number of seeds, from 2, at which something holds that holds from there on."""
    high = 2
    while not holds(high):
        high *= 2
        if high > SEEDS_SEARCHED_UP_TO:
            raise ValueError(f"not even {SEEDS_SEARCHED_UP_TO} seeds would do")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def advised_seeds(contenders: int) -> int:
    """A good number of seeds to begin with, for so many contenders: see `ADVISED_SEEDS`."""
    return ADVISED_SEEDS[min(max(contenders, 2) - 2, len(ADVISED_SEEDS) - 1)]


def expected_best(settings: int) -> float:
    """By how many standard errors the best of so many equal means is above what it is, in the mean over studies.

    A setting that is chosen by its mean is flattered by this, times sd / sqrt(seeds). The
    mean of the largest of k standard normals: Tippett, On the extreme individuals, Biometrika 17 (1925).
    """
    if settings < 1:
        raise ValueError(f"a choice is of at least one; it is of {settings}")
    x = np.linspace(-9, 9, 20_001)
    density = settings * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) * special.ndtr(x) ** (settings - 1)
    return float((x * density).sum() * (x[1] - x[0]))


def seeds_at_looks(most: int) -> tuple[int, ...]:
    """After how many seeds a sequential comparison looks: fixed beforehand, the last one being `most`.

    `USUAL_LOOKS`, and beyond them each `LOOKS_GROW_BY` times the one before.

    Raises:
        ValueError: with fewer seeds than a verdict needs.
    """
    if most < FEWEST_SEEDS:
        raise ValueError(f"a verdict needs {FEWEST_SEEDS} seeds; there may be {most}")
    planned = list(USUAL_LOOKS)
    while planned[-1] < most:
        planned.append(round(planned[-1] * LOOKS_GROW_BY))
    return (*(look for look in planned if look < most), most)
