"""The rows of `status --json`: whole, in full precision."""

from __future__ import annotations

import json

from shown_results import candidate, trial

from actsearch.cli.json_rows.conversion import json_value
from actsearch.cli.json_rows.status import trial_status_row


def test_a_trial_as_json_is_whole() -> None:
    """`status --json` is what scripts read: in full precision and with nulls where there is nothing."""
    one = candidate("relu", trial(3, 1 / 3, machine={"cpu": "x"}))
    row = json.loads(json.dumps(json_value(trial_status_row(one, one.trials[0])), allow_nan=False))
    assert row["last"] == {"loss": 1.0, "val_loss": 1.5, "val_accuracy": 1 / 3}
    assert row["test"]["best"] == {"epoch": 1, "accuracy": 0.875}
    assert (row["seed"], row["status"], row["epochs_done"], row["epochs"]) == (3, "completed", 2, 2)
    assert row["seconds"] == 4
    waiting = trial(status="waiting", history={}, last=None, best=None, seconds_per_epoch=())
    row = json_value(trial_status_row(one, waiting))
    assert (row["last"], row["test"], row["epochs_done"]) == ({}, {"last": None, "best": None}, 0)
