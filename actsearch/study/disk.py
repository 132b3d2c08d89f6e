"""What a run will take on disk, before it begins. Reads and writes nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from actsearch.core.diagnostics import QUANTITIES
from actsearch.core.experiment import Candidate, Cnn, DiagnosticsSpec, Experiment, Mlp
from actsearch.data.datasets import Dataset, Splits
from actsearch.study.planning import layer_shapes, number_of_looks

TRIAL_BYTES = 2_400
EPOCH_BYTES = (30, 118)
"""In `trial.json` and in `history.json`."""
EXAMPLE_BYTES = 3.3
"""In `predictions.npz`: index, label and two predictions of ten classes, compressed."""
QUANTITY_BYTES = 18
BLOCK = 4096
OPTIMIZER_SLOTS = {"adam": 2, "adamw": 2, "rmsprop": 1, "sgd": 1}
"""How many numbers an optimizer keeps beside each weight, at most."""


@dataclass(frozen=True)
class Disk:
    """Bytes: what finished trials leave, and what the checkpoints of those that run take until they end."""

    results: int
    checkpoints: int


def needed(
    experiment: Experiment, dataset: Dataset, splits: Splits, choices: Sequence[Sequence[int]], jobs: int
) -> Disk:
    """What so many trials take on disk, by the sizes of the files that finished trials have."""
    each = [_bytes_left(candidate, experiment.diagnostics, dataset, splits) for candidate in experiment.candidates]
    running = max(_checkpoint_bytes(candidate, dataset) for candidate in experiment.candidates)
    results = sum(statistics.fmean(each[place] for place in choice) for choice in choices)
    return Disk(round(results), 2 * running * max(1, min(jobs, len(choices))))  # the last one, and the one before it


def _bytes_left(candidate: Candidate, diagnostics: DiagnosticsSpec | None, dataset: Dataset, splits: Splits) -> int:
    epochs = candidate.training.epochs
    evaluated = len(dataset.y_test) + (0 if splits.validation is None else len(splits.validation))
    files = [TRIAL_BYTES + epochs * EPOCH_BYTES[0], epochs * EPOCH_BYTES[1], EXAMPLE_BYTES * evaluated]
    if looks := number_of_looks(candidate, diagnostics):
        model = candidate.model
        layers = len(model.dense) + (len(model.filters) if isinstance(model, Cnn) else 0)
        files.append(looks * layers * len(QUANTITIES) * QUANTITY_BYTES)
    return sum(BLOCK * math.ceil(size / BLOCK) for size in files)


def _checkpoint_bytes(candidate: Candidate, dataset: Dataset) -> int:
    """The weights, those of the best epoch, and what the optimizer keeps of each, as float32."""
    slots = OPTIMIZER_SLOTS.get(candidate.training.optimizer.name, 2)
    return 4 * parameters(candidate.model, dataset.input_shape, dataset.classes) * (2 + slots)


def parameters(model: Cnn | Mlp, input_shape: tuple[int, ...], classes: int) -> int:
    """The weights and biases of a network; what batch normalisation and learned parameters add is left out."""
    return sum((one.inputs + 1) * one.outputs for one in layer_shapes(model, input_shape, classes))
