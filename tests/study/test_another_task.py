"""A study of a task with another metric, the better the lower: every command reads, judges and draws it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actsearch.analysis.comparisons.comparing import comparisons_of
from actsearch.cli.app import run_command_line
from actsearch.core.identity import expand
from actsearch.core.metrics import Metric
from actsearch.core.tasks import MULTICLASS, Task
from actsearch.engines.in_process import InProcess
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study.runner import train_all

RENTALS = Task(
    "rentals", (Metric("loss", False, least=0), Metric("mae", False, 0, margin=0.5, is_mean_over_examples=True)), "mae"
)
ERRORS = {"relu": 20.0, "gelu": 20.1, "sigmoid": 60.0}


@pytest.fixture
def folder(hostile: Path, make_experiment: Callable[..., Any], fake_train: Callable[..., Any]) -> Path:
    """A finished study of three functions with five seeds."""
    experiment, _ = make_experiment(list(ERRORS), seeds=5, epochs=3)
    experiment = replace(experiment, task=RENTALS)
    trials = expand(experiment, "0" * 64)
    store = Store(hostile / "tiny")
    train = fake_train(accuracies=ERRORS, noise=0.02)
    with store.locked():
        store.begin(experiment, trials)
        for _ in train_all(trials, store, InProcess(lambda: train)):
            pass
    return store.folder


def test_a_trial_of_another_task_has_another_name(make_experiment: Callable[..., Any]) -> None:
    """Else a study of numbers would take the trials of a study of classes for its own."""
    experiment, trials = make_experiment()
    assert expand(replace(experiment, task=RENTALS), "0" * 64)[0].id != trials[0].id
    assert expand(replace(experiment, task=MULTICLASS), "0" * 64)[0].id == trials[0].id


def test_its_results_say_what_was_learned(folder: Path) -> None:
    """The folder is read where the task itself is not to be had."""
    result = read_experiment(folder, scores=[("test_mae", "last")])
    assert result.task == RENTALS
    assert list(result.all_trials[0].history) == ["loss", "mae", "val_loss", "val_mae"]
    assert result.all_trials[0].scores["mae test_last"].array().shape == (4,)


def compared(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Mapping[str, Any]:
    assert run_command_line(["compare", str(folder), "--json", *options]) == 0
    comparison: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    return comparison


def test_the_lowest_leads_and_the_margin_is_the_metrics(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict the wrong way round would be worse than none."""
    comparison = compared(folder, capsys)
    assert (comparison["metric"], comparison["margin"], comparison["higher_is_better"]) == ("val_mae", 0.5, False)
    assert [contender["label"] for contender in comparison["contenders"]][-1] == "sigmoid"
    verdicts = {(pair["a"], pair["b"]): pair["verdict"] for pair in comparison["pairs"]}
    assert {verdict for labels, verdict in verdicts.items() if "sigmoid" not in labels} == {"tied"}
    assert {verdict for labels, verdict in verdicts.items() if labels[1] == "sigmoid"} == {"better"}
    assert comparison["reference"] in ("relu", "gelu")


def test_an_error_does_not_move_in_whole_examples(folder: Path) -> None:
    """As if it did, seeds that agree to a thousandth would be told to vary by the step of ten examples."""
    (comparison,) = comparisons_of(read_experiment(folder))
    assert comparison.examples is None
    for pair in comparison.pairs():
        assert pair.sd == pytest.approx(float(pair.by_seed.std(ddof=1)))


@pytest.mark.parametrize(
    "command",
    [
        ["status", "{folder}", "--json"],
        ["compare", "{folder}", "--require", "relu <= 30"],
        ["plot", "{folder}", "--log", "--out", "{out}"],
        ["plot", "{folder}", "--style", "article", "--out", "{out}"],
    ],
    ids=lambda command: " ".join(command[:1] + command[2:4]),
)
def test_every_command_takes_it(folder: Path, tmp_path: Path, command: list[str]) -> None:
    """A command that knows accuracies alone would end as a bug of ours."""
    out = tmp_path / "out"
    assert run_command_line([part.format(folder=folder, out=out) for part in command]) == 0


def test_no_text_calls_it_an_accuracy(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is read must be what was measured."""
    for command in (["compare"], ["status"], ["report", "--out", str(tmp_path / "page.html")]):
        assert run_command_line([command[0], str(folder), *command[1:]]) == 0
    said = capsys.readouterr().out + (tmp_path / "page.html").read_text(encoding="utf-8").split("<script>")[0]
    assert "mae" in said
    assert [line for line in said.splitlines() if "accurac" in line.lower()] == []
