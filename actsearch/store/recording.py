"""Events into the files of a trial: what has begun, each epoch, checkpoints, and the commit at its end."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from actsearch.core.events import Checkpoint, Completed, Diagnosed, Ending, EpochDone, Event, Failed, Started
from actsearch.core.experiment import Trial
from actsearch.core.files import keep_names, write_atomically, write_together
from actsearch.core.identity import identity
from actsearch.core.json_values import to_json
from actsearch.core.trial_results import Status, TestValues
from actsearch.store.disk_errors import write_errors_in_a_line
from actsearch.store.layout import (
    CHECKPOINT_BEFORE,
    CHECKPOINT_FILE,
    CHECKPOINT_FILES,
    DIAGNOSTICS_FILE,
    HISTORY_FILE,
    MODEL_FILE,
    PREDICTIONS_FILE,
    PROGRESS_FILE,
    TRACEBACK_FILE,
    TRIAL_FILE,
    second_training_folder,
    trial_folder,
    trials_folder,
)
from actsearch.store.moving_aside import move_aside
from actsearch.store.records.checkpoint import CheckpointHeader
from actsearch.store.records.diagnostics import diagnostics_to_bytes
from actsearch.store.records.guards import sha256
from actsearch.store.records.history import history_to_bytes
from actsearch.store.records.predictions import predictions_to_bytes
from actsearch.store.records.progress import ProgressHeader, ProgressLine, history_of, progress_header
from actsearch.store.records.trial import LookedAtRecord, TestRecord, TrialRecord, amended_trial, unchecked_trial


@dataclass
class _Attempt:
    """What was recorded of a training that has not ended."""

    started: Started | None = None
    epochs: list[EpochDone] = field(default_factory=list)
    diagnosed: list[Diagnosed] = field(default_factory=list)


class TrialRecorder:
    """Writes the events of an experiment's trials, by the experiment's folder.

    Args:
        folder: the experiment's.
        keep_checkpoints: keep the last checkpoint of a completed trial.
    """

    def __init__(self, folder: Path, keep_checkpoints: bool) -> None:
        self._folder, self._keep_checkpoints = folder, keep_checkpoints
        self.run = ""
        """Which driver this is (see `Holder.run`), as long as it holds the lock."""
        self.notes: list[str] = []
        """What the user should be told at the end, a line each."""
        self.failed_again = False
        """Whether a finished trial failed when it was trained again."""
        self._again: frozenset[str] = frozenset()
        self._attempts: dict[str, _Attempt] = {}

    def train_again(self, trial_ids: Collection[str]) -> None:
        """From now on, what is recorded of these finished trials goes beside what they have, not over it."""
        self._again = frozenset(trial_ids)

    def working_folder(self, trial_id: str) -> Path:
        """Where a trial is trained: its own folder, or beside it where that holds its result already."""
        return (second_training_folder if trial_id in self._again else trial_folder)(self._folder, trial_id)

    def record(self, event: Event, trial: Trial) -> None:
        """Writes what an event means for its trial.

        Raises:
            StoreError: the folder cannot be written.
        """
        folder = self.working_folder(trial.id)
        with write_errors_in_a_line(folder):
            if isinstance(event, Started):
                self._start(event, folder)
            elif isinstance(event, EpochDone):
                self._attempts[trial.id].epochs.append(event)
                _append_progress(folder, event)
            elif isinstance(event, Diagnosed):
                self._attempts[trial.id].diagnosed.append(event)
            elif isinstance(event, Checkpoint):
                _keep_checkpoint(event, trial, folder)
            elif isinstance(event, Ending):
                self._end(event, trial, folder)

    def _start(self, event: Started, folder: Path) -> None:
        folder.mkdir(exist_ok=True)  # not its parents: a folder that was deleted in mid-run is an error to be told
        failed_before = (folder / TRIAL_FILE).exists() or progress_header(folder).failed_before
        header = ProgressHeader(event.machine, self.run, failed_before)
        (folder / PROGRESS_FILE).write_text(header.to_line(), encoding="ascii")
        # Of an attempt that failed or was killed: what is finished never starts again.
        for stale in (folder / TRIAL_FILE, folder / TRACEBACK_FILE, *folder.glob(".*.tmp")):
            stale.unlink(missing_ok=True)
        self._attempts[event.trial_id] = _Attempt(event, list(event.resumed), list(event.diagnosed))
        for done in event.resumed:
            _append_progress(folder, done)

    def _end(self, event: Ending, trial: Trial, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        attempt = self._attempts.pop(trial.id, _Attempt())
        files = {HISTORY_FILE: history_to_bytes(history_of(attempt.epochs, trial.task.history_metrics))}
        looked_at = None
        if trial.diagnostics is not None and attempt.diagnosed and not isinstance(event, Failed):
            files[DIAGNOSTICS_FILE] = diagnostics_to_bytes(attempt.diagnosed, trial.diagnostics)
            seconds = tuple(look.seconds for look in attempt.diagnosed)
            looked_at = LookedAtRecord(to_json(trial.diagnostics), seconds)
        if trial.id in self._again:
            self._end_again(event, trial, files, looked_at)
        else:
            self._commit(event, trial, attempt, files, looked_at)

    def _commit(
        self, event: Ending, trial: Trial, attempt: _Attempt, files: dict[str, bytes], looked_at: LookedAtRecord | None
    ) -> None:
        folder = trial_folder(self._folder, trial.id)
        files |= _files_of_ending(event)
        (folder / TRIAL_FILE).unlink(missing_ok=True)  # of a failure before: it would not match its siblings any more
        # It gets its name last: that is the commit.
        files[TRIAL_FILE] = _trial_record(event, trial, attempt, looked_at, files).to_bytes()
        write_together({folder / name: content for name, content in files.items()})
        keep_names(trials_folder(self._folder))
        (folder / PROGRESS_FILE).unlink(missing_ok=True)
        if not isinstance(event, Failed):  # which may be tried again
            is_kept = self._keep_checkpoints and isinstance(event, Completed)
            for name in (CHECKPOINT_BEFORE,) if is_kept else CHECKPOINT_FILES:
                (folder / name).unlink(missing_ok=True)

    def _end_again(
        self, event: Ending, trial: Trial, files: dict[str, bytes], looked_at: LookedAtRecord | None
    ) -> None:
        """Adds what was seen in a second training to a finished trial, if its history came out the same."""
        folder, again = trial_folder(self._folder, trial.id), self.working_folder(trial.id)
        if isinstance(event, Failed):
            self._note_failure(event, folder, again)
        elif files[HISTORY_FILE] != (folder / HISTORY_FILE).read_bytes():
            self._note_difference(files, folder, again)
        else:
            _add_diagnostics(event, files[DIAGNOSTICS_FILE], looked_at, folder)
            if self._keep_checkpoints and (again / CHECKPOINT_FILE).exists():
                (again / CHECKPOINT_FILE).replace(folder / CHECKPOINT_FILE)
            shutil.rmtree(again, ignore_errors=True)

    def _note_failure(self, event: Failed, folder: Path, again: Path) -> None:
        write_atomically(again / TRACEBACK_FILE, event.traceback.encode("utf-8"))
        self.failed_again = True
        self.notes.append(
            f"{folder}: its result stands, but it failed when it was trained again for its diagnostics:"
            f" {event.error} (all of it in {again / TRACEBACK_FILE})"
        )

    def _note_difference(self, files: dict[str, bytes], folder: Path, again: Path) -> None:
        write_together({again / name: content for name, content in files.items()})
        aside = move_aside(again, "differs", name=folder.name)
        self.notes.append(
            f"{folder}: its result stands without diagnostics: trained again, its history came out otherwise (kept"
            f" as {aside.name}), as on a processor or with versions of another kind"
        )


def _append_progress(folder: Path, done: EpochDone) -> None:
    # Only for `status` and for people who look in: a line cut off by a crash loses nothing.
    with (folder / PROGRESS_FILE).open("a", encoding="ascii") as file:
        file.write(ProgressLine.of(done).to_line())


def _keep_checkpoint(event: Checkpoint, trial: Trial, folder: Path) -> None:
    with suppress(FileNotFoundError):
        (folder / CHECKPOINT_FILE).replace(folder / CHECKPOINT_BEFORE)
    write_atomically(folder / CHECKPOINT_FILE, CheckpointHeader.of(event, trial).to_line() + event.content)


def _files_of_ending(event: Ending) -> dict[str, bytes]:
    if isinstance(event, Completed):
        model = {} if event.model is None else {MODEL_FILE: event.model}
        return {PREDICTIONS_FILE: predictions_to_bytes(event.predictions), **model}
    if isinstance(event, Failed):
        return {TRACEBACK_FILE: event.traceback.encode("utf-8")}
    return {}


def _trial_record(
    event: Ending, trial: Trial, attempt: _Attempt, looked_at: LookedAtRecord | None, files: dict[str, bytes]
) -> TrialRecord:
    started = attempt.started
    return TrialRecord(
        id=trial.id,
        trajectory=trial.trajectory,
        status=_status(event),
        test=_test_record(event) if isinstance(event, Completed) else None,
        error=event.error if isinstance(event, Failed) else None,
        saved_model=event.saved_epoch if isinstance(event, Completed) else None,
        epochs=len(attempt.epochs),
        seconds_per_epoch=tuple(done.seconds for done in attempt.epochs),
        settings=identity(trial.candidate, trial.seed, trial.data, trial.data_sha256, trial.task),
        data=trial.data.source.name,
        machine=started.machine if started else {},
        earlier_machines=started.earlier_machines if started else (),
        diagnostics=looked_at,
        files=_digests(files),
    )


def _status(event: Ending) -> Status:
    if isinstance(event, Completed):
        return "completed"
    return "failed" if isinstance(event, Failed) else "diverged"


def _test_record(event: Completed) -> TestRecord:
    last, best = event.last, event.best
    return TestRecord(TestValues(last.epoch, last.test), TestValues(best.epoch, best.test))


def _digests(files: dict[str, bytes]) -> dict[str, str]:
    return {name: sha256(content) for name, content in files.items()}


def _add_diagnostics(event: Ending, diagnostics: bytes, looked_at: LookedAtRecord | None, folder: Path) -> None:
    """Into a finished trial's folder, with the network where there was none and one is to be kept.

    The old `trial.json` does not know of the new files, and is as whole as the new one.
    """
    content = unchecked_trial(folder)
    added = {DIAGNOSTICS_FILE: diagnostics}
    saved_model = None
    if isinstance(event, Completed) and event.model is not None and MODEL_FILE not in content["files"]:
        added[MODEL_FILE] = event.model
        saved_model = event.saved_epoch
    added[TRIAL_FILE] = amended_trial(content, _digests(added), looked_at, saved_model)
    write_together({folder / name: content for name, content in added.items()})
