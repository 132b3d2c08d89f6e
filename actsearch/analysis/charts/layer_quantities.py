"""What the figures of diagnostics show of each layer, kind by kind, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from actsearch.core.sentences import captions
from actsearch.core.sentences.sentence import Sentence

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

    title: Sentence
    quantities: tuple[LayerQuantity, ...]
    drawn: Sentence
    """What is drawn, for the caption."""
    without_panel: Sentence = captions.WITHOUT_SUCH_VALUES
    """Why candidates have no panel."""
    no_figure: Sentence = captions.NO_SUCH_VALUES_TO_DRAW
    """Why an experiment has no figure."""


LAYER_FIGURE_DEFINITIONS: Mapping[LayerFigureKind, LayerFigureDefinition] = {
    "gradients": LayerFigureDefinition(
        captions.GRADIENTS_TITLE,
        (LayerQuantity(("gradient_norm_{key}",), "gradient norm of the {variable}"),),
        captions.GRADIENTS_DRAWN,
    ),
    "updates": LayerFigureDefinition(
        captions.UPDATES_TITLE,
        (LayerQuantity(("update_ratio_{key}",), "norm of the change / norm before"),),
        captions.UPDATES_DRAWN,
    ),
    "saturation": LayerFigureDefinition(
        captions.SATURATION_TITLE,
        (LayerQuantity(("saturated",), "saturated pre-activations", is_share=True),),
        captions.SATURATION_DRAWN,
    ),
    "dead": LayerFigureDefinition(
        captions.DEAD_TITLE,
        (LayerQuantity(("dead",), "dead units", is_share=True),),
        captions.DEAD_DRAWN,
    ),
    "sparsity": LayerFigureDefinition(
        captions.SPARSITY_TITLE,
        (LayerQuantity(("zeros",), "activations that are 0", is_share=True),),
        captions.SPARSITY_DRAWN,
    ),
    "normalisation": LayerFigureDefinition(
        captions.NORMALISATION_TITLE,
        (
            LayerQuantity(("mean",), "mean of the activations", signed=True, domain=SELU_MEAN),
            LayerQuantity(("variance",), "variance of the activations", domain=SELU_VARIANCE),
        ),
        captions.NORMALISATION_DRAWN,
    ),
    "clipping": LayerFigureDefinition(
        captions.CLIPPING_TITLE,
        (LayerQuantity(("clipped_{key}",), "changed by clipping", is_share=True),),
        captions.CLIPPING_DRAWN,
        captions.WITHOUT_CLIPPING,
        captions.NO_CLIPPING_TO_DRAW,
    ),
    "parameters": LayerFigureDefinition(
        captions.PARAMETERS_TITLE,
        (),  # one per name that the diagnostics hold
        captions.PARAMETERS_DRAWN,
        captions.WITHOUT_LEARNED_PARAMETERS,
        captions.NO_PARAMETERS_TO_DRAW,
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
