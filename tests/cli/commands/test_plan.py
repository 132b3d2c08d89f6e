"""`actsearch plan` as a user types it: what it reads, what it says, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from child_processes import started
from conftest import Done

Write = Callable[..., Path]


@pytest.fixture
def plan(actsearch_: Callable[..., Done]) -> Callable[..., Done]:
    """Runs `actsearch plan` in this process, in a hostile folder, without TensorFlow: `plan(path, "--json")`."""
    return partial(actsearch_, "plan", "--no-timing")


@pytest.fixture
def trained(actsearch_: Callable[..., Done], training: Callable[..., Any]) -> Callable[..., None]:
    """Runs an experiment with a training that costs nothing: `trained(path, "--name", "old")`."""

    def run(*arguments: str | Path) -> None:
        training()
        assert actsearch_("run", "--no-plots", "--quiet", *arguments).code == 0

    return run


def test_a_plan_writes_nothing(
    plan: Callable[..., Done], write_experiment: Write, hostile: Path, snapshot: Callable[[Path], dict[str, str]]
) -> None:
    """It is asked before one decides; a folder of its own would look like a begun study."""
    path = write_experiment()
    before = snapshot(hostile)
    done = plan(path, "--set", "seeds=5")
    assert (done.code, done.err) == (0, "")
    assert "2 candidates x 5 seeds = 10 trials" in done.out
    assert "GFLOP/s, measured now" in done.out
    assert "an assumption" in done.out
    assert "With 5 seeds a true difference of" in done.out
    assert snapshot(hostile) == before


def test_what_is_finished_is_not_timed(
    actsearch_: Callable[..., Done], trained: Callable[..., None], write_experiment: Write
) -> None:
    """A minute of steps for a study of which nothing is left; what it took is known."""
    path = write_experiment()
    trained(path)
    done = actsearch_("plan", path)
    assert (done.code, done.err) == (0, "")
    assert "none, all is finished" in done.out
    assert "measured epochs" in done.out


def test_the_noise_of_a_finished_study_is_found(
    plan: Callable[..., Done], trained: Callable[..., None], write_experiment: Write
) -> None:
    """The same data and network: what was measured there is better than anything assumed."""
    path = write_experiment()
    trained(path, "--name", "old", "--set", "seeds=5")
    row = json.loads(plan(path, "--json").out)
    noise = row["power"]["noise"]
    assert noise["study"] == "results/old"
    assert "on the same data, network and epochs" in noise["source"]
    assert noise["sd"]["low"] < noise["sd"]["value"] < noise["sd"]["high"]
    assert noise["example_variance"] is None  # the fake training has no predictions of the validation set
    given = json.loads(plan(path, "--json", "--sd", "0.25", "--correlation", "0.5").out)["power"]["noise"]
    assert (given["sd"]["value"], given["correlation"], given["study"]) == (0.25, 0.5, None)
    elsewhere = json.loads(plan(path, "--json", "--out", "nowhere").out)["power"]["noise"]
    assert elsewhere["study"] is None


def test_what_is_finished_is_left_out(
    plan: Callable[..., Done], trained: Callable[..., None], write_experiment: Write
) -> None:
    """Five more seeds cost five seeds; those that are there tell how long."""
    path = write_experiment()
    trained(path, "--set", "seeds=5")
    row = json.loads(plan(path, "--set", "seeds=10", "--json").out)
    assert (row["trials"], row["left"]) == (20, 10)
    assert row["seconds"]["basis"] == "20 measured epochs"
    assert json.loads(plan(path, "--set", "seeds=5", "--json").out)["seconds"]["high"] == 0


def test_a_study_that_cannot_be_read_is_told(
    plan: Callable[..., Done], trained: Callable[..., None], write_experiment: Write, hostile: Path
) -> None:
    """And does not stand in the way of a plan."""
    path = write_experiment()
    trained(path, "--name", "old")
    (hostile / "results" / "old" / "plan.json").write_text("{", encoding="utf-8")
    done = plan(path)
    assert done.code == 0
    assert "note: results/old/plan.json: is damaged" in done.out


def test_tuning_seeds_are_counted(plan: Callable[..., Done], write_experiment: Write) -> None:
    """Each setting is trained with each of them before any activation is compared."""
    more = "tuning_seeds: 3\ngrid: {training.optimizer.learning_rate: [0.01, 0.001]}\n"
    row = json.loads(plan(write_experiment(more=more), "--set", "seeds=5", "--json").out)
    stages = [(stage["role"], stage["candidates"], stage["seeds"], stage["trials"]) for stage in row["stages"]]
    assert stages == [("tuning", 4, 3, 12), ("comparison", 2, 5, 10)]
    assert row["power"]["family"] == 1


def test_several_files_are_planned_one_after_the_other(plan: Callable[..., Done], write_experiment: Write) -> None:
    """As `run` would train them."""
    paths = [write_experiment(name=name) for name in ("a", "b")]
    rows = [json.loads(line) for line in plan(*paths, "--json").out.splitlines()]
    assert [row["experiment"] for row in rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--baseline", "swish"], "--baseline swish: {path} has no such activation; there are relu, selu"),
        (["--margin", "0"], "0.0 is not in the range"),
        (["--confidence", "1"], "is not in the range"),
        (["--sd", "-1"], "is not in the range"),
        (["--correlation", "1"], "is not in the range"),
        (["--set", "training.epoch=3"], "did you mean 'epochs'?"),
    ],
)
def test_mistakes_are_told(
    plan: Callable[..., Done], write_experiment: Write, options: list[str], message: str
) -> None:
    """In a line, with exit code 2."""
    path = write_experiment()
    done = plan(path, *options)
    assert done.code == 2
    assert message.format(path=path) in done.err


def test_thread_counts_of_one_process_cannot_differ(actsearch_: Callable[..., Done], write_experiment: Write) -> None:
    """TensorFlow would raise in the middle of the timing; the guess needs no TensorFlow."""
    paths = [str(write_experiment(name=name)) for name in ("a", "b")]
    text = Path(paths[1]).read_text(encoding="utf-8")
    Path(paths[1]).write_text(text.replace("batch_size: 8", "batch_size: 8, threads: 2"), encoding="utf-8")
    done = actsearch_("plan", *paths)
    assert done.code == 2
    assert "training.threads differs between the files (1 and 2)" in done.err
    assert actsearch_("plan", "--no-timing", *paths).code == 0


# --- with TensorFlow, in a process of its own


def _started(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "actsearch", "plan", *map(str, arguments)]
    return started(command, cwd=cwd, env={**os.environ, "TMPDIR": str(cwd)})


@pytest.mark.slow
def test_real_steps_are_timed(
    write_experiment: Write, hostile: Path, snapshot: Callable[[Path], dict[str, str]]
) -> None:
    """The whole way: TensorFlow, two candidates and as many learning rates, a busy process beside them."""
    path = write_experiment(more="grid: {training.optimizer.learning_rate: [0.01, 0.001]}\n")
    before = snapshot(hostile)
    process = _started(path, "--set", "seeds=5", "--jobs", "2", cwd=hostile)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "timing 2 kinds of network" in err  # another learning rate costs the same
    assert "relu: " in err
    assert "timed now beside 1 busy process" in out
    assert "4 candidates x 5 seeds = 20 trials" in out
    assert snapshot(hostile) == before
    process = _started(path, "--json", cwd=hostile)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    (timed, _) = json.loads(out)["candidates"]
    assert timed["timed"]["step"] > 0


@pytest.mark.slow
def test_ctrl_c_ends_the_timing_and_what_was_begun(write_experiment: Write, hostile: Path) -> None:
    """A busy process left behind would take a core for good."""
    path = write_experiment()
    process = _started(path, "--jobs", "3", cwd=hostile)
    assert process.stderr is not None
    while "timing" not in process.stderr.readline():
        assert process.poll() is None
    busy = _children(process.pid, 2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(busy, timeout=30)
    assert not alive


def _children(pid: int, n: int) -> list[psutil.Process]:
    deadline = time.monotonic() + 60
    while len(found := psutil.Process(pid).children()) < n:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
