"""Real runs killed with -9 at random moments, driver and workers: every file must be that of an undisturbed run.

Three kills in continuous integration, the first while there is a checkpoint to go on from. The long form has a
hundred, and takes some half an hour on two cores:

    python -m pytest -m long tests/study/test_soak.py -n 0 -s
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SEED = int(os.environ.get("ACTSEARCH_SOAK_SEED", "0"))

MOST_ROUNDS = 5
"""A trial may end between the look for its checkpoint and the kill; hardly in so many rounds."""

EXPERIMENT = """
name: soak
seeds: [0]
data: {name: mnist, validation: {holdout: 300}, train_size: 2000}
model: {kind: cnn, filters: [4, 8], dense: [16]}
training: {epochs: 6, optimizer: {name: adam, learning_rate: 0.01, clipvalue: 0.5}}
activations:
  - sigmoid
  - relu
  - elu
  - leaky_relu
  - selu
  - {name: gelu, approximate: true}
  - {name: relu, label: relu in bfloat16, with: {training.precision: mixed_bfloat16}}
  - {name: selu, label: selu normalised, with: {model.batch_normalization: true}}
  - {formula: "where(x > 0, x, a * tanh(x))", label: learned, parameters: {a: 0.3}, trainable: [a]}
"""


class Run:
    """An `actsearch run` in a session of its own; its output goes to a file."""

    def __init__(self, file: Path, out: Path) -> None:
        self.log = out.parent / f"{out.name}.log"
        command = [sys.executable, "-m", "actsearch", "run", str(file), "--out", str(out), "--no-plots"]
        command += ["--jobs", "2", "--checkpoint-share", "1", "--retries", "100"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def workers(self) -> list[psutil.Process]:
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def kill(self, victim: str, rng: random.Random) -> None:
        """Kills the driver, a worker, or all at once."""
        if victim == "worker":
            workers = self.workers()
            if workers:
                rng.choice(workers).kill()
            return
        everyone = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        if victim == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(everyone, timeout=5)
        assert not left, f"still there 5 s after the driver was killed: {left}"


def wait_for_a_checkpoint(run: Run, out: Path) -> None:
    """Returns when a trial that runs could go on from a checkpoint, or the run has ended."""
    while run.process.poll() is None and not list(out.rglob("checkpoint*")):
        time.sleep(0.01)


def results(folder: Path) -> dict[str, bytes]:
    """What must not depend on any interruption, by trial and name."""
    names = ("history.json", "diagnostics.json", "predictions.npz")
    paths = [path for name in names for path in folder.glob(f"soak/trials/*/{name}")]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


@pytest.mark.parametrize("wanted", [pytest.param(3, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)])
def test_killed_at_random_moments_every_file_is_that_of_an_undisturbed_run(tmp_path: Path, wanted: int) -> None:
    """Nights of training: a result that depends on when the machine went down is no result."""
    file = tmp_path / "soak.yaml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    rng = random.Random(SEED)
    began = time.monotonic()
    undisturbed = Run(file, tmp_path / "undisturbed")
    assert undisturbed.process.wait() == 0, undisturbed.log.read_text()
    expected = results(tmp_path / "undisturbed")
    assert len(expected) == 27
    seconds = time.monotonic() - began
    kills, rounds, resumed = 0, 0, 0
    while kills < wanted or (resumed == 0 and rounds < MOST_ROUNDS):
        rounds += 1
        out = tmp_path / f"round {rounds}"
        running = Run(file, out)
        killed_in_this_round = False
        while running.process.poll() is None:
            if killed_in_this_round:
                # Mostly while it trains, now and then while TensorFlow loads or files are written at the end.
                time.sleep(rng.uniform(0.5, seconds / 3))
            else:
                wait_for_a_checkpoint(running, out)
            if running.process.poll() is not None:
                break
            if kills < wanted or not killed_in_this_round:
                victim = rng.choice(["driver", "worker", "worker", "all"]) if killed_in_this_round else "all"
                running.kill(victim, rng)
                killed_in_this_round = True
                kills += 1
                print(f"{time.monotonic() - began:6.0f} s  kill {kills}: {victim}", flush=True)
            if running.process.poll() is not None:
                running = Run(file, out)
        assert running.process.wait() == 0, running.log.read_text()
        resumed += running.log.read_text().count("goes on after epoch")
        found = results(out)
        assert sorted(found) == sorted(expected)
        assert [name for name in expected if found[name] != expected[name]] == []
        assert not list(out.rglob("checkpoint*"))
    print(f"{kills} kills in {rounds} rounds; {resumed} times a trial went on from a checkpoint; all files equal")
    assert resumed > 0
