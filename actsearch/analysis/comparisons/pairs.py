"""A pair of contenders as a value: the difference, its interval, the verdict, and what else is known of the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from actsearch.analysis.comparisons.verdicts import OPPOSITES, Verdict
from actsearch.analysis.statistics.forecasts import Forecast


@dataclass(frozen=True)
class ExampleNoise:
    """What the finite number of examples adds to the noise of the seeds: see `example_noise.crossed_variances`."""

    examples: int
    seed_variance: float
    """Of the mean difference; more seeds reduce it."""
    example_variance: float
    """Of the mean difference; more seeds do not."""
    low: float
    high: float
    """The simultaneous interval for new seeds and new examples."""
    verdict: Verdict | None
    """The one for new data."""
    left_open: float
    """What more seeds can't take away of the interval's half-width, see `example_noise.left_open_by_examples`."""
    can_show_tie: bool
    """Whether the examples alone would let a tie within the margin be seen."""
    mcnemar_p: float | None = None
    """With one seed: of these two trained networks, and no others; times the number of pairs, as for all of them."""

    def turned(self) -> ExampleNoise:
        """The same of the second contender against the first."""
        verdict = None if self.verdict is None else OPPOSITES[self.verdict]
        return replace(self, low=-self.high, high=-self.low, verdict=verdict)


@dataclass(frozen=True)
class Pair:
    """Contender a minus contender b, on the seeds that both completed, in the metric's own unit."""

    a: int
    b: int
    """Places in `Comparison.contenders`."""
    n: int
    difference: float
    sd: float
    low: float
    high: float
    """The simultaneous interval; NaN below two seeds."""
    by_seed: np.ndarray = field(repr=False, compare=False)
    """(seeds,), by `Comparison.seeds`: the differences that all of this goes by; NaN where there is none."""
    verdict: Verdict | None
    """Of a against b; None where there can be none, and `note` says why."""
    smaller_but_real: bool = False
    """Tied, and the interval leaves out 0 all the same."""
    note: str | None = None
    forecast: Forecast | None = None
    """Of an undecided pair, how many seeds in all would tell."""
    correlation: tuple[float, float, float] | None = None
    """Between the two over the seeds, and its interval."""
    won: float | None = None
    """The share of seeds in which a is better; a draw is half a win."""
    sign_flip_p: float | None = None
    disagrees: bool = False
    """The exact sign-flip test and the t interval say different things of 0."""
    noise_of_examples: Callable[[], ExampleNoise | None] = field(default=lambda: None, repr=False, compare=False)

    @cached_property
    def examples(self) -> ExampleNoise | None:
        """The second kind of noise; None where no predictions are there. Computed when it is asked for."""
        return self.noise_of_examples()
