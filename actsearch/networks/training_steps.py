"""Several steps of training in one call, which spares the returns to Python between them. Imports TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

TrainSteps = Callable[[Any, int, float], int]
"""Trains on the next batches of an iterator over (x, y), and updates the metrics. Returns how many steps it took.

Its other arguments are the most steps to take, and the seconds after which no further one is begun; one is always
taken. No bit of the training depends on how its steps are divided into calls.
"""


def stepping(model: keras.Model) -> TrainSteps:
    """Keras's own training step, compiled inside a loop.

    The loop looks at the clock itself. So a call is short on a slow machine too, and signals are heeded after it.
    """

    # A function of its own, as with Keras: written out in the loop, some products would be taken in another order.
    one_step = tf.function(model.train_step, reduce_retracing=True, autograph=False, jit_compile=False)

    def steps(iterator: Any, most: Any, seconds: Any) -> Any:
        began = tf.timestamp()

        def goes_on(done: Any) -> Any:
            passed = tf.timestamp() - began
            # Below 0 the clock was set back, and would not tell when to stop.
            in_time = tf.logical_and(passed >= 0, passed < seconds)
            return tf.logical_or(done < 1, tf.logical_and(done < most, in_time))

        def step(done: Any) -> tuple[Any]:
            one_step(next(iterator))
            return (done + 1,)

        return tf.while_loop(goes_on, step, (tf.constant(0),), parallel_iterations=1)[0]

    compiled = tf.function(steps, reduce_retracing=True, autograph=False, jit_compile=False)

    def train_steps(iterator: Any, most: int, seconds: float) -> int:
        # As tensors: of other numbers TensorFlow would trace the steps again.
        done = compiled(iterator, tf.constant(most), tf.constant(seconds, tf.float64))
        return int(done)

    return train_steps
