"""Python's floats and NumPy as namespaces: the functions of a formula by NumPy's names."""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actsearch.functions.arrays import Array


class _Floats:
    """NumPy's names over Python floats: infinity and NaN where `math` would raise."""

    tanh = staticmethod(math.tanh)
    arctan = staticmethod(math.atan)
    arcsinh = staticmethod(math.asinh)
    erf = staticmethod(math.erf)

    @staticmethod
    def exp(v: float) -> float:
        return math.exp(v) if v < 709.78 else _beyond_exp(v)

    @staticmethod
    def expm1(v: float) -> float:
        return math.expm1(v) if v < 709.78 else _beyond_exp(v)

    @staticmethod
    def log(v: float) -> float:
        return math.log(v) if v > 0 else _outside_log(v)

    @staticmethod
    def log1p(v: float) -> float:
        return math.log1p(v) if v > -1 else _outside_log(v + 1)

    @staticmethod
    def sqrt(v: float) -> float:
        return math.sqrt(v) if v >= 0 else math.nan

    @staticmethod
    def sign(v: float) -> float:
        return v if math.isnan(v) else float((v > 0) - (v < 0))

    @staticmethod
    def sin(v: float) -> float:
        return math.sin(v) if math.isfinite(v) else math.nan

    @staticmethod
    def cos(v: float) -> float:
        return math.cos(v) if math.isfinite(v) else math.nan

    @staticmethod
    def sinh(v: float) -> float:
        return math.sinh(v) if abs(v) < 710.47 else math.copysign(_beyond_exp(v), v)

    @staticmethod
    def cosh(v: float) -> float:
        return math.cosh(v) if abs(v) < 710.47 else _beyond_exp(v)

    @staticmethod
    def sigmoid(v: float) -> float:
        e = math.exp(-abs(v))
        return 1 / (1 + e) if v >= 0 else e / (1 + e)

    @staticmethod
    def softplus(v: float) -> float:
        return max(v, 0.0) + math.log1p(math.exp(-abs(v)))

    @staticmethod
    def relu(v: float) -> float:
        return max(v, 0.0)

    @staticmethod
    def divide(a: float, b: float) -> float:
        if b:
            return a / b
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)

    @staticmethod
    def power(base: float, exponent: float) -> float:
        if base < 0 and math.isfinite(base) and math.isfinite(exponent):
            return math.nan
        if base == 0 and exponent < 0:
            return math.inf
        try:
            return math.pow(base, exponent)
        except OverflowError:
            return math.inf

    @staticmethod
    def logical_and(a: bool, b: bool) -> bool:
        return a and b

    @staticmethod
    def logical_or(a: bool, b: bool) -> bool:
        return a or b

    @staticmethod
    def logical_not(a: bool) -> bool:
        return not a


FLOATS = _Floats()


def _beyond_exp(v: float) -> float:
    """exp(v) where it is no float: NaN of NaN, else infinity."""
    return v if math.isnan(v) else math.inf


def _outside_log(v: float) -> float:
    """log(v) where `math` raises, and of NaN."""
    return -math.inf if v == 0 else math.nan


@functools.cache
def numpy_namespace() -> SimpleNamespace:
    """NumPy, with the functions that it lacks."""
    import numpy as np

    def sigmoid(v: Array) -> Array:
        e = np.exp(-np.abs(v))  # cannot overflow
        return np.where(v >= 0, 1 / (1 + e), e / (1 + e))

    def softplus(v: Array) -> Array:
        result: Array = np.maximum(v, 0) + np.log1p(np.exp(-np.abs(v)))
        return result

    def erf(v: Array) -> Array:
        result: Array = np.vectorize(math.erf, otypes=[v.dtype])(v)
        return result

    same = "exp expm1 log log1p sqrt sign sin cos tanh sinh cosh arctan arcsinh divide power where full_like"
    logic = "logical_and logical_or logical_not"
    numpys = {name: getattr(np, name) for name in f"{same} {logic}".split()}
    return SimpleNamespace(**numpys, sigmoid=sigmoid, softplus=softplus, erf=erf, relu=lambda v: np.maximum(v, 0))
