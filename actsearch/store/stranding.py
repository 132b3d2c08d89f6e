"""Which finished trials an experiment does not ask for any more: going on would leave them out of every table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from actsearch.core.errors import StoreError
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.later_trials import LaterTrials
from actsearch.store import changes
from actsearch.store.experiment_file import kept_document
from actsearch.store.layout import PLAN_FILE, other_trials, trial_folder
from actsearch.store.records.plan import planned_ids
from actsearch.store.records.trial import TrialGlance, glance


class Stranding(StoreError):
    """Going on would leave finished trials out of the experiment; `changes` says, a line a setting, why."""

    def __init__(self, folder: Path, stranded: int, changes: Sequence[str]) -> None:
        self.changes = tuple(changes)
        trials = "1 finished trial does" if stranded == 1 else f"{stranded} finished trials do"
        super().__init__(
            f"{folder}: {trials} not belong to the experiment as it is now:\n"
            + "".join(f"  {line}\n" for line in changes)
            + "give it a name of its own (--name NEW), or leave them out of tables and figures (--accept-changes; they"
            " stay on disk)"
        )


class LeftBehind(NamedTuple):
    """Finished trials of the plan on disk that a new plan does not ask for, by id."""

    stranded: list[str]
    contained: list[str]
    """Those that are the beginning of a longer one that it asks for."""
    longer: set[str]
    """The trials that it asks for that contain a completed one."""


def left_behind(folder: Path, trials: Sequence[Trial], later: LaterTrials | None = None) -> LeftBehind:
    """The finished trials of the plan on disk that these are not, nor those that are asked for later."""
    wanted = {trial.id for trial in trials}
    by_trajectory: dict[str, list[Trial]] = {}
    for trial in trials:
        by_trajectory.setdefault(trial.trajectory, []).append(trial)
    left = LeftBehind([], [], set())
    for trial_id in _ids_before(folder):
        if trial_id in wanted:
            continue
        commit = glance(trial_folder(folder, trial_id))
        if not commit.is_finished:
            continue
        following = _following(commit, later)
        if any(trial.id == trial_id for trial in following):
            continue
        of_this_training = [*by_trajectory.get(str(commit.trajectory), ()), *following]
        containing = max(of_this_training, key=_epochs, default=None)
        if containing is None or _epochs(containing) < commit.epochs:
            left.stranded.append(trial_id)
            continue
        left.contained.append(trial_id)
        if commit.status == "completed":
            left.longer.add(containing.id)
    return left


def refusal(folder: Path, left: LeftBehind, experiment: Experiment, trials: Sequence[Trial]) -> Stranding | None:
    """What stands against going on with this experiment, where anything does."""
    if not left.stranded:
        return None
    return Stranding(folder, len(left.stranded), _changes(folder, experiment, trials[0], left.stranded[0]))


def _following(commit: TrialGlance, later: LaterTrials | None) -> Sequence[Trial]:
    """The trials of the same training that may be asked for later."""
    seed = commit.settings.get("seed")
    if later is None or commit.trajectory is None or not isinstance(seed, int):
        return ()
    return later(seed, commit.trajectory)


def _epochs(trial: Trial) -> int:
    return trial.candidate.training.epochs


def _ids_before(folder: Path) -> list[str]:
    """The trials that belonged to the experiment: those of the plan on disk, or all where it cannot be read."""
    before = planned_ids(folder)
    return other_trials(folder, ()) if before is None else before


def _changes(folder: Path, experiment: Experiment, trial: Trial, stranded: str) -> list[str]:
    """What is different now, for a person who wonders why finished trials would be left out."""
    before = kept_document(folder)
    lines = [] if before is None else changes.described(before, experiment.document)
    sha256 = glance(trial_folder(folder, stranded)).data_sha256
    if sha256 != trial.data_sha256:
        lines.append(f"data: the file's content (SHA-256 {sha256[:12]}… -> {trial.data_sha256[:12]}…)")
    if planned_ids(folder) is None:
        lines.append(f"{PLAN_FILE} was lost or damaged: which of them were left out before is not known")
    return lines or ["what this version of actsearch makes of the same settings"]
