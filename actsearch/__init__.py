"""Which activation function should a network use, why, and is the difference real?

The command line is the main way in (`actsearch --help`). From Python:

    import actsearch

    loaded = actsearch.load("configs/quickstart.yaml")   # checked, with line numbers in the errors
    result = actsearch.run(loaded)                       # trains what is not finished, and reads the results
    results = actsearch.read_results("results/")         # a tuple of ExperimentResult values
    actsearch.compare(results[0], margin=0.002)          # better, worse, tied or undecided, with the numbers

    keras.layers.Dense(64, activation=actsearch.gelu)    # Keras-serialisable functions
    actsearch.ActivationLayer("elu", {"alpha": 0.2})     # and a layer for parameters
    actsearch.ActivationLayer("prelu")                   # and for what is learned
    actsearch.FormulaLayer("x * sigmoid(x)")             # and for formulas of one's own
    actsearch.load_model("model.keras")                  # a network that was saved with any of these
    model.fit(x, y, callbacks=[actsearch.Diagnostics(x, y)])  # what the hidden layers of any model do

Everything is imported when it is first used: `import actsearch` itself loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actsearch.api import compare, load, load_model, read_results, run
    from actsearch.networks.keras_activations import (
        ActivationLayer,
        celu,
        elu,
        exponential,
        gelu,
        hard_shrink,
        hard_sigmoid,
        hard_silu,
        hard_tanh,
        leaky_relu,
        lecun_tanh,
        linear,
        lisht,
        log_sigmoid,
        mish,
        relu,
        relu6,
        relu_squared,
        selu,
        serf,
        sigmoid,
        silu,
        snake,
        soft_shrink,
        softplus,
        softsign,
        sparse_plus,
        sparse_sigmoid,
        squareplus,
        tanh,
        tanh_shrink,
        threshold,
    )
    from actsearch.networks.own_activations import FormulaLayer, FunctionLayer
    from actsearch.training.callback import Diagnostics

_WHERE = {
    "compare": "actsearch.api",
    "load": "actsearch.api",
    "load_model": "actsearch.api",
    "read_results": "actsearch.api",
    "run": "actsearch.api",
    "ActivationLayer": "actsearch.networks.keras_activations",
    "FormulaLayer": "actsearch.networks.own_activations",
    "FunctionLayer": "actsearch.networks.own_activations",
    "Diagnostics": "actsearch.training.callback",
    "celu": "actsearch.networks.keras_activations",
    "elu": "actsearch.networks.keras_activations",
    "exponential": "actsearch.networks.keras_activations",
    "gelu": "actsearch.networks.keras_activations",
    "hard_shrink": "actsearch.networks.keras_activations",
    "hard_sigmoid": "actsearch.networks.keras_activations",
    "hard_silu": "actsearch.networks.keras_activations",
    "hard_tanh": "actsearch.networks.keras_activations",
    "leaky_relu": "actsearch.networks.keras_activations",
    "lecun_tanh": "actsearch.networks.keras_activations",
    "linear": "actsearch.networks.keras_activations",
    "lisht": "actsearch.networks.keras_activations",
    "log_sigmoid": "actsearch.networks.keras_activations",
    "mish": "actsearch.networks.keras_activations",
    "relu": "actsearch.networks.keras_activations",
    "relu6": "actsearch.networks.keras_activations",
    "relu_squared": "actsearch.networks.keras_activations",
    "selu": "actsearch.networks.keras_activations",
    "serf": "actsearch.networks.keras_activations",
    "sigmoid": "actsearch.networks.keras_activations",
    "silu": "actsearch.networks.keras_activations",
    "snake": "actsearch.networks.keras_activations",
    "soft_shrink": "actsearch.networks.keras_activations",
    "softplus": "actsearch.networks.keras_activations",
    "softsign": "actsearch.networks.keras_activations",
    "sparse_plus": "actsearch.networks.keras_activations",
    "sparse_sigmoid": "actsearch.networks.keras_activations",
    "squareplus": "actsearch.networks.keras_activations",
    "tanh": "actsearch.networks.keras_activations",
    "tanh_shrink": "actsearch.networks.keras_activations",
    "threshold": "actsearch.networks.keras_activations",
}

__all__ = [
    "ActivationLayer",
    "Diagnostics",
    "FormulaLayer",
    "FunctionLayer",
    "celu",
    "compare",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "lecun_tanh",
    "linear",
    "lisht",
    "load",
    "load_model",
    "log_sigmoid",
    "mish",
    "read_results",
    "relu",
    "relu6",
    "relu_squared",
    "run",
    "selu",
    "serf",
    "sigmoid",
    "silu",
    "snake",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
