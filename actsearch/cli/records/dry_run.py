"""The rows of `actsearch run --dry-run --json`; times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from actsearch.cli.run.dry_run import DryRun


@dataclass(frozen=True)
class DryRunTrialRecord:
    trial: str
    finished: bool


@dataclass(frozen=True)
class DryRunTimeRecord:
    low: float
    high: float
    basis: str
    """What it is taken from."""
    diagnostics_share: float
    """Which share of it is for diagnostics."""


@dataclass(frozen=True)
class DryRunRecord:
    experiment: str
    trials: tuple[DryRunTrialRecord, ...]
    may_follow: int
    seconds: DryRunTimeRecord
    would_stop_at: str | None


def dry_run_record(dry_run: DryRun) -> DryRunRecord:
    """The row of an experiment."""
    return DryRunRecord(
        experiment=dry_run.experiment,
        trials=tuple(DryRunTrialRecord(trial.id, trial.id in dry_run.finished) for trial in dry_run.trials),
        may_follow=dry_run.to_follow,
        seconds=DryRunTimeRecord(*dry_run.seconds, dry_run.basis, dry_run.looking),
        would_stop_at=dry_run.refusal,
    )
