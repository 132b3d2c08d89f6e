"""A kind of network from outside the package: dense layers with shortcuts around them, whose cost nobody worked out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import Field

from actsearch.core.activation import Activation
from actsearch.core.architecture import Head
from actsearch.core.strict_models import Width
from actsearch.networks.architecture_keys import ArchitectureKeys


class ResidualModel(ArchitectureKeys):
    """Dense layers with shortcuts."""

    kind: Literal["residual"] = Field(description="Dense layers with shortcuts.")
    width: Width = Field(8, description="Units of every layer.")
    depth: int = Field(2, ge=1, le=20, description="Blocks, each with a shortcut around its layer.")

    def resolved(self, activation: Activation) -> Residual:  # noqa: ARG002
        return Residual(self.width, self.depth)


@dataclass(frozen=True)
class Residual:
    """See `actsearch.core.architecture.Architecture`: a dense layer, then blocks `activation(x + dense(x))`."""

    width: int
    depth: int
    kind: Literal["residual"] = "residual"

    @property
    def output_activation(self) -> None:
        return None

    def identity(self) -> dict[str, Any]:
        return asdict(self)

    def cost(self, input_shape: tuple[int, ...], outputs: int) -> None:  # noqa: ARG002
        return None

    def sites(self) -> tuple[str, ...]:
        return tuple(f"block_{i}_activation" for i in range(self.depth + 1))

    def check(self, input_shape: tuple[int, ...]) -> None:
        pass

    def surroundings(self) -> None:
        return None

    def build(
        self, activation: Activation, input_shape: tuple[int, ...], head: Head, seed: int, precision: str = "float32"
    ) -> Any:
        import keras
        from keras import layers

        from actsearch.networks.own_activations import layer_of_activation
        from actsearch.networks.random_streams import KERNEL_STREAM, seed_of_draw

        def dense(units: int, name: str, place: int) -> Any:
            kernel = keras.initializers.GlorotUniform(seed_of_draw(seed, KERNEL_STREAM, place))
            return layers.Dense(units, name=name, kernel_initializer=kernel, dtype=precision)

        inputs = keras.Input(input_shape)
        x = layers.Flatten(name="flatten", dtype=precision)(inputs)
        for i, site in enumerate(self.sites()):
            y = dense(self.width, f"block_{i}", i)(x)
            x = layers.Add(name=f"block_{i}_sum", dtype=precision)([x, y]) if i else y
            x = layer_of_activation(activation, name=site, dtype=precision)(x)
        x = dense(head.units, "output", self.depth + 1)(x)
        return keras.Model(inputs, layers.Activation(head.activation, name=head.activation, dtype="float32")(x))
