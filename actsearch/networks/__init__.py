"""Compiled Keras models: the kinds of network, the layers of ours, and what is measured inside them."""

__all__ = [
    "architecture_keys",
    "architectures",
    "clipping",
    "compiled_networks",
    "evaluation",
    "keras_activations",
    "keras_task",
    "kinds.cnn",
    "kinds.hidden_layer_settings",
    "kinds.initializers",
    "layer_probe",
    "models",
    "own_activations",
    "random_streams",
    "sizes",
    "variable_values",
]
