"""Which activation function should a network use, why, and is the difference real?

The command line is the main way in (`actsearch --help`). From Python:

    import actsearch

    loaded = actsearch.load("configs/quickstart.yaml")   # checked, with line numbers in the errors
    result = actsearch.run(loaded)                       # trains what is not finished, and reads the results
    results = actsearch.read_results("results/")         # a tuple of ExperimentResult values

    keras.layers.Dense(64, activation=actsearch.gelu)    # Keras-serialisable functions
    actsearch.ActivationLayer("elu", {"alpha": 0.2})     # and a layer for parameters
    model.fit(x, y, callbacks=[actsearch.Diagnostics(x, y)]) # what the hidden layers of any model do

Everything is imported when it is first used: `import actsearch` itself loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actsearch.diagnostics import Diagnostics
    from actsearch.keras_activations import ActivationLayer, elu, gelu, leaky_relu, relu, selu, sigmoid
    from actsearch.notebook import load, read_results, run

_WHERE = {
    "load": "actsearch.notebook",
    "read_results": "actsearch.notebook",
    "run": "actsearch.notebook",
    "ActivationLayer": "actsearch.keras_activations",
    "Diagnostics": "actsearch.diagnostics",
    "elu": "actsearch.keras_activations",
    "gelu": "actsearch.keras_activations",
    "leaky_relu": "actsearch.keras_activations",
    "relu": "actsearch.keras_activations",
    "selu": "actsearch.keras_activations",
    "sigmoid": "actsearch.keras_activations",
}

__all__ = [
    "ActivationLayer",
    "Diagnostics",
    "elu",
    "gelu",
    "leaky_relu",
    "load",
    "read_results",
    "relu",
    "run",
    "selu",
    "sigmoid",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
