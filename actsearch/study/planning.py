"""What a run will cost, before it begins. Needs NumPy, neither Keras nor TensorFlow."""

from __future__ import annotations

import heapq
import math
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from actsearch.core.diagnostics import is_measured
from actsearch.core.experiment import Candidate, Cnn, DiagnosticsSpec, Experiment, Mlp, Trial
from actsearch.core.identity import expand
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import Role
from actsearch.data.datasets import Dataset, Splits

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
PRODUCT = 64
"""Rows and columns of the matrices whose product is timed: OpenBLAS gives larger ones to several threads."""
EFFICIENCY = (0.35, 1.0)
"""What share of a bare matrix product's speed a training reaches: the range that was seen."""
TESTED_NETWORKS = 2
"""After the last epoch: the last and the best."""
EVALUATION_BATCH = 128
"""That of `training`, which this module does not load."""
NETWORKS_KEPT = 8
"""How many compiled networks a worker keeps, as `models.Networks` does."""
LEEWAY = (0.9, 1.15)
"""How far a run may be from what was timed, beyond the quartiles of its steps: it lasts longer, beside other things."""
AGAIN = 0.3
"""Of the time to a network's first batch, what another seed of it takes."""


@dataclass(frozen=True)
class LayerShape:
    """A convolution or a dense layer as a matrix product: every output is a sum over so many inputs."""

    places: int
    """At how many places it is applied with the same weights: pixels of a convolution, one of a dense layer."""
    inputs: int
    outputs: int


def layer_shapes(model: Cnn | Mlp, input_shape: tuple[int, ...], classes: int) -> Iterator[LayerShape]:
    """The layers with weights, in their order, the output last."""
    if isinstance(model, Cnn):
        height, width, channels = input_shape
        for filters in model.filters:
            height, width = height - model.kernel_size + 1, width - model.kernel_size + 1
            yield LayerShape(height * width, channels * model.kernel_size**2, filters)
            channels = filters
        features = (height // 2) * (width // 2) * channels
    else:
        features = math.prod(input_shape)
    for units in (*model.dense, classes):
        yield LayerShape(1, features, units)
        features = units


def forward_flops(model: Cnn | Mlp, input_shape: tuple[int, ...], classes: int) -> int:
    """Multiplications and additions of a forward pass of one example, convolutions and dense layers only."""
    return sum(2 * one.places * one.inputs * one.outputs for one in layer_shapes(model, input_shape, classes))


def matrix_product_speed(seconds: float = 0.3) -> float:
    """Floating-point operations a second of one thread, by the fastest of many float32 matrix products."""
    import numpy as np

    n = PRODUCT
    a = np.ones((n, n), np.float32)
    out = a @ a
    fastest = math.inf
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        np.matmul(a, a, out=out)
        fastest = min(fastest, time.perf_counter() - began)
    return float(2 * n**3 / fastest)


def places(experiment: Experiment, trials: Iterable[Trial]) -> list[int]:
    """Of each of its trials, the place of the candidate among the experiment's."""
    by_identity = {id(candidate): place for place, candidate in enumerate(experiment.candidates)}
    return [by_identity[id(trial.candidate)] for trial in trials]


def measured_epochs(
    previous: ExperimentResult, trials: Sequence[Trial], experiment: Experiment
) -> dict[int, list[float]]:
    """The seconds of each epoch of those trials that are measured already, by the place of their candidate.

    Candidates of which there are none are left out, and so are other settings, which cost something else.
    """
    known = {trial.id: trial.seconds_per_epoch for candidate in previous.candidates for trial in candidate.all_trials}
    found: dict[int, list[float]] = {}
    for place, trial in zip(places(experiment, trials), trials, strict=True):
        found.setdefault(place, []).extend(known.get(trial.id, ()))
    return {place: seconds for place, seconds in found.items() if seconds}


def _work(candidate: Candidate, dataset: Dataset, splits: Splits) -> tuple[float, float]:
    """Floating-point operations and steps of a trial, its validations and its last evaluation included."""
    epochs = candidate.training.epochs
    training, validation, test = _examples(dataset, splits)
    passes = epochs * (TRAINING_PASSES * training + validation) + TESTED_NETWORKS * test
    steps = Steps.of(candidate, dataset, splits)
    flops = forward_flops(candidate.model, dataset.input_shape, dataset.classes)
    return float(passes * flops), float(epochs * (steps.training + steps.validation) + steps.test)


def _looking(
    candidate: Candidate, diagnostics: DiagnosticsSpec | None, dataset: Dataset, splits: Splits
) -> tuple[float, float]:
    """Floating-point operations and steps of looking at a trial's layers."""
    if diagnostics is None:
        return 0.0, 0.0
    looks = number_of_looks(candidate, diagnostics)
    passes = LOOKING_PASSES * min(diagnostics.probe_size, len(splits.train))
    flops = forward_flops(candidate.model, dataset.input_shape, dataset.classes)
    return float(looks * passes * flops), float(looks * LOOKING_STEPS)


# What a whole experiment will cost: its trials, and their time from timed steps


@dataclass(frozen=True)
class Timed:
    """Seconds of a kind of network on this machine, measured (see `timing`)."""

    start: float
    """Building and compiling it, what its first training and evaluation step take beyond one, and its first look."""
    again: float
    """Giving it the state of another seed."""
    step: float
    """A training step with the making of its batch: the median."""
    low: float
    """Of the steps, the lower quartile."""
    high: float
    """The upper one."""
    steps: int
    """How many training steps were timed."""
    evaluation: float
    """A step of evaluation."""
    look: float = 0.0
    """A look at the layers, where diagnostics are asked for."""


@dataclass(frozen=True)
class Steps:
    """How many steps there are in the trials of an experiment; they depend on its data and a batch size."""

    training: int
    validation: int
    """After every epoch."""
    test: int
    """After the last one, for all that are tested; none where the test set is the validation set."""

    @classmethod
    def of(cls, candidate: Candidate, dataset: Dataset, splits: Splits) -> Steps:
        training, validation, test = _examples(dataset, splits)
        return cls(
            math.ceil(training / candidate.training.batch_size),
            math.ceil(validation / EVALUATION_BATCH),
            TESTED_NETWORKS * math.ceil(test / EVALUATION_BATCH),
        )


def _examples(dataset: Dataset, splits: Splits) -> tuple[int, int, int]:
    """Of an epoch, of each validation, and of each test at the end: none where the test set is the validation set."""
    test = len(dataset.y_test)
    held_out = splits.validation
    return (len(splits.train), test, 0) if held_out is None else (len(splits.train), len(held_out), test)


@dataclass(frozen=True)
class Cost:
    """Seconds of a trial of one candidate: what a worker's first one needs to begin, a later one, and all the rest."""

    start: float
    again: float
    rest: float
    looking: float = 0.0
    """Of the rest, what is for looking at the layers."""


@dataclass(frozen=True)
class Stage:
    """Trials that are trained together: a later stage waits until the one before is finished."""

    role: Role
    choices: tuple[tuple[int, ...], ...]
    """Places among the experiment's candidates: one of each tuple is trained, with every seed.

    Several where a setting will have been chosen among them by then.
    """
    seeds: tuple[int, ...]

    @property
    def trials(self) -> int:
        return len(self.choices) * len(self.seeds)


def stages(experiment: Experiment, seeds: int | None = None) -> tuple[Stage, ...]:
    """The stages of an experiment: with tuning seeds, every setting with those first, then one of each activation.

    Args:
        experiment: which one.
        seeds: how many to compare with; by default those of the file.
    """
    everything = tuple((place,) for place in range(len(experiment.candidates)))
    compared = experiment.seeds if seeds is None else tuple(range(seeds))
    if not experiment.tuning_seeds:
        return (Stage("comparison", everything, compared),)
    by_label: dict[str, list[int]] = {}
    for place, candidate in enumerate(experiment.candidates):
        by_label.setdefault(candidate.label, []).append(place)
    one_of_each = tuple(map(tuple, by_label.values()))
    return Stage("tuning", everything, experiment.tuning_seeds), Stage("comparison", one_of_each, compared)


def contenders(experiment: Experiment) -> tuple[str, ...]:
    """What is compared: the labels of the activations, each at one setting."""
    return tuple(dict.fromkeys(candidate.label for candidate in experiment.candidates))


def trials_of(stage: Stage, experiment: Experiment, data_sha256: str) -> list[tuple[Trial, ...]]:
    """The trials of a stage in their order, each as those that it may turn out to be."""
    everything = expand(experiment, data_sha256, stage.seeds)
    n = len(experiment.candidates)
    return [tuple(everything[i * n + place] for place in choice) for i in range(len(stage.seeds))
            for choice in stage.choices]  # fmt: skip


def choices_to_follow(experiment: Experiment, may_follow: Sequence[Trial]) -> list[tuple[int, ...]]:
    """Of trials of which one setting for each label and seed will be asked for: the places that it may be at."""
    found: dict[tuple[int, str], list[int]] = {}
    for place, trial in zip(places(experiment, may_follow), may_follow, strict=True):
        found.setdefault((trial.seed, trial.candidate.label), []).append(place)
    return [tuple(choice) for choice in found.values()]


def kind_of(candidate: Candidate) -> str:
    """Text that candidates have in common whose steps cost the same, whatever their rates and first weights."""
    cheap = ("kernel_initializer", "bias_initializer", "output_kernel_initializer", "output_bias_initializer")
    model = {key: value for key, value in asdict(candidate.model).items() if key not in cheap}
    training = {key: value for key, value in asdict(candidate.training).items() if key != "epochs"}
    arguments = candidate.training.optimizer.arguments
    training["optimizer"] = [candidate.training.optimizer.name, *sorted({*arguments} - {"learning_rate"})]
    return canonical_json([candidate.activation.as_plain(), model, training])


def costs(
    experiment: Experiment, dataset: Dataset, splits: Splits, timed: Mapping[str, Timed]
) -> tuple[tuple[Cost, ...], tuple[Cost, ...]]:
    """What a trial of each candidate costs, at the lower and the upper quartile of its timed steps.

    `timed` is by `kind_of`.
    """

    def cost(candidate: Candidate, high: bool) -> Cost:
        one = timed[kind_of(candidate)]
        steps = Steps.of(candidate, dataset, splits)
        step = one.high * LEEWAY[1] if high else one.low * LEEWAY[0]
        evaluation = one.evaluation * step / one.step
        epochs = candidate.training.epochs
        in_epochs = epochs * (steps.training * step + steps.validation * evaluation)
        looks = number_of_looks(candidate, experiment.diagnostics) * one.look
        begin = LEEWAY[1] if high else LEEWAY[0]
        rest = in_epochs + steps.test * evaluation + looks * begin
        return Cost(one.start * begin, one.again * begin, rest, looks * begin)

    low, high = (tuple(cost(candidate, high) for candidate in experiment.candidates) for high in (False, True))
    return low, high


def guessed_costs(
    experiment: Experiment, dataset: Dataset, splits: Splits, epochs: Mapping[int, Sequence[float]], speed: float
) -> tuple[tuple[Cost, ...], tuple[Cost, ...]]:
    """The same without timing: from measured epochs where there are any, else from the networks' arithmetic.

    Args:
        experiment: which one.
        dataset: its data.
        splits: their division.
        epochs: seconds of epochs that were measured, by the place of their candidate.
        speed: floating-point operations a second of a bare matrix product.
    """
    everywhere = [seconds for measured in epochs.values() for seconds in measured]

    def cost(place: int, efficiency: float, factor: float) -> Cost:
        def seconds(work: tuple[float, float]) -> float:
            flops, steps = work
            return flops / speed / efficiency + steps * STEP_SECONDS

        candidate = experiment.candidates[place]
        looking = seconds(_looking(candidate, experiment.diagnostics, dataset, splits))
        if measured := epochs.get(place, everywhere):
            rest = factor * statistics.median(measured) * candidate.training.epochs
        else:
            rest = seconds(_work(candidate, dataset, splits))
        return Cost(START_SECONDS, AGAIN * START_SECONDS, rest + looking, looking)

    slow, fast = EFFICIENCY
    places = range(len(experiment.candidates))
    return tuple(cost(i, fast, 0.8) for i in places), tuple(cost(i, slow, 1.3) for i in places)


def guess(
    experiment: Experiment, dataset: Dataset, splits: Splits, epochs: Mapping[int, Sequence[float]]
) -> tuple[tuple[tuple[Cost, ...], tuple[Cost, ...]], str]:
    """`guessed_costs` at the speed of this machine, measured now, and what they are taken from, to end a sentence."""
    speed = matrix_product_speed() * experiment.candidates[0].training.threads
    measured = sum(map(len, epochs.values()))
    basis = f"the networks' arithmetic at {speed / 1e9:.0f} GFLOP/s, measured now"
    found = guessed_costs(experiment, dataset, splits, epochs, speed)
    return found, f"{measured} measured epochs" if measured else basis


def share_of_looking(stages: Sequence[Sequence[Sequence[int]]], costs: tuple[Sequence[Cost], Sequence[Cost]]) -> float:
    """Which share of the training of these trials is for looking at the layers; `stages` as in `total`."""
    trials = [(of[place], len(choice)) for stage in stages for choice in stage for place in choice for of in costs]
    everything = sum(cost.rest / n for cost, n in trials)
    return sum(cost.looking / n for cost, n in trials) / everything if everything else 0.0


def makespan(choices: Sequence[Sequence[int]], costs: Sequence[Cost], jobs: int) -> float:
    """Seconds until the last of these trials is done, with so many workers that take them in order.

    A worker that has the compiled network of a candidate begins its next seed sooner; it keeps the last eight.

    Args:
        choices: for each trial the places in `costs` that it may turn out to be; it is taken to be all in equal parts.
        costs: of each candidate.
        jobs: how many workers.
    """
    free = [(0.0, worker) for worker in range(jobs)]
    kept: list[list[int]] = [[] for _ in range(jobs)]
    for choice in choices:
        at, worker = heapq.heappop(free)
        seconds = statistics.fmean(costs[place].rest for place in choice)
        seconds += statistics.fmean(
            costs[place].again if place in kept[worker] else costs[place].start for place in choice
        )
        kept[worker] = [*(place for place in kept[worker] if place not in choice), *choice][-NETWORKS_KEPT:]
        heapq.heappush(free, (at + seconds, worker))
    return max(at for at, _ in free)


def total(
    stages: Sequence[Sequence[Sequence[int]]],
    costs: tuple[Sequence[Cost], Sequence[Cost]],
    jobs: int,
    loading: tuple[float, float] = LOADING_SECONDS,
) -> tuple[float, float]:
    """Seconds from a command to its end, as a range: each stage begins when the one before has ended.

    `stages` holds the choices of each trial that is left, see `makespan`; where there is none it takes no time.
    """
    if not any(stages):
        return 0.0, 0.0
    low, high = (
        began + sum(makespan(choices, of, max(1, min(jobs, len(choices)))) for choices in stages if choices)
        for began, of in zip(loading, costs, strict=True)
    )
    return low, high


def number_of_looks(candidate: Candidate, diagnostics: DiagnosticsSpec | None) -> int:
    """How often the layers of a trial are looked at, the untrained network's look included."""
    if diagnostics is None:
        return 0
    epochs = candidate.training.epochs
    return 1 + sum(is_measured(epoch, epochs, diagnostics.every) for epoch in range(1, epochs + 1))
