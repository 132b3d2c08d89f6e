"""What the driver costs, with a training that takes no time: the store, the engines, a re-run, `status` and `plot`.

    python benchmarks/driver.py [--trials 1000] [--finished 10000] [--folder .]

1. Trials through the runner and the store, in this process and with worker processes: milliseconds a trial, from the
   end of one to the end of the next, and the driver's own CPU time. What comes back is as large as from MNIST
   (--examples predictions). Every trial is committed with fsync, so the disk decides: its own price stands beside it,
   measured after every tenth trial in the same folder, as the time to write a file of 2 kB beside its target, fsync
   it, move it there, and fsync the folder. --folder should lie on the disk that is meant: on a tmpfs, fsync is free.
2. A re-run of that finished experiment: through the runner (plan, survey, nothing left), and as a whole command.
3. `status` and `plot` as whole commands on so many finished trials (10 candidates), written by the store as in 1 but
   without fsync. They are in the system's memory then, not read from the disk.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from intervals import median_with_interval

from actsearch.core.events import Completed, EpochDone, Evaluation, Started
from actsearch.core.tasks import MULTICLASS

ACTIVATIONS = [
    "sigmoid",
    "relu",
    "selu",
    "gelu",
    *(f"{{name: elu, alpha: 0.{i}, label: elu-{i}}}" for i in range(1, 7)),
]
BASELINE_EVERY = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument(
        "--finished", type=int, default=10_000, help="for `status`, `plot` and `export`; 0 leaves them out"
    )
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--examples", type=int, default=10_000, help="predictions that a trial hands back")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=11, help="of each command")
    parser.add_argument("--folder", type=Path, default=Path(), help="where a temporary folder is made")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="driver-") as name:
        folder = Path(name).resolve()
        print(f"{given.epochs} epochs, {given.examples} predictions a trial; {file_system(folder)}")
        experiment = write_experiment(folder / "small.yaml", given.trials, given.epochs)
        print(f"\n{'ms a trial':14}{'median':>9}   {'95 % interval':18}{'mean':>9}{'CPU':>9}{'disk':>9}{'trials':>9}")
        for engine in ("in-process", "processes"):
            run_all(engine, experiment, folder / engine, given)
        print(f"\n{'seconds':14}{'median':>9}   95 % interval")
        results = folder / "in-process"
        show("re-run, runner", [rerun(experiment, results) for _ in range(given.runs)])
        commands(["run", str(experiment), "--out", str(results)], f"re-run of {given.trials}", given.runs)
        if given.finished:
            experiment = write_experiment(folder / "large.yaml", given.finished, given.epochs)
            with mock.patch("os.fsync"):
                for _ in ended(experiment, folder / "many", "in-process", given):
                    pass
            exports = {f"{to} export": ["export", "--to", to, "--out", str(folder / to)] for to in ("csv", "parquet")}
            ranking = ["plot", "--kind", "ranking", "--out", str(folder)]
            page = ["report", "--out", str(folder / "report.html")]
            shown = {"status": ["status"], "plot": ["plot", "--out", str(folder)], **exports}
            shown |= {"compare": ["compare"], "ranking": ranking, "report": page}
            for name, command in shown.items():
                label = f"{name} of {given.finished}"
                commands([command[0], str(folder / "many"), *command[1:]], label, given.runs)


def write_experiment(path: Path, trials: int, epochs: int) -> Path:
    """An experiment file of ten candidates and a tenth as many seeds as trials."""
    path.write_text(
        f"name: {path.stem}\nseeds: {max(1, trials // len(ACTIVATIONS))}\ndata: {{name: mnist}}\n"
        f"model: {{kind: mlp, dense: [4]}}\ntraining: {{epochs: {epochs}}}\nactivations: [{', '.join(ACTIVATIONS)}]\n"
        "diagnostics: false\n",
        encoding="utf-8",
    )
    return path


def make_train(examples: int) -> Callable[..., Iterator[Any]]:
    """A training that takes no time. Called in the process that trains."""
    import numpy as np

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, examples).astype(np.uint8)
    guessed = np.where(rng.random(examples) < 0.98, labels, rng.integers(0, 10, examples)).astype(np.uint8)
    index = np.arange(examples, dtype=np.uint16)
    predictions = {
        f"{split}_{part}": array
        for split in ("test", "validation")
        for part, array in (("index", index), ("y_best", guessed), ("y_last", guessed), ("y_true", labels))
    }

    def train(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:  # noqa: ARG001
        numbers, epochs = random.Random(trial.id), trial.candidate.training.epochs
        yield Started(trial.id, {"cpu": "none", "versions": {"actsearch": "benchmark"}, "threads": 1})
        values: Mapping[str, float] = {}
        for epoch in range(1, epochs + 1):
            values = {name: numbers.random() for name in MULTICLASS.history_metrics}
            yield EpochDone(trial.id, epoch, values, 1.0)
        test = {name: values[name] for name in ("loss", "accuracy", "binary_accuracy")}
        yield Completed(trial.id, Evaluation(epochs, test), Evaluation(1, test), predictions)

    return train


def run_all(engine: str, experiment: Path, results: Path, given: argparse.Namespace) -> None:
    """Runs an experiment from its beginning, and prints a line of the table."""
    times, disk, skipped = [], [], 0.0
    for number, (wall, cpu) in enumerate(ended(experiment, results, engine, given), start=1):
        times.append((wall - skipped, cpu))
        if number % BASELINE_EVERY == 0:
            disk.append(timed(functools.partial(write_durably, results)))
            skipped += disk[-1]
    # The first trials wait for the workers to start.
    walls, cpus = zip(*times[given.jobs - 1 :], strict=True)
    between = [1000 * (after - before) for before, after in itertools.pairwise(walls)]
    middle, low, high = median_with_interval(between)
    mean, cpu = sum(between) / len(between), 1000 * (cpus[-1] - cpus[0]) / len(between)
    raw = 1000 * median_with_interval(disk)[0]
    interval = f"{low:.2f} to {high:.2f}"
    print(f"{engine:14}{middle:>9.2f}   {interval:18}{mean:>9.2f}{cpu:>9.2f}{raw:>9.2f}{len(times):>9}", flush=True)


def ended(experiment: Path, results: Path, engine: str, given: argparse.Namespace) -> Iterator[tuple[float, float]]:
    """Runs an experiment; the wall clock and this process's CPU time at each trial's end."""
    from actsearch.config import loading
    from actsearch.store.writer import Store
    from actsearch.study import plans, rounds, runner

    loaded = loading.load_experiment(experiment)
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    store = Store(results / plan.experiment.name)
    with store.locked():
        work = rounds.begin_round(plan, store)
        trainer = runner.engine(engine, functools.partial(make_train, given.examples), jobs=given.jobs)
        for event, _ in runner.train_all(work.left, store, trainer):
            if isinstance(event, Completed):
                yield time.perf_counter(), time.process_time()


def rerun(experiment: Path, results: Path) -> float:
    """Seconds that the runner takes to see that all is finished."""
    from actsearch.config import loading
    from actsearch.store.writer import Store
    from actsearch.study import plans, rounds

    began = time.perf_counter()
    loaded = loading.load_experiment(experiment)
    plan = plans.make_plan(loaded.experiment, loaded.folder)
    store = Store(results / plan.experiment.name)
    with store.locked():
        work = rounds.begin_round(plan, store)
    seconds = time.perf_counter() - began
    assert not work.left
    assert len(work.finished) == len(plan.trials)
    return seconds


def commands(arguments: Sequence[str], label: str, runs: int) -> None:
    """Times whole commands, from the interpreter's start; the first one is left out."""
    command = [sys.executable, "-m", "actsearch", *arguments]
    call = functools.partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
    show(label, [timed(call) for _ in range(runs + 1)][1:])


def show(label: str, seconds: Sequence[float]) -> None:
    middle, low, high = median_with_interval(seconds)
    print(f"{label:14}{middle:>9.2f}   {low:.2f} to {high:.2f}", flush=True)


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def write_durably(folder: Path) -> None:
    """The least that a committed file costs."""
    beside, target = folder / ".baseline.tmp", folder / "baseline"
    with beside.open("wb") as file:
        file.write(bytes(2000))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def file_system(folder: Path) -> str:
    """The type and device of the file system that a folder is on."""
    import psutil

    mounts = [part for part in psutil.disk_partitions(all=True) if folder.is_relative_to(part.mountpoint)]
    mount = max(mounts, key=lambda part: len(part.mountpoint))
    return f"{mount.fstype} on {mount.device}"


if __name__ == "__main__":
    main()
