"""What a run will cost, before it begins. Needs NumPy, neither Keras nor TensorFlow."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from actsearch.data import Dataset, Splits
from actsearch.experiment import Cnn, Mlp, Trial
from actsearch.results import ExperimentResult

TRAINING_PASSES = 3
"""A training step costs a forward pass and a backward pass of twice its arithmetic."""
STEP_SECONDS = 0.002
"""What a step costs beyond its arithmetic."""
START_SECONDS = 3.0
"""Building and tracing a network, once per trial."""
LOOKING_PASSES = 4
"""What a look at the layers costs, in forward passes of the examples that are looked at."""
LOOKING_STEPS = 15
"""And beyond its arithmetic, in steps."""
LOADING_SECONDS = (4.0, 12.0)
"""Loading TensorFlow, once: the range that was seen."""
EFFICIENCY = (0.35, 1.0)
"""What share of a bare matrix product's speed a training reaches: the range that was seen."""


@dataclass(frozen=True)
class Estimate:
    """Seconds of training that are left, as a range, and what they are taken from."""

    low: float
    high: float
    basis: str
    diagnostics: float = 0.0
    """Which share of it is for looking at the layers."""


def estimate(
    trials: Sequence[Trial], dataset: Dataset, splits: Splits, measured: Sequence[float] = (), jobs: int = 1
) -> Estimate:
    """How long these trials will take on this machine with so many workers at a time.

    From `measured`, seconds of epochs of the same experiment; else from the arithmetic of the networks and the
    speed of a matrix product, measured now on one thread's worth of work.
    """
    if not trials:
        return Estimate(0, 0, "nothing is left to train")
    speed = matrix_product_speed()
    training = [_work(trial, dataset, splits) for trial in trials]
    looking = [_looking(trial, dataset, splits) for trial in trials]
    share = _share(looking, training, speed)
    if measured:
        typical = statistics.median(measured) / (1 - share)  # what is measured are the epochs alone
        epochs = sum(trial.candidate.training.epochs for trial in trials)
        low, high = 0.8 * typical * epochs, 1.3 * typical * epochs
        return _shared(low, high, f"{len(measured)} measured epochs", trials, jobs, share)
    work = [*training, *looking]
    arithmetic = sum(flops for flops, _ in work) / speed
    overhead = sum(steps for _, steps in work) * STEP_SECONDS + len(trials) * START_SECONDS
    low, high = (arithmetic / efficiency + overhead for efficiency in reversed(EFFICIENCY))
    basis = f"the networks' arithmetic at {speed / 1e9:.0f} GFLOP/s, measured now"
    return _shared(low, high, basis, trials, jobs, share)


def _share(looking: Sequence[tuple[float, float]], training: Sequence[tuple[float, float]], speed: float) -> float:
    """Which share of both the looking is, by their arithmetic and steps, at a middling efficiency."""
    efficiency = math.sqrt(EFFICIENCY[0] * EFFICIENCY[1])
    looks, trains = (
        sum(flops for flops, _ in work) / speed / efficiency + sum(steps for _, steps in work) * STEP_SECONDS
        for work in (looking, training)
    )
    return looks / (looks + trains)


def _shared(low: float, high: float, basis: str, trials: Sequence[Trial], jobs: int, share: float) -> Estimate:
    """The same work shared by workers that take whole trials."""
    rounds = math.ceil(len(trials) / jobs) / len(trials)
    return Estimate(low * rounds + LOADING_SECONDS[0], high * rounds + LOADING_SECONDS[1], basis, share)


def forward_flops(model: Cnn | Mlp, input_shape: tuple[int, ...], classes: int) -> int:
    """Multiplications and additions of a forward pass of one example, convolutions and dense layers only."""
    flops = 0
    if isinstance(model, Cnn):
        height, width, channels = input_shape
        for filters in model.filters:
            height, width = height - model.kernel_size + 1, width - model.kernel_size + 1
            flops += 2 * height * width * filters * channels * model.kernel_size**2
            channels = filters
        features = (height // 2) * (width // 2) * channels
    else:
        features = math.prod(input_shape)
    for units in (*model.dense, classes):
        flops += 2 * features * units
        features = units
    return flops


def matrix_product_speed(seconds: float = 0.3) -> float:
    """Floating-point operations a second of a float32 matrix product (512 x 512), the fastest of several."""
    import numpy as np

    a = np.ones((512, 512), np.float32)
    out = a @ a
    fastest = math.inf
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        np.matmul(a, a, out=out)
        fastest = min(fastest, time.perf_counter() - began)
    return float(2 * 512**3 / fastest)


def measured_epochs(previous: ExperimentResult, trials: Sequence[Trial]) -> list[float]:
    """The seconds of each epoch of those trials that are measured already; other settings cost something else."""
    ids = {trial.id for trial in trials}
    results = (trial for candidate in previous.candidates for trial in candidate.all_trials if trial.id in ids)
    return [seconds for trial in results for seconds in trial.seconds_per_epoch]


def _work(trial: Trial, dataset: Dataset, splits: Splits) -> tuple[float, float]:
    """Floating-point operations and steps of a trial, its validations and its last evaluation included."""
    candidate = trial.candidate
    train, test = len(splits.train), len(dataset.y_test)
    validation = test if splits.validation is None else len(splits.validation)
    epochs = candidate.training.epochs
    passes = epochs * (TRAINING_PASSES * train + validation) + 2 * test
    steps = epochs * (train / candidate.training.batch_size + validation / 128)
    return passes * forward_flops(candidate.model, dataset.input_shape, dataset.classes), steps


def _looking(trial: Trial, dataset: Dataset, splits: Splits) -> tuple[float, float]:
    """Floating-point operations and steps of looking at a trial's layers."""
    if trial.diagnostics is None:
        return 0.0, 0.0
    looks = 1 + math.ceil(trial.candidate.training.epochs / trial.diagnostics.every)
    passes = LOOKING_PASSES * min(trial.diagnostics.probe_size, len(splits.train))
    flops = forward_flops(trial.candidate.model, dataset.input_shape, dataset.classes)
    return float(looks * passes * flops), float(looks * LOOKING_STEPS)
