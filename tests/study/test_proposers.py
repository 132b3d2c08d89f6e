"""Which proposer a study is run with: one from outside the package is a row of the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from staged_studies import Write, killed_at_write, without_lock
from toy_members.toy_proposer import Halving

import actsearch
from actsearch.core.errors import UserError
from actsearch.core.results import ExperimentResult
from actsearch.study.proposers import PROPOSERS

TABLE = {**PROPOSERS, "halving": Halving}
ACCURACIES = {"relu": 0.9, "elu": 0.8, "selu": 0.7, "gelu": 0.6, "sigmoid": 0.1}


def write_study(write_experiment: Write) -> Path:
    path = write_experiment(activations=f"[{', '.join(ACCURACIES)}]")
    path.write_text(path.read_text(encoding="utf-8").replace("seeds: [0]\n", "seeds: 4\n"), encoding="utf-8")
    return path


def halve(path: Path, out: Path) -> ExperimentResult:
    return actsearch.run(actsearch.load(path), out, proposer="halving", proposers=TABLE)


@pytest.fixture
def trained(training: Callable[..., Any]) -> Callable[..., Any]:
    return partial(training, accuracies=ACCURACIES, noise=0.001, checkpoints=True)


def test_a_proposer_from_outside_says_what_is_trained(
    write_experiment: Write, trained: Callable[..., Any], hostile: Path
) -> None:
    """And what it decided is read in the folder."""
    train = trained()
    result = halve(write_study(write_experiment), hostile / "out")
    assert {c.label: len(c.trials) for c in result.candidates} == {
        "relu": 3,
        "elu": 3,
        "selu": 2,
        "gelu": 1,
        "sigmoid": 1,
    }
    assert len(train.begun) == 10
    content = json.loads((hostile / "out" / "tiny" / "decisions.json").read_bytes())
    assert content["proposer"] == "halving"
    assert [halving["stays"] for halving in content["decisions"]["halvings"]] == [
        ["relu", "elu", "selu"],
        ["relu", "elu"],
        ["relu"],
    ]


@pytest.mark.parametrize("fatal", [4, 30, 55])
def test_killed_it_goes_on_with_the_same_decisions(
    write_experiment: Write,
    trained: Callable[..., Any],
    hostile: Path,
    monkeypatch: pytest.MonkeyPatch,
    fatal: int,
) -> None:
    path = write_study(write_experiment)
    trained()
    halve(path, hostile / "undisturbed")
    assert killed_at_write(fatal, monkeypatch, partial(halve, path, hostile / "killed"))
    halve(path, hostile / "killed")
    assert without_lock(hostile / "killed") == without_lock(hostile / "undisturbed")


def test_what_such_a_study_left_out_a_plain_run_trains(
    write_experiment: Write, trained: Callable[..., Any], hostile: Path
) -> None:
    """The trials are those of the file: nothing is trained twice, and nothing is refused."""
    path = write_study(write_experiment)
    trained()
    halve(path, hostile / "out")
    rest = trained()
    result = actsearch.run(actsearch.load(path), hostile / "out")
    assert len(rest.begun) == 10
    assert {len(candidate.trials) for candidate in result.candidates} == {4}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"proposer": "halving"}, "proposer: there is no 'halving'; there are: seeds, tuning, looks"),
        ({"proposer": "seeds", "until_decided": True}, "give one of them"),
    ],
)
def test_mistakes_are_told(write_experiment: Write, hostile: Path, how: dict[str, Any], told: str) -> None:
    loaded = actsearch.load(write_study(write_experiment))
    with pytest.raises(UserError, match=told):
        actsearch.run(loaded, hostile / "out", **how)
    assert not (hostile / "out").exists()
