"""Why some kernels of the registry are written by hand: each against what follows from the formula of its row.

    python benchmarks/kernels.py [--rounds 25] [--all]

A line a kernel for NumPy: the largest relative error of f or f' over 400 inputs, and where. A line a kernel for Keras,
of f with its gradient in one compiled call over (128, 2000) float32 values: the time of what follows from the formula
over that of the kernel (the median of the rounds, in which both take turns), and how many of 23,000 values and of
their gradients differ in any bit. Networks that were trained must train again to the same bits, so a kernel for Keras
stays where they do. With --all, functions without a kernel for Keras are listed, too, against Keras's function of that
name, if there is one.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import mpmath
import numpy as np
import tensorflow as tf

from actsearch.functions.activation_row import ActivationFunction
from actsearch.functions.registry import ACTIVATIONS

LANGUAGE: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "sin", "tanh", "erf", "pi")},
    "abs": abs,
}
SIZES = np.exp(np.random.default_rng(0).uniform(np.log(1e-8), np.log(30), 200))
INPUTS = np.concatenate([SIZES, -SIZES])


def settings(row: ActivationFunction) -> Iterator[dict[str, Any]]:
    """The defaults, then each parameter with another value."""
    defaults = {name: known.default for name, known in row.parameters.items()}
    yield defaults
    for name, known in row.parameters.items():
        other = not known.default if isinstance(known.default, bool) else max(known.minimum, known.default / 3)
        yield {**defaults, name: other}


def worst(computed: np.ndarray, exact: list[Any]) -> str:
    """The largest relative error, and the input that has it."""
    errors = [
        float(abs(mpmath.mpf(float(value)) / true - 1)) if true else float(value != 0)
        for value, true in zip(computed, exact, strict=True)
    ]
    return f"{max(errors):.0e} at {INPUTS[int(np.argmax(errors))]:.3g}"


def numpy_line(row: ActivationFunction, gradient: bool) -> str:
    """How exact the kernel is, and what would be in its place."""
    derived = replace(row, numpy=None, numpy_gradient=None, computed="")
    values = {name: known.default for name, known in row.parameters.items()}
    with mpmath.workdps(300):
        code = compile(row.written(values)[gradient], "formula", "eval")
        exact = [eval(code, {"__builtins__": {}}, {**LANGUAGE, **values, "x": mpmath.mpf(x)}) for x in INPUTS]
        kept, other = (worst(of.gradient(INPUTS) if gradient else of.function(INPUTS), exact) for of in (row, derived))
    return f"largest relative error {kept}, from the formula {other}"


def compiled(row: ActivationFunction | Callable[..., Any], parameters: dict[str, Any]) -> Callable[..., Any]:
    """f and its gradient as one call."""

    def function(x: tf.Tensor, upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = (
                row.in_keras(keras.ops, x, parameters) if isinstance(row, ActivationFunction) else row(x, **parameters)
            )
        return value, tape.gradient(value, x, output_gradients=upstream)

    return tf.function(function, autograph=False)


def keras_line(first: Callable[..., Any], second: Callable[..., Any], rounds: int, largest: float) -> str:
    """The second's time over the first's, and in how many values they differ."""
    rng = np.random.default_rng(0)
    inputs = np.concatenate([rng.normal(0, 2, 20_000), rng.normal(0, 1e-3, 2000), rng.normal(0, 20, 1000)])
    x = tf.constant(np.minimum(inputs, largest), "float32")
    upstream = tf.constant(rng.normal(size=x.shape), "float32")
    pairs = zip(first(x, upstream), second(x, upstream), strict=True)
    different = [int(np.sum(a.numpy() != b.numpy())) for a, b in pairs]
    x = tf.constant(rng.normal(size=(128, 2000)), "float32")
    ratios = []
    for _ in range(rounds + 1):
        seconds = []
        for function in (first, second):
            begin = time.perf_counter()
            for _ in range(3):
                function(x, x)
            seconds.append(time.perf_counter() - begin)
        ratios.append(seconds[1] / seconds[0])
    low, middle, high = np.quantile(ratios[1:], [0.25, 0.5, 0.75])
    return f"time x {middle:.2f} ({low:.2f} to {high:.2f}), differ {different[0]} values, {different[1]} gradients"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    for name, row in ACTIVATIONS.items():
        if row.numpy or row.computed:
            print(f"{name:14} NumPy, f   {numpy_line(row, gradient=False)}")
        if row.numpy_gradient or row.computed:
            print(f"{name:14} NumPy, f'  {numpy_line(row, gradient=True)}")
        keras_own = getattr(keras.activations, name, None)
        for parameters in settings(row) if row.keras else ():
            pair = compiled(row, parameters), compiled(replace(row, keras=None), parameters)
            print(f"{name:14} Keras      {keras_line(*pair, options.rounds, row.largest_input)} {parameters or ''}")
        if options.all and not row.keras and keras_own:
            values = {key: known.default for key, known in row.parameters.items() if key != "beta"}
            pair = compiled(keras_own, values), compiled(row, {key: at.default for key, at in row.parameters.items()})
            print(f"{name:14} Keras's    {keras_line(*pair, options.rounds, row.largest_input)}")


if __name__ == "__main__":
    main()
