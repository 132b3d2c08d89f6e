"""What the diagnostics cost an epoch of the article's CNN.

    python benchmarks/diagnostics.py [--images 20000] [--rounds 6] [--probe 256] [--threads 1]

For each activation one network, trained by `fit` for one epoch after another, without and with diagnostics in turn, in
an order that changes with each round. Wall time, and the CPU time of the process, which says more while others use the
machine. With diagnostics an epoch has what it has in a study: the probe is measured once,
the weights are copied before and compared after, and the training step counts what is clipped. The first epoch of each
kind compiles, and is left out; the last column is what that adds, once for a candidate and process.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from intervals import median_with_interval

ARTICLE = Path(__file__).parent.parent / "configs" / "article.yaml"
Times = tuple[float, float]
"""Seconds on the wall, and of the processor."""
ACTIVATIONS = ("sigmoid", "relu", "{name: gelu, approximate: true, label: gelu}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--probe", type=int, default=256)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    trials, x, y = prepared(given)
    print(
        f"{given.images} images, probe of {given.probe}, {given.threads} thread(s), {given.rounds} interleaved rounds"
    )
    print(f"{'':14}{'without':>10}{'with':>10}{'ratio':>9}   95 % interval    {'probe':>9}{'first time':>12}")
    for trial in trials:
        show(trial.candidate.label, *measure(trial, x, y, given))


def prepared(given: argparse.Namespace) -> tuple[Any, Any, Any]:
    """The trials, and the images and one-hot labels that they are trained on."""
    from actsearch.config import loading
    from actsearch.core.native_output import held_back
    from actsearch.data import conversion, splitting
    from actsearch.study import plans

    with held_back():
        from actsearch.training import devices
    loaded = loading.load_experiment(
        ARTICLE, [f"activations=[{', '.join(ACTIVATIONS)}]", f"data.train_size={given.images}"]
    )
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    dataset = plans.load_checked_data(plan)
    devices.set_threads(given.threads)
    chosen = splitting.split(dataset, plan.trials[0].data).train
    return (
        plan.trials,
        conversion.as_float(dataset.x_train[chosen]),
        dataset.targets(dataset.y_train[chosen]),
    )


def measure(trial: Any, x: Any, y: Any, given: argparse.Namespace) -> tuple[list[Any], Times, Times]:
    """Pairs of times of an epoch without and with diagnostics; then of one probe, and of the first one."""
    from actsearch.core import diagnostics
    from actsearch.networks import models
    from actsearch.networks.clipping import ClippingCount
    from actsearch.networks.layer_probe import LayerProbe, updates

    watched, alone = (models.build(trial.candidate, trial.task, x.shape[1:], y.shape[1], trial.seed) for _ in range(2))
    chosen = list(diagnostics.probe_indices(given.probe, len(x)))
    began = _now()
    probe = LayerProbe(watched, watched.loss)
    clipping = ClippingCount(watched, probe.variables)
    probe.measure(x[chosen], y[chosen])
    first = _since(began)

    def epoch(model: Any) -> Times:
        began = _now()
        if model is watched:
            before = probe.weights()
            clipping.reset()
        model.fit(x, y, batch_size=trial.candidate.training.batch_size, verbose=0)
        if model is watched:
            probe.measure(x[chosen], y[chosen])
            updates(before, probe.weights())
            clipping.shares()
        return _since(began)

    for model in (alone, watched):
        model.fit(x[:256], y[:256], batch_size=128, verbose=0)
    pairs = []
    for number in range(given.rounds):
        order = (alone, watched) if number % 2 else (watched, alone)
        seconds = {id(model): epoch(model) for model in order}
        pairs.append((seconds[id(alone)], seconds[id(watched)]))
    began = _now()
    probe.measure(x[chosen], y[chosen])
    return pairs, _since(began), first


def show(label: str, pairs: list[Any], probe: Times, first: Times) -> None:
    for index, kind in enumerate(("wall", "CPU")):
        alone, watched = ([pair[which][index] for pair in pairs] for which in (0, 1))
        seconds = [f"{median_with_interval(values)[0]:.2f} s" for values in (alone, watched)]
        middle, low, high = median_with_interval([b / a for a, b in zip(alone, watched, strict=True)])
        times = f"{probe[index] * 1000:6.0f} ms{first[index]:10.2f} s"
        row = f"{label if index == 0 else '':9}{kind:5}{seconds[0]:>10}{seconds[1]:>10}{middle:>9.3f}"
        print(f"{row}   {low:.3f} to {high:.3f}   {times}")


def _now() -> Times:
    return time.perf_counter(), time.process_time()


def _since(began: Times) -> Times:
    wall, cpu = _now()
    return wall - began[0], cpu - began[1]


if __name__ == "__main__":
    main()
