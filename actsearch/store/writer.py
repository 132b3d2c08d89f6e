"""The one writer of results: what a driver does with an experiment's folder, from taking it to the last event.

Knows neither Keras nor the terminal. A trial's folder is committed by its `trial.json`, written last with the SHA-256
of its siblings: a folder without it holds no result, whatever else lies in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from actsearch.core.events import Event
from actsearch.core.experiment import Experiment, Trial
from actsearch.core.files import write_if_changed
from actsearch.core.later_trials import LaterTrials
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.trial_results import TrialResult
from actsearch.store import plan_writer, repair, resuming, stranding
from actsearch.store.disk_errors import write_errors_in_a_line
from actsearch.store.layout import CHECKPOINT_FILES, DECISIONS_FILE, HOLDER_FILE, LOOKS_FILE, TRIAL_FILE, trial_folder
from actsearch.store.lock import locked_folder
from actsearch.store.moving_aside import move_aside
from actsearch.store.recording import TrialRecorder
from actsearch.store.records.decisions import DecisionsRecord, known_decisions
from actsearch.store.records.guards import Damaged
from actsearch.store.records.looks import known_looks, looks_to_bytes
from actsearch.store.records.plan import PlannedTrial, refuse_newer_plan
from actsearch.store.resuming import ByTrajectory, Origin
from actsearch.store.stranding import Stranding, left_behind
from actsearch.store.survey import Survey, survey_trials
from actsearch.store.trial_reader import read_trial, waiting


class Store:
    """One experiment's folder, for writing. Everything is written beside its target and moved over it."""

    def __init__(self, folder: Path, keep_checkpoints: bool = False) -> None:
        self.folder = folder
        self._recorder = TrialRecorder(folder, keep_checkpoints)

    @property
    def notes(self) -> Sequence[str]:
        """What the user should be told at the end, a line each."""
        return self._recorder.notes

    @property
    def failed_again(self) -> bool:
        """Whether a finished trial failed when it was trained again."""
        return self._recorder.failed_again

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other drivers out of the folder.

        Raises:
            StoreError: another process is running this experiment here, or the folder cannot be written.
        """
        with locked_folder(self.folder) as holder:
            self._recorder.run = holder.run
            yield

    def set_aside(self) -> Path:
        """Moves the folder out of the way, to `<name>.old-<time>`, and returns where it went. Deletes nothing."""
        with write_errors_in_a_line(self.folder):
            (self.folder / HOLDER_FILE).unlink(missing_ok=True)
            return move_aside(self.folder, "old")

    # What is asked for

    def set_damaged_plan_aside(self) -> list[str]:
        """Moves plan and experiment out of the way if they cannot be read, for `begin` to write them; a line on each.

        Raises:
            StoreError: the plan was written by a newer version.
        """
        return repair.set_damaged_plan_aside(self.folder)

    def begin(
        self,
        experiment: Experiment,
        trials: Sequence[Trial],
        accept_changes: bool = False,
        *,
        later: LaterTrials | None = None,
        chosen: Sequence[Choice] = (),
    ) -> frozenset[str]:
        """Writes what the experiment asks for: `experiment.yaml` and `plan.json`.

        Args:
            experiment: what is asked for,
            trials: and its trials, as far as it asks for them now.
            accept_changes: go on though finished trials do not belong to the experiment any more.
            later: knows the trials that it may ask for later: none of them is left out yet.
            chosen: the settings chosen so far, where it chooses any.

        Returns:
            The ids of those trials that contain a finished one of the plan on disk, with more epochs than it.

        Raises:
            Stranding: finished trials would not belong to the experiment any more, and `accept_changes` is not set.
            StoreError: the folder cannot be written, or holds what a newer version wrote.
        """
        refuse_newer_plan(self.folder)
        left = left_behind(self.folder, trials, later)
        if not accept_changes and (error := stranding.refusal(self.folder, left, experiment, trials)) is not None:
            raise error
        with write_errors_in_a_line(self.folder):
            earlier_seeds = plan_writer.earlier_seeds(self.folder, experiment)
            plan = plan_writer.plan_of(experiment, trials, left.contained, chosen, earlier_seeds)
            plan_writer.write_plan(self.folder, plan, experiment)
        return frozenset(left.longer)

    def refusal(
        self, experiment: Experiment, trials: Sequence[Trial], later: LaterTrials | None = None
    ) -> Stranding | None:
        """What `begin` raises unless changes are accepted, if it would."""
        return stranding.refusal(self.folder, left_behind(self.folder, trials, later), experiment, trials)

    def held(self, trials: Sequence[Trial], later: LaterTrials) -> int:
        """How many finished trials of the plan on disk these are not, but may be asked for later."""
        without, with_later = left_behind(self.folder, trials), left_behind(self.folder, trials, later)
        return len(without.stranded) - len(with_later.stranded)

    def looks(self) -> LooksRecord | None:
        """The looks taken so far of a study that is run until it is decided; None without any, or where damaged.

        Raises:
            StoreError: they cannot be read, or were written by a newer version.
        """
        return known_looks(self.folder)

    def keep_looks(self, record: LooksRecord) -> None:
        """Writes the looks taken so far."""
        with write_errors_in_a_line(self.folder):
            write_if_changed(self.folder / LOOKS_FILE, looks_to_bytes(record))

    def decisions(self, proposer: str) -> Mapping[str, Any] | None:
        """What a proposer decided so far; None without any, or where damaged.

        Raises:
            StoreError: they cannot be read, or were written by a newer version.
        """
        record = known_decisions(self.folder)
        return record.decisions if record is not None and record.proposer == proposer else None

    def keep_decisions(self, proposer: str, decisions: Mapping[str, Any]) -> None:
        """Writes what a proposer decided so far."""
        with write_errors_in_a_line(self.folder):
            write_if_changed(self.folder / DECISIONS_FILE, DecisionsRecord(proposer, decisions).to_bytes())

    # How the trials stand

    def result(self, trial: Trial) -> TrialResult:
        """How a trial stands, as if no driver were at work; a damaged one waits."""
        planned = PlannedTrial.of(trial)
        try:
            return read_trial(trial_folder(self.folder, trial.id), planned, driver=None)
        except Damaged:
            return waiting(planned)

    def survey(self, trials: Sequence[Trial], repair: bool = True) -> Survey:
        """The status of each trial.

        With `repair`, a damaged one is moved aside, to be trained again, and what a killed driver left is removed.
        """
        return survey_trials(self.folder, trials, repair)

    def saved_models(self, trial_ids: Collection[str]) -> list[str | None]:
        """Of each finished trial, which epoch's network it kept: `best`, `last` or None."""
        paths = [trial_folder(self.folder, trial_id) / TRIAL_FILE for trial_id in trial_ids]
        return [json.loads(path.read_bytes()).get("saved_model") for path in paths]

    # Where a killed trial goes on

    def origin(self, trial: Trial) -> Origin | None:
        """Where the furthest checkpoint lies that a trial can go on from, going by the first lines of the files."""
        return next(iter(self._origins(trial)), None)

    def checkpoint(self, trial: Trial) -> bytes | None:
        """The content of the furthest checkpoint that this trial can go on from, if any is whole."""
        return resuming.content_to_go_on_from(self._origins(trial))

    def has_unseen(self, trial: Trial) -> bool:
        """Of a trial that has no checkpoint to go on from: whether it has one that was made without its diagnostics."""
        return resuming.has_unseen(trial, self._recorder.working_folder(trial.id))

    def set_damaged_checkpoints_aside(self, trials: Sequence[Trial]) -> list[str]:
        """Moves those checkpoints of these trials out of the way that are not what was written; a line on each.

        Those of finished trials that are the beginning of one of these count as well.
        """
        ids = [*(trial.id for trial in trials), *left_behind(self.folder, trials).contained]
        paths: list[Path] = []
        for trial_id in ids:
            paths += [trial_folder(self.folder, trial_id) / name for name in CHECKPOINT_FILES]
        for trial in trials:
            paths += self._checkpoints_at_first.get(trial.trajectory, ())
        return repair.set_damaged_checkpoints_aside(dict.fromkeys(paths))

    def _origins(self, trial: Trial) -> list[Origin]:
        own = self._recorder.working_folder(trial.id)
        return resuming.origins(trial, own, self._checkpoints_at_first)

    @cached_property
    def _checkpoints_at_first(self) -> ByTrajectory:
        """The checkpoints on disk when they are first asked for."""
        return resuming.checkpoints_by_trajectory(self.folder)

    # What is trained

    def train_again(self, trial_ids: Collection[str]) -> None:
        """From now on, what is recorded of these finished trials goes beside what they have, not over it."""
        self._recorder.train_again(trial_ids)

    def record(self, event: Event, trial: Trial) -> None:
        """Writes what an event means for its trial.

        Raises:
            StoreError: the folder cannot be written.
        """
        self._recorder.record(event, trial)
