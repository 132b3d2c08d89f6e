"""Times a few real steps of each kind of network that an experiment trains. Imports TensorFlow, and writes nothing.

The steps are those of `training`: the same compiled functions over the same batches. Beside them run as many busy
processes as there will be further workers, since cores share their caches, their clock and often their arithmetic.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from actsearch.core.errors import UserError
from actsearch.core.experiment import Trial
from actsearch.core.native_output import held_back
from actsearch.data.dataset import Dataset
from actsearch.data.splitting import Splits
from actsearch.networks.models import Networks
from actsearch.study.planning import Timed
from actsearch.training import loop
from actsearch.training.batches import Batches, Pipelines
from actsearch.training.observation import Observer

SECONDS = 1.5
"""How long the steps of a kind of network are timed, if `FEWEST` of them take no longer."""
FEWEST, MOST = 8, 400
"""How many training steps are timed."""
WARMING = 2
"""Steps after the first that are not counted: memory is still being taken."""

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
    begun: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(workers):
            begun.append(
                subprocess.Popen(
                    [sys.executable, "-c", BUSY],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # a Ctrl-C is for us, and we end them
                )
            )
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

    def time(self, trial: Trial, seconds: float = SECONDS) -> Timed:
        """Trains a few steps of a trial, evaluates a few batches, and looks at its layers where that is asked for.

        Args:
            trial: of which candidate; nothing of it is kept.
            seconds: for how long steps of training are timed, and half as long those of evaluation.

        Raises:
            RuntimeError: TensorFlow has begun with another number of threads than the trial's.
        """
        settings, dataset, splits, clock = trial.candidate.training, self._dataset, self._splits, self._clock
        loop.set_threads(settings.threads)
        networks = Networks(keep=1)
        shape = dataset.input_shape, dataset.classes
        train = self._pipelines.batches("train", settings.batch_size, len(splits.train))
        part, index = ("test", np.arange(len(dataset.y_test))) if splits.validation is None else (
            "train", splits.validation)  # fmt: skip
        evaluate = self._pipelines.batches(part, loop.EVALUATION_BATCH, len(index))  # type: ignore[arg-type]
        test = self._pipelines.batches("test", loop.EVALUATION_BATCH, len(dataset.y_test))

        began = clock()
        network = networks.fresh(trial.candidate, *shape, trial.seed, trial.diagnostics)
        network.model.make_train_function()
        step = _steps(train, loop.order(trial, 0, len(splits.train)), network.model.train_function)
        evaluation = _steps(evaluate, index, lambda batches: network.evaluate_batch(batches).numpy())
        step()
        evaluation()
        network.evaluate_batch(test.of(np.arange(len(dataset.y_test))))  # may be compiled once more, for another shape
        first_look = look = 0.0
        if trial.diagnostics is not None:
            observer = Observer(trial, network, dataset, splits, clock)
            observer.untrained()
            first_look, look = (self._look(observer, settings.epochs) for _ in range(2))
        begun = clock() - began

        took = _timed(step, seconds, clock)
        evaluated = _timed(evaluation, seconds / 2, clock)
        began = clock()
        networks.fresh(trial.candidate, *shape, trial.seed + 1, trial.diagnostics)
        again = clock() - began
        low, typical, high = statistics.quantiles(took, n=4)
        usual = typical + 2 * statistics.median(evaluated) + 2 * look
        return Timed(
            start=max(0.0, begun - usual),
            again=again,
            step=typical,
            low=low,
            high=high,
            steps=len(took),
            evaluation=statistics.median(evaluated),
            look=min(first_look, look),
        )

    def _look(self, observer: Observer, epoch: int) -> float:
        """What the look at the layers after an epoch takes, with what comes before it."""
        began = self._clock()
        observer.epoch_begins(epoch)
        observer.epoch_ended(epoch, diverged=False)
        return self._clock() - began


def _steps(batches: Batches, order: np.ndarray, run: Callable[[Any], object]) -> Callable[[], None]:
    """What does one step after the other, and begins anew where the examples end."""
    left = 0
    iterator: Any = None

    def step() -> None:
        nonlocal left, iterator
        if not left:
            left, iterator = batches.steps, batches.of(order)
        left -= 1
        run(iterator)

    return step


def _timed(step: Callable[[], None], seconds: float, clock: Callable[[], float]) -> list[float]:
    """The seconds of each of several steps."""
    for _ in range(WARMING):
        step()
    took: list[float] = []
    until = clock() + seconds
    while len(took) < FEWEST or (clock() < until and len(took) < MOST):
        began = clock()
        step()
        took.append(clock() - began)
    return took


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
        trials: one for each kind of network, by what `planning.kind_of` calls it.
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
        loop.set_threads(threads)
        tf.config.list_logical_devices()
    timed = {}
    with neighbours(workers - 1, threads):
        for kind, trial in trials.items():
            check()
            try:
                timed[kind] = timer.time(trial)
            except Exception as error:  # a function of the user's own, or memory: a run would end in the same
                check()  # or Ctrl-C, which TensorFlow makes an error of its own in the middle of a step
                what = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
                label = trial.candidate.label
                raise UserError(f"{label}: its steps fail ({what}); mend it, or plan with --no-timing") from error
            say(kind, timed[kind])
    check()
    return timed
