"""How a trial stands: what came of it, or how far it has come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_runs import FakeTrain, Make, finished, run, statuses, trials_of

from actsearch.core.events import Completed
from actsearch.engines.in_process import InProcess
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import runner


def test_every_state_a_trial_can_be_in(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """`status` and the figures tell these apart; a failed or diverged trial must not look completed."""
    experiment, trials = make_experiment(["relu", "selu", "elu", "gelu", "sigmoid"], epochs=3)
    by_label = {trial.candidate.label: trial for trial in trials}
    kept = Store(folder)
    train = fake_train(fails=["selu"], diverges=["elu"])
    with kept.locked():
        kept.begin(experiment, trials)
        for label in ("relu", "selu", "elu"):
            for _ in runner.train_all([by_label[label]], kept, InProcess(lambda: train)):
                pass
        for event in list(train(by_label["gelu"]))[:3]:
            kept.record(event, by_label["gelu"])
        while_it_runs = statuses(read_experiment(folder))
    expected = {
        "relu 0": "completed",
        "selu 0": "failed",
        "elu 0": "diverged",
        "gelu 0": "running",
        "sigmoid 0": "waiting",
    }
    assert while_it_runs == expected
    result = read_experiment(folder)
    assert statuses(result) == {**expected, "gelu 0": "interrupted"}
    read = {label: trials_of(result)[trial.id] for label, trial in by_label.items()}
    assert read["selu"].error == "ValueError: the selu broke [bold]"
    assert "Traceback" in (folder / "trials" / read["selu"].id / "traceback.txt").read_text(encoding="utf-8")
    assert read["gelu"].epochs_done == 1
    assert read["sigmoid"].history == {}
    assert finished(folder, trials) == {by_label["relu"].id, by_label["elu"].id}


def test_every_beginning_of_a_progress_file_can_be_read(
    folder: Path, make_experiment: Make, fake_train: FakeTrain
) -> None:
    """`status` while another process writes, or after it was killed: never a traceback, and only whole epochs."""
    experiment, trials = make_experiment(epochs=2)
    (trial,) = trials
    kept = Store(folder)
    with kept.locked():
        kept.begin(experiment, trials)
        for event in list(fake_train()(trial))[:-1]:
            kept.record(event, trial)
    path = folder / "trials" / trial.id / "progress.jsonl"
    whole = path.read_bytes()
    seen = set()
    for size in [*range(0, len(whole), 3), len(whole)]:
        path.write_bytes(whole[:size])
        read = trials_of(read_experiment(folder))[trial.id]
        assert read.status == "interrupted"
        assert len(read.seconds_per_epoch) == read.epochs_done
        seen.add(read.epochs_done)
    assert seen == {0, 1, 2}


@pytest.mark.parametrize("line", ["[]", "null", "5", '"text"', "{}", '{"seconds": 1}', "\x00\x00", "{"])
def test_nonsense_in_a_progress_file_is_passed_over(
    folder: Path, make_experiment: Make, fake_train: FakeTrain, line: str
) -> None:
    """A file system that fills a lost block with zeros must not break `status`."""
    experiment, trials = make_experiment(epochs=2)
    kept = Store(folder)
    with kept.locked():
        kept.begin(experiment, trials)
        for event in list(fake_train()(trials[0]))[:3]:
            kept.record(event, trials[0])
    path = folder / "trials" / trials[0].id / "progress.jsonl"
    path.write_text(path.read_text(encoding="ascii") + line + "\n", encoding="ascii")
    read = trials_of(read_experiment(folder))[trials[0].id]
    assert (read.status, read.epochs_done, len(read.seconds_per_epoch)) == ("interrupted", 1, 1)


def test_trials_of_before_the_checksum_are_read(folder: Path, make_experiment: Make, fake_train: FakeTrain) -> None:
    """Results that are published already stay results."""
    experiment, trials = make_experiment()
    good = run(folder, experiment, trials, fake_train())
    path = folder / "trials" / trials[0].id / "trial.json"
    commit = json.loads(path.read_bytes())
    del commit["checksum"]
    path.write_text(json.dumps(commit), encoding="utf-8")
    assert read_experiment(folder) == good
    assert finished(folder, trials) == {trials[0].id}


def test_which_examples_were_classified_right_is_read_on_demand(
    hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]
) -> None:
    """The noise of the test set is computed from these; most commands have no use for them and do not pay for them."""
    experiment, trials = make_experiment(["relu"])
    store = Store(hostile / "tiny")
    store.folder.mkdir()
    store.begin(experiment, trials)
    predictions = {
        "test_index": np.arange(3, dtype=np.uint8),
        "test_y_true": np.array([0, 1, 2], np.uint8),
        "test_y_last": np.array([0, 2, 2], np.uint8),
        "test_y_best": np.array([0, 1, 2], np.uint8),
    }
    for event in fake_train()(trials[0]):
        store.record(replace(event, predictions=predictions) if isinstance(event, Completed) else event, trials[0])
    [trial] = read_experiment(store.folder, scores=[(None, "last"), ("test_accuracy", "last")]).candidates[0].trials
    assert list(trial.scores) == ["accuracy test_last"]
    assert trial.scores["accuracy test_last"].array().tolist() == [True, False, True]
    assert trial.settings["seed"] == 0
    assert read_experiment(store.folder).candidates[0].trials[0].scores == {}
