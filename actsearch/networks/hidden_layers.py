"""Finds the hidden layers of a Keras model, and where each one's activation function is applied. Imports Keras.

A hidden layer has a kernel, its output goes into an element-wise non-linearity, and another layer with weights comes
after that. The non-linearity is its own `activation`, or the first one in the order of execution that its output
reaches through layers that keep its channels apart: normalisation, addition, dropout, pooling. So of
`relu(conv_1(x) + conv_2(x))` both convolutions have the sum as their pre-activation.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

WITH_KERNEL = (
    layers.Dense,
    layers.EinsumDense,
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.Conv1DTranspose,
    layers.Conv2DTranspose,
    layers.Conv3DTranspose,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
)
KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")
"""Where these layers keep their kernels; a separable convolution has two, which count as one."""

NORMALIZATIONS = (
    layers.BatchNormalization,
    layers.LayerNormalization,
    layers.GroupNormalization,
    layers.RMSNormalization,
    layers.UnitNormalization,
)
PASSING = (
    *NORMALIZATIONS,
    layers.Add,
    layers.Subtract,
    layers.Average,
    layers.Identity,
    layers.ActivityRegularization,
    layers.Dropout,
    layers.AlphaDropout,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
    layers.SpatialDropout3D,
    layers.MaxPooling1D,
    layers.MaxPooling2D,
    layers.MaxPooling3D,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.AveragePooling3D,
)
PASSING_OPERATIONS = ("Add", "Subtract")
"""Of `keras.ops`, by the names of their classes, as in `x + y` on symbolic tensors."""

ELEMENTWISE = (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.PReLU)
ELEMENTWISE_OPERATIONS = frozenset(
    [
        "Celu",
        "Elu",
        "Gelu",
        "HardShrink",
        "HardSigmoid",
        "HardSilu",
        "HardTanh",
        "LeakyRelu",
        "LogSigmoid",
        "Relu",
        "Relu6",
        "Selu",
        "Sigmoid",
        "Silu",
        "SoftShrink",
        "Softplus",
        "Softsign",
        "SparsePlus",
        "SparseSigmoid",
        "Squareplus",
        "Tanh",
        "TanhShrink",
        "Threshold",
    ]
)
OUR_PACKAGE = "actsearch>"
"""The layers that this package registers with Keras apply a function element-wise."""
NOT_ELEMENTWISE = (
    keras.activations.softmax,
    keras.activations.log_softmax,
    keras.activations.sparsemax,
    keras.activations.glu,
)


@dataclass(frozen=True)
class HiddenLayer:
    """A layer with a kernel, and where its activation function is applied."""

    name: str
    """The layer's own, after those of the models that it is nested in: `encoder/dense_1`."""
    kernels: tuple[keras.Variable, ...]
    bias: keras.Variable | None
    channel_axis: int
    """Of its units or channels among the axes of the pre-activations, the examples being axis 0."""
    rank: int
    """How many axes the pre-activations have, that of the examples included."""
    where: Any
    """The layer (or operation) that applies the function; the layer itself if the function is its own."""
    attribute: str
    """Of `where`, that is called with the pre-activations and returns the activations: `activation` or `call`."""
    occurrence: int
    """Which use of `where` it is in a pass through the model, from 0."""

    @property
    def variables(self) -> Mapping[str, Sequence[keras.Variable]]:
        """By `kernel` and `bias`."""
        return {"kernel": self.kernels, "bias": () if self.bias is None else (self.bias,)}

    @property
    def parameters(self) -> Sequence[keras.Variable]:
        """What the activation function learns."""
        function = self.where if self.attribute == "call" else self.where.activation
        return list(getattr(function, "trainable_variables", ()))


def find_hidden_layers(model: keras.Model) -> tuple[Sequence[HiddenLayer], Mapping[str, str]]:
    """The hidden layers in the order of execution, and those that cannot be looked into, with the reasons."""
    if not _is_graph(model):
        return (), {model.name: "a model whose layers Keras does not know before it is called"}
    steps = list(_Walk().through(model))
    uses = Counter(id(step.operation) for step in steps)
    after = _consumers(steps)
    followed = _followed(steps, after)
    hidden_layers, left_out = [], {}
    for step in steps:
        if isinstance(step.operation, WITH_KERNEL):
            if not followed[step.place]:
                continue
            hidden = _hidden_layer(step, steps, after) if uses[id(step.operation)] == 1 else "used several times"
            if isinstance(hidden, str):
                left_out[step.name] = hidden
            else:
                hidden_layers.append(hidden)
        elif _has_weights_of_its_own(step.operation):
            left_out[step.name] = f"{type(step.operation).__name__} is not looked into"
    return hidden_layers, left_out


@dataclass(frozen=True)
class _Step:
    """One use of a layer or operation in a pass through the model; numbers stand for tensors."""

    place: int
    name: str
    operation: Any
    occurrence: int
    inputs: Sequence[int]
    outputs: Sequence[int]
    shape: Sequence[int | None]


class _Walk:
    """The layers of a model in the order of execution, those of nested models among them."""

    def __init__(self) -> None:
        self._tensors = itertools.count()
        self._places = itertools.count()
        self._uses: Counter[int] = Counter()

    def through(self, model: Any) -> Iterator[_Step]:
        graph = _keras_graph(model)
        yield from self._through(graph, "", {id(tensor): next(self._tensors) for tensor in graph.inputs})

    def _through(self, graph: Any, prefix: str, known: dict[int, int]) -> Iterator[_Step]:
        """`known` has the numbers of the graph's inputs, by identity, and gets those of all its tensors."""
        for node in _nodes(graph):
            operation, name = node.operation, f"{prefix}{node.operation.name}"
            inputs = [known[id(tensor)] for tensor in node.input_tensors]
            if _is_graph(operation):
                inner = _keras_graph(operation)
                inside = dict(zip(map(id, inner.inputs), inputs, strict=True))
                yield from self._through(inner, f"{name}/", inside)
                outputs = [inside[id(tensor)] for tensor in inner.outputs]
            else:
                outputs = [next(self._tensors) for _ in node.outputs]
                occurrence = self._uses[id(operation)]
                self._uses[id(operation)] += 1
                shape = node.outputs[0].shape
                yield _Step(next(self._places), name, operation, occurrence, inputs, outputs, shape)
            known |= zip(map(id, node.outputs), outputs, strict=True)


def _is_graph(operation: Any) -> bool:
    return isinstance(operation, keras.Model) and hasattr(_keras_graph(operation), "_nodes_by_depth")


def _keras_graph(model: Any) -> Any:
    """A sequential model holds its graph; a functional one is it."""
    return getattr(model, "_functional", None) or model


def _nodes(graph: Any) -> Iterator[Any]:
    """In the order of execution. Keras has no public way to tell who uses the output of a nested model."""
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        yield from (node for node in graph._nodes_by_depth[depth] if not node.is_input)


def _consumers(steps: Sequence[_Step]) -> Mapping[int, Sequence[_Step]]:
    """By the place of a step: the steps that use its output."""
    using = defaultdict(list)
    for step in steps:
        for tensor in step.inputs:
            using[tensor].append(step)
    return {step.place: list(itertools.chain.from_iterable(using[tensor] for tensor in step.outputs)) for step in steps}


def _followed(steps: Sequence[_Step], after: Mapping[int, Sequence[_Step]]) -> Mapping[int, bool]:
    """By the place of a step: whether a layer with weights of its own comes after it, so that it is no output layer."""
    followed: dict[int, bool] = {}
    for step in reversed(steps):
        followed[step.place] = any(
            _has_weights_of_its_own(user.operation) or followed[user.place] for user in after[step.place]
        )
    return followed


def _has_weights_of_its_own(operation: Any) -> bool:
    """Whether it transforms by what it learns: neither a normalisation nor an activation function."""
    if isinstance(operation, NORMALIZATIONS) or _is_elementwise(operation):
        return False
    return bool(getattr(operation, "trainable_weights", ()) or getattr(operation, "non_trainable_weights", ()))


def _is_elementwise(operation: Any) -> bool:
    if not isinstance(operation, layers.Layer):
        return type(operation).__name__ in ELEMENTWISE_OPERATIONS
    if isinstance(operation, ELEMENTWISE):
        return getattr(operation, "activation", None) not in NOT_ELEMENTWISE
    ours = keras.saving.get_registered_name(type(operation)).startswith(OUR_PACKAGE)
    return ours or getattr(operation, "elementwise", False) is True


def _is_passing(operation: Any) -> bool:
    if not isinstance(operation, layers.Layer):
        return type(operation).__name__ in PASSING_OPERATIONS
    return isinstance(operation, PASSING) or _is_linear(operation)


def _is_linear(operation: Any) -> bool:
    return isinstance(operation, layers.Activation) and operation.activation is keras.activations.linear


def _hidden_layer(step: _Step, steps: Sequence[_Step], after: Mapping[int, Sequence[_Step]]) -> HiddenLayer | str:
    """The hidden layer, or why it cannot be looked into."""
    layer = step.operation
    kernels = [getattr(layer, name) for name in KERNELS if getattr(layer, name, None) is not None]
    if not all(isinstance(kernel, keras.Variable) for kernel in kernels):
        return "its kernel is no plain variable"
    axis = 1 if getattr(layer, "data_format", None) == "channels_first" else -1
    fused = layer.activation not in (None, keras.activations.linear)
    if fused and layer.activation in NOT_ELEMENTWISE:
        return f"{layer.activation.__name__} is not element-wise"
    if fused and isinstance(layer.activation, layers.Layer) and not layer.activation.built:
        return "its activation function is a layer without weights before the model is called"
    applied = step if fused else _activation_after(step, steps, after)
    if applied is None:
        return "no activation function follows it"
    attribute = "activation" if fused else "call"
    rank, occurrence = len(applied.shape), applied.occurrence
    return HiddenLayer(step.name, tuple(kernels), layer.bias, axis, rank, applied.operation, attribute, occurrence)


def _activation_after(step: _Step, steps: Sequence[_Step], after: Mapping[int, Sequence[_Step]]) -> _Step | None:
    """The first element-wise non-linearity that the output of a step reaches with its channels apart."""
    ahead, seen = [user.place for user in after[step.place]], set[int]()
    heapq.heapify(ahead)
    while ahead:
        place = heapq.heappop(ahead)
        if place in seen:
            continue
        seen.add(place)
        operation = steps[place].operation
        if _is_passing(operation):
            for user in after[place]:
                heapq.heappush(ahead, user.place)
        elif _is_elementwise(operation):
            return steps[place]
    return None


def grid_shape(hidden: HiddenLayer) -> tuple[int, ...]:
    """Of the smallest pre-activation of one example that holds every value of the function's learned parameters."""
    return np.broadcast_shapes((1,) * (hidden.rank - 1), *(variable.shape for variable in hidden.parameters))
