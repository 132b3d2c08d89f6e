"""What it saves that a process uses a candidate's compiled network again, and what memory that takes.

    python benchmarks/networks.py [--pairs 10] [--images 60000] [--trials 100]

First table: seconds from the start of a trial of the article's CNN until its first batch is trained, for the first and
for the second seed of a candidate, and their ratio pair by pair. A pair is two trials in one process; each round is a
process of its own and measures all six activations, in an order that moves on by one with each round. A seventh
candidate goes before them and is left out, since the first network of a process waits for TensorFlow to start as well.
The number of images matters: choosing and scaling those of an epoch comes before its first batch.

Second table: the memory (RSS) of a process after every tenth of so many small trials (256 images, one epoch), with six
candidates seed after seed, as in a study, and with every trial another candidate, where no network can be used twice.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from intervals import median_with_interval

ARTICLE = Path(__file__).parent.parent / "configs" / "article.yaml"
ACTIVATIONS = {
    "before": "{name: elu, alpha: 0.5, label: before}",
    "sigmoid": "sigmoid",
    "relu": "relu",
    "elu": "elu",
    "leaky_relu": "{name: leaky_relu, negative_slope: 0.2, label: leaky_relu}",
    "selu": "selu",
    "gelu": "{name: gelu, approximate: true, label: gelu}",
}
SMALL = 256
EVERY = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--trials", type=int, default=100, help="for the memory; 0 leaves that out")
    given = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as fresh_process:
        if given.pairs:
            names = list(ACTIVATIONS)[1:]
            rounds = []
            for number in range(given.pairs):
                shift = number % len(names)
                order = ["before", *names[shift:], *names[:shift]]
                rounds.append(fresh_process.submit(first_batches, order, given.images).result())
            show_times(names, rounds, given.images)
        if given.trials:
            sizes = {
                kind: fresh_process.submit(memory, given.trials, distinct).result()
                for kind, distinct in (("six candidates", False), ("all different", True))
            }
            show_memory(sizes)


def first_batches(order: Sequence[str], images: int) -> dict[str, tuple[float, float]]:
    """For each candidate, the seconds to the first batch of its first and of its second seed."""
    overrides = ["seeds=[0, 1]", f"data.train_size={{first: {images}}}"]
    trials, dataset, loop, networks = prepared(overrides, order)
    loop.PROGRESS_SECONDS = 0  # tells of every batch
    found = {}
    for name in order:
        pair = [trial for trial in trials if trial.candidate.label == name]
        first, second = (seconds_to_first_batch(loop, trial, dataset, networks) for trial in pair)
        found[name] = first, second
    return found


def seconds_to_first_batch(loop: Any, trial: Any, dataset: Any, networks: Any) -> float:
    began = time.perf_counter()
    events = loop.train(trial, dataset, networks=networks)
    while type(next(events)).__name__ != "Progress":
        pass
    seconds = time.perf_counter() - began
    events.close()
    return seconds


def memory(trials: int, distinct: bool) -> list[float]:
    """MB of this process after every tenth trial."""
    import psutil

    each = -(-trials // (len(ACTIVATIONS) - 1))
    rates = ", ".join(f"{0.001 + i / 1e6:.6f}" for i in range(each))
    overrides = ["training.epochs=1"]
    overrides += [f"grid={{training.optimizer.learning_rate: [{rates}]}}"] if distinct else [f"seeds={each}"]
    planned, whole, loop, networks = prepared(overrides, list(ACTIVATIONS)[1:])
    small = {key: getattr(whole, key)[:SMALL].copy() for key in ("x_train", "y_train", "x_test", "y_test")}
    dataset = replace(whole, **small)
    del whole
    sizes = []
    for number, trial in enumerate(planned[:trials], start=1):
        for _ in loop.train(trial, dataset, networks=networks):
            pass
        if number % EVERY == 0:
            sizes.append(psutil.Process().memory_info().rss / 1e6)
    return sizes


def prepared(overrides: Sequence[str], names: Sequence[str]) -> tuple[Any, Any, Any, Any]:
    """The trials of the article's experiment with these settings and activations, data, `loop`, `Networks()`."""
    from actsearch.config import loading
    from actsearch.core.native_output import held_back
    from actsearch.study import plans

    with held_back():
        from actsearch.networks import compiled_networks
        from actsearch.training import loop
    activations = f"activations=[{', '.join(ACTIVATIONS[name] for name in names)}]"
    loaded = loading.load_experiment(ARTICLE, [*overrides, activations])
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    return plan.trials, plans.load_checked_data(plan), loop, compiled_networks.CompiledNetworks()


def show_times(names: Sequence[str], rounds: Sequence[dict[str, tuple[float, float]]], images: int) -> None:
    print(f"seconds to the first batch, {images} images, medians of {len(rounds)} pairs a candidate")
    print(f"{'':14}{'first seed':>12}{'second':>12}{'ratio':>9}   95 % interval of the median ratio")
    for name in (*names, "all"):
        pairs = [found[key] for found in rounds for key in (names if name == "all" else [name])]
        seconds = [f"{median_with_interval(values)[0]:.2f} s" for values in zip(*pairs, strict=True)]
        middle, low, high = median_with_interval([second / first for first, second in pairs])
        print(f"{name:14}{seconds[0]:>12}{seconds[1]:>12}{middle:>9.3f}   {low:.3f} to {high:.3f}")


def show_memory(sizes: dict[str, list[float]]) -> None:
    print(f"\nmemory of a process in MB after every {EVERY}th small trial, and the largest less the smallest of those")
    for kind, values in sizes.items():
        row = " ".join(f"{value:5.0f}" for value in values)
        print(f"{kind:14} {row}   {max(values) - min(values):5.0f}")


if __name__ == "__main__":
    main()
