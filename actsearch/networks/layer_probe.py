"""Measures what each hidden layer of a network does, on a few examples: gradients, activations, slopes.

Imports Keras, and of TensorFlow or JAX the one that Keras runs on. Changes nothing: the network runs in inference mode
with its variables' values as plain inputs, so no random state is consumed and no moving average moves.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from actsearch.networks import hidden_layers
from actsearch.networks.backends import as_numpy, compiled_function, gradients_at, with_slopes
from actsearch.networks.hidden_layers import HiddenLayer
from actsearch.networks.layer_statistics import (
    ChunkStatistics,
    LayerStatistics,
    Quantities,
    euclidean_norm,
    finite_quantity,
    statistics_of_chunk,
)

CHUNK = 128
"""Examples that are measured at once, so that any number of them fits into memory."""
GRID = np.append(np.linspace(-10, 10, 2001), [-1e-6, 1e-6]).astype(np.float32)
"""Where the largest slope of an activation function is looked for; at 0, backends take it from either side."""
GRID_VALUES = 4_000_000
"""At most so many values of the grid at once, for functions with learned parameters."""


class LayerProbe:
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
        self._hidden, self.left_out = hidden_layers.find_hidden_layers(model)
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
        self._places = [_places_of_variables(hidden, self._variables) for hidden in self._hidden]
        of_kinds = itertools.chain.from_iterable(kinds.values() for kinds in self._places)
        self._differentiated = list(itertools.chain.from_iterable(of_kinds))
        self._slopes: dict[str, np.ndarray] = {}  # the largest ones, of functions that learn nothing
        self._measure_chunk = compiled_function(self._chunk)

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
            name: {kind: [as_numpy(variable) for variable in variables] for kind, variables in kinds.items()}
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
        if not all(np.isfinite(as_numpy(variable)).all() for variable in self._model.trainable_variables):
            return {hidden.name: _not_measured(hidden) for hidden in self._hidden}
        values = [ops.convert_to_tensor(variable) for variable in self._variables]
        slopes = [self._largest_slopes(hidden, values) for hidden in self._hidden]
        gradients, statistics = self._in_chunks(values, slopes, x, y)
        measured = {}
        for hidden, places, of_layer, slope in zip(self._hidden, self._places, statistics, slopes, strict=True):
            norms = {f"gradient_norm_{kind}": euclidean_norm([gradients[i] for i in p]) for kind, p in places.items()}
            measured[hidden.name] = {**norms, **of_layer.quantities(slope), **_learned_parameters(hidden)}
        return measured

    def _in_chunks(
        self, values: Sequence[Any], slopes: Sequence[Any], x: Any, y: Any
    ) -> tuple[Mapping[int, np.ndarray], Sequence[LayerStatistics]]:
        """Of all examples: the gradients by the places of their variables, and each layer's statistics."""
        examples = len(keras.tree.flatten(x)[0])
        gradients: dict[int, np.ndarray] = {}
        statistics = [LayerStatistics() for _ in self._hidden]
        for start in range(0, examples, CHUNK):
            part = keras.tree.map_structure(lambda array, start=start: array[start : start + CHUNK], (x, y))
            part = keras.tree.map_structure(ops.convert_to_tensor, part)
            chunk_gradients, chunk_statistics = self._measure_chunk(values, slopes, *part)
            weight = min(CHUNK, examples - start) / examples
            for place, gradient in zip(self._differentiated, chunk_gradients, strict=True):
                gradients[place] = gradients.get(place, 0.0) + weight * as_numpy(gradient).astype(np.float64)
            for of_layer, chunk in zip(statistics, chunk_statistics, strict=True):
                of_layer.add(ChunkStatistics(*map(as_numpy, chunk)))
        return gradients, statistics

    def _chunk(self, values: Sequence[Any], slopes: Sequence[Any], x: Any, y: Any) -> Any:
        """The gradients of the differentiated variables, and the statistics of each hidden layer."""

        def forward(changed: Sequence[Any]) -> tuple[Any, Any]:
            known = dict(enumerate(values)) | dict(zip(self._differentiated, changed, strict=True))
            with self._capturing() as caught, self._with(list(known.values())):
                loss = self._loss(y, self._model(x, training=self._training))
            return loss, [
                statistics_of_chunk(*caught[id(hidden.where)][hidden.occurrence], slope, hidden.channel_axis)
                for hidden, slope in zip(self._hidden, slopes, strict=True)
            ]

        return gradients_at(forward, [values[i] for i in self._differentiated])

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
                applied, slopes = with_slopes(getattr(hidden.where, hidden.attribute), grid)
            if tuple(applied.shape) != tuple(grid.shape):
                raise ValueError(f"{hidden.name}: the parameters of its activation function do not fit its last axes")
            largest = np.maximum(largest, np.abs(as_numpy(slopes)).max(axis=0))
        if not hidden.parameters:
            self._slopes[hidden.name] = largest
        return largest


def updates(
    before: Mapping[str, Mapping[str, Sequence[np.ndarray]]], after: Mapping[str, Mapping[str, Sequence[np.ndarray]]]
) -> Mapping[str, Quantities]:
    """Norm of the change by norm before, of each layer's kernel and bias (see `LayerProbe.weights`).

    By layer: `update_ratio_kernel` and `update_ratio_bias`; None where the norm before is 0 or not finite.
    """

    def ratio(old: Sequence[np.ndarray], new: Sequence[np.ndarray]) -> float | None:
        change = euclidean_norm([b.astype(np.float64) - a for a, b in zip(old, new, strict=True)])
        norm = euclidean_norm(old)
        return finite_quantity(change / norm) if change is not None and norm else None

    return {
        name: {f"update_ratio_{kind}": ratio(old, after[name][kind]) for kind, old in kinds.items()}
        for name, kinds in before.items()
    }


def _places_of_variables(hidden: HiddenLayer, variables: Sequence[keras.Variable]) -> Mapping[str, Sequence[int]]:
    """By `kernel` and `bias`: the places of a layer's variables among those of the model."""
    by_identity = {id(variable): place for place, variable in enumerate(variables)}
    return {kind: [by_identity[id(variable)] for variable in own] for kind, own in hidden.variables.items()}


def _noting(function: Callable[..., Any], notes: list[tuple[Any, Any]]) -> Callable[..., Any]:
    def applied(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        activations, slopes = with_slopes(lambda z: function(z, *args, **kwargs), inputs)
        notes.append((activations, slopes))
        return activations

    return applied


def _mean_loss(loss: Any) -> Callable[[Any, Any], Any]:
    """The mean loss over examples, from targets and predictions."""
    known = keras.losses.get(loss)
    if not callable(known):
        raise ValueError(f"{loss!r} is no loss; give one Keras loss, or a function of targets and predictions")
    measured = known if isinstance(known, keras.losses.Loss) else _FunctionLoss(known)

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


def _not_measured(hidden: HiddenLayer) -> Quantities:
    summaries = {variable.name: dict.fromkeys(("mean", "min", "max")) for variable in hidden.parameters}
    names = ("gradient_norm_kernel", "gradient_norm_bias", "mean", "variance", "zeros", "dead", "saturated")
    return {**dict.fromkeys(names), **({"parameters": summaries} if summaries else {})}


def _learned_parameters(hidden: HiddenLayer) -> Quantities:
    """The function's learned parameters, if it has any."""
    values = {variable.name: as_numpy(variable).astype(np.float64) for variable in hidden.parameters}
    summaries = {name: _summary_of_parameter(value) for name, value in values.items()}
    return {"parameters": summaries} if summaries else {}


def _summary_of_parameter(values: np.ndarray) -> Mapping[str, float | None]:
    summary = {"mean": values.mean(), "min": values.min(), "max": values.max()}
    return {name: finite_quantity(value) for name, value in summary.items()}
