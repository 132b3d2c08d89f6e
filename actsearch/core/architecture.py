"""A network as a value: what an experiment file's `model` comes to. Knows no Keras.

The kinds of network are the members of a table, `networks.architectures`; each is a file of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from actsearch.core.activation import Activation

DropoutLayer = Literal["dropout", "alpha_dropout"]


@dataclass(frozen=True)
class Head:
    """The outputs of a network: what the task asks for."""

    units: int
    activation: str
    """Keras's name."""


@dataclass(frozen=True)
class NetworkCost:
    """What a network holds and computes."""

    parameters: int
    """Kernels and biases. With those of normalisation, and one a site for each parameter that the activation learns,
    they are all that Keras counts in the built model."""
    flops: int
    """Multiplications and additions of a forward pass of one example, in layers with a kernel."""
    normalization: int = 0
    """What normalisation keeps: scales, offsets, moving means and variances."""


@dataclass(frozen=True)
class Surroundings:
    """What stands around the activations of a network, as far as SELU needs it."""

    kernel_initializer: str
    """Keras's name."""
    dropout_layer: DropoutLayer
    drops_out: bool
    """Whether any rate is above 0."""
    batch_normalization: bool
    """Whether it stands between a layer and its activation."""


class Architecture(Protocol):
    """A network with places where the compared activation is applied. A frozen dataclass in a module that can be
    imported by name: it goes to worker processes, and its `repr` tells whether two of them are equal.
    """

    @property
    def kind(self) -> str:
        """As the experiment file calls it."""

    @property
    def output_activation(self) -> str | None:
        """What the file asks of the outputs; None: what is usual for the task."""

    def identity(self) -> dict[str, Any]:
        """Everything that can change what is built, as plain values; part of a trial's identity.

        A key at None or False does not count: one that is added later, neutral by default, renames no trial. Keys
        called as Keras calls its initializers choose first weights alone, and cost no time.
        """

    def cost(self, input_shape: tuple[int, ...], outputs: int) -> NetworkCost | None:
        """What it costs, without Keras; None where that is not known without building it."""

    def sites(self) -> tuple[str, ...]:
        """The names of the layers, in the built model, that apply the compared activation."""

    def check(self, input_shape: tuple[int, ...]) -> None:
        """That it can take examples of this shape: (height, width, channels) of an image, or (features,).

        Raises:
            UnsuitableSetting: it cannot, with the key to change.
        """

    def surroundings(self) -> Surroundings | None:
        """What stands around its activations; None where that cannot be told so shortly."""

    def build(
        self, activation: Activation, input_shape: tuple[int, ...], head: Head, seed: int, precision: str = "float32"
    ) -> Any:
        """The network as a `keras.Model`, not compiled.

        Its weights depend on the seed and not on the activation, by the streams of `networks.random_streams`. Its
        layers have the same names each time, those of `sites` among them, and a layer of
        `networks.own_activations.layer_of_activation` at each site.

        Args:
            activation: the compared one.
            input_shape: of one example.
            head: its outputs, in float32 whatever the precision.
            seed: the trial's.
            precision: Keras's dtype policy of all other layers.
        """
