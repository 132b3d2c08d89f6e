"""What differs between Keras on TensorFlow and on JAX: compiling a function, its gradients, its slopes.

Loads that library of the two that Keras runs on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


def as_numpy(value: Any) -> np.ndarray:
    """A copy that NumPy can compute with."""
    array = np.array(ops.convert_to_numpy(ops.convert_to_tensor(value)))
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def is_jax() -> bool:
    """Whether Keras runs on JAX, and not on TensorFlow.

    Raises:
        ValueError: it is a third one.
    """
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise ValueError(f"diagnostics need Keras on TensorFlow or JAX, and it is on {backend}")
    return bool(backend == "jax")


def compiled_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """One graph for each shape of the arguments, so that no result depends on what was measured before."""
    if is_jax():
        import jax

        compiled: Callable[..., Any] = jax.jit(function)
        return compiled
    import tensorflow as tf

    compiled = tf.function(function, autograph=False, jit_compile=False)
    return compiled


def gradients_at(function: Callable[[Sequence[Any]], tuple[Any, Any]], at: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    """The gradients of the function's first result, and its second one."""
    if is_jax():
        import jax

        (_, more), gradients = jax.value_and_grad(function, has_aux=True)(list(at))
        return gradients, more
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(at)
        value, more = function(at)
    return tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO), more


def with_slopes(function: Callable[[Any], Any], z: Any) -> tuple[Any, Any]:
    """An element-wise function at every component of z, and its derivative there."""
    if is_jax():
        import jax

        applied, pull_back = jax.vjp(function, z)
        return applied, pull_back(ops.ones_like(applied))[0]
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        applied = function(z)
    return applied, tape.gradient(applied, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)
