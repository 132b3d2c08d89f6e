"""Runs of experiments with a training that takes no time, for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from actsearch.core.events import Train
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.results import ExperimentResult
from actsearch.core.trial_results import TrialResult
from actsearch.engines.in_process import InProcess
from actsearch.store.reader import read_experiment
from actsearch.store.writer import Store
from actsearch.study import rounds, runner
from actsearch.study.plans import plan_for
from actsearch.study.rounds import Work

Make = Callable[..., tuple[Experiment, tuple[Trial, ...]]]
FakeTrain = Callable[..., Any]
Snapshot = Callable[[Path], dict[str, str]]
Asked = Callable[..., tuple[Experiment, tuple[Trial, ...]]]


def run(
    folder: Path,
    experiment: Experiment,
    trials: tuple[Trial, ...],
    train: Train,
    keep_checkpoints: bool = False,
    **how: Any,
) -> ExperimentResult:
    """What `actsearch run` does with a folder, without its display."""
    kept = Store(folder, keep_checkpoints)
    with kept.locked():
        work = rounds.begin_round(plan_for(experiment, trials[0].data_sha256), kept, **how)
        for _ in runner.train_all(work.left, kept, InProcess(lambda: train)):
            pass
    return read_experiment(folder)


def begun(folder: Path, experiment: Experiment, trials: tuple[Trial, ...], **how: Any) -> Work:
    """What a run finds before it trains anything."""
    kept = Store(folder)
    with kept.locked():
        return rounds.begin_round(plan_for(experiment, trials[0].data_sha256), kept, **how)


def finished(folder: Path, trials: tuple[Trial, ...]) -> set[str]:
    status = Store(folder).survey(trials, repair=False).status
    return {trial_id for trial_id, stands in status.items() if stands in ("completed", "diverged")}


def trials_of(result: ExperimentResult) -> dict[str, TrialResult]:
    return {trial.id: trial for candidate in result.candidates for trial in candidate.trials}


def statuses(result: ExperimentResult) -> dict[str, str]:
    return {f"{c.label} {trial.seed}": trial.status for c in result.candidates for trial in c.trials}


def files_of(folder: Path) -> list[str]:
    """The files of the trials, by their paths."""
    return sorted(str(path.relative_to(folder)) for path in (folder / "trials").rglob("*") if path.is_file())


def histories(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in (folder / "trials").glob("*/history.json")}
