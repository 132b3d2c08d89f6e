"""Initializers of weights and biases: Keras's names, and their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from actsearch.core.activation import Scalar
from actsearch.core.strict_models import Positive, StrictModel

INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "constant",
    "zeros",
    "ones",
)
"""Keras's names."""


@dataclass(frozen=True)
class Initializer:
    """A Keras initializer by its name, with every argument given; one without arguments is its name alone."""

    name: str
    arguments: Mapping[str, Scalar]


class RandomNormal(StrictModel):
    name: Literal["random_normal"]
    mean: float = 0.0
    stddev: float = Field(0.05, ge=0)


class TruncatedNormal(StrictModel):
    name: Literal["truncated_normal"]
    mean: float = 0.0
    stddev: float = Field(0.05, ge=0, description="Before everything beyond two of it is drawn again.")


class RandomUniform(StrictModel):
    name: Literal["random_uniform"]
    minval: float = -0.05
    maxval: float = 0.05

    @model_validator(mode="after")
    def _in_order(self) -> RandomUniform:
        if self.minval > self.maxval:
            what = f"minval {self.minval:g} is above maxval {self.maxval:g}|write the lower one as minval"
            raise PydanticCustomError("actsearch", what)
        return self


class VarianceScaling(StrictModel):
    name: Literal["variance_scaling"]
    scale: Positive = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = "truncated_normal"


class Orthogonal(StrictModel):
    name: Literal["orthogonal"]
    gain: Positive = 1.0


class Constant(StrictModel):
    name: Literal["constant"]
    value: float = 0.0


class PlainInitializer(StrictModel):
    """One of those that take no arguments."""

    name: Literal[
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "zeros", "ones"
    ]


INITIALIZERS_WITH_ARGUMENTS: Mapping[str, type[StrictModel]] = {
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "orthogonal": Orthogonal,
    "constant": Constant,
}


def _initializer_tag(value: Any) -> str | None:
    if isinstance(value, str):
        return "\0text"
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    if not isinstance(name, str) or name not in INITIALIZERS:
        return None
    return f"\0{name}" if name in INITIALIZERS_WITH_ARGUMENTS else "\0plain"


def _suits_a_bias(value: Any) -> Any:
    if value == "orthogonal" or getattr(value, "name", None) == "orthogonal":
        raise PydanticCustomError("actsearch", "orthogonal is for kernels, a bias has one axis|write another one")
    return value


if TYPE_CHECKING:
    InitializerField: TypeAlias = Any
    HiddenInitializerField: TypeAlias = Any
    BiasInitializerField: TypeAlias = Any
else:

    def _field_of(names):
        """An initializer by one of these names, or as a mapping with arguments."""
        mappings = [Annotated[model, Tag(f"\0{name}")] for name, model in INITIALIZERS_WITH_ARGUMENTS.items()]
        plain = Annotated[PlainInitializer, Tag("\0plain")]
        name_alone = Annotated[Literal[names], Tag("\0text")]
        return Annotated[Union[(*mappings, plain, name_alone)], Discriminator(_initializer_tag)]

    InitializerField = _field_of(INITIALIZERS)
    HiddenInitializerField = _field_of(("auto", *INITIALIZERS))
    BiasInitializerField = Annotated[InitializerField, AfterValidator(_suits_a_bias)]


def initializer_of(given: Any, neutral: str | None = None) -> str | Initializer | None:
    """Its name, where all arguments are Keras's defaults; None where it is the neutral one."""
    name, arguments = _name_and_arguments(given)
    known = INITIALIZERS_WITH_ARGUMENTS.get(name)
    if known is None or known.model_validate({"name": name, **arguments}) == known.model_validate({"name": name}):
        return None if name == neutral else name
    return Initializer(name, arguments)


def _name_and_arguments(given: Any) -> tuple[str, dict[str, Any]]:
    """A constant 0 is `zeros`, a constant 1 `ones`."""
    if isinstance(given, str):
        name, arguments = given, {}
    else:
        arguments = given.model_dump()
        name = str(arguments.pop("name"))
        arguments = {key: float(value) if isinstance(value, int) else value for key, value in arguments.items()}
    plain = {0.0: "zeros", 1.0: "ones"}.get(arguments.get("value", 0.0)) if name == "constant" else None
    return (name, arguments) if plain is None else (plain, {})
