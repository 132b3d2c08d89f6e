"""How fast this machine multiplies."""

from __future__ import annotations

import math
import time

PRODUCT = 64
"""Rows and columns of the matrices whose product is timed: OpenBLAS gives larger ones to several threads."""


def matrix_product_speed(seconds: float = 0.3) -> float:
    """Floating-point operations a second of one thread, by the fastest of many float32 matrix products."""
    import numpy as np

    n = PRODUCT
    a = np.ones((n, n), np.float32)
    out = a @ a
    fastest = math.inf
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        np.matmul(a, a, out=out)
        fastest = min(fastest, time.perf_counter() - began)
    return float(2 * n**3 / fastest)
