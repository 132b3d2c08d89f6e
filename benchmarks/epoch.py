"""What an epoch of the article's CNN costs through actsearch, against a bare `model.fit` of the same network.

    python benchmarks/epoch.py [--images 10000] [--pairs 10] [--activation relu] [--threads 1]

One process, interleaved pairs: after each epoch of one uninterrupted `fit`, one epoch of actsearch's generator follows.
Same data, loss, metrics, batch size, threads and validation. The first pair builds and traces, and is left out.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from intervals import median_with_interval


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--validation", type=int, default=2_000)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    pairs = measure(given)
    print(f"{given.activation}, {given.images} images, {given.threads} thread(s), {given.pairs} interleaved pairs")
    print(f"{'':6}{'actsearch':>12}{'bare fit':>12}{'ratio':>9}   95 % interval of the median ratio")
    for name, index in (("wall", 0), ("CPU", 1)):
        ours, bare = [p[0][index] for p in pairs], [p[1][index] for p in pairs]
        middle, low, high = median_with_interval([a / b for a, b in zip(ours, bare, strict=True)])
        seconds = [f"{median_with_interval(values)[0]:.2f} s" for values in (ours, bare)]
        print(f"{name:6}{seconds[0]:>12}{seconds[1]:>12}{middle:>9.3f}   {low:.3f} to {high:.3f}")


def measure(given: argparse.Namespace) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """For each pair: (wall, CPU) seconds of an epoch here, and of a bare one."""
    from actsearch.config import loading
    from actsearch.core.native_output import held_back
    from actsearch.data import conversion, splitting
    from actsearch.study import plans

    with held_back():
        import keras

        from actsearch.networks import models
        from actsearch.training import devices, loop
    overrides = [
        f"data.validation={{holdout: {given.validation}}}",
        f"data.train_size={given.images}",
        f"training.epochs={given.pairs + 1}",
        f"training.threads={given.threads}",
        f"activations=[{given.activation}]",
    ]
    loaded = loading.load_experiment(Path(__file__).parent.parent / "configs" / "article.yaml", overrides)
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    trial, dataset = plan.trials[0], plans.load_checked_data(plan)
    splits = splitting.split(dataset, trial.data)
    devices.set_threads(given.threads)
    ours = loop.train(replace(trial), dataset)
    next(ours)  # Started
    model = models.build(trial.candidate, dataset.input_shape, dataset.classes, trial.seed)
    x, y = conversion.as_float(dataset.x_train[splits.train]), conversion.one_hot(dataset.y_train[splits.train], 10)
    held_out = splits.validation
    validation = conversion.as_float(dataset.x_train[held_out]), conversion.one_hot(dataset.y_train[held_out], 10)
    pairs: list[Any] = []

    class Interleaved(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.began = _now()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            bare = _since(self.began)
            began = _now()
            while type(next(ours)).__name__ != "EpochDone":
                pass
            if epoch > 0:
                pairs.append((_since(began), bare))

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
    return pairs


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    wall, cpu = _now()
    return wall - began[0], cpu - began[1]


if __name__ == "__main__":
    main()
