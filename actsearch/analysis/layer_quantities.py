"""What the figures of diagnostics show of each layer, kind by kind, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

LayerFigureKind = Literal[
    "gradients", "updates", "saturation", "dead", "sparsity", "normalisation", "clipping", "parameters"
]


LAYER_FIGURE_KINDS: tuple[LayerFigureKind, ...] = get_args(LayerFigureKind)


Variable = Literal["kernel", "bias"]


SELU_MEAN, SELU_VARIANCE = (-0.1, 0.1), (0.8, 1.5)
"""The domain of theorem 1 in Klambauer et al. (2017): within it, SELU draws mean and variance to 0 and 1."""


@dataclass(frozen=True)
class Quantity:
    """What one row of panels shows; a `{variable}` in a text is still to be filled in."""

    path: tuple[str, ...]
    """Where the values stand in a layer of the diagnostics."""
    label: str
    is_share: bool = False
    signed: bool = False
    domain: tuple[float, float] | None = None
    """A range of values to be shaded."""
    least: tuple[str, ...] | None = None
    most: tuple[str, ...] | None = None
    """Where the band of one seed stands."""


@dataclass(frozen=True)
class Definition:
    """A kind of figure, in words."""

    title: str
    quantities: tuple[Quantity, ...]
    means: str
    """What is drawn, for the caption."""
    missing: str
    """Why a candidate has no panel, or an experiment no figure."""


NO_VALUES = "have no such values"


DEFINITIONS: Mapping[LayerFigureKind, Definition] = {
    "gradients": Definition(
        "Gradient norm of the {variable}",
        (Quantity(("gradient_norm_{key}",), "gradient norm of the {variable}"),),
        "Euclidean norm of the gradient of the mean loss over the probe ({n} training examples) by a layer's"
        " {variable}, {how} dropout and without penalties.",
        NO_VALUES,
    ),
    "updates": Definition(
        "Update of the {variable} relative to their size",
        (Quantity(("update_ratio_{key}",), "norm of the change / norm before"),),
        "Norm of what an epoch changed in a layer's {variable}, divided by their norm before that epoch.",
        NO_VALUES,
    ),
    "saturation": Definition(
        "Saturated pre-activations",
        (Quantity(("saturated",), "saturated pre-activations", is_share=True),),
        "Share of the pre-activations at which |f'| is under 1 % of its largest value on [-10, 10], over the probe"
        " ({n} training examples). For ReLU these are all that are below 0; findings leave activations of 0 out.",
        NO_VALUES,
    ),
    "dead": Definition(
        "Dead units",
        (Quantity(("dead",), "dead units", is_share=True),),
        "Share of the units (of a convolution: channels) whose |f'| is under a millionth of its largest value on the"
        " whole probe ({n} training examples): nothing that is learned on the probe reaches them.",
        NO_VALUES,
    ),
    "sparsity": Definition(
        "Sparsity: activations that are 0",
        (Quantity(("zeros",), "activations that are 0", is_share=True),),
        "Share of a layer's activations that are exactly 0, over all units, positions and examples of the probe ({n}"
        " training examples).",
        NO_VALUES,
    ),
    "normalisation": Definition(
        "Mean and variance of the activations",
        (
            Quantity(("mean",), "mean of the activations", signed=True, domain=SELU_MEAN),
            Quantity(("variance",), "variance of the activations", domain=SELU_VARIANCE),
        ),
        "Over all units, positions and examples of the probe ({n} training examples), {how} dropout. Shaded: the"
        " domain of the SELU theorem (Klambauer et al. 2017), mean in [-0.1, 0.1] and variance in [0.8, 1.5].",
        NO_VALUES,
    ),
    "clipping": Definition(
        "Clipped gradient components of the {variable}",
        (Quantity(("clipped_{key}",), "changed by clipping", is_share=True),),
        "Share of the components of the gradient by a layer's {variable} that clipping changed, over all steps of an"
        " epoch.",
        "do not clip",
    ),
    "parameters": Definition(
        "Learned parameters",
        (),  # one per name that the diagnostics hold
        "Means over a layer's channels or units; bands go from the least of them to the greatest.",
        "learn no parameter",
    ),
}


VARIABLES: Mapping[Variable, str] = {"kernel": "weights", "bias": "biases"}


OF_A_VARIABLE = ("gradients", "updates", "clipping")
"""Kinds that are drawn of the kernels or of the biases."""


ALSO_BY_DEPTH = ("gradients", "normalisation")
"""Kinds that say something from layer to layer: deep networks are drawn so without being asked."""


def _filled_in(quantity: Quantity, variable: Variable) -> Quantity:
    path = tuple(part.format(key=variable) for part in quantity.path)
    label = quantity.label.format(variable=VARIABLES[variable])
    return Quantity(path, label, quantity.is_share, quantity.signed, quantity.domain)


def _of_parameter(name: str) -> Quantity:
    mean, least, most = (("parameters", name, which) for which in ("mean", "min", "max"))
    return Quantity(mean, name, signed=True, least=least, most=most)
