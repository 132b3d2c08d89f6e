"""What a run will take on the disk, before it begins. Reads and writes nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from actsearch.core.diagnostics import QUANTITIES
from actsearch.core.experiment import Candidate, DiagnosticsSpec, Experiment
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.study.foreseen_stages import TrialPlaces
from actsearch.study.trial_costs import number_of_looks

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
    checkpoints: int | None
    """None where a network's number of weights is unknown before it is built."""


def needed_disk(
    experiment: Experiment, dataset: Dataset, splits: Splits, choices: Sequence[TrialPlaces], jobs: int
) -> Disk:
    """What trials take on the disk, by the sizes of the files that finished trials have.

    Args:
        experiment: whose.
        dataset: its data.
        splits: their division.
        choices: of each trial, the places of the candidates that it may turn out to be.
        jobs: how many train at a time.
    """
    each = [_bytes_left(candidate, experiment.diagnostics, dataset, splits) for candidate in experiment.candidates]
    running = [_checkpoint_bytes(candidate, dataset) for candidate in experiment.candidates]
    results = sum(statistics.fmean(each[place] for place in choice) for choice in choices)
    known = [size for size in running if size is not None]
    if len(known) < len(running):
        return Disk(round(results), None)
    return Disk(round(results), 2 * max(known) * max(1, min(jobs, len(choices))))  # the last one, and the one before it


def _bytes_left(candidate: Candidate, diagnostics: DiagnosticsSpec | None, dataset: Dataset, splits: Splits) -> int:
    epochs = candidate.training.epochs
    evaluated = len(dataset.y_test) + (0 if splits.validation is None else len(splits.validation))
    files = [TRIAL_BYTES + epochs * EPOCH_BYTES[0], epochs * EPOCH_BYTES[1], EXAMPLE_BYTES * evaluated]
    if looks := number_of_looks(candidate, diagnostics):
        files.append(looks * len(candidate.model.sites()) * len(QUANTITIES) * QUANTITY_BYTES)
    return sum(BLOCK * math.ceil(size / BLOCK) for size in files)


def _checkpoint_bytes(candidate: Candidate, dataset: Dataset) -> int | None:
    """The weights, those of the best epoch, and what the optimizer keeps of each, as float32."""
    cost = candidate.model.cost(dataset.input_shape, dataset.outputs)
    if cost is None:
        return None
    slots = OPTIMIZER_SLOTS.get(candidate.training.optimizer.name, 2)
    return 4 * cost.parameters * (2 + slots)
