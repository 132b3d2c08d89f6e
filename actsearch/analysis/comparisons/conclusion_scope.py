"""What the conclusions of a comparison hold for: these data, this network, these settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actsearch.analysis.comparisons.comparison import Comparison
from actsearch.analysis.trials import trials_of_all
from actsearch.core.sentences import conclusions
from actsearch.core.words import in_words

SELDOM_CHANGED = ("beta_1", "beta_2", "epsilon", "rho", "amsgrad", "centered", "nesterov")
"""Arguments of optimizers that a sentence leaves out; the configuration has them."""

KINDS_IN_WORDS = {"cnn": "convolutional", "mlp": "dense"}


def scope(comparison: Comparison) -> str:
    """What the conclusions hold for."""
    settings = [trial.settings for trial in trials_of_all(comparison.contenders) if trial.settings]
    if not settings:
        return conclusions.SCOPE_UNKNOWN()
    data, model, training = (
        _shared_settings([setting.get(part, {}) for setting in settings]) for part in ("data", "model", "training")
    )
    return conclusions.SCOPE(
        data=_data_text(comparison, data), network=_network_text(model), training=_training_text(training)
    )


def _shared_settings(mappings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The keys that all have with one value; of mappings, such keys in them."""
    shared: dict[str, Any] = {}
    for key in mappings[0]:
        values = [mapping.get(key) for mapping in mappings]
        inner = [value for value in values if isinstance(value, dict)]
        if len(inner) == len(values):
            shared[key] = _shared_settings(inner)
        elif all(value == values[0] for value in values):
            shared[key] = values[0]
    return shared


def _data_text(comparison: Comparison, data: dict[str, Any]) -> str:
    sha256 = str(data.get("sha256", ""))[:12]
    size = data.get("train_size") or data.get("train_first")
    split = comparison.measure.split
    if size:
        return conclusions.PART_OF_DATA_IN_SCOPE(sha256=sha256, examples=size, split=split)
    return conclusions.DATA_IN_SCOPE(sha256=sha256, split=split)


def _network_text(model: dict[str, Any]) -> str:
    kind = model.get("kind")
    if kind is None:
        return "various"
    if kind not in KINDS_IN_WORDS:  # a kind from outside the package: all of its settings
        settings = in_words({key: value for key, value in model.items() if key != "kind"})
        return f"{kind} {settings}".removesuffix(" none")
    parts = [KINDS_IN_WORDS[kind]]
    if "filters" in model:
        parts.append(conclusions.FILTERS_IN_SCOPE(filters=in_words(model["filters"])))
    if "dense" in model:
        parts.append(conclusions.DENSE_IN_SCOPE(units=in_words(model["dense"])))
    return ", ".join(parts)


def _training_text(training: dict[str, Any]) -> str:
    parts = []
    optimizer = training.get("optimizer")
    if isinstance(optimizer, dict):
        arguments = {key: value for key, value in optimizer.get("arguments", {}).items() if key not in SELDOM_CHANGED}
        parts.append(f"{optimizer.get('name')} {in_words(arguments)}".removesuffix(" none"))
    if "loss" in training:
        parts.append(str(training["loss"]))
    if "epochs" in training:
        parts.append(conclusions.EPOCHS_IN_SCOPE(epochs=training["epochs"]))
    if "batch_size" in training:
        parts.append(conclusions.BATCHES_IN_SCOPE(size=training["batch_size"]))
    return ", ".join(parts)
