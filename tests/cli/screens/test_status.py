"""What the terminal shows: right numbers, whole labels, and nothing wider than the window."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.console import Group, RenderableType
from shown_results import HOSTILE_LABELS, candidate, rendered, result_of, trial

from actsearch.cli.screens.status import status_tables, trials_by_status
from actsearch.cli.screens.summary import summary_table
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import TrialResult

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]


def trials_table(result: ExperimentResult) -> Group:
    """Every trial, as `status --trials` has them."""
    return Group(*status_tables(result, every_trial=True))


def test_of_many_trials_those_that_need_a_look_are_shown() -> None:
    """A hundred lines that say `completed` hide the one that says `failed`."""
    many = [trial(seed) for seed in range(49)]
    failed = TrialResult("t49", 49, "failed", 2, error="ValueError: no")
    text = rendered(Group(*status_tables(result_of(candidate("relu", *many, failed)))), 100)
    lines = text.splitlines()
    assert len(lines) == 6
    assert "ValueError: no" in lines[4]
    assert lines[5].endswith("each of the 50 trials: --trials")
    assert len(rendered(trials_table(result_of(candidate("relu", *many, failed))), 100).splitlines()) == 51


@pytest.mark.parametrize("table", [summary_table, trials_table])
def test_labels_are_printed_as_they_are(table: Callable[[ExperimentResult], RenderableType]) -> None:
    """A label is the user's; one in brackets must neither vanish nor turn the table bold."""
    text = rendered(table(result_of(*(candidate(label) for label in HOSTILE_LABELS))))
    for label in HOSTILE_LABELS:
        assert label in text


@pytest.mark.parametrize("table", [summary_table, trials_table])
@pytest.mark.parametrize("width", [60, 80, 160])
def test_tables_fit_the_window(table: Callable[[ExperimentResult], RenderableType], width: int) -> None:
    """And the numbers in them are never the part that is cut."""
    failed = trial(accuracy=None, status="failed", error="ValueError: [bold] " + "long " * 50)
    wide = [candidate(label, trial(accuracy=0.5), learning_rate=0.001) for label in HOSTILE_LABELS]
    text = rendered(table(result_of(*wide, candidate("failed", failed))), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert len(text.splitlines()) <= len(HOSTILE_LABELS) + 3
    assert text.count("0.5000") >= len(HOSTILE_LABELS)
    assert "fail" in text


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_table_of_trials_tells_why_one_failed(width: int) -> None:
    """In the place of its numbers, of which it may have none: else one has to look for the file."""
    error = "ValueError: the input has NaN\n\tin [bold]\x1b[31m " + "long " * 50
    failed = trial(accuracy=None, status="failed", error=error)
    line = rendered(trials_table(result_of(candidate("relu", failed))), width).splitlines()[1]
    assert line.startswith("relu           0    2/2  failed: ValueError: the input has")
    assert cell_len(line) == width
    assert line.endswith("…")
    assert "\x1b" not in line
    bare = trial(accuracy=None, status="failed", error=None)
    assert "None" not in rendered(trials_table(result_of(candidate("relu", bare))))


def test_points_of_a_grid_can_be_told_apart_in_a_narrow_window() -> None:
    """Where whole names have no room, their values stay: a hundred rows called `leaky-relu learning…` say nothing."""
    grid = [candidate("leaky-relu", learning_rate=rate, batch_size=size) for rate in (0.1, 0.001) for size in (32, 128)]
    for width, names in (
        (60, ["0.1 32", "0.1 128", "001 32", "001 128"]),
        (80, ["leaky-relu 0.1 32", "leaky-relu 0.1 128", "leaky-relu 0.001 32", "leaky-relu 0.001 128"]),
        (160, [f"leaky-relu learning_rate={rate} batch_size={size}" for rate in (0.1, 0.001) for size in (32, 128)]),
    ):
        _, *lines = rendered(trials_table(result_of(*grid)), width).splitlines()
        for name, line in zip(names, lines, strict=True):
            assert line.startswith("leaky-re")
            assert f"{name} " in line


def test_the_table_of_a_thousand_trials_is_quick() -> None:
    """`actsearch status` is called again and again."""
    many = result_of(*(candidate(f"{i}", *(trial(seed) for seed in range(5)), rate=0.1) for i in range(200)))
    began = time.perf_counter()
    assert len(rendered(trials_table(many)).splitlines()) == 1001
    assert time.perf_counter() - began < 5


def test_the_table_of_trials_shows_the_last_values_there_are() -> None:
    """A diverged trial shows its last epoch that had numbers, and says that it diverged."""
    history = {"loss": [2.0, None], "val_loss": [3.0, None], "val_accuracy": [0.25, None]}
    diverged = trial(status="diverged", epochs=5, history=history, last=None, best=None)
    waiting = trial(7, status="waiting", history={}, last=None, best=None, seconds_per_epoch=())
    text = rendered(trials_table(result_of(candidate("relu", diverged, waiting))))
    _, one, two = text.splitlines()
    assert one.split() == ["relu", "0", "2/5", "2.0000", "3.0000", "0.2500", "diverged", "in", "epoch", "2"]
    assert two.split() == ["relu", "7", "0/2", "-", "-", "-", "waiting"]


def test_every_status_can_be_counted_and_shown() -> None:
    """A status without a colour would end `actsearch status` with a traceback."""
    from typing import get_args

    from actsearch.core.trial_results import Status

    trials = [
        trial(status=status, error="E: x" if status == "failed" else None) for status in get_args(Status) for _ in "12"
    ]
    assert trials_by_status(trials).startswith("12 trials: 2 completed, 2 running")
    assert all(f"2 {status}" in trials_by_status(trials) for status in get_args(Status))
    text = rendered(trials_table(result_of(candidate("relu", *trials))))
    assert all(status in text for status in get_args(Status))
    assert trials_by_status(trials[:1]) == "1 trial: 1 waiting"
