"""What can be said of an activation function by computing: range, moments, saturation, kinks.

Takes any element-wise f with its derivative f' as functions over float64 arrays. Everything is found numerically on
grids that are fixed, so that the same function has the same properties everywhere. What happens between two of their
points, 0.005 apart, or beyond |x| = 1e6, goes unseen; what happens there once is none of an activation function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actsearch.functions.normal_input import moments, normal_cdf
from actsearch.functions.numerical_search import (
    NEAR,
    STEP,
    FloatArray,
    Function,
    jumps,
    largest_value,
    last_where,
    limit_at_infinity,
    simplest_near,
    value_at,
)
from actsearch.functions.smoothness import continuous_derivatives

FAR_OUT = 40.0
"""[-40, 40] is looked through point by point; beyond, from a power of ten to the next."""
SATURATED_SHARE = 0.01
"""A function saturates where |f'| is below this share of its largest value on [-10, 10]; as in the diagnostics."""
SHORTEST_PLATEAU = 0.5
"""A shorter interval of small slopes in the midst of larger ones is the turn of a curve and no saturation."""
CENTRED = 0.1
"""Zero-centred: the mean of f(X), X standard normal, is at most this share of its standard deviation."""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, either of which may be infinite; whether each of them belongs to it."""

    low: float
    high: float
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        """As in `(-0.17, ∞)`, four digits."""
        begin, end = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return f"{begin}{shown_number(self.low)}, {shown_number(self.high)}{end}"


@dataclass(frozen=True)
class Properties:
    """What f does. X is a standard normal pre-activation; `largest slope` means |f'|'s supremum on [-10, 10]."""

    range: Interval
    """From the infimum to the supremum of f, exact to 1e-9 of their size. An end is open where f only creeps up to it,
    closed where it is taken; infinite where f grows without bound."""
    monotone: Literal["increasing", "decreasing"] | None
    """f' keeps its sign, zeros allowed; None if it does not. Slopes under 1e-9 of the largest one do not count."""
    turning_points: tuple[tuple[float, float], ...]
    """The (x, f(x)) in [-10, 10] where f' changes its sign, from the left; x to 1e-6, the middle of a flat piece."""
    at_zero: float
    """f(0)."""
    mean: float
    """E f(X), to 1e-7 like the other moments; infinite if it does not exist."""
    variance: float
    """Var f(X)."""
    derivative_mean_square: float
    """E f'(X)^2: by this factor a layer of weights of variance 1/n multiplies the gradient's variance."""
    derivative_variance: float
    """Var f'(X)."""
    saturates: tuple[Interval, ...]
    """The intervals, to infinity or at least 0.5 long, where |f'| is below 1 % of the largest slope."""
    zero_derivative: float
    """P(f'(X) = 0): the share of a standard normal input that no gradient passes, exact to 1e-9. Zero means the number
    0, not a small one."""
    lipschitz: float
    """The supremum of |f'| over all x: how much f can lengthen a distance. Infinite if it has none, or f jumps."""
    kinks: tuple[float, ...]
    """The x in [-10, 10] where f or f' jumps, from the left."""
    smoothness: float
    """How many continuous derivatives f has on [-10, 10]: -1 if f itself jumps, 0 if f' does, infinite if no jump is
    found up to f''''. f' and above count as jumping where they are infinite."""

    @property
    def zero_centred(self) -> bool:
        """|E f(X)| is at most a tenth of f(X)'s standard deviation."""
        return math.isfinite(self.mean) and abs(self.mean) <= CENTRED * math.sqrt(self.variance)

    @property
    def smooth(self) -> str:
        """`C0`, `C1`, ..., `C∞`, or `jumps`."""
        if self.smoothness < 0:
            return "jumps"
        return "C∞" if math.isinf(self.smoothness) else f"C{self.smoothness:.0f}"

    @property
    def saturation(self) -> Literal["both", "left", "right", "middle", "none"]:
        """At which of its ends the function saturates; `middle` if only between them."""
        left = any(math.isinf(interval.low) for interval in self.saturates)
        right = any(math.isinf(interval.high) for interval in self.saturates)
        if left and right:
            return "both"
        if left or right:
            return "left" if left else "right"
        return "middle" if self.saturates else "none"


def shown_number(value: float, digits: int = 4) -> str:
    """A number for people: four digits, and nothing of a rounding error."""
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    return f"{0.0 if abs(value) < 1e-9 else value:.{digits}g}"


def properties(f: Function, gradient: Function) -> Properties:
    """All of them, from f and f', each over a float64 array and of its shape. Takes some hundredths of a second."""
    with np.errstate(all="ignore"):
        everywhere = not np.any(np.isnan(f(np.linspace(-FAR_OUT, FAR_OUT, 161))))
        return _Study(f, gradient if everywhere else _where_defined(f, gradient)).properties()


def _where_defined(f: Function, gradient: Function) -> Function:
    """f' where f has a value: the rules of calculus find a slope of log(x + 11) at -20, too."""
    return lambda x: np.where(np.isnan(f(x)), np.nan, gradient(x))


@dataclass(frozen=True)
class _Study:
    """f and f' with what several of the properties are read from."""

    f: Function
    gradient: Function

    def properties(self) -> Properties:
        mean, variance = moments(self.f, self.kinks)
        slope_mean, slope_variance = moments(self.gradient, self.kinks)
        return Properties(
            range=self._range(),
            monotone=self._monotone(),
            turning_points=tuple((x, value_at(self.f, x)) for x in self.turns if abs(x) <= NEAR),
            at_zero=value_at(self.f, 0.0),
            mean=mean,
            variance=variance,
            derivative_mean_square=slope_variance + slope_mean**2,
            derivative_variance=slope_variance,
            saturates=tuple(self._saturates()),
            zero_derivative=self._zero_derivative(),
            lipschitz=self._lipschitz(),
            kinks=self.kinks,
            smoothness=self._smoothness(),
        )

    @cached_property
    def x(self) -> FloatArray:
        """[-40, 40] point by point, with a point beside every kink on either side; then ever larger steps to 1e6."""
        n = round(FAR_OUT / STEP)
        beyond = FAR_OUT * (1e6 / FAR_OUT) ** (np.arange(1, 101) / 100)
        kinks = np.array(self.kinks)
        beside = 1e-12 * np.maximum(1.0, np.abs(kinks))
        points = [-beyond, np.arange(-n, n + 1) * STEP, kinks, kinks - beside, kinks + beside, beyond]
        return np.unique(np.concatenate(points))

    @cached_property
    def values(self) -> FloatArray:
        return self.f(self.x)

    @cached_property
    def slopes(self) -> FloatArray:
        return self.gradient(self.x)

    @cached_property
    def largest(self) -> float:
        """The largest |f'| on [-10, 10]."""
        return float(np.max(np.abs(self.slopes[np.abs(self.x) <= NEAR])))

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """Where f itself jumps."""
        return jumps(self.f)

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        return tuple(sorted({*self.steps, *jumps(self.gradient)}))

    # --- the values

    def _range(self) -> Interval:
        left, right = limit_at_infinity(self.f, -1), limit_at_infinity(self.f, 1)
        low, low_closed = self._bound(-1, left, right)
        high, high_closed = self._bound(1, left, right)
        return Interval(low, high, low_closed, high_closed)

    def _bound(self, sign: int, left: float, right: float) -> tuple[float, bool]:
        """The supremum (sign 1) or infimum (-1), and whether f takes it."""
        here = largest_value(lambda x: sign * self.f(x), self.x)
        limits = [(sign * limit, side) for limit, side in ((left, -1), (right, 1)) if not math.isnan(limit)]
        highest = max([here, *(limit for limit, _ in limits)])
        if math.isinf(highest):
            return sign * highest, False
        near = 1e-9 * max(1.0, abs(highest))
        reached = [side for limit, side in limits if limit >= highest - near]
        if not reached:
            return sign * here, True
        taken = here >= highest - near and any(self._arrives(sign * highest, side) for side in reached)
        return sign * highest, taken

    def _arrives(self, limit: float, side: int) -> bool:
        """Whether f takes its limit: then the last 1e-6 of the way to it is short, under a tenth of the distance to 0.

        Equality alone does not tell: in floating point sigmoid(40) is 1.
        """
        x = side * np.sort(side * self.x[self.x * side >= 0])

        def off(at: FloatArray) -> FloatArray:
            return np.abs(self.f(at) - limit) / max(1.0, abs(limit))

        away, equal = off(x) > 1e-6, off(x) <= 1e-15
        if not equal[-1]:
            return False
        near, there = np.flatnonzero(away).max(initial=-1), np.flatnonzero(~equal).max(initial=-1)
        if near < 0:
            return True
        begin = float(last_where(lambda at: off(at) > 1e-6, x[near : near + 1], x[near + 1 : near + 2])[0])
        end = float(last_where(lambda at: off(at) <= 1e-15, x[there + 1 : there + 2], x[there : there + 1])[0])
        return abs(end - begin) <= max(1e-9, 0.1 * abs(end))

    def _monotone(self) -> Literal["increasing", "decreasing"] | None:
        if self.turns:
            return None
        signs = self._signs(self.slopes)
        up, down = bool(np.any(signs > 0)), bool(np.any(signs < 0))
        for step in self.steps:
            rise = value_at(self.f, step + 1e-9) - value_at(self.f, step - 1e-9)
            up, down = up or rise > 0, down or rise < 0
        if up == down:
            return None
        return "increasing" if up else "decreasing"

    def _signs(self, slopes: FloatArray) -> FloatArray:
        """Of f', with 0 for what may be a rounding error, and where there is no f'."""
        return np.where(np.abs(slopes) > self.negligible, np.sign(slopes), 0.0)

    @cached_property
    def negligible(self) -> float:
        """The slope that rounding alone can make."""
        return max(1e-9 * self.largest, 1e-13 * float(np.max(np.abs(self.values[np.abs(self.x) <= NEAR]))))

    @cached_property
    def turns(self) -> tuple[float, ...]:
        """Where f' changes its sign."""
        inside = np.abs(self.x) <= FAR_OUT
        x, signs = self.x[inside], self._signs(self.slopes[inside])
        x, signs = x[signs != 0], signs[signs != 0]
        i = np.flatnonzero(signs[1:] != signs[:-1])
        before = last_where(lambda at: self._signs(self.gradient(at)) == signs[i], x[i], x[i + 1])
        after = last_where(lambda at: self._signs(self.gradient(at)) == signs[i + 1], x[i + 1], x[i])
        return tuple(simplest_near(place, 1e-7) for place in ((before + after) / 2).tolist())

    # --- the slopes

    def _runs(self, chosen: Callable[[FloatArray], NDArray[np.bool_]]) -> Iterator[tuple[float, float]]:
        """The intervals of x where f' is chosen, to infinity at the outermost points; ends exact to rounding."""

        def test(x: FloatArray) -> NDArray[np.bool_]:
            return chosen(self.gradient(x))

        inside = np.concatenate([[False], chosen(self.slopes), [False]])
        begins, ends = np.flatnonzero(inside[1:] & ~inside[:-1]), np.flatnonzero(inside[:-1] & ~inside[1:]) - 1
        last = len(self.x) - 1
        low = last_where(test, self.x[begins], self.x[np.maximum(begins - 1, 0)])
        high = last_where(test, self.x[ends], self.x[np.minimum(ends + 1, last)])
        low, high = np.where(begins == 0, -np.inf, low), np.where(ends == last, np.inf, high)
        yield from zip(low.tolist(), high.tolist(), strict=True)

    def _saturates(self) -> Iterator[Interval]:
        if self.largest == 0:  # a step: flat, wherever one looks
            yield Interval(-math.inf, math.inf)
            return
        for low, high in self._runs(lambda slopes: np.abs(slopes) < SATURATED_SHARE * self.largest):
            endless = math.isinf(low) or math.isinf(high)
            if endless or (high - low >= SHORTEST_PLATEAU and low >= -FAR_OUT and high <= FAR_OUT):
                yield Interval(low, high)

    def _zero_derivative(self) -> float:
        share = math.fsum(normal_cdf(high) - normal_cdf(low) for low, high in self._runs(lambda slopes: slopes == 0))
        return share if share > 1e-9 else 0.0  # far out even GELU's derivative is too small for a number

    def _lipschitz(self) -> float:
        if self.steps:
            return math.inf
        limits = (abs(limit_at_infinity(self.gradient, side)) for side in (-1, 1))
        near = self.x[np.abs(self.x) <= FAR_OUT]
        far = float(np.nanmax(np.abs(self.slopes)))
        largest = largest_value(lambda x: np.abs(self.gradient(x)), near)
        return max([largest, far, *(limit for limit in limits if not math.isnan(limit))])

    def _smoothness(self) -> float:
        if self.steps:
            return -1
        return 0 if self.kinks else continuous_derivatives(self.gradient)
