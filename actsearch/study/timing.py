"""Times a few real steps of each kind of network that an experiment trains. Imports TensorFlow, and writes nothing.

The steps are those of `training`: the same compiled functions over the same batches, several in a call. Beside them
run as many busy processes as there will be further workers, since cores share their caches, their clock and often
their arithmetic.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from actsearch.core.errors import UserError
from actsearch.core.experiment import Trial
from actsearch.core.native_output import held_back
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks.compiled_networks import CompiledNetwork, CompiledNetworks
from actsearch.networks.sizes import EVALUATION_BATCH
from actsearch.study.trial_costs import Timed
from actsearch.training import devices, loop
from actsearch.training.batches import Batches, Pipelines
from actsearch.training.observation import Observer

SECONDS = 1.5
"""How long the steps of a kind of network are timed, if `FEWEST_CALLS` take no longer."""
SECONDS_IN_A_TIMED_CALL = 0.02
"""How long the training steps of a call are: shorter than in a training, to see how much they vary."""
FEWEST_CALLS, MOST_TIMED_CALLS = 8, 400
"""How many calls are timed, with one step of evaluation or several of training."""
WARMING = 2
"""Calls after the first that are not counted: memory is still being taken."""

Call = Callable[[], int]
"""Does some steps, and returns how many."""

BUSY = """
import os, sys
import numpy as np
parent = os.getppid()
a = np.ones((256, 256), np.float32)
while os.getppid() == parent:
    for _ in range(100):
        a @ a
"""
"""What a further worker does to its neighbours: products of matrices, until whoever began it is gone."""


@contextmanager
def neighbours(workers: int, threads: int) -> Iterator[None]:
    """So many busy processes of so many threads each, inside the block."""
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    silent: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    command = [sys.executable, "-c", BUSY]
    begun: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(workers):  # each in a session of its own: a Ctrl-C is for us, and we end them
            begun.append(subprocess.Popen(command, env=environment, start_new_session=True, **silent))
        yield
    finally:
        for process in begun:
            process.kill()
        for process in begun:
            process.wait()


class Timer:
    """Times trials on these data in this process, which keeps nothing of them but its threads."""

    def __init__(self, dataset: Dataset, splits: Splits, clock: Callable[[], float] = time.perf_counter) -> None:
        self._dataset, self._splits, self._clock = dataset, splits, clock
        self._pipelines = Pipelines(dataset)

    def time(self, trial: Trial, seconds: float) -> Timed:
        """Trains a few steps of a trial, evaluates a few batches, and looks at its layers where that is asked for.

        Args:
            trial: of which candidate; nothing of it is kept.
            seconds: for how long steps of training are timed, and half as long those of evaluation.

        Raises:
            RuntimeError: TensorFlow has begun with another number of threads than the trial's.
        """
        clock, shape = self._clock, (trial.task, self._dataset.input_shape, self._dataset.outputs)
        devices.set_threads(trial.candidate.training.threads)
        networks, batches = CompiledNetworks(keep=1), self._batches_of(trial)

        began = clock()
        network = networks.fresh(trial.candidate, *shape, trial.seed, trial.diagnostics)
        training = _endless_calls(
            batches.training,
            batches.order,
            lambda iterator, left: network.train_steps(iterator, left, SECONDS_IN_A_TIMED_CALL),
        )
        evaluation = _endless_calls(
            batches.validation, batches.validation_index, lambda iterator, _: _evaluated_batches(network, iterator)
        )
        first_steps = training()
        evaluation()
        network.evaluate_batch(batches.test.of(batches.test_index))  # may be compiled once more, for another shape
        first_look, look = self._looks(trial, network)
        begun = clock() - began

        took, steps = _seconds_of_steps(training, seconds, clock)
        evaluated = statistics.median(_seconds_of_steps(evaluation, seconds / 2, clock)[0])
        began = clock()
        networks.fresh(trial.candidate, *shape, trial.seed + 1, trial.diagnostics)
        again = clock() - began
        low, typical, high = statistics.quantiles(took, n=4)
        return Timed(
            start=max(0.0, begun - (first_steps * typical + 2 * evaluated + 2 * look)),
            again=again,
            step=typical,
            low=low,
            high=high,
            steps=steps,
            evaluation=evaluated,
            look=min(first_look, look),
        )

    def _batches_of(self, trial: Trial) -> _TrialBatches:
        splits, examples = self._splits, len(self._splits.train)
        test_index = np.arange(len(self._dataset.y_test))
        test = self._pipelines.batches("test", EVALUATION_BATCH, len(test_index))
        validation, validation_index = test, test_index
        if splits.validation is not None:
            validation_index = splits.validation
            validation = self._pipelines.batches("train", EVALUATION_BATCH, len(validation_index))
        training = self._pipelines.batches("train", trial.candidate.training.batch_size, examples)
        return _TrialBatches(training, loop.order(trial, 0, examples), validation, validation_index, test, test_index)

    def _looks(self, trial: Trial, network: CompiledNetwork) -> tuple[float, float]:
        """The seconds of the first look at the layers and of another; 0 where none is asked for."""
        if trial.diagnostics is None:
            return 0.0, 0.0
        observer = Observer(trial, network, self._dataset, self._splits, self._clock)
        observer.untrained()
        first, later = (self._look(observer, trial.candidate.training.epochs) for _ in range(2))
        return first, later

    def _look(self, observer: Observer, epoch: int) -> float:
        """What the look at the layers after an epoch takes, with what comes before it."""
        began = self._clock()
        observer.epoch_begins(epoch)
        observer.epoch_ended(epoch, diverged=False)
        return self._clock() - began


@dataclass(frozen=True)
class _TrialBatches:
    """The batches of a trial, and which examples they take in which order."""

    training: Batches
    order: np.ndarray
    validation: Batches
    validation_index: np.ndarray
    test: Batches
    test_index: np.ndarray


def _endless_calls(batches: Batches, order: np.ndarray, run: Callable[[Any, int], int]) -> Call:
    """What does steps after steps, and begins anew where the examples end.

    `run` takes the batches and how many of them are left.
    """
    left = 0
    iterator: Any = None

    def call() -> int:
        nonlocal left, iterator
        if not left:
            left, iterator = batches.steps, batches.of(order)
        done = run(iterator, left)
        left -= done
        return done

    return call


def _evaluated_batches(network: CompiledNetwork, iterator: Any) -> int:
    """Evaluates one batch."""
    network.evaluate_batch(iterator).numpy()
    return 1


def _seconds_of_steps(call: Call, seconds: float, clock: Callable[[], float]) -> tuple[list[float], int]:
    """The seconds of a step in each of several calls, and how many steps those were."""
    for _ in range(WARMING):
        call()
    took: list[float] = []
    steps = 0
    until = clock() + seconds
    while len(took) < FEWEST_CALLS or (clock() < until and len(took) < MOST_TIMED_CALLS):
        began = clock()
        done = call()
        took.append((clock() - began) / done)
        steps += done
    return took, steps


def expected_seconds(kinds: int) -> float:
    """About how long the timing of so many kinds of networks takes, TensorFlow's loading not counted."""
    return kinds * (2 * SECONDS + 2.0)


def time_kinds(
    trials: Mapping[str, Trial],
    dataset: Dataset,
    splits: Splits,
    workers: int,
    say: Callable[[str, Timed], None],
    check: Callable[[], None],
) -> dict[str, Timed]:
    """Times each of these trials, as if so many workers were at work.

    Args:
        trials: one for each kind of network, by what `trial_costs.kind_of` calls it.
        dataset: their data.
        splits: the division of those.
        workers: how many train at a time; all but one are stood in for.
        say: is told of each that is timed.
        check: raises where it should stop.

    Raises:
        UserError: a step of one of them fails.
    """
    timer = Timer(dataset, splits)
    threads = next(iter(trials.values())).candidate.training.threads
    with held_back():  # what TensorFlow has to say on devices that are not there
        devices.set_threads(threads)
        tf.config.list_logical_devices()
    timed = {}
    with neighbours(workers - 1, threads):
        for kind, trial in trials.items():
            check()
            try:
                timed[kind] = timer.time(trial, SECONDS)
            except Exception as error:  # a function of the user's own, or memory: a run would end in the same
                check()  # or Ctrl-C, which TensorFlow makes an error of its own in the middle of a step
                what = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
                label = trial.candidate.label
                raise UserError(f"{label}: its steps fail ({what}); mend it, or plan with --no-timing") from error
            say(kind, timed[kind])
    check()
    return timed
