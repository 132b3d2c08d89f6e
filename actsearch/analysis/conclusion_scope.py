"""What the conclusions of a comparison hold for: these data, this network, these settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actsearch.analysis.comparison import Comparison
from actsearch.core.experiment import in_words

SELDOM_CHANGED = ("beta_1", "beta_2", "epsilon", "rho", "amsgrad", "centered", "nesterov")
"""Arguments of optimizers that a sentence leaves out; the configuration has them."""


def scope(comparison: Comparison) -> str:
    """What the conclusions hold for."""
    trials = [trial for one in comparison.contenders for trial in one.trials if trial.settings]
    if not trials:
        return "This holds for these data, this network and these settings."
    settings = [trial.settings for trial in trials]
    data, model, training = (_common([one.get(part, {}) for one in settings]) for part in ("data", "model", "training"))
    parts = [f"these data ({_data(comparison, data)})", f"this network ({_network(model)})"]
    return (
        f"This holds for {', '.join(parts)} and these settings ({_settings(training)}); elsewhere it may be otherwise."
    )


def _common(mappings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The keys that all have with one value; of mappings, such keys in them."""
    found: dict[str, Any] = {}
    for key in mappings[0]:
        values = [one.get(key) for one in mappings]
        if all(isinstance(value, dict) for value in values):
            found[key] = _common([value for value in values if isinstance(value, dict)])
        elif all(value == values[0] for value in values):
            found[key] = values[0]
    return found


def _data(comparison: Comparison, data: dict[str, Any]) -> str:
    sha256 = str(data.get("sha256", ""))[:12]
    size = data.get("train_size") or data.get("train_first")
    parts = [f"SHA-256 {sha256}…", f"{size} training examples" if size else "the whole training set"]
    examples = comparison.measure.split
    return ", ".join([*parts, f"judged on the {examples} set"])


def _network(model: dict[str, Any]) -> str:
    kind = {"cnn": "convolutional", "mlp": "dense"}.get(str(model.get("kind")), "various")
    layers = [f"filters {in_words(model['filters'])}"] if "filters" in model else []
    return ", ".join([kind, *layers, *([f"dense {in_words(model['dense'])}"] if "dense" in model else [])])


def _settings(training: dict[str, Any]) -> str:
    told = []
    optimizer = training.get("optimizer")
    if isinstance(optimizer, dict):
        arguments = optimizer.get("arguments", {})
        some = {key: value for key, value in arguments.items() if key not in SELDOM_CHANGED}
        told.append(f"{optimizer.get('name')} {in_words(some)}".removesuffix(" none"))
    told += [str(training["loss"])] if "loss" in training else []
    told += [f"{training[key]} epochs" for key in ("epochs",) if key in training]
    return ", ".join([*told, *([f"batches of {training['batch_size']}"] if "batch_size" in training else [])])
