"""Compiled Keras models: the kinds of network, the layers of ours, and what is measured inside them."""

__all__ = [
    "clipping",
    "compiled_networks",
    "evaluation",
    "keras_activations",
    "keras_task",
    "layer_probe",
    "models",
    "own_activations",
    "random_streams",
    "sizes",
    "variable_values",
]
