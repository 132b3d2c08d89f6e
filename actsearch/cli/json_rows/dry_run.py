"""The rows of `actsearch run --dry-run --json`; times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from actsearch.cli.run.dry_run import DryRun


@dataclass(frozen=True)
class DryRunTrialRow:
    trial: str
    finished: bool


@dataclass(frozen=True)
class DryRunTimeRow:
    """Null where it is unknown without timing."""

    low: float | None
    high: float | None
    basis: str
    """What it is taken from."""
    diagnostics_share: float | None
    """Which share of it is for diagnostics."""


@dataclass(frozen=True)
class DryRunRow:
    experiment: str
    trials: tuple[DryRunTrialRow, ...]
    may_follow: int
    seconds: DryRunTimeRow
    would_stop_at: str | None


def dry_run_row(dry_run: DryRun) -> DryRunRow:
    """The row of an experiment."""
    low, high = dry_run.seconds or (None, None)
    return DryRunRow(
        experiment=dry_run.experiment,
        trials=tuple(DryRunTrialRow(trial.id, trial.id in dry_run.finished) for trial in dry_run.trials),
        may_follow=dry_run.to_follow,
        seconds=DryRunTimeRow(low, high, dry_run.basis, dry_run.looking),
        would_stop_at=dry_run.refusal,
    )
