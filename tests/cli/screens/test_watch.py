"""The screen of `status --watch`: how experiments stand, in the lines that the window has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from shown_results import rendered_lines

from actsearch.cli.screens.watch import watch_view
from actsearch.core.activation import Activation
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import CandidateResult, Status, TrialResult


def experiment(name: str, statuses: Sequence[Status], seconds: float = 60.0, **setting: Any) -> ExperimentResult:
    """A candidate for each status, with one trial of ten epochs."""
    epochs = {"completed": 10, "waiting": 0}
    candidates = []
    for i, status in enumerate(statuses):
        values = [j / 10 + i / 1000 for j in range(epochs.get(status, 4))]
        history = dict.fromkeys(("loss", "val_loss", "val_accuracy"), values) if values else {}
        error = "ValueError: the input has NaN" if status == "failed" else None
        trial = TrialResult(f"id{i}", 7, status, 10, history, [seconds] * len(values), error=error)
        candidates.append(CandidateResult(f"label{i:03d}", Activation("relu"), setting, (trial,)))
    return ExperimentResult(name, "", f"results/{name}", tuple(candidates), False, "categorical_crossentropy")


def test_the_view_of_a_folder_shows_how_it_stands() -> None:
    """Counts, what runs, what failed and why, the best so far: what one looks in for from another terminal."""
    statuses: list[Status] = ["completed", "running", "failed", "diverged", "waiting", "running", "interrupted"]
    lines = rendered_lines(watch_view([experiment("tiny", statuses)]), 120, 24)
    head, counts, best, empty, heading, *rows = lines
    assert head.startswith("tiny  ━")
    assert head.endswith(" left")
    assert counts.split("  ") == [
        "3/7 trials", "1 failed", "1 diverged", "2 running", "1 interrupted", "1 completed", "1 waiting",
    ]  # fmt: skip
    assert best.startswith("best so far: val_accuracy 0.9000, label000 seed 7, epoch 10 (")
    assert not empty
    assert heading.split()[0] == "activation"
    assert [row.split()[0] for row in rows] == ["label001", "label005", "label002"]
    assert rows[0].split() == ["label001", "7", "4/10", "0.3010", "0.3010", "0.3010", "running"]
    assert rows[2].endswith("failed: ValueError: the input has NaN")


def test_a_folder_in_which_nothing_runs_promises_no_time() -> None:
    """Nor does it when all is done."""
    for statuses in (["completed", "interrupted"], ["completed"], ["waiting"]):
        head = rendered_lines(watch_view([experiment("tiny", statuses)]))[0]  # type: ignore[arg-type]
        assert head.endswith("%")


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("height", [5, 10, 24, 50])
@pytest.mark.parametrize("count", [1, 2, 6, 40])
def test_the_view_of_folders_fits_the_window(width: int, height: int, count: int) -> None:
    """What is too high scrolls away; an experiment is shown or counted, and so is each trial that runs."""
    statuses: list[Status] = ["running", "failed", "completed", "waiting"] * 20
    results = [experiment(f"{i:02d}-{'größer 関数 ' * 8}", statuses, learning_rate=0.001) for i in range(count)]
    results.append(experiment("99-done", ["completed"]))
    lines = rendered_lines(watch_view(results), width, height)
    assert len(lines) < height
    assert max(map(cell_len, lines)) <= width
    shown = sum(bool(re.match(r"\d\d-", line)) for line in lines)
    more = re.match(r"and (\d+) more experiments", lines[-1])
    assert shown + (int(more[1]) if more else 0) == count + 1
    for block in "\n".join(lines).split("\nactivation ")[1:]:
        table = block.split("\n\n")[0]
        for status in ("running", "failed"):
            rows = re.findall(rf"^label.*  {status}", table, re.MULTILINE)
            rest = re.search(rf"(\d+) more {status}", table)
            assert len(rows) + (int(rest[1]) if rest else 0) == 20
