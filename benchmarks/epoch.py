"""What an epoch costs through actsearch, against a bare `model.fit` of the same network, and against one step a call.

    python benchmarks/epoch.py [--images 10000] [--pairs 10] [--activation relu] [--threads 1] [--dense 256 256]

The network is the article's CNN or, with --dense, a multilayer perceptron with these hidden layers. One process,
interleaved: after each epoch of one uninterrupted `fit`, an epoch of actsearch follows, and one that returns to Python
after every step, as Keras's compiled training step does. Same data, loss, metrics, batch size, threads and validation.
The first of each builds and traces, and is left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from intervals import median_with_interval

Times = tuple[float, float]
"""Seconds on the wall, and of the processor."""
NAMES = ("actsearch", "one a call", "bare fit")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--validation", type=int, default=2_000, help="so many images of the test set")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dense", type=int, nargs="+", help="hidden layers of a multilayer perceptron")
    given = parser.parse_args()
    rounds = measure(given)
    network = "the article's CNN" if given.dense is None else f"layers of {given.dense}"
    print(f"{network}, {given.activation}, {given.images} images, {given.threads} thread(s), {len(rounds)} rounds")
    print(f"{'':6}{''.join(f'{name:>12}' for name in NAMES)}   ratios with 95 % intervals of their medians")
    for name, index in (("wall", 0), ("CPU", 1)):
        columns = [[times[index] for times in column] for column in zip(*rounds, strict=True)]
        seconds = "".join(f"{f'{median_with_interval(column)[0]:.2f} s':>12}" for column in columns)
        print(f"{name:6}{seconds}   " + "; ".join(_ratio(columns[0], columns[i], NAMES[i]) for i in (1, 2)))


def _ratio(ours: list[float], others: list[float], name: str) -> str:
    middle, low, high = median_with_interval([a / b for a, b in zip(ours, others, strict=True)])
    return f"{middle:.3f} of {name} ({low:.3f} to {high:.3f})"


def measure(given: argparse.Namespace) -> list[tuple[Times, ...]]:
    """For each round, the seconds of an epoch of each of `NAMES`."""
    from actsearch.config import loading
    from actsearch.core.native_output import held_back
    from actsearch.data import conversion, splitting
    from actsearch.study import plans

    with held_back():
        import keras

        from actsearch.networks import models
        from actsearch.training import devices, loop
    overrides = [
        f"data.train_size={given.images}",
        f"training.epochs={given.pairs + 1}",
        f"training.threads={given.threads}",
        f"activations=[{given.activation}]",
    ]
    if given.dense is not None:
        overrides.append(f"model={{kind: mlp, dense: {given.dense}}}")
    loaded = loading.load_experiment(Path(__file__).parent.parent / "configs" / "article.yaml", overrides)
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    trial, whole = plan.trials[0], plans.load_checked_data(plan)
    dataset = replace(whole, x_test=whole.x_test[: given.validation], y_test=whole.y_test[: given.validation])
    devices.set_threads(given.threads)
    actsearch = loop.train(trial, dataset)
    single = loop.train(trial, dataset, networks=one_step_a_call())
    model = models.build(trial.candidate, trial.task, dataset.input_shape, dataset.outputs, trial.seed)
    train = splitting.split(dataset, trial.data).train
    x, y = conversion.as_float(dataset.x_train[train]), dataset.targets(dataset.y_train[train])
    validation = conversion.as_float(dataset.x_test), dataset.targets(dataset.y_test)
    rounds: list[tuple[Times, ...]] = []

    class Interleaved(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.began = _now()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            bare = _since(self.began)
            times = {}
            # In turn the first, so that neither always follows `fit`.
            for events in (actsearch, single) if epoch % 2 else (single, actsearch):
                times[id(events)] = _epoch_of(events)
            if epoch > 0:
                rounds.append((times[id(actsearch)], times[id(single)], bare))

    batch_size = trial.candidate.training.batch_size
    keras.utils.set_random_seed(0)
    model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=given.pairs + 1,
        validation_data=validation,
        verbose=0,
        callbacks=[Interleaved()],
    )
    return rounds


def one_step_a_call() -> Any:
    """Networks that train with Keras's own compiled step."""
    from actsearch.networks.compiled_networks import CompiledNetworks

    class OneStepACall(CompiledNetworks):
        def fresh(self, *arguments: Any) -> Any:
            network = super().fresh(*arguments)
            network.model.make_train_function()

            def train_steps(iterator: Any, most: int, seconds: float) -> int:  # noqa: ARG001
                network.model.train_function(iterator)
                return 1

            return replace(network, train_steps=train_steps)

    return OneStepACall()


def _epoch_of(events: Iterator[Any]) -> Times:
    """The next epoch of a training."""
    began = _now()
    while type(next(events)).__name__ != "EpochDone":
        pass
    return _since(began)


def _now() -> Times:
    return time.perf_counter(), time.process_time()


def _since(began: Times) -> Times:
    wall, cpu = _now()
    return wall - began[0], cpu - began[1]


if __name__ == "__main__":
    main()
