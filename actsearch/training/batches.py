"""Examples as batches for TensorFlow, in an order that can change every epoch. Imports TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from actsearch.data.dataset import Dataset


class Pipelines:
    """The batches of a data set, each built once in a process and used for every epoch and trial.

    A pipeline keeps the arrays that it refers to until Python collects its garbage: one for each epoch would take more
    memory than there is. So its order is a variable, and pixels stay as they are (uint8) until their batch is made.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._arrays: dict[str, tuple[Any, Any]] = {}
        self._built: dict[tuple[str, int, int], Batches] = {}

    def batches(self, part: Literal["train", "test"], batch_size: int, examples: int) -> Batches:
        """Batches of so many examples of a part of the data set; whoever iterates over them is alone with them."""
        if part not in self._arrays:  # not before it is asked for: from then on TensorFlow's threads are settled
            x, y = getattr(self._dataset, f"x_{part}"), getattr(self._dataset, f"y_{part}")
            with tf.device("CPU:0"):
                self._arrays[part] = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
        key = part, batch_size, examples
        if key not in self._built:
            self._built[key] = Batches(*self._arrays[part], self._dataset.target_rows, batch_size, examples)
        return self._built[key]


class Batches:
    """Batches of float32 inputs and targets; the last may be smaller.

    Where all batches are full, TensorFlow is told their size, as by `fit`: it then rounds some products otherwise.
    """

    def __init__(self, x: Any, y: Any, rows: np.ndarray | None, batch_size: int, examples: int) -> None:
        """`examples` of the inputs x (all, ...) with their y, arrays or tensors, make an epoch.

        With `rows` (classes, outputs), y are labels (all,) that stand for one of them; without, targets (all, outputs).
        """
        self.steps = math.ceil(examples / batch_size)
        size = batch_size if examples % batch_size == 0 else None
        with tf.device("CPU:0"):
            x_all, y_all = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
            # As a tensor: TensorFlow would multiply by the inverse of a number, and round otherwise than `as_float`.
            largest = tf.constant(255, tf.float32)
            targets_of = y_all if rows is None else tf.convert_to_tensor(rows)
            order = tf.Variable(tf.zeros(examples, tf.int64), trainable=False)

        # There is nothing for autograph to convert, and it would write a file into the temporary folder.
        @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
        def batch(start: Any) -> Any:
            chosen = order[start : tf.minimum(start + batch_size, examples)]
            inputs = tf.gather(x_all, chosen)
            if x_all.dtype == tf.uint8:
                inputs = tf.cast(inputs, tf.float32) / largest
            targets = tf.gather(targets_of, chosen if rows is None else tf.gather(y_all, chosen))
            shapes = (size, *x_all.shape[1:]), (size, *targets_of.shape[1:])
            return tf.ensure_shape(inputs, shapes[0]), tf.ensure_shape(targets, shapes[1])

        # Nothing is left to tune, and the tuning thread would now and then hold up the end of an epoch for seconds.
        options = tf.data.Options()
        options.autotune.enabled = False
        self._order = order
        self._pipeline = tf.data.Dataset.range(0, examples, batch_size).map(batch).prefetch(2).with_options(options)

    def of(self, order: np.ndarray) -> Iterator[Any]:
        """The batches of the examples with these indices, in this order, as Keras's compiled steps take them."""
        self._order.assign(order)
        batches: Iterator[Any] = iter(self._pipeline)
        return batches
