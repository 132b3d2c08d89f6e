"""What a trial hands back at its end: test values, predictions, the saved network. Imports Keras."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from actsearch.core.events import Completed, Diagnosed, EpochDone, Evaluation
from actsearch.core.experiment import Trial
from actsearch.data.dataset import Dataset
from actsearch.networks.evaluation import in_smallest_type, predicted_labels, values_on_test
from actsearch.networks.models import build
from actsearch.networks.variable_values import copied_values, overwrite
from actsearch.training.split_evaluation import Split, SplitEvaluation


@dataclass
class TrainedSoFar:
    """What a training has done so far. Its epochs count from 0."""

    epochs: list[EpochDone]
    diagnosed: list[Diagnosed]
    best_epoch: int
    """That which is best by the validation metric that decides; the first of equals."""
    best_variables: Sequence[np.ndarray]
    """The network's after that epoch."""
    probabilities: dict[int, Mapping[Split, np.ndarray]] = field(default_factory=dict)
    """By epoch and split, where they are known: (examples, classes), after the last and the best epoch."""


@dataclass(frozen=True)
class _Evaluated:
    """What the network of one epoch made of each split."""

    evaluation: Evaluation
    labels: Mapping[Split, np.ndarray]


def completed(
    trial: Trial,
    dataset: Dataset,
    model: keras.Model,
    evaluation: SplitEvaluation,
    done: TrainedSoFar,
    save_model: Literal["best", "last"] | None,
) -> Completed:
    """The test values and predictions of the last and the best network; evaluates what is not known yet."""
    last_epoch = len(done.epochs) - 1
    evaluated: dict[int, _Evaluated] = {}
    saved = None
    for which, epoch in (("last", last_epoch), ("best", done.best_epoch)):
        if epoch not in evaluated:
            if epoch != last_epoch:
                overwrite(model.variables, done.best_variables)
            evaluated[epoch] = _evaluated(trial, dataset, model, evaluation, done, epoch)
        if save_model == which:
            saved = _as_keras_file(model, trial, dataset)
    last, best = evaluated[last_epoch], evaluated[done.best_epoch]
    predictions: dict[str, np.ndarray] = {}
    for split, examples in evaluation.splits.items():
        predictions[f"{split}_index"] = in_smallest_type(examples.index)
        predictions[f"{split}_y_true"] = in_smallest_type(examples.labels, dataset.classes - 1)
        predictions[f"{split}_y_last"] = last.labels[split]
        predictions[f"{split}_y_best"] = best.labels[split]
    return Completed(trial.id, last.evaluation, best.evaluation, dict(sorted(predictions.items())), saved, save_model)


def _evaluated(
    trial: Trial, dataset: Dataset, model: keras.Model, evaluation: SplitEvaluation, done: TrainedSoFar, epoch: int
) -> _Evaluated:
    """Of the network as it is now, which is that of this epoch."""
    known = done.probabilities.get(epoch, {})
    probabilities = {
        split: known[split] if split in known else evaluation.evaluate(split)[1] for split in evaluation.splits
    }
    if evaluation.validation == "test":  # then the validation after the epoch was the test
        values = _validation_values(done.epochs[epoch])
    else:
        penalty = float(sum(model.losses))  # of the weights as they are now
        values = _values_of_test(trial, dataset, probabilities["test"], penalty)
    labels = {split: predicted_labels(p) for split, p in probabilities.items()}
    return _Evaluated(Evaluation(epoch + 1, values), labels)


def _validation_values(epoch: EpochDone) -> Mapping[str, float | None]:
    """The values of an epoch's validation, by the names that they have in a test."""
    return {name.removeprefix("val_"): v for name, v in epoch.metrics.items() if name.startswith("val_")}


def _values_of_test(
    trial: Trial, dataset: Dataset, probabilities: np.ndarray, penalty: float
) -> Mapping[str, float | None]:
    """The values of predicted probabilities (examples, classes) of the test set.

    None for all of them if the loss is not finite: an accuracy beside such a loss looks plausible and is not.
    """
    settings = trial.candidate.training
    values = values_on_test(probabilities, dataset.y_test, settings.loss)
    values["loss"] = (settings.loss_weights or 1) * values["loss"] + penalty  # as Keras has it for the other splits
    return values if math.isfinite(values["loss"]) else dict.fromkeys(values, None)


def _as_keras_file(model: keras.Model, trial: Trial, dataset: Dataset) -> bytes:
    """The network as a `.keras` file. Built anew: the one that was trained may carry another trial's seeds."""
    keras.utils.clear_session()  # Keras counts what it names: the file must not tell how many networks came before it
    own = build(trial.candidate, dataset.input_shape, dataset.classes, trial.seed)
    own.optimizer.build(own.trainable_variables)
    overwrite(own.variables, copied_values(model.variables))
    overwrite(own.optimizer.variables, copied_values(model.optimizer.variables))
    handle, name = tempfile.mkstemp(suffix=".keras")
    os.close(handle)
    try:
        own.save(name)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()
