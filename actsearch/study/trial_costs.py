"""What the trials of an experiment cost in time: from timed steps, from measured epochs, or from their arithmetic.

Needs neither Keras nor TensorFlow.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from actsearch.core.diagnostics import is_measured
from actsearch.core.experiment import Candidate, DiagnosticsSpec, Experiment, Trial
from actsearch.core.json_values import canonical_json
from actsearch.core.results import ExperimentResult
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks.sizes import EVALUATION_BATCH
from actsearch.study.foreseen_stages import places
from actsearch.study.machine_speed import matrix_product_speed

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
EFFICIENCY = (0.35, 1.0)
"""What share of a bare matrix product's speed a training reaches: the range that was seen."""
TESTED_NETWORKS = 2
"""After the last epoch: the last and the best."""
LEEWAY = (0.9, 1.15)
"""How far a run may be from what was timed, beyond the quartiles of its steps: it lasts longer, beside other things."""
NO_BASIS = "nothing, as only timing can tell it"
"""What unknown costs are taken from."""
NEXT_SEED_SHARE = 0.3
"""Of the time to a network's first batch, what another seed of it takes."""


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
class Cost:
    """Seconds of a trial of one candidate: what a worker's first one needs to begin, a later one, and all the rest."""

    start: float
    again: float
    rest: float
    looking: float = 0.0
    """Of the rest, what is for looking at the layers."""


class CostRange(NamedTuple):
    """What a trial of each candidate costs, at the lower and at the upper end of what is likely."""

    low: Sequence[Cost]
    high: Sequence[Cost]


class GuessedCosts(NamedTuple):
    """Costs without timing."""

    costs: CostRange | None
    """None where they are unknown without timing."""
    basis: str
    """What they are taken from, in words that end a sentence."""


class Arithmetic(NamedTuple):
    """What is to be computed."""

    flops: float
    steps: float


@dataclass(frozen=True)
class ExampleCounts:
    """How many examples are computed with."""

    training: int
    """In an epoch."""
    validation: int
    """After every epoch."""
    test: int
    """In each test at the end: none where the test set is the validation set."""

    @classmethod
    def of(cls, dataset: Dataset, splits: Splits) -> ExampleCounts:
        test = len(dataset.y_test)
        if splits.validation is None:
            return cls(len(splits.train), test, 0)
        return cls(len(splits.train), len(splits.validation), test)


@dataclass(frozen=True)
class Steps:
    """How many steps there are in the trials of an experiment; they depend on its data and a batch size."""

    training: int
    """In an epoch."""
    validation: int
    """After every epoch."""
    test: int
    """After the last one, for all that are tested; none where the test set is the validation set."""

    @classmethod
    def of(cls, candidate: Candidate, dataset: Dataset, splits: Splits) -> Steps:
        examples = ExampleCounts.of(dataset, splits)
        return cls(
            math.ceil(examples.training / candidate.training.batch_size),
            math.ceil(examples.validation / EVALUATION_BATCH),
            TESTED_NETWORKS * math.ceil(examples.test / EVALUATION_BATCH),
        )


def kind_of(candidate: Candidate) -> str:
    """Text that candidates have in common whose steps cost the same, whatever their rates and first weights."""
    cheap = ("kernel_initializer", "bias_initializer", "output_kernel_initializer", "output_bias_initializer")
    model = {key: value for key, value in candidate.model.identity().items() if key not in cheap}
    training = {key: value for key, value in asdict(candidate.training).items() if key != "epochs"}
    arguments = candidate.training.optimizer.arguments
    training["optimizer"] = [candidate.training.optimizer.name, *sorted({*arguments} - {"learning_rate"})]
    return canonical_json([candidate.activation.as_plain(), model, training])


def number_of_looks(candidate: Candidate, diagnostics: DiagnosticsSpec | None) -> int:
    """How often the layers of a trial are looked at, the untrained network's look included."""
    if diagnostics is None:
        return 0
    epochs = candidate.training.epochs
    return 1 + sum(is_measured(epoch, epochs, diagnostics.every) for epoch in range(1, epochs + 1))


# From timed steps


def timed_costs(experiment: Experiment, dataset: Dataset, splits: Splits, timed: Mapping[str, Timed]) -> CostRange:
    """What a trial of each candidate costs, at the lower and the upper quartile of its timed steps.

    `timed` is by `kind_of`.
    """

    def cost(candidate: Candidate, high: bool) -> Cost:
        kind = timed[kind_of(candidate)]
        steps = Steps.of(candidate, dataset, splits)
        leeway = LEEWAY[1] if high else LEEWAY[0]
        step = (kind.high if high else kind.low) * leeway
        evaluation = kind.evaluation * step / kind.step
        epochs = candidate.training.epochs
        in_epochs = epochs * (steps.training * step + steps.validation * evaluation)
        looks = number_of_looks(candidate, experiment.diagnostics) * kind.look
        rest = in_epochs + steps.test * evaluation + looks * leeway
        return Cost(kind.start * leeway, kind.again * leeway, rest, looks * leeway)

    low, high = (tuple(cost(candidate, high) for candidate in experiment.candidates) for high in (False, True))
    return CostRange(low, high)


# From measured epochs, or from arithmetic


def guess(
    experiment: Experiment, dataset: Dataset, splits: Splits, epochs: Mapping[int, Sequence[float]]
) -> GuessedCosts:
    """`guessed_costs` at the speed of this machine, measured now."""
    speed = matrix_product_speed() * experiment.candidates[0].training.threads
    measured = sum(map(len, epochs.values()))
    basis = f"the networks' arithmetic at {speed / 1e9:.0f} GFLOP/s, measured now"
    costs = guessed_costs(experiment, dataset, splits, epochs, speed)
    if costs is None:
        return GuessedCosts(None, NO_BASIS)
    return GuessedCosts(costs, f"{measured} measured epochs" if measured else basis)


def guessed_costs(
    experiment: Experiment, dataset: Dataset, splits: Splits, epochs: Mapping[int, Sequence[float]], speed: float
) -> CostRange | None:
    """What a trial of each candidate costs: from measured epochs where there are any, else from its arithmetic.

    None where neither is known.

    Args:
        experiment: which one.
        dataset: its data.
        splits: their division.
        epochs: seconds of epochs that were measured, by the place of their candidate.
        speed: floating-point operations a second of a bare matrix product.
    """
    everywhere = list(itertools.chain.from_iterable(epochs.values()))
    forward = [_forward_flops(candidate, dataset) for candidate in experiment.candidates]
    if not everywhere and None in forward:
        return None

    def cost(place: int, efficiency: float, factor: float) -> Cost:
        def seconds(work: Arithmetic) -> float:
            return work.flops / speed / efficiency + work.steps * STEP_SECONDS

        candidate, flops = experiment.candidates[place], forward[place]
        measured = epochs.get(place, everywhere)
        epoch = factor * statistics.median(measured) if measured else 0.0
        if flops is None:
            looking = _looking_beside_epochs(candidate, experiment.diagnostics, dataset, splits, epoch)
        else:
            looking = seconds(_work_of_looking(candidate, experiment.diagnostics, splits, flops))
        if measured or flops is None:
            rest = epoch * candidate.training.epochs
        else:
            rest = seconds(_work_of_training(candidate, dataset, splits, flops))
        return Cost(START_SECONDS, NEXT_SEED_SHARE * START_SECONDS, rest + looking, looking)

    slow, fast = EFFICIENCY
    all_places = range(len(experiment.candidates))
    return CostRange(
        tuple(cost(place, fast, 0.8) for place in all_places), tuple(cost(place, slow, 1.3) for place in all_places)
    )


def measured_epochs(
    previous: ExperimentResult, trials: Sequence[Trial], experiment: Experiment
) -> dict[int, list[float]]:
    """The seconds of each epoch of those trials that are measured already, by the place of their candidate.

    Candidates of which there are none are left out, and so are other settings, which cost something else.
    """
    known: dict[str, Sequence[float]] = {}
    for candidate in previous.candidates:
        known |= {trial.id: trial.seconds_per_epoch for trial in candidate.all_trials}
    epochs: dict[int, list[float]] = {}
    for place, trial in zip(places(experiment, trials), trials, strict=True):
        epochs.setdefault(place, []).extend(known.get(trial.id, ()))
    return {place: seconds for place, seconds in epochs.items() if seconds}


def _forward_flops(candidate: Candidate, dataset: Dataset) -> int | None:
    """Of one example; None where that is unknown before the network is built."""
    cost = candidate.model.cost(dataset.input_shape, dataset.outputs)
    return None if cost is None else cost.flops


def _work_of_training(candidate: Candidate, dataset: Dataset, splits: Splits, flops: int) -> Arithmetic:
    """That of a trial, its validations and its last evaluation included; `flops` are those of a forward pass."""
    epochs, examples = candidate.training.epochs, ExampleCounts.of(dataset, splits)
    passes = epochs * (TRAINING_PASSES * examples.training + examples.validation) + TESTED_NETWORKS * examples.test
    steps = Steps.of(candidate, dataset, splits)
    return Arithmetic(float(passes * flops), float(epochs * (steps.training + steps.validation) + steps.test))


def _work_of_looking(
    candidate: Candidate, diagnostics: DiagnosticsSpec | None, splits: Splits, flops: int
) -> Arithmetic:
    """That of looking at a trial's layers."""
    if diagnostics is None:
        return Arithmetic(0.0, 0.0)
    looks = number_of_looks(candidate, diagnostics)
    passes = LOOKING_PASSES * min(diagnostics.probe_size, len(splits.train))
    return Arithmetic(float(looks * passes * flops), float(looks * LOOKING_STEPS))


def _looking_beside_epochs(
    candidate: Candidate, diagnostics: DiagnosticsSpec | None, dataset: Dataset, splits: Splits, epoch: float
) -> float:
    """Seconds of looking at a trial's layers, where an epoch of it takes so many: a pass of an example is a share."""
    if diagnostics is None:
        return 0.0
    examples = ExampleCounts.of(dataset, splits)
    in_an_epoch = TRAINING_PASSES * examples.training + examples.validation
    passes = LOOKING_PASSES * min(diagnostics.probe_size, len(splits.train))
    return number_of_looks(candidate, diagnostics) * (epoch * passes / in_an_epoch + LOOKING_STEPS * STEP_SECONDS)
