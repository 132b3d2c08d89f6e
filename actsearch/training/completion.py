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
from actsearch.networks.evaluation import in_smallest_type
from actsearch.networks.keras_task import kept_of, values_of
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
    outputs: dict[int, Mapping[Split, np.ndarray]] = field(default_factory=dict)
    """By epoch and split, where they are known: (examples, outputs), after the last and the best epoch."""


def completed(
    trial: Trial,
    dataset: Dataset,
    model: keras.Model,
    evaluation: SplitEvaluation,
    done: TrainedSoFar,
    save_model: Literal["best", "last"] | None,
) -> Completed:
    """The test values and predictions of the last and the best network; evaluates what is not known yet."""
    last_epoch, loss = len(done.epochs) - 1, trial.candidate.training.loss
    predictions = {f"{split}_index": in_smallest_type(examples.index) for split, examples in evaluation.splits.items()}
    evaluated: dict[int, _Evaluated] = {}
    saved = None
    for which, epoch in (("last", last_epoch), ("best", done.best_epoch)):
        if epoch not in evaluated:
            if epoch != last_epoch:
                overwrite(model.variables, done.best_variables)
            evaluated[epoch] = _evaluated(trial, model, evaluation, done, epoch)
        for split, examples in evaluation.splits.items():
            kept = kept_of(trial.task, evaluated[epoch].outputs[split], examples.y, loss, which)
            predictions |= {f"{split}_{name}": values for name, values in kept.items()}
        if save_model == which:
            saved = _as_keras_file(model, trial, dataset)
    last, best = evaluated[last_epoch].evaluation, evaluated[done.best_epoch].evaluation
    return Completed(trial.id, last, best, dict(sorted(predictions.items())), saved, save_model)


@dataclass(frozen=True)
class _Evaluated:
    """What the network of one epoch made of each split."""

    evaluation: Evaluation
    outputs: Mapping[Split, np.ndarray]


def _evaluated(
    trial: Trial, model: keras.Model, evaluation: SplitEvaluation, done: TrainedSoFar, epoch: int
) -> _Evaluated:
    """Of the network as it is now, which is that of this epoch."""
    known = done.outputs.get(epoch, {})
    outputs = {split: known[split] if split in known else evaluation.evaluate(split)[1] for split in evaluation.splits}
    if evaluation.validation == "test":  # then the validation after the epoch was the test
        values = _validation_values(done.epochs[epoch])
    else:
        penalty = float(sum(model.losses))  # of the weights as they are now
        values = _values_of_test(trial, outputs["test"], evaluation.splits["test"].y, penalty)
    return _Evaluated(Evaluation(epoch + 1, values), outputs)


def _validation_values(epoch: EpochDone) -> Mapping[str, float | None]:
    """The values of an epoch's validation, by the names that they have in a test."""
    return {name.removeprefix("val_"): v for name, v in epoch.metrics.items() if name.startswith("val_")}


def _values_of_test(trial: Trial, outputs: np.ndarray, y: np.ndarray, penalty: float) -> Mapping[str, float | None]:
    """The values of the network's outputs for the test set.

    None for all of them if the loss is not finite: an accuracy beside such a loss looks plausible and is not.
    """
    settings, loss = trial.candidate.training, trial.task.loss.name
    values = values_of(trial.task, outputs, y, settings.loss)
    values[loss] = (settings.loss_weights or 1) * values[loss] + penalty  # as Keras has it for the other splits
    return values if math.isfinite(values[loss]) else dict.fromkeys(values, None)


def _as_keras_file(model: keras.Model, trial: Trial, dataset: Dataset) -> bytes:
    """The network as a `.keras` file. Built anew: the one that was trained may carry another trial's seeds."""
    keras.utils.clear_session()  # Keras counts what it names: the file must not tell how many networks came before it
    own = build(trial.candidate, trial.task, dataset.input_shape, dataset.outputs, trial.seed)
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
