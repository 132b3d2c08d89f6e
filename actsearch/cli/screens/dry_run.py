"""What a run would do, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.cli.run.dry_run import DryRun
from actsearch.cli.screens.numbers import duration_range
from actsearch.cli.screens.run_notices import undiagnosed_line
from actsearch.cli.screens.trial_rows import trial_name
from actsearch.core.words import number_of


def dry_run_lines(dry_run: DryRun) -> Iterator[str]:
    """A line a trial, then how many there are, how long they take, and what to beware of."""
    to_train = {trial.id for trial in dry_run.left}
    for trial in dry_run.trials:
        yield f"{_state_in(dry_run, trial.id, to_train)}  {trial_name(trial)}  ({trial.id})"
    trials = number_of(len(dry_run.trials), "trial")
    yield f"{dry_run.experiment}: {trials}, {len(to_train)} to train, into {dry_run.folder}"
    if dry_run.to_follow and dry_run.until_decided:
        yield f"then up to {dry_run.to_follow} more, until it is decided"
    elif dry_run.to_follow:
        yield f"then {dry_run.to_follow} more, at the settings chosen"
    if to_train:
        yield _time_line(dry_run)
    for warning in dry_run.warnings:
        yield f"note: {warning}"
    if dry_run.undiagnosed:
        yield undiagnosed_line(dry_run.undiagnosed)
    if dry_run.refusal is not None:
        yield f"note: the run would stop at this: {dry_run.refusal}"


def _state_in(dry_run: DryRun, trial_id: str, to_train: set[str]) -> str:
    if trial_id in dry_run.finished:
        return "finished"
    return "to train" if trial_id in to_train else "left out"


def _time_line(dry_run: DryRun) -> str:
    if dry_run.seconds is None or dry_run.looking is None:
        return "how long it takes is unknown before these networks are built: actsearch plan times them"
    workers = number_of(dry_run.workers, "worker")
    first = f" for the first {len(dry_run.left)}" if dry_run.until_decided and dry_run.to_follow else ""
    share = f", {max(dry_run.looking, 0.001):.1%} of it for diagnostics" if dry_run.left[0].diagnostics else ""
    return f"about {duration_range(*dry_run.seconds)} with {workers}{first}{share} (from {dry_run.basis})"
