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
    from actsearch.api import compare as compare
    from actsearch.api import load as load
    from actsearch.api import load_model as load_model
    from actsearch.api import read_results as read_results
    from actsearch.api import run as run
    from actsearch.networks.keras_activations import ActivationLayer as ActivationLayer
    from actsearch.networks.own_activations import FormulaLayer as FormulaLayer
    from actsearch.networks.own_activations import FunctionLayer as FunctionLayer
    from actsearch.training.callback import Diagnostics as Diagnostics

_KERAS_ACTIVATIONS = "actsearch.networks.keras_activations"
_WHERE = {
    "compare": "actsearch.api",
    "load": "actsearch.api",
    "load_model": "actsearch.api",
    "read_results": "actsearch.api",
    "run": "actsearch.api",
    "ActivationLayer": _KERAS_ACTIVATIONS,
    "FormulaLayer": "actsearch.networks.own_activations",
    "FunctionLayer": "actsearch.networks.own_activations",
    "Diagnostics": "actsearch.training.callback",
}
"""Every public name but those of the activation functions, which the registry has."""


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_public_names())
    place = _WHERE.get(name) or (None if name.startswith("_") else _public_names().get(name))
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(place), name)


def __dir__() -> list[str]:
    return sorted(_public_names())


def _public_names() -> dict[str, str]:
    """The public names, each with its module; a function that always learns is a layer only."""
    from actsearch.functions.registry import ACTIVATIONS

    functions = [name for name, row in ACTIVATIONS.items() if not row.learned]
    return {**_WHERE, **dict.fromkeys(functions, _KERAS_ACTIVATIONS)}
