"""`run --dry-run`: what a run would take, as far as it is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from actsearch.cli.json_rows.dry_run import dry_run_row
from actsearch.cli.run.dry_run import DryRun
from actsearch.cli.screens.dry_run import dry_run_lines
from actsearch.study.trial_costs import NO_BASIS


def test_an_unknown_time_is_said_to_be_unknown(make_experiment: Callable[..., Any]) -> None:
    """A network of the user's own, whose cost nobody worked out: no number, and who can tell one."""
    _, trials = make_experiment(["relu", "gelu"])
    dry_run = DryRun(
        experiment="tiny",
        folder=Path("results/tiny"),
        trials=trials,
        left=trials,
        finished=frozenset(),
        to_follow=0,
        until_decided=False,
        workers=2,
        seconds=None,
        basis=NO_BASIS,
        looking=None,
        undiagnosed=0,
        warnings=(),
        refusal=None,
    )
    *_, count, time = dry_run_lines(dry_run)
    assert count == "tiny: 2 trials, 2 to train, into results/tiny"
    assert time == "how long it takes is unknown before these networks are built: actsearch plan times them"
    row = dry_run_row(dry_run).seconds
    assert (row.low, row.high, row.diagnostics_share) == (None, None, None)
