"""Commands that are given many folders: none counts twice, and one that is no good does not hide the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Done

Write = Callable[..., Path]


@pytest.fixture
def trained(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> Callable[..., None]:
    """Trains experiments with three seeds and no TensorFlow, into `results`: `trained("one", "two")`."""
    training()

    def train(*names: str, activations: str = "[relu, selu]") -> None:
        for name in names:
            path = write_experiment(name, activations)
            assert actsearch_("run", path, "--set", "seeds=3", "--no-plots", "--quiet").code == 0

    return train


def make_newer(folder: Path) -> None:
    """What a later version would have written."""
    plan = folder / "plan.json"
    newer = json.loads(plan.read_text(encoding="utf-8")) | {"format_version": 99}
    plan.write_text(json.dumps(newer), encoding="utf-8")


EACH = [
    (["status"], "one (results/one): 6 trials"),
    (["plot", "--metric", "loss"], "results/one/training_loss.png"),
    (["explain"], "one (results/one)"),
    (["compare"], "one (results/one)\n"),
    (["report"], "results/one/report.html"),
    (["export", "--to", "csv", "--out", "tables"], "tables/trials.csv"),
]
COMMANDS = pytest.mark.parametrize(("command", "told"), EACH, ids=[command[0] for command, _ in EACH])


@COMMANDS
def test_a_folder_that_cannot_be_read_hides_no_other(
    actsearch_: Callable[..., Done], trained: Callable[..., None], hostile: Path, command: Sequence[str], told: str
) -> None:
    """The one study of a colleague's newer version must not keep me from my own; a script sees that one is missing."""
    trained("one", "another")
    make_newer(hostile / "results" / "another")
    done = actsearch_(*command, "results")
    assert done.code == 2
    assert told in done.out
    (error,) = (line for line in done.err.splitlines() if "newer" in line)
    assert error.startswith("Error: results/another/plan.json: ")
    make_newer(hostile / "results" / "one")
    done = actsearch_(*command, "results")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("install a newer version") == 2


def test_the_table_of_the_others_is_written_all_the_same(
    actsearch_: Callable[..., Done], trained: Callable[..., None], hostile: Path
) -> None:
    """An older one that stays would be taken for the new one."""
    trained("one", "another")
    make_newer(hostile / "results" / "another")
    assert actsearch_("compare", "results", "--csv", "table.csv").code == 2
    assert "one" in (hostile / "table.csv").read_text(encoding="utf-8")


@COMMANDS
def test_a_folder_given_twice_counts_once(
    actsearch_: Callable[..., Done], trained: Callable[..., None], hostile: Path, command: Sequence[str], told: str
) -> None:
    """Above all in a table for other programs, where a study of twice the trials looks like a better one."""
    trained("one")
    once = actsearch_(*command, "results/one")
    assert told in once.out
    assert actsearch_(*command, "results/one", "results", hostile / "results" / "one") == once


@pytest.mark.parametrize("option", [["--together"], ["--require", "relu >= 0"]], ids=" ".join)
def test_what_needs_all_folders_stops_at_one_that_cannot_be_read(
    actsearch_: Callable[..., Done], trained: Callable[..., None], hostile: Path, option: Sequence[str]
) -> None:
    """A pipeline must not pass because the study that would have failed was left out."""
    trained("one", "another")
    make_newer(hostile / "results" / "another")
    done = actsearch_("compare", "results", *option)
    assert (done.code, done.out) == (2, "")
    assert "install a newer version" in done.err


def test_what_is_required_of_several_studies_holds_for_all_of_them_together(
    actsearch_: Callable[..., Done], trained: Callable[..., None]
) -> None:
    """Of twenty studies one would contradict by chance what all of them meet: the intervals are wider for it."""
    trained("one", "another")

    def width(*paths: str) -> float:
        last = actsearch_("compare", *paths, "--require", "relu >= selu - 0.5", "--json").out.splitlines()[-1]
        (outcome,) = json.loads(last)["requirements"]
        return float(outcome["high"] - outcome["low"])

    alone = width("results/one")
    assert width("results") > alone
    assert width("results/one", "results/one") == alone


def test_a_mistake_that_is_one_for_all_is_told_once(
    actsearch_: Callable[..., Done], trained: Callable[..., None]
) -> None:
    """A line for each of twenty studies would hide what is wrong; what is wrong with one names it."""
    trained("one", "another")
    done = actsearch_("compare", "results", "--metric", "val_acuracy")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    trained("third", activations="[relu, elu]")
    done = actsearch_("compare", "results", "--baseline", "elu")
    assert done.code == 0
    assert [line.partition("; ")[0] for line in done.err.splitlines()] == [
        f"note: {name}: no candidate is labelled 'elu'" for name in ("another", "one")
    ]
    done = actsearch_("compare", "results", "--require", "elu >= 0")
    assert done.code == 2
    assert [line.partition(": --require")[0] for line in done.err.splitlines()] == [
        "Error: results/another", "results/one",
    ]  # fmt: skip


def test_watching_goes_on_beside_a_folder_that_cannot_be_read(
    actsearch_: Callable[..., Done], trained: Callable[..., None], hostile: Path
) -> None:
    """It is told once, and not every two seconds."""
    trained("one", "another")
    make_newer(hostile / "results" / "another")
    done = actsearch_("status", "results", "--watch")
    assert (done.code, done.out) == (2, "one: 6 trials: 6 completed; 12 of 12 epochs\n")
    assert done.err.startswith("Error: results/another/plan.json: ")
    assert len(done.err.splitlines()) == 1
