"""`actsearch run`, stopped by a signal, the end of its time or a lost reader: nothing is lost, and it goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from child_processes import in_a_process, read_a_byte, started
from conftest import Done
from trials_on_disk import labels_of

from actsearch.core.events import Train

Write = Callable[..., Path]


@pytest.mark.slow
def test_a_run_whose_reader_has_gone_is_interrupted(repository: Path, hostile: Path) -> None:
    """A program that reads `--json` has crashed: no failed trial, and no silence either."""
    code, said = read_a_byte("run", repository / "configs" / "smoke.yaml", "--json", "--no-plots", cwd=hostile)
    assert code == 130
    assert said.startswith("Stopped, as nobody reads the output any more. ")
    assert len(said.strip().splitlines()) == 1


def test_ctrl_c_says_how_to_go_on(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Exit code 130, and the same command goes on with what is left."""
    training(interrupted=["selu"])
    path = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", path)
    assert done.code == 130
    assert "Stopped. 1 of 3 trials finished and kept in results/tiny" in done.err
    assert "the same command goes on" in done.err
    assert not (hostile / "results" / "tiny" / "run.json").exists()
    assert [row["status"] for row in json.loads(actsearch_("status", "results", "--json").out)["trials"]] == [
        "completed",
        "interrupted",
        "waiting",
    ]
    train = training()
    assert actsearch_("run", path).code == 0
    assert len(train.begun) == 2


def test_after_fresh_the_way_on_is_without_it(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """The same command would begin anew once more."""
    training(interrupted=["selu"])
    done = actsearch_("run", write_experiment(), "--fresh")
    assert done.code == 130
    assert "the same command without --fresh goes on" in done.err


@pytest.mark.usefixtures("heeded_signals")
def test_sigterm_stops_like_ctrl_c(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    trains_with: Callable[[Train], None],
    fake_train: Callable[..., Any],
) -> None:
    """`kill` and a shutdown of the machine leave the same message and the same folder."""

    def train(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        for i, event in enumerate(fake_train()(trial, checkpoint)):
            if i == 3:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(5)
            yield event

    trains_with(train)
    before = signal.getsignal(signal.SIGTERM)
    done = actsearch_("run", write_experiment())
    assert done.code == 130
    assert "the same command goes on" in done.err
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.usefixtures("heeded_signals")
def test_an_interruption_that_python_discards_still_stops(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    trains_with: Callable[[Train], None],
    fake_train: Callable[..., Any],
) -> None:
    """An exception that a signal raises inside a weak reference's callback is lost; the user's Ctrl-C must not be."""
    begun: list[str] = []

    def train(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        begun.append(trial.id)
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        yield from fake_train()(trial, checkpoint)

    trains_with(train)
    done = actsearch_("run", write_experiment(), "--no-plots")
    assert (done.code, len(begun)) == (130, 1)
    assert "the same command goes on" in done.err


def test_stop_after_stops_in_the_middle_and_is_no_failure(
    actsearch_: Callable[..., Done],
    write_experiment: Write,
    training: Callable[..., Any],
    trains_with: Callable[[Train], None],
) -> None:
    """A budget of a night or a batch system: exit code 0, figures of what is finished, the rest with the next run."""
    train = training(checkpoints=True)

    def slow(trial: Any, checkpoint: bytes | None) -> Iterator[Any]:
        for i, event in enumerate(train(trial, checkpoint)):
            if trial.candidate.label == "selu" and i == 6:
                time.sleep(20)
            yield event

    trains_with(slow)
    path, later = write_experiment(activations="[relu, selu, elu]"), write_experiment("later")
    began = time.monotonic()
    done = actsearch_("run", path, later, "--stop-after", "3 s")
    assert time.monotonic() - began < 15
    assert done.code == 0
    assert done.err.splitlines() == [
        "The time is up. 1 of 3 trials finished and kept in results/tiny; the same command goes on with the rest, from"
        " their last checkpoints where they have any.",
        "later: not begun, the time is up",
    ]
    assert "results/tiny/accuracy.png" in done.out
    assert "interrupted" in done.out
    assert "running" not in done.out
    trains_with(train)
    done = actsearch_("run", path, "--no-plots", "--stop-after", "1h")
    assert (done.code, done.err) == (0, "")
    assert "1 trial that had begun: to go on from the last checkpoint" in done.out
    assert "selu seed 0: goes on after epoch 1" in done.out
    assert labels_of(train.resumed) == ["selu"]


@pytest.mark.slow
def test_ctrl_c_in_a_true_training(write_experiment: Write, hostile: Path) -> None:
    """With TensorFlow at work: 130, the message, and the same command goes on to the end."""
    path = write_experiment()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("epochs: 2", "epochs: 2000"), encoding="utf-8")
    command = [sys.executable, "-m", "actsearch", "run", str(path), "--no-plots"]
    with started(command, cwd=hostile) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "epoch 3/2000" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "0 of 2 trials finished" in err
    assert "Traceback" not in err + out
    path.write_text(text, encoding="utf-8")
    done = in_a_process("run", path, "--no-plots", cwd=hostile)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 trials: 2 completed" in in_a_process("status", "results", cwd=hostile).stdout
