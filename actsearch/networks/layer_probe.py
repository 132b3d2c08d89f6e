"""Measures what each hidden layer of a network does, on a few examples: gradients, activations, slopes.

Imports Keras, and of TensorFlow or JAX the one that Keras runs on. Changes nothing: the network runs in inference mode
with its variables' values as plain inputs, so no random state is consumed and no moving average moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from actsearch.networks import hidden_layers
from actsearch.networks.hidden_layers import HiddenLayer

Quantities = Mapping[str, Any]
"""By name: a number, or None where it is not finite or not defined; `parameters` has a mapping for each."""

CHUNK = 128
"""Examples that are measured at once, so that any number of them fits into memory."""
GRID = np.append(np.linspace(-10, 10, 2001), [-1e-6, 1e-6]).astype(np.float32)
"""Where the largest slope of an activation function is looked for; at 0, backends take it from either side."""
GRID_VALUES = 4_000_000
"""At most so many values of the grid at once, for functions with learned parameters."""
SATURATED, DEAD = 0.01, 1e-6
"""Of the largest slope: below the first a pre-activation is saturated, everywhere below the second a unit is dead."""


class Probe:
    """Measures the hidden layers of a compiled model, again and again, with whatever weights it has by then.

    Attributes:
        layers: the names of the hidden layers, in the order of execution.
        left_out: the layers that cannot be looked into, with the reasons.

    Args:
        model: a sequential or functional model, perhaps with models nested in it, with one output.
        loss: a Keras loss, the name of one, or a function of targets and predictions. What is differentiated is its
            mean over the examples, without penalties; of a loss with the reduction `sum`, the sum by their number.
        training: run the model as in training, with dropout (by the state of its random numbers, which stays) and with
            the batch's own statistics in batch normalisation.

    Raises:
        ValueError: the model has no hidden layer that can be looked into, or several outputs.
    """

    def __init__(self, model: keras.Model, loss: Any, training: bool = False) -> None:
        self._hidden, self.left_out = hidden_layers.find(model)
        if not self._hidden:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in self.left_out.items())
            raise ValueError(
                "the model has no hidden layer that can be diagnosed, which is one with a kernel, an activation "
                "function after it, and another layer with weights after that" + (f" ({reasons})" if reasons else "")
            )
        if len(model.outputs) != 1:
            raise ValueError(f"the model has {len(model.outputs)} outputs; only models with one can be diagnosed")
        self._model, self._loss, self._training = model, _mean_loss(loss), training
        self._variables = list(model.variables)
        place = {id(variable): i for i, variable in enumerate(self._variables)}
        self._places = {h.name: {k: [place[id(v)] for v in vs] for k, vs in h.variables.items()} for h in self._hidden}
        self._differentiated = [i for kinds in self._places.values() for places in kinds.values() for i in places]
        self._slopes: dict[str, np.ndarray] = {}  # the largest ones, of functions that learn nothing
        self._measure_chunk = _compiled(self._chunk)

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(hidden.name for hidden in self._hidden)

    @property
    def variables(self) -> Mapping[str, Mapping[str, Sequence[keras.Variable]]]:
        """By layer, then by `kernel` and `bias`: their variables; a layer without a bias has none there."""
        return {hidden.name: hidden.variables for hidden in self._hidden}

    def weights(self) -> Mapping[str, Mapping[str, Sequence[np.ndarray]]]:
        """Copies of the values of `variables`, for `updates`."""
        return {
            name: {kind: [_array(variable) for variable in variables] for kind, variables in kinds.items()}
            for name, kinds in self.variables.items()
        }

    def measure(self, x: Any, y: Any) -> Mapping[str, Quantities]:
        """What each hidden layer does on these examples, with the model's present weights.

        Args:
            x: what the model takes: an array (examples, ...), or several.
            y: targets (examples, ...).

        Returns:
            By layer, in the order of execution: `gradient_norm_kernel` and `_bias`; `mean`, `variance` and `zeros`
            (their share) of the activations; the shares of `dead` units or channels and of `saturated`
            pre-activations; `parameters` where the function learns some, each with `mean`, `min`, `max`. All are None
            once a weight of the model is no finite number: what relu makes of that would look like dead units.
        """
        examples = len(keras.tree.flatten(x)[0])
        if examples == 0:
            raise ValueError("there are no examples to measure on")
        if not all(np.isfinite(_array(variable)).all() for variable in self._model.trainable_variables):
            return {hidden.name: _nothing(hidden) for hidden in self._hidden}
        values = [ops.convert_to_tensor(variable) for variable in self._variables]
        slopes = [self._largest_slopes(hidden, values) for hidden in self._hidden]
        gradients: dict[int, np.ndarray] = {}
        moments = [_Moments() for _ in self._hidden]
        for start in range(0, examples, CHUNK):
            part = keras.tree.map_structure(lambda array, start=start: array[start : start + CHUNK], (x, y))
            part = keras.tree.map_structure(ops.convert_to_tensor, part)
            found, statistics = self._measure_chunk(values, slopes, *part)
            weight = min(CHUNK, examples - start) / examples
            for place, gradient in zip(self._differentiated, found, strict=True):
                gradients[place] = gradients.get(place, 0.0) + weight * _array(gradient).astype(np.float64)
            for moment, statistic in zip(moments, statistics, strict=True):
                moment.add(*map(_array, statistic))
        return {
            hidden.name: {
                **{f"gradient_norm_{kind}": _norm([gradients[i] for i in p]) for kind, p in places.items()},
                **moment.quantities(slope),
                **_parameters(hidden),
            }
            for hidden, places, moment, slope in zip(self._hidden, self._places.values(), moments, slopes, strict=True)
        }

    def _chunk(self, values: Sequence[Any], slopes: Sequence[Any], x: Any, y: Any) -> Any:
        """The gradients of the differentiated variables, and the statistics of each hidden layer."""

        def forward(changed: Sequence[Any]) -> tuple[Any, Any]:
            known = dict(enumerate(values)) | dict(zip(self._differentiated, changed, strict=True))
            with self._capturing() as caught, self._with(list(known.values())):
                loss = self._loss(y, self._model(x, training=self._training))
            return loss, [
                _statistics(*caught[id(hidden.where)][hidden.occurrence], slope, hidden.channel_axis)
                for hidden, slope in zip(self._hidden, slopes, strict=True)
            ]

        return _gradients(forward, [values[i] for i in self._differentiated])

    def _with(self, values: Sequence[Any]) -> Any:
        """Within it, the model's variables have these values, and what is assigned to them is forgotten afterwards."""
        return keras.StatelessScope(state_mapping=list(zip(self._variables, values, strict=True)))

    @contextmanager
    def _capturing(self) -> Iterator[Mapping[int, list[tuple[Any, Any]]]]:
        """Notes the activations and slopes of all hidden layers, by the identity of what applies the function."""
        caught: dict[int, list[tuple[Any, Any]]] = {}
        owners = {id(hidden.where): (hidden.where, hidden.attribute) for hidden in self._hidden}
        own = {key: attribute in vars(where) for key, (where, attribute) in owners.items()}
        originals = {key: getattr(where, attribute) for key, (where, attribute) in owners.items()}
        try:
            for key, (where, attribute) in owners.items():
                caught[key] = []
                # Past Keras, which would track what is set. It is set while the function is traced.
                object.__setattr__(where, attribute, _noting(originals[key], caught[key]))
            yield caught
        finally:
            for key, (where, attribute) in owners.items():
                if own[key]:
                    object.__setattr__(where, attribute, originals[key])
                else:
                    object.__delattr__(where, attribute)

    def _largest_slopes(self, hidden: HiddenLayer, values: Sequence[Any]) -> np.ndarray:
        """The largest slope on the grid, of a shape that broadcasts against the pre-activations."""
        if hidden.name in self._slopes:
            return self._slopes[hidden.name]
        shape = hidden_layers.grid_shape(hidden)
        largest = np.zeros(shape, np.float32)
        step = max(1, GRID_VALUES // math.prod(shape))
        for start in range(0, len(GRID), step):
            part = GRID[start : start + step].reshape(-1, *(1 for _ in shape))
            grid = ops.convert_to_tensor(np.broadcast_to(part, (len(part), *shape)))
            with self._with(values):
                applied, slopes = _with_slopes(getattr(hidden.where, hidden.attribute), grid)
            if tuple(applied.shape) != tuple(grid.shape):
                raise ValueError(f"{hidden.name}: the parameters of its activation function do not fit its last axes")
            largest = np.maximum(largest, np.abs(_array(slopes)).max(axis=0))
        if not hidden.parameters:
            self._slopes[hidden.name] = largest
        return largest


def updates(
    before: Mapping[str, Mapping[str, Sequence[np.ndarray]]], after: Mapping[str, Mapping[str, Sequence[np.ndarray]]]
) -> Mapping[str, Quantities]:
    """Norm of the change by norm before, of each layer's kernel and bias (see `Probe.weights`).

    By layer: `update_ratio_kernel` and `update_ratio_bias`; None where the norm before is 0 or not finite.
    """

    def ratio(old: Sequence[np.ndarray], new: Sequence[np.ndarray]) -> float | None:
        change = _norm([b.astype(np.float64) - a for a, b in zip(old, new, strict=True)])
        norm = _norm(old)
        return _finite(change / norm) if change is not None and norm else None

    return {
        name: {f"update_ratio_{kind}": ratio(old, after[name][kind]) for kind, old in kinds.items()}
        for name, kinds in before.items()
    }


class _Moments:
    """Statistics of one layer over several chunks of examples, in float64."""

    def __init__(self) -> None:
        self._examples = 0
        self._mean = self._squares = 0.0
        self._zeros = self._saturated = 0.0
        self._strongest: np.ndarray | None = None

    def add(
        self, means: np.ndarray, centre: np.ndarray, squares: np.ndarray, zeros: np.ndarray, saturated: np.ndarray,
        strongest: np.ndarray,
    ) -> None:  # fmt: skip
        """Another chunk, as `_statistics` found it: (examples,) of all but `centre` (a number) and `strongest`."""
        n, mean = len(means), means.mean(dtype=np.float64)
        total = self._examples + n
        # Chan, Golub, LeVeque (1983); first the chunk's squares from about its rounded mean to about its mean.
        own = squares.sum(dtype=np.float64) - n * (mean - np.float64(centre)) ** 2
        self._squares += own + (mean - self._mean) ** 2 * self._examples * n / total
        self._mean += (mean - self._mean) * n / total
        self._zeros += zeros.sum(dtype=np.float64)
        self._saturated += saturated.sum(dtype=np.float64)
        self._strongest = strongest if self._strongest is None else np.maximum(self._strongest, strongest)
        self._examples = total

    def quantities(self, slopes: np.ndarray) -> Quantities:
        """`slopes`: the largest of the function, without which none is small. Nothing is known of infinite values."""
        assert self._strongest is not None
        finite = math.isfinite(self._mean)
        known = finite and (slopes > 0).all() and np.isfinite(slopes).all() and not np.isnan(self._strongest).any()
        return {
            "mean": _finite(self._mean),
            "variance": _finite(float(np.maximum(self._squares, 0.0)) / self._examples),
            "zeros": float(self._zeros / self._examples) if finite else None,
            "dead": float((self._strongest < DEAD).mean()) if known else None,
            "saturated": float(self._saturated / self._examples) if known else None,
        }


def _statistics(activations: Any, slopes: Any, largest: Any, channel_axis: int) -> tuple[Any, ...]:
    """What `_Moments.add` takes, of the activations (examples, ...) and slopes of a chunk.

    Means and shares are by example, so that few numbers are added up in float32.
    """
    a = ops.cast(activations, "float32")
    relative = ops.abs(ops.cast(slopes, "float32")) / largest
    axes = list(range(1, len(a.shape)))
    others = [axis for axis in range(len(a.shape)) if axis != channel_axis % len(a.shape)]
    means = ops.mean(a, axes)
    centre = ops.mean(means)
    squares = ops.mean(ops.square(a - centre), axes)
    zeros = ops.mean(ops.cast(ops.equal(a, 0.0), "float32"), axes)
    saturated = ops.mean(ops.cast(ops.less(relative, SATURATED), "float32"), axes)
    return means, centre, squares, zeros, saturated, ops.max(relative, others)


def _noting(function: Callable[..., Any], notes: list[tuple[Any, Any]]) -> Callable[..., Any]:
    def applied(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        activations, slopes = _with_slopes(lambda z: function(z, *args, **kwargs), inputs)
        notes.append((activations, slopes))
        return activations

    return applied


def _mean_loss(loss: Any) -> Callable[[Any, Any], Any]:
    """The mean loss over examples, from targets and predictions."""
    found = keras.losses.get(loss)
    if not callable(found):
        raise ValueError(f"{loss!r} is no loss; give one Keras loss, or a function of targets and predictions")
    measured = found if isinstance(found, keras.losses.Loss) else _FunctionLoss(found)

    def mean(y: Any, predictions: Any) -> Any:
        value = measured(y, predictions)
        return value / predictions.shape[0] if measured.reduction == "sum" else ops.mean(value)

    return mean


class _FunctionLoss(keras.losses.Loss):  # type: ignore[misc]
    """As `compile` makes one of a function."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        super().__init__(name="loss")
        self._function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._function(y_true, y_pred)


def _nothing(hidden: HiddenLayer) -> Quantities:
    summaries = {variable.name: dict.fromkeys(("mean", "min", "max")) for variable in hidden.parameters}
    names = ("gradient_norm_kernel", "gradient_norm_bias", "mean", "variance", "zeros", "dead", "saturated")
    return {**dict.fromkeys(names), **({"parameters": summaries} if summaries else {})}


def _parameters(hidden: HiddenLayer) -> Quantities:
    """The function's learned parameters, if it has any."""
    values = {variable.name: _array(variable).astype(np.float64) for variable in hidden.parameters}
    summaries = {
        name: {"mean": _finite(value.mean()), "min": _finite(value.min()), "max": _finite(value.max())}
        for name, value in values.items()
    }
    return {"parameters": summaries} if summaries else {}


def _norm(values: Sequence[np.ndarray]) -> float | None:
    """The Euclidean norm of all components; None if there are none, or it is not finite."""
    if not values:
        return None
    flat = [value.astype(np.float64, copy=False).ravel() for value in values]
    return _finite(math.sqrt(sum(float(value @ value) for value in flat)))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _array(value: Any) -> np.ndarray:
    """A copy that NumPy can compute with."""
    array = np.array(ops.convert_to_numpy(ops.convert_to_tensor(value)))
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def _on_jax() -> bool:
    """Which of the two backends it is, for the three functions that differ.

    Raises:
        ValueError: it is a third one.
    """
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise ValueError(f"diagnostics need Keras on TensorFlow or JAX, and it is on {backend}")
    return bool(backend == "jax")


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """One graph for each shape of the arguments, so that no result depends on what was measured before."""
    if _on_jax():
        import jax

        compiled: Callable[..., Any] = jax.jit(function)
        return compiled
    import tensorflow as tf

    compiled = tf.function(function, autograph=False, jit_compile=False)
    return compiled


def _gradients(function: Callable[[Sequence[Any]], tuple[Any, Any]], at: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    """The gradients of the function's first result, and its second one."""
    if _on_jax():
        import jax

        (_, more), found = jax.value_and_grad(function, has_aux=True)(list(at))
        return found, more
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(at)
        value, more = function(at)
    return tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO), more


def _with_slopes(function: Callable[[Any], Any], z: Any) -> tuple[Any, Any]:
    """An element-wise function at every component of z, and its derivative there."""
    if _on_jax():
        import jax

        applied, pull_back = jax.vjp(function, z)
        return applied, pull_back(ops.ones_like(applied))[0]
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        applied = function(z)
    return applied, tape.gradient(applied, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)
