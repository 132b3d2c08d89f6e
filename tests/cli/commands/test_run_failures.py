"""`actsearch run` where trials fail: exit code 1, the others finished, and how to go on."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import Done
from trials_on_disk import labels_of, trial_folders

Write = Callable[..., Path]


def test_a_failing_trial_leaves_the_others_finished(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """Exit code 1, the traceback in a file that is named, the rest of the night's work done; a re-run mends it."""
    training(fails=["relu"])
    path = write_experiment()
    done = actsearch_("run", path)
    assert done.code == 1
    line, way_on = done.err.splitlines()
    assert way_on == "Mended? the same command tries again what failed, --retry-failed that alone."
    assert "ValueError: the relu broke [bold]" in line
    (named,) = re.findall(r"all of it in (.*)\)$", line)
    text = (hostile / named).read_text(encoding="utf-8")
    assert text.startswith("Traceback")
    assert "selu seed 0: completed" in done.out
    assert re.search(r"^relu .*failed: ValueError: the relu broke \[bold\]", done.out, flags=re.MULTILINE)
    train = training()
    assert actsearch_("run", path).code == 0
    assert len(train.begun) == 1


def test_a_run_whose_every_trial_fails_says_why_there_are_no_figures(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Not a second error on top of the first."""
    training(fails=["relu", "selu"])
    done = actsearch_("run", write_experiment())
    assert done.code == 1
    assert "no figures: " in done.out
    assert [line.partition(" ")[0] for line in done.err.splitlines()] == ["Error:", "Error:", "Mended?"]


def test_several_files_run_one_after_the_other(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """And one that fails does not keep the next from running, nor its exit code from being told."""
    training(fails=["relu"])
    done = actsearch_("run", write_experiment("one", "[relu]"), write_experiment("two", "[selu]"), "--out", "deep/er")
    assert done.code == 1
    found = json.loads(actsearch_("status", "deep", "--json").out.splitlines()[1])
    assert (found["experiment"], found["trials"][0]["status"]) == ("two", "completed")


def test_retry_failed_trains_those_that_failed_and_no_others(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """After a mistake was mended one wants to see at once whether it is."""
    path = write_experiment(activations="[relu, selu, elu]")
    training(fails=["relu"], interrupted=["selu"])
    assert actsearch_("run", path, "--no-plots").code == 130
    train = training()
    done = actsearch_("run", path, "--no-plots", "--retry-failed")
    assert (done.code, done.err) == (0, "")
    assert labels_of(train.begun) == ["relu"]
    done = actsearch_("run", path, "--no-plots", "--retry-failed")
    assert done.code == 0
    assert "tiny: no trial has failed; without --retry-failed the rest is trained" in done.out
    assert actsearch_("run", path, "--no-plots").code == 0
    assert labels_of(train.begun) == ["relu", "selu", "elu"]
    assert "all 3 trials are finished already" in actsearch_("run", path, "--no-plots", "--retry-failed").out


def test_fail_fast_stops_at_the_first_that_fails(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """Whoever looks for a mistake of their own need not wait for the night to pass; what was done is kept."""
    train = training(fails=["selu"])
    path = write_experiment(activations="[relu, selu, elu]")
    done = actsearch_("run", path, "--no-plots", "--fail-fast")
    assert done.code == 1
    assert "the selu broke" in done.err
    assert labels_of(train.begun) == ["relu", "selu"]
    statuses = [row["status"] for row in json.loads(actsearch_("status", "results", "--json").out)["trials"]]
    assert statuses == ["completed", "failed", "waiting"]


def test_a_killed_worker_costs_its_trial_a_restart(
    actsearch_: Callable[..., Done], write_experiment: Write, monkeypatch: pytest.MonkeyPatch, hostile: Path
) -> None:
    """In true worker processes: told, begun again from its checkpoint, and nobody else notices."""
    import fake_training

    faults = fake_training.Faults(dies={"selu": signal.SIGKILL})
    monkeypatch.setattr("actsearch.study.runner.loading_trainer", partial(fake_training.loading_trainer, faults))
    path = write_experiment(activations="[relu, selu]")
    done = actsearch_("run", path, "--no-plots", "--jobs", "2", "--set", "training.epochs=4")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "tiny: training 2 trials in 2 processes; TensorFlow is loading" in lines
    (lost,) = [i for i, line in enumerate(lines) if line.startswith("selu seed 0: the worker was killed by SIGKILL")]
    assert lines[lost].endswith("; it will be tried again")
    assert any(line == "selu seed 0: goes on after epoch 1" for line in lines[lost:])
    assert {frozenset(files) for files in trial_folders(hostile / "results" / "tiny").values()} == {
        frozenset({"diagnostics.json", "history.json", "predictions.npz", "trial.json"})
    }
    done = actsearch_("run", path, "--no-plots", "--fresh", "--retries", "0", "--set", "training.epochs=4", "--quiet")
    assert done.code == 1
    assert re.fullmatch(r"Error: selu\S+ failed: the worker was killed by SIGKILL.*\nMended\? .*\n", done.err)
