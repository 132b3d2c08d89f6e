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
EpochOrDepth = Literal["epoch", "depth"]
"""What the x axis of a figure is."""
SELU_MEAN, SELU_VARIANCE = (-0.1, 0.1), (0.8, 1.5)
"""The domain of theorem 1 in Klambauer et al. (2017): within it, SELU draws mean and variance to 0 and 1."""


@dataclass(frozen=True)
class LayerQuantity:
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
class LayerFigureDefinition:
    """A kind of figure, in words."""

    title: str
    quantities: tuple[LayerQuantity, ...]
    means: str
    """What is drawn, for the caption."""
    missing: str
    """Why a candidate has no panel, or an experiment no figure."""


NO_VALUES = "have no such values"
LAYER_FIGURE_DEFINITIONS: Mapping[LayerFigureKind, LayerFigureDefinition] = {
    "gradients": LayerFigureDefinition(
        "Gradient norm of the {variable}",
        (LayerQuantity(("gradient_norm_{key}",), "gradient norm of the {variable}"),),
        "Euclidean norm of the gradient of the mean loss over the probe ({n} training examples) by a layer's"
        " {variable}, {how} dropout and without penalties.",
        NO_VALUES,
    ),
    "updates": LayerFigureDefinition(
        "Update of the {variable} relative to their size",
        (LayerQuantity(("update_ratio_{key}",), "norm of the change / norm before"),),
        "Norm of what an epoch changed in a layer's {variable}, divided by their norm before that epoch.",
        NO_VALUES,
    ),
    "saturation": LayerFigureDefinition(
        "Saturated pre-activations",
        (LayerQuantity(("saturated",), "saturated pre-activations", is_share=True),),
        "Share of the pre-activations at which |f'| is under 1 % of its largest value on [-10, 10], over the probe"
        " ({n} training examples). For ReLU these are all that are below 0; findings leave activations of 0 out.",
        NO_VALUES,
    ),
    "dead": LayerFigureDefinition(
        "Dead units",
        (LayerQuantity(("dead",), "dead units", is_share=True),),
        "Share of the units (of a convolution: channels) whose |f'| is under a millionth of its largest value on the"
        " whole probe ({n} training examples): nothing that is learned on the probe reaches them.",
        NO_VALUES,
    ),
    "sparsity": LayerFigureDefinition(
        "Sparsity: activations that are 0",
        (LayerQuantity(("zeros",), "activations that are 0", is_share=True),),
        "Share of a layer's activations that are exactly 0, over all units, positions and examples of the probe ({n}"
        " training examples).",
        NO_VALUES,
    ),
    "normalisation": LayerFigureDefinition(
        "Mean and variance of the activations",
        (
            LayerQuantity(("mean",), "mean of the activations", signed=True, domain=SELU_MEAN),
            LayerQuantity(("variance",), "variance of the activations", domain=SELU_VARIANCE),
        ),
        "Over all units, positions and examples of the probe ({n} training examples), {how} dropout. Shaded: the"
        " domain of the SELU theorem (Klambauer et al. 2017), mean in [-0.1, 0.1] and variance in [0.8, 1.5].",
        NO_VALUES,
    ),
    "clipping": LayerFigureDefinition(
        "Clipped gradient components of the {variable}",
        (LayerQuantity(("clipped_{key}",), "changed by clipping", is_share=True),),
        "Share of the components of the gradient by a layer's {variable} that clipping changed, over all steps of an"
        " epoch.",
        "do not clip",
    ),
    "parameters": LayerFigureDefinition(
        "Learned parameters",
        (),  # one per name that the diagnostics hold
        "Means over a layer's channels or units; bands go from the least of them to the greatest.",
        "learn no parameter",
    ),
}
VARIABLE_WORDS: Mapping[Variable, str] = {"kernel": "weights", "bias": "biases"}
OF_A_VARIABLE = ("gradients", "updates", "clipping")
"""Kinds that are drawn of the kernels or of the biases."""
ALSO_BY_DEPTH = ("gradients", "normalisation")
"""Kinds that say something from layer to layer: deep networks are drawn so without being asked."""


def of_variable(quantity: LayerQuantity, variable: Variable) -> LayerQuantity:
    """With kernel or bias filled in."""
    path = tuple(part.format(key=variable) for part in quantity.path)
    label = quantity.label.format(variable=VARIABLE_WORDS[variable])
    return LayerQuantity(path, label, quantity.is_share, quantity.signed, quantity.domain)


def quantity_of_parameter(name: str) -> LayerQuantity:
    """Of a learned parameter: its mean, with a band from the least to the greatest of a layer."""
    return LayerQuantity(
        path=("parameters", name, "mean"),
        label=name,
        signed=True,
        least=("parameters", name, "min"),
        most=("parameters", name, "max"),
    )
