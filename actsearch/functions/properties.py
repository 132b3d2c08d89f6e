"""What can be said of an activation function by computing: range, moments, saturation, kinks. Imports nothing of ours.

Takes any element-wise f with its derivative f' as functions over float64 arrays. Everything is found numerically on
grids that are fixed, so that the same function has the same properties everywhere. What happens between two of their
points, 0.005 apart, or beyond |x| = 1e6, goes unseen; what happens there once is none of an activation function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

NEAR = 10.0
"""Where pre-activations are: f is scaled by its largest slope on [-10, 10], and looked through for kinks there."""
FAR = 40.0
"""[-40, 40] is looked through point by point; beyond, from a power of ten to the next."""
STEP = 0.005
SATURATED = 0.01
"""A function saturates where |f'| is below this share of its largest value on [-10, 10]; as in the diagnostics."""
SHORTEST_PLATEAU = 0.5
"""A shorter interval of small slopes in the midst of larger ones is the turn of a curve and no saturation."""
CENTRED = 0.1
"""Zero-centred: the mean of f(X), X standard normal, is at most this share of its standard deviation."""
HIGHEST = 4
"""A function without a jump in its first so many derivatives counts as infinitely smooth."""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, either of which may be infinite; whether each of them belongs to it."""

    low: float
    high: float
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        """As in `(-0.17, ∞)`, four digits."""
        ends = (shown(self.low), shown(self.high))
        return f"{'[' if self.low_closed else '('}{ends[0]}, {ends[1]}{']' if self.high_closed else ')'}"


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
        left = any(math.isinf(one.low) for one in self.saturates)
        right = any(math.isinf(one.high) for one in self.saturates)
        if left or right:
            return "both" if left and right else "left" if left else "right"
        return "middle" if self.saturates else "none"


def shown(value: float, digits: int = 4) -> str:
    """A number for people: four digits, and nothing of a rounding error."""
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    return f"{0.0 if abs(value) < 1e-9 else value:.{digits}g}"


def properties(f: Function, gradient: Function) -> Properties:
    """All of them, from f and f', each over a float64 array and of its shape. Takes some hundredths of a second."""
    with np.errstate(all="ignore"):
        everywhere = not np.any(np.isnan(f(np.linspace(-FAR, FAR, 161))))
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
        mean, variance = self._moments(self.f)
        slope_mean, slope_variance = self._moments(self.gradient)
        return Properties(
            range=self._range(),
            monotone=self._monotone(),
            turning_points=tuple((x, _one(self.f, x)) for x in self.turns if abs(x) <= NEAR),
            at_zero=_one(self.f, 0.0),
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
    def x(self) -> Array:
        """[-40, 40] point by point, with a point beside every kink on either side; then ever larger steps to 1e6."""
        n = round(FAR / STEP)
        beyond = FAR * (1e6 / FAR) ** (np.arange(1, 101) / 100)
        beside = [k + d * max(1.0, abs(k)) for k in self.kinks for d in (-1e-12, 1e-12)]
        return np.unique(np.concatenate([-beyond, np.arange(-n, n + 1) * STEP, self.kinks, beside, beyond]))

    @cached_property
    def values(self) -> Array:
        return self.f(self.x)

    @cached_property
    def slopes(self) -> Array:
        return self.gradient(self.x)

    @cached_property
    def largest(self) -> float:
        """The largest |f'| on [-10, 10]."""
        return float(np.max(np.abs(self.slopes[np.abs(self.x) <= NEAR])))

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """Where f itself jumps."""
        return _jumps(self.f)

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        return tuple(sorted({*self.steps, *_jumps(self.gradient)}))

    # --- the values

    def _range(self) -> Interval:
        left, right = _limit(self.f, -1), _limit(self.f, 1)
        low, low_closed = self._bound(-1, left, right)
        high, high_closed = self._bound(1, left, right)
        return Interval(low, high, low_closed, high_closed)

    def _bound(self, sign: int, left: float, right: float) -> tuple[float, bool]:
        """The supremum (sign 1) or infimum (-1), and whether f takes it."""
        here = _largest(lambda x: sign * self.f(x), self.x)
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

        def off(at: Array) -> Array:
            return np.abs(self.f(at) - limit) / max(1.0, abs(limit))

        away, equal = off(x) > 1e-6, off(x) <= 1e-15
        if not equal[-1]:
            return False
        near, there = np.flatnonzero(away).max(initial=-1), np.flatnonzero(~equal).max(initial=-1)
        if near < 0:
            return True
        begin = float(_last(lambda at: off(at) > 1e-6, x[near : near + 1], x[near + 1 : near + 2])[0])
        end = float(_last(lambda at: off(at) <= 1e-15, x[there + 1 : there + 2], x[there : there + 1])[0])
        return abs(end - begin) <= max(1e-9, 0.1 * abs(end))

    def _monotone(self) -> Literal["increasing", "decreasing"] | None:
        if self.turns:
            return None
        signs = self._signs(self.slopes)
        up, down = bool(np.any(signs > 0)), bool(np.any(signs < 0))
        for step in self.steps:
            rise = _one(self.f, step + 1e-9) - _one(self.f, step - 1e-9)
            up, down = up or rise > 0, down or rise < 0
        return None if up == down else "increasing" if up else "decreasing"

    def _signs(self, slopes: Array) -> Array:
        """Of f', with 0 for what may be a rounding error, and where there is no f'."""
        return np.where(np.abs(slopes) > self.negligible, np.sign(slopes), 0.0)

    @cached_property
    def negligible(self) -> float:
        """The slope that rounding alone can make."""
        return max(1e-9 * self.largest, 1e-13 * float(np.max(np.abs(self.values[np.abs(self.x) <= NEAR]))))

    @cached_property
    def turns(self) -> tuple[float, ...]:
        """Where f' changes its sign."""
        inside = np.abs(self.x) <= FAR
        x, signs = self.x[inside], self._signs(self.slopes[inside])
        x, signs = x[signs != 0], signs[signs != 0]
        i = np.flatnonzero(signs[1:] != signs[:-1])
        before = _last(lambda at: self._signs(self.gradient(at)) == signs[i], x[i], x[i + 1])
        after = _last(lambda at: self._signs(self.gradient(at)) == signs[i + 1], x[i + 1], x[i])
        return tuple(_simplest(place, 1e-7) for place in ((before + after) / 2).tolist())

    # --- the slopes

    def _runs(self, chosen: Callable[[Array], NDArray[np.bool_]]) -> Iterator[tuple[float, float]]:
        """The intervals of x where f' is chosen, to infinity at the outermost points; ends exact to rounding."""

        def test(x: Array) -> NDArray[np.bool_]:
            return chosen(self.gradient(x))

        inside = np.concatenate([[False], chosen(self.slopes), [False]])
        begins, ends = np.flatnonzero(inside[1:] & ~inside[:-1]), np.flatnonzero(inside[:-1] & ~inside[1:]) - 1
        last = len(self.x) - 1
        low = _last(test, self.x[begins], self.x[np.maximum(begins - 1, 0)])
        high = _last(test, self.x[ends], self.x[np.minimum(ends + 1, last)])
        low, high = np.where(begins == 0, -np.inf, low), np.where(ends == last, np.inf, high)
        yield from zip(low.tolist(), high.tolist(), strict=True)

    def _saturates(self) -> Iterator[Interval]:
        if self.largest == 0:  # a step: flat, wherever one looks
            yield Interval(-math.inf, math.inf)
            return
        for low, high in self._runs(lambda slopes: np.abs(slopes) < SATURATED * self.largest):
            endless = math.isinf(low) or math.isinf(high)
            if endless or (high - low >= SHORTEST_PLATEAU and low >= -FAR and high <= FAR):
                yield Interval(low, high)

    def _zero_derivative(self) -> float:
        share = math.fsum(_normal(high) - _normal(low) for low, high in self._runs(lambda slopes: slopes == 0))
        return share if share > 1e-9 else 0.0  # far out even GELU's derivative is too small for a number

    def _lipschitz(self) -> float:
        if self.steps:
            return math.inf
        limits = (abs(_limit(self.gradient, side)) for side in (-1, 1))
        near = self.x[np.abs(self.x) <= FAR]
        far = float(np.nanmax(np.abs(self.slopes)))
        return max([_largest(lambda x: np.abs(self.gradient(x)), near), far, *(x for x in limits if not math.isnan(x))])

    def _moments(self, f: Function) -> tuple[float, float]:
        """Mean and variance of f(X): Gauss and Legendre's rule between neighbours of a grid with all kinks in it.

        Beyond |x| = 10 there is less than 1e-22 of the normal distribution.
        """
        edges = np.union1d(np.linspace(-NEAR, NEAR, 161), self.kinks)
        nodes, weights = np.polynomial.legendre.leggauss(16)
        half = np.diff(edges)[:, None] / 2
        x = (edges[:-1, None] + edges[1:, None]) / 2 + half * nodes
        density: Array = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        p, y = half * weights * density, f(x)
        mean = float(np.sum(p * y))
        variance = float(np.sum(p * (y - mean) ** 2))
        grows = max(abs(float(y.flat[i])) ** 2 * float(density.flat[i]) for i in (0, -1)) > 1e-9 * max(1.0, variance)
        return (math.copysign(math.inf, mean), math.inf) if grows else (mean, variance)

    # --- the derivatives of f'

    def _smoothness(self) -> float:
        if self.steps:
            return -1
        if self.kinks:
            return 0
        return min((self._order_at(*place) for place in _rough_places(self.gradient)), default=math.inf)

    def _order_at(self, low: float, high: float) -> float:
        """How many derivatives of f are the same from both sides of a short interval's middle."""
        sides = [_derivatives(self.gradient, low, high, side) for side in (-1, 1)]
        if not all(sides):  # f' is like a square root there, or is only steep
            return 1 if high - low < 2 * SHORTEST else math.inf
        slope = 1e-3 * max(size for (_, size), *_ in sides)
        for order in range(1, HIGHEST):
            (left, size), (right, other) = (side[order] for side in sides)
            if abs(left - right) > 0.03 * max(size, other, slope):
                return order
        return math.inf


def _one(f: Function, x: float) -> float:
    return float(f(np.array([x], np.float64))[0])


def _normal(x: float) -> float:
    """P(X <= x)."""
    return math.erfc(-x / math.sqrt(2)) / 2


def _last(test: Callable[[Array], NDArray[np.bool_]], inside: Array, outside: Array) -> Array:
    """The last number from `inside`, where the test holds, to `outside`, where it does not, at which it still holds."""
    for _ in range(60):
        middle = (inside + outside) / 2
        holds = test(middle)
        inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
    return inside


def _simplest(x: float, tolerance: float) -> float:
    """The number of fewest decimals as near as that: a kink found at 2.9999999999 is at 3."""
    return next((near for k in range(13) if abs((near := round(x, k) + 0.0) - x) <= tolerance), x)


def _largest(f: Function, x: Array) -> float:
    """The largest value of f at and between the points: the neighbourhood of the best is looked through ever closer."""
    y = f(x)
    best = int(np.nanargmax(y))
    low, high, value = x[max(best - 1, 0)], x[min(best + 1, len(x) - 1)], float(y[best])
    for _ in range(8):
        finer = np.linspace(low, high, 41)
        y = f(finer)
        best = int(np.nanargmax(y))
        low, high, value = finer[max(best - 1, 0)], finer[min(best + 1, 40)], max(value, float(y[best]))
    return value


def _limit(f: Function, side: int) -> float:
    """The limit of f at infinity, which may be infinite; NaN if it has none, as a wave."""
    y = f(side * np.sqrt(10.0) ** np.arange(2, 13))
    if not np.all(np.isfinite(y)):
        first = int(np.argmax(~np.isfinite(y)))
        if not math.isnan(float(y[first])):
            return float(y[first])
        y = y[:first]
    if len(y) < 5:
        return math.nan
    steps = np.diff(y)[-4:]
    scale = max(1.0, abs(float(y[-1])))
    if abs(steps[-1]) <= 1e-12 * scale:
        return _round_off(float(y[-1]))
    ratios = steps[1:] / steps[:-1]
    if np.all((ratios > 0) & (ratios < 0.9)):  # a geometric row: what is still to come is its rest
        return _round_off(float(y[-1] + steps[-1] * ratios[-1] / (1 - ratios[-1])))
    return math.copysign(math.inf, steps[-1]) if np.all(ratios > 0) else math.nan


def _round_off(x: float) -> float:
    return _simplest(x, 1e-10 * max(1.0, abs(x)))


def _jumps(f: Function) -> tuple[float, ...]:
    """Where f jumps in [-10, 10]: intervals that are halved, the half with the larger change kept, as long as there is
    one; what is continuous changes ever less."""
    n = round(NEAR / STEP)
    grid = np.arange(-n, n + 1, dtype=np.float64) * STEP
    y = f(grid)
    tolerance = 1e-6 * max(1.0, float(np.max(np.abs(y))))
    low: Array = grid[:-1]
    high: Array = grid[1:]
    left, right = y[:-1], y[1:]
    for _ in range(45):
        keep = np.abs(right - left) > tolerance
        low, high, left, right = low[keep], high[keep], left[keep], right[keep]
        middle = (low + high) / 2
        value = f(middle)
        first = np.abs(value - left) >= np.abs(right - value)
        low, high = np.where(first, low, middle), np.where(first, middle, high)
        left, right = np.where(first, left, value), np.where(first, value, right)
    jumps = np.abs(right - left) > tolerance
    return tuple(dict.fromkeys(_simplest(x, 1e-11) for x in ((low + high) / 2)[jumps].tolist()))


NODES = 10
"""Of the polynomials that f' is compared with: a function with all derivatives is one on a short interval."""
WIDEST, HALVINGS = 0.1, 12
SHORTEST = WIDEST / 2**HALVINGS
"""Of the intervals on which that is done."""
ROUGH = 3e-12
"""How far from a polynomial rounding errors alone don't bring a function."""


def _rough_places(f: Function) -> list[tuple[float, float]]:
    """Short intervals of [-10, 10] on which f is no polynomial: a derivative jumps there, or f is steep.

    They are halved as long as it shows in a half. The grid is odd: no round number lies between two of its intervals.
    """
    edges: Array = np.arange(-100.37, 100.37) * WIDEST
    low, high = edges[:-1], edges[1:]
    rough = _misfit(f, low, high) > ROUGH
    low, high = low[rough], high[rough]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        left, right = _misfit(f, low, middle), _misfit(f, middle, high)
        seen = np.maximum(left, right) > ROUGH
        low, high = np.where(seen & (left < right), middle, low), np.where(seen & (left >= right), middle, high)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _misfit(f: Function, low: Array, high: Array) -> Array:
    """How far f is from its interpolating polynomial on each interval, at the places between the nodes.

    As a share of f's size there; at a hundredth, where rounding begins to count.
    """
    nodes = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    between = np.cos(np.pi * np.arange(1, NODES) / NODES)
    basis = np.polynomial.chebyshev.chebvander
    interpolation = basis(between, NODES - 1) @ np.linalg.inv(basis(nodes, NODES - 1))
    centre, half = (low + high)[:, None] / 2, (high - low)[:, None] / 2
    values = f(centre + half * nodes)
    off = np.abs(values @ interpolation.T - f(centre + half * between)).max(axis=1, initial=0.0)
    share: Array = np.nan_to_num(off / np.maximum(0.01, np.abs(values).max(axis=1, initial=0.0)), nan=np.inf)
    return share


def _derivatives(f: Function, low: float, high: float, side: int) -> list[tuple[float, float]]:
    """f and its derivatives in the middle of an interval, as its left or right neighbourhood has them; none if it has
    none. Each with its largest size in that neighbourhood, on which a polynomial agrees with f."""
    begin = low if side < 0 else high
    for width in (w for k in range(7) if (w := 0.4 * 0.5**k) >= 4 * (high - low)):
        ends = sorted([begin, begin + side * width])
        if float(_misfit(f, np.array(ends[:1]), np.array(ends[1:]))[0]) <= 1e-11:
            fit: Any = np.polynomial.Chebyshev.interpolate(f, NODES - 1, domain=ends)
            orders = [fit, *(fit.deriv(k) for k in range(1, HIGHEST))]
            near = np.linspace(ends[0], ends[1], 9)
            return [(float(one((low + high) / 2)), float(np.max(np.abs(one(near))))) for one in orders]
    return []
