"""What a run would do, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from actsearch.cli.run.dry_run import DryRun
from actsearch.cli.screens.numbers import duration_range
from actsearch.cli.screens.run_notices import undiagnosed_line
from actsearch.cli.screens.trial_rows import trial_name
from actsearch.core.sentences import runs


def dry_run_lines(dry_run: DryRun) -> Iterator[str]:
    """A line a trial, then how many there are, how long they take, and what to beware of."""
    to_train = {trial.id for trial in dry_run.left}
    for trial in dry_run.trials:
        yield f"{_state_in(dry_run, trial.id, to_train)}  {trial_name(trial)}  ({trial.id})"
    trials, left = len(dry_run.trials), len(to_train)
    yield runs.TO_TRAIN_INTO(experiment=dry_run.experiment, trials=trials, left=left, folder=dry_run.folder)
    if dry_run.to_follow and dry_run.until_decided:
        yield runs.FOLLOWED_UNTIL_DECIDED(trials=dry_run.to_follow)
    elif dry_run.to_follow:
        yield runs.FOLLOWED_AT_CHOSEN_SETTINGS(trials=dry_run.to_follow)
    if to_train:
        yield _time_line(dry_run)
    for warning in dry_run.warnings:
        yield f"note: {warning}"
    if dry_run.undiagnosed:
        yield undiagnosed_line(dry_run.undiagnosed)
    if dry_run.refusal is not None:
        yield runs.WOULD_STOP(refusal=dry_run.refusal)


def _state_in(dry_run: DryRun, trial_id: str, to_train: set[str]) -> str:
    if trial_id in dry_run.finished:
        return "finished"
    return "to train" if trial_id in to_train else "left out"


def _time_line(dry_run: DryRun) -> str:
    if dry_run.seconds is None or dry_run.looking is None:
        return runs.UNKNOWN_TIME()
    values: dict[str, object] = {
        "time": duration_range(*dry_run.seconds),
        "workers": dry_run.workers,
        "basis": dry_run.basis,
    }
    is_of_the_first = dry_run.until_decided and dry_run.to_follow
    if is_of_the_first:
        values["trials"] = len(dry_run.left)
    if not dry_run.left[0].diagnostics:
        return (runs.FIRST_WOULD_TAKE if is_of_the_first else runs.WOULD_TAKE)(**values)
    sentence = runs.FIRST_WOULD_TAKE_WITH_DIAGNOSTICS if is_of_the_first else runs.WOULD_TAKE_WITH_DIAGNOSTICS
    return sentence(**values, share=max(dry_run.looking, 0.001))
