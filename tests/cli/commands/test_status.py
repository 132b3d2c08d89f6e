"""`actsearch status`: how far a run has come, and what became of each trial."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Done

Write = Callable[..., Path]


def test_status_shows_every_trial(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]
) -> None:
    """How far a run has come, and what became of each trial."""
    training(fails=["relu"], diverges=["elu"])
    actsearch_("run", write_experiment(activations="[relu, selu, elu]"), "--no-plots")
    done = actsearch_("status", "results")
    assert (done.code, done.err) == (0, "")
    first, header, *rows = done.out.splitlines()
    assert first == "tiny (results/tiny): 3 trials: 1 completed, 1 diverged, 1 failed"
    assert header.split() == ["activation", "seed", "epoch", "loss", "val_loss", "val_accuracy", "state"]
    assert rows[0].split()[:3] == ["relu", "0", "1/2"]
    assert "failed: ValueError: the relu broke [bold]" in rows[0]
    assert rows[1].split()[-1] == "completed"
    assert "diverged in epoch 2" in rows[2]


def test_status_as_json(actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any]) -> None:
    """For other programs: an object an experiment, with the keys that docs/results.md names."""
    training()
    for name in ("one", "two"):
        actsearch_("run", write_experiment(name), "--no-plots")
    actsearch_("run", write_experiment("two", "[selu]"), "--no-plots", "--accept-changes")
    done = actsearch_("status", "results", "--json")
    one, two = (json.loads(line) for line in done.out.splitlines())
    assert set(one) == {"experiment", "folder", "trials", "mixture", "stranded", "problems", "again"}
    assert (one["experiment"], one["folder"], len(one["trials"])) == ("one", "results/one", 2)
    assert set(one["trials"][0]) == {
        *("trial", "label", "activation", "parameters", "setting", "seed", "role", "status", "epochs_done", "epochs"),
        *("last", "test", "seconds", "error"),
    }
    assert [trial_id.split("-")[0] for trial_id in two["stranded"]] == ["relu"]


def test_status_mentions_what_is_damaged(
    actsearch_: Callable[..., Done], write_experiment: Write, training: Callable[..., Any], hostile: Path
) -> None:
    """It is no time to fall over it; the next run mends it."""
    training()
    actsearch_("run", write_experiment(), "--no-plots")
    history = next((hostile / "results" / "tiny" / "trials").glob("relu*/history.json"))
    history.write_bytes(b"{")
    done = actsearch_("status", "results")
    assert done.code == 0
    assert "history.json: is damaged" in done.out
    assert "1 completed, 1 waiting" in done.out
