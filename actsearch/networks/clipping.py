"""Counts which share of the gradients' components an optimizer clips. Imports Keras.

The count stands beside the training: the optimizer stays of its class, its configuration and its variables are as they
were, and so are the bits of the training. It needs one method of Keras's optimizers that is not public; where that is
missing, nothing is counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from actsearch.core.experiment import CLIPPING

CLIPPING_METHOD = "_clip_gradients"
ROUNDING = 1 + 1e-5
"""A norm above its limit by less than this factor is clipped by as much as rounding."""


class ClippingCount:
    """Counts, from now on, the components that a model's optimizer clips in every step.

    Make it before the training step is compiled for the first time, or compile that anew after it (with Keras,
    `model.train_function = None`): what is compiled already does not count.

    Args:
        model: compiled.
        variables: by layer and kind, those whose gradients count (see `LayerProbe.variables`).

    Attributes:
        active: whether the optimizer clips at all, in a way that can be counted.
    """

    def __init__(self, model: keras.Model, variables: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        # A loss scale's optimizer gives the gradients, scaled back, to one of its own.
        self._optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        place = {id(variable): i for i, variable in enumerate(model.trainable_variables)}
        self._trainable = len(place)
        self._places: dict[str, dict[str, list[int | None]]] = {}
        counted: set[int] = set()
        for layer, kinds in variables.items():
            self._places[layer] = {kind: [place.get(id(v)) for v in of_kind] for kind, of_kind in kinds.items()}
            for places in self._places[layer].values():
                counted.update(i for i in places if i is not None)
        self._counted = sorted(counted)
        self._sizes: dict[int, int] = {i: math.prod(model.trainable_variables[i].shape) for i in self._counted}
        self._unknown = False
        self.active = _clips(self._optimizer) and hasattr(self._optimizer, CLIPPING_METHOD)
        if self.active:
            self._counter = _Counter(len(self._counted))
            self._clip = getattr(self._optimizer, CLIPPING_METHOD)
            # Past Keras, which would track it.
            object.__setattr__(self._optimizer, CLIPPING_METHOD, self._clip_and_count)

    def _clip_and_count(self, gradients: Sequence[Any]) -> Sequence[Any]:
        clipped: Sequence[Any] = self._clip(gradients)
        if len(gradients) == self._trainable:
            above, clipvalue = _above_limit(self._optimizer, gradients), self._optimizer.clipvalue
            self._counter.add([_clipped_components(gradients[i], above[i], clipvalue) for i in self._counted])
        else:
            self._unknown = True  # Keras left out variables without a gradient, and does not tell which
        return clipped

    def reset(self) -> None:
        """Begins to count anew."""
        if self.active:
            self._counter.reset()

    def shares(self) -> Mapping[str, Mapping[str, float | None]]:
        """By layer, `clipped_kernel` and `clipped_bias` over the steps since `reset`; None where that is not known."""
        steps, counts = self._counter.read() if self.active else (0, ())
        known = {} if steps == 0 or self._unknown else dict(zip(self._counted, counts, strict=True))
        return {
            layer: {f"clipped_{kind}": self._share(places, known, steps) for kind, places in kinds.items()}
            for layer, kinds in self._places.items()
        }

    def _share(self, places: Sequence[int | None], known: Mapping[int, int], steps: int) -> float | None:
        here = [place for place in places if place is not None and place in known]
        if not here or len(here) < len(places):
            return None
        components = steps * sum(self._sizes[i] for i in here)
        return sum(known[i] for i in here) / components

    def close(self) -> None:
        """Leaves the optimizer as it was; what is compiled by now goes on counting until it is compiled anew."""
        if self.active:
            object.__delattr__(self._optimizer, CLIPPING_METHOD)
            self.active = False


def _clips(optimizer: Any) -> bool:
    return any(getattr(optimizer, name, None) for name in CLIPPING)


def _above_limit(optimizer: Any, gradients: Sequence[Any]) -> Sequence[Any]:
    """Of each gradient, whether its norm, or that of all together, is above its limit; None where that is no matter.

    Found from the gradients alone: whatever else uses the clipped ones keeps TensorFlow from computing them as it
    would, and the training has other bits.
    """
    if optimizer.clipvalue:
        return [None for _ in gradients]
    squares = [ops.sum(ops.square(gradient)) for gradient in gradients]
    if optimizer.clipnorm:
        return [square > (optimizer.clipnorm * ROUNDING) ** 2 for square in squares]
    together = ops.sum(ops.stack(squares)) > (optimizer.global_clipnorm * ROUNDING) ** 2
    return [together for _ in gradients]


def _clipped_components(gradient: Any, above: Any, clipvalue: float | None) -> Any:
    """How many components clipping changed: those beyond `clipvalue`, or all but the zeros of a shrunk gradient."""
    if clipvalue:
        return ops.sum(ops.cast(ops.abs(gradient) > clipvalue, "int32"))
    return ops.where(above, ops.sum(ops.cast(ops.not_equal(gradient, 0), "int32")), 0)


class _Counter:
    """Adds up whole numbers in a compiled training step, with no limit that a training could reach."""

    def __init__(self, numbers: int) -> None:
        self._on_jax = keras.backend.backend() == "jax"
        if not self._on_jax:
            import tensorflow as tf

            self._sums = tf.Variable(tf.zeros(numbers + 1, tf.int64), trainable=False)
        self._numbers = numbers
        self._host = [0] * (numbers + 1)

    def add(self, counts: Sequence[Any]) -> None:
        """Another step's counts; called while the step is compiled."""
        step = ops.stack([ops.cast(count, "int32") for count in (1, *counts)])
        if self._on_jax:
            import jax

            jax.debug.callback(self._add_on_host, step)  # a compiled step can keep no state of its own there
        else:
            self._sums.assign_add(ops.cast(step, "int64"))

    def _add_on_host(self, step: Any) -> None:
        self._host = [total + int(count) for total, count in zip(self._host, step, strict=True)]

    def read(self) -> tuple[int, Sequence[int]]:
        """The number of steps, and the sums."""
        if self._on_jax:
            import jax

            jax.effects_barrier()
        sums = self._host if self._on_jax else [int(value) for value in self._sums.numpy()]
        return sums[0], sums[1:]

    def reset(self) -> None:
        self.read()  # on JAX, what is on its way belongs to before
        self._host = [0] * (self._numbers + 1)
        if not self._on_jax:
            self._sums.assign([0] * (self._numbers + 1))
