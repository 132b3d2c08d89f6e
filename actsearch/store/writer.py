"""Results on disk: turns a folder into values, and events into files. The only module that writes results.

Knows neither Keras nor the terminal. A trial's folder is committed by its `trial.json`, written last with the SHA-256
of its siblings: a folder without it holds no result, whatever else lies in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from actsearch.core.diagnostics import LayerRow, ProbeRecord, assembled
from actsearch.core.errors import StoreError
from actsearch.core.events import (
    METRICS,
    Checkpoint,
    Completed,
    Diagnosed,
    Diverged,
    Ending,
    EpochDone,
    Event,
    Failed,
    Started,
)
from actsearch.core.experiment import DiagnosticsSpec, Experiment, Trial
from actsearch.core.files import keep_names, write_atomically, write_together
from actsearch.core.identity import identity
from actsearch.core.json_values import to_json
from actsearch.core.looks_record import LooksRecord
from actsearch.core.results import Choice
from actsearch.core.trial_results import ENDED, FINISHED, History, Status, TrialResult
from actsearch.store import changes

if TYPE_CHECKING:
    import numpy as np
from actsearch.store.disk_errors import write_errors_in_a_line
from actsearch.store.guards import Damaged, check_version, checksum
from actsearch.store.layout import (
    AGAIN,
    CHECKPOINT_BEFORE,
    CHECKPOINT_FILE,
    DIAGNOSTICS_FILE,
    DIFFERS,
    EXPERIMENT_FILE,
    FORMAT_VERSION,
    HISTORY_FILE,
    HOLDER_FILE,
    LOCK_FILE,
    LOOKS_FILE,
    MODEL_FILE,
    PLAN_FILE,
    PREDICTIONS_FILE,
    PROGRESS_FILE,
    SET_ASIDE,
    TRACEBACK_FILE,
    TRIAL_FILE,
    stranded_trials,
    trial_names,
)
from actsearch.store.lock import _run_of, current_time, holder_in_words
from actsearch.store.reader import read_looks
from actsearch.store.trial_reader import progress_header, read_trial, unchecked_commit


class Survey(NamedTuple):
    """What a driver finds in a folder before it begins: each trial's status, and what it moved out of the way."""

    status: dict[str, Status]
    problems: list[str]
    failed: set[str]
    """The trials that failed, those among them that have begun again but not ended."""
    undiagnosed: set[str]
    """The finished trials that lack the diagnostics that are asked for."""
    otherwise: set[str]
    """The finished trials that were looked at with other settings than those that are asked for."""
    differing: set[str]
    """The finished trials whose second training came out otherwise."""


class _LeftBehind(NamedTuple):
    """Finished trials that a plan does not ask for, by id."""

    stranded: list[str]
    contained: list[str]
    """Those that are the beginning of a longer one that it asks for."""
    longer: set[str]
    """The trials that it asks for that contain a completed one."""


class Origin(NamedTuple):
    """A checkpoint that a trial can go on from: of the trial itself, or of one of the same trajectory."""

    trial_id: str
    epoch: int
    path: Path


class Store:
    """One experiment's folder, for writing. Everything is written beside its target and moved over it."""

    def __init__(self, folder: Path, keep_checkpoints: bool = False) -> None:
        self.folder = folder
        self._keep_checkpoints = keep_checkpoints
        self._run = ""
        """Which driver this is, as long as it holds the lock."""
        self.notes: list[str] = []
        """What the user should be told at the end, a line each."""
        self.failed_again = False
        """Whether a finished trial failed when it was trained again."""
        self._again: set[str] = set()
        """The finished trials that are trained again for their diagnostics."""
        self._started: dict[str, Started] = {}
        self._diagnosed: dict[str, list[Diagnosed]] = {}
        self._epochs: dict[str, list[EpochDone]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other drivers out of the folder.

        Raises:
            StoreError: another process is running this experiment here, or the folder cannot be written.
        """
        import filelock

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = "a file is in its place" if isinstance(error, FileExistsError) else error.strerror
            remedy = "give a folder of yours (--out DIR), or another --name"
            raise StoreError(f"{self.folder}: cannot be made ({what}); {remedy}") from error
        with write_errors_in_a_line(self.folder):
            lock = filelock.FileLock(self.folder / LOCK_FILE)
            try:
                lock.acquire(timeout=1)
            except filelock.Timeout as error:
                raise StoreError(
                    f"{self.folder}: {holder_in_words(self.folder)}; wait for it, or give another --out"
                ) from error
        try:
            with write_errors_in_a_line(self.folder):
                holder = {"host": platform.node(), "pid": os.getpid(), "start": current_time()}
                self._run = _run_of(holder)
                write_atomically(self.folder / HOLDER_FILE, _json(holder))
            yield
        finally:
            with suppress(OSError):  # left behind it does no harm: it tells of a driver only while the lock is held
                (self.folder / HOLDER_FILE).unlink(missing_ok=True)
            lock.release()

    def set_aside(self) -> Path:
        """Moves the folder out of the way, to `<name>.old-<time>`, and returns where it went. Deletes nothing."""
        with write_errors_in_a_line(self.folder):
            (self.folder / HOLDER_FILE).unlink(missing_ok=True)
            return _move_aside(self.folder, "old")

    def begin(
        self,
        experiment: Experiment,
        trials: Sequence[Trial],
        accept_changes: bool = False,
        *,
        may_follow: Sequence[Trial] = (),
        chosen: Sequence[Choice] = (),
    ) -> frozenset[str]:
        """Writes what the experiment asks for: `experiment.yaml` and `plan.json`.

        Args:
            experiment: what is asked for,
            trials: and its trials, as far as it asks for them now.
            accept_changes: go on though finished trials do not belong to the experiment any more.
            may_follow: trials that it may ask for later: none of them is left out yet.
            chosen: the settings chosen so far, where it chooses any.

        Returns:
            The ids of those trials that contain a finished one of the plan on disk, with more epochs than it.

        Raises:
            Stranding: finished trials would not belong to the experiment any more, and `accept_changes` is not set.
            StoreError: the folder cannot be written, or holds what a newer version wrote.
        """
        import yaml

        _refuse_newer(self.folder / PLAN_FILE)
        left = self._left_behind(trials, may_follow)
        if left.stranded and not accept_changes:
            raise self._stranding(left, experiment, trials)
        with write_errors_in_a_line(self.folder):
            text = yaml.safe_dump(dict(experiment.document), sort_keys=False, allow_unicode=True, width=100)
            # The plan first: a folder is an experiment once it has an experiment.yaml, and is then read by its plan.
            plan = _plan(experiment, trials, left.contained, chosen)
            if earlier := self._earlier_seeds(experiment):
                plan["earlier_seeds"] = earlier
            self._write_if_new(self.folder / PLAN_FILE, _json(plan))
            self._write_if_new(self.folder / EXPERIMENT_FILE, text.encode("utf-8"))
            self._keep_sources(experiment)
            self._trials.mkdir(exist_ok=True)
        return frozenset(left.longer)

    def _earlier_seeds(self, experiment: Experiment) -> list[int]:
        """With how many seeds all trials had ended before the experiment asked for more, as by someone who saw them.

        Whoever adds seeds because of what the first ones showed calls equals different more often. Nothing is kept of
        a study with looks, which pays for them.
        """
        try:
            before = json.loads((self.folder / PLAN_FILE).read_bytes())
            rows = [trial for one in before["candidates"] for trial in one["trials"] if "role" not in trial]
            earlier = {n for n in before.get("earlier_seeds", []) if n < len(experiment.seeds)}
            seeds = {trial["seed"] for trial in rows}
            more = seeds < {*experiment.seeds} and len(seeds) > 1 and self.looks() is None
            if more and all(unchecked_commit(self._trial_folder(trial["id"])).get("status") in ENDED for trial in rows):
                earlier.add(len(seeds))
            return sorted(earlier)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def _keep_sources(self, experiment: Experiment) -> None:
        """The modules of the user's functions, beside the experiment, where they are found when it is run from here."""
        for candidate in experiment.candidates:
            activation = candidate.activation
            if activation.kind == "function" and activation.source is not None:
                module = activation.name.partition(":")[0]
                path = self.folder / f"{module.replace('.', '/')}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                self._write_if_new(path, activation.source.encode("utf-8"))

    def set_damaged_plan_aside(self) -> list[str]:
        """Moves plan and experiment out of the way if they cannot be read, for `begin` to write them; a line on each.

        Raises:
            StoreError: the plan was written by a newer version.
        """
        plan, experiment, looks = self.folder / PLAN_FILE, self.folder / EXPERIMENT_FILE, self.folder / LOOKS_FILE
        _refuse_newer(plan)
        damaged = [plan] if plan.is_file() and self._planned_before() is None else []
        damaged += [experiment] if experiment.is_file() and self._document_before() is None else []
        damaged += [looks] if looks.is_file() and self.looks() is None else []
        with write_errors_in_a_line(self.folder):
            return [
                f"{path}: is damaged; kept as {_move_aside(path, 'damaged').name}, written anew" for path in damaged
            ]

    def refusal(
        self, experiment: Experiment, trials: Sequence[Trial], may_follow: Sequence[Trial] = ()
    ) -> Stranding | None:
        """What `begin` raises unless changes are accepted, if it would."""
        left = self._left_behind(trials, may_follow)
        return self._stranding(left, experiment, trials) if left.stranded else None

    def _stranding(self, left: _LeftBehind, experiment: Experiment, trials: Sequence[Trial]) -> Stranding:
        changed = self._changes(experiment, trials[0], left.stranded[0])
        return Stranding(self.folder, len(left.stranded), changed)

    def looks(self) -> LooksRecord | None:
        """The looks taken so far of a study that is run until it is decided; None without any, or where damaged.

        Raises:
            StoreError: they cannot be read, or were written by a newer version.
        """
        try:
            return read_looks(self.folder)
        except Damaged:
            return None

    def keep_looks(self, record: LooksRecord) -> None:
        """Writes the looks taken so far."""
        with write_errors_in_a_line(self.folder):
            content = {"format_version": FORMAT_VERSION, **asdict(record)}
            self._write_if_new(self.folder / LOOKS_FILE, _json(content | {"checksum": checksum(content)}))

    def held(self, trials: Sequence[Trial], may_follow: Sequence[Trial]) -> int:
        """How many finished trials of the plan on disk these are not, but may follow."""
        return len(self._left_behind(trials).stranded) - len(self._left_behind(trials, may_follow).stranded)

    def result(self, trial: Trial) -> TrialResult:
        """How a trial stands, as if no driver were at work; a damaged one waits."""
        epochs = trial.candidate.training.epochs
        try:
            return read_trial(self._trial_folder(trial.id), trial.id, trial.seed, epochs, driver=None)
        except Damaged:
            return TrialResult(trial.id, trial.seed, "waiting", epochs)

    def survey(self, trials: Sequence[Trial], repair: bool = True) -> Survey:
        """The status of each trial.

        With `repair`, a damaged one is moved aside, to be trained again, and what a killed driver left is removed.
        """
        found = Survey({}, [], set(), set(), set(), set())
        names = trial_names(self._trials)
        tried = {name.partition(DIFFERS)[0] for name in names if DIFFERS in name}
        for trial in trials:
            folder = self._trial_folder(trial.id)
            try:
                result = read_trial(folder, trial.id, trial.seed, trial.candidate.training.epochs, driver=None)
            except Damaged as error:
                found.status[trial.id] = "waiting"
                if repair:
                    found.problems.append(f"{error}; kept as {self._set_trial_aside(folder).name}, trained again")
                continue
            found.status[trial.id] = result.status
            if result.status == "failed" or progress_header(folder).get("failed_before", False):
                found.failed.add(trial.id)
            if result.status in FINISHED:
                self._survey_diagnostics(trial, found, trial.id in tried)
                if repair:
                    self._remove_leftovers(folder, result)
                    if trial.id not in found.undiagnosed and f"{trial.id}{AGAIN}" in names:
                        shutil.rmtree(f"{folder}{AGAIN}", ignore_errors=True)
        return found

    def _survey_diagnostics(self, trial: Trial, found: Survey, tried: bool) -> None:
        """`tried`: it was trained again for them, and came out otherwise."""
        if trial.diagnostics is None:
            return
        folder = self._trial_folder(trial.id)
        commit = unchecked_commit(folder)
        try:
            whole = hashlib.sha256((folder / DIAGNOSTICS_FILE).read_bytes()).hexdigest() == commit["files"].get(
                DIAGNOSTICS_FILE
            )
        except OSError:
            whole = False
        if not whole and tried:
            found.differing.add(trial.id)  # once is enough: the next time would come out the same
        elif not whole:
            found.undiagnosed.add(trial.id)
        elif commit.get("diagnostics", {}).get("asked") != asdict(trial.diagnostics):
            found.otherwise.add(trial.id)

    def train_again(self, trial_ids: Collection[str]) -> None:
        """From now on, what is recorded of these finished trials goes beside what they have, not over it."""
        self._again = set(trial_ids)

    def checkpoint(self, trial: Trial) -> bytes | None:
        """The content of the furthest checkpoint that this trial can go on from, if any is whole."""
        for origin in self._origins(trial):
            content = _checkpoint_content(origin.path)
            if content is not None:
                return content
        return None

    def has_unseen(self, trial: Trial) -> bool:
        """Of a trial that has no checkpoint to go on from: whether it has one that was made without its diagnostics."""
        if trial.diagnostics is None:
            return False
        folder = self._working_folder(trial.id)
        headers = [_checkpoint_header(folder / name) for name in (CHECKPOINT_FILE, CHECKPOINT_BEFORE)]
        return any(header is not None and header["trajectory"] == trial.trajectory for header in headers)

    def origin(self, trial: Trial) -> Origin | None:
        """Where that checkpoint lies, going by the first lines of the files."""
        return next(iter(self._origins(trial)), None)

    def _origins(self, trial: Trial) -> list[Origin]:
        """The trial's own checkpoints, and those of its trajectory that lay here at first; the furthest comes first."""
        own = self._working_folder(trial.id)
        found = {}
        for path in (
            *self._checkpoints_before.get(trial.trajectory, ()),
            own / CHECKPOINT_BEFORE,
            own / CHECKPOINT_FILE,
        ):
            header = _checkpoint_header(path)
            if header is None or header["trajectory"] != trial.trajectory:
                continue
            if trial.diagnostics is not None and header.get("diagnostics") != asdict(trial.diagnostics):
                continue  # what was not looked at then cannot be seen any more
            if header["epoch"] <= trial.candidate.training.epochs:
                found[path] = Origin(path.parent.name.removesuffix(AGAIN), header["epoch"], path)
        return sorted(found.values(), key=lambda origin: (origin.epoch, origin.trial_id == trial.id), reverse=True)

    @cached_property
    def _checkpoints_before(self) -> dict[str, list[Path]]:
        """The checkpoints on disk when they are first asked for, by trajectory."""
        found: dict[str, list[Path]] = {}
        for path in self._checkpoint_files():
            header = _checkpoint_header(path)
            if header is not None:
                found.setdefault(header["trajectory"], []).append(path)
        return found

    def set_damaged_checkpoints_aside(self, trials: Sequence[Trial]) -> list[str]:
        """Moves those checkpoints of these trials out of the way that are not what was written; a line on each.

        Those of finished trials that are the beginning of one of these count as well.
        """
        ids = [*(trial.id for trial in trials), *self._left_behind(trials).contained]
        own = [self._trial_folder(trial_id) / name for trial_id in ids for name in (CHECKPOINT_FILE, CHECKPOINT_BEFORE)]
        others = [path for trial in trials for path in self._checkpoints_before.get(trial.trajectory, ())]
        lines = []
        for path in dict.fromkeys([*own, *others]):
            if os.path.exists(path) and _checkpoint_content(path) is None:  # noqa: PTH110  (False where it can't be read)
                with write_errors_in_a_line(path):
                    lines.append(f"{path}: is damaged; kept as {_move_aside(path, 'damaged').name}")
        return lines

    def saved_models(self, trial_ids: Collection[str]) -> list[str | None]:
        """Of each finished trial, which epoch's network it kept: `best`, `last` or None."""
        commits = [json.loads((self._trial_folder(i) / TRIAL_FILE).read_bytes()) for i in trial_ids]
        return [commit.get("saved_model") for commit in commits]

    def record(self, event: Event, trial: Trial) -> None:
        """Writes what an event means for its trial.

        Raises:
            StoreError: the folder cannot be written.
        """
        folder = self._working_folder(trial.id)
        with write_errors_in_a_line(folder):
            if isinstance(event, Started):
                self._start(event, folder)
            elif isinstance(event, EpochDone):
                self._epochs[trial.id].append(event)
                self._append_progress(folder, event)
            elif isinstance(event, Diagnosed):
                self._diagnosed[trial.id].append(event)
            elif isinstance(event, Checkpoint):
                self._keep_checkpoint(event, trial, folder)
            elif isinstance(event, Ending):
                self._end(event, trial, folder)

    def _start(self, event: Started, folder: Path) -> None:
        folder.mkdir(exist_ok=True)  # not its parents: a folder that was deleted in mid-run is an error to be told
        failed_before = (folder / TRIAL_FILE).exists() or progress_header(folder).get("failed_before", False)
        header = {"machine": event.machine, "run": self._run, "failed_before": failed_before}
        (folder / PROGRESS_FILE).write_text(json.dumps(header) + "\n", encoding="ascii")
        # Of an attempt that failed or was killed: what is finished never starts again.
        for stale in (folder / TRIAL_FILE, folder / TRACEBACK_FILE, *folder.glob(".*.tmp")):
            stale.unlink(missing_ok=True)
        self._started[event.trial_id], self._epochs[event.trial_id] = event, list(event.resumed)
        self._diagnosed[event.trial_id] = list(event.diagnosed)
        for done in event.resumed:
            self._append_progress(folder, done)

    def _append_progress(self, folder: Path, done: EpochDone) -> None:
        # Only for `status` and for people who look in: a line cut off by a crash loses nothing.
        line = {"epoch": done.epoch, "seconds": done.seconds, **done.metrics}
        with (folder / PROGRESS_FILE).open("a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")

    def _keep_checkpoint(self, event: Checkpoint, trial: Trial, folder: Path) -> None:
        with suppress(FileNotFoundError):
            (folder / CHECKPOINT_FILE).replace(folder / CHECKPOINT_BEFORE)
        header = {
            "format_version": FORMAT_VERSION,
            "trajectory": trial.trajectory,
            "epoch": event.epoch,
            "diagnostics": None if trial.diagnostics is None else asdict(trial.diagnostics),
            "sha256": hashlib.sha256(event.content).hexdigest(),
        }
        write_atomically(folder / CHECKPOINT_FILE, json.dumps(header).encode("ascii") + b"\n" + event.content)

    def _end(self, event: Ending, trial: Trial, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        started, epochs = self._started.pop(trial.id, None), self._epochs.pop(trial.id, [])
        diagnosed = self._diagnosed.pop(trial.id, [])
        files = {HISTORY_FILE: _history_json(_history(epochs))}
        looked_at = {}
        if trial.diagnostics is not None and diagnosed and not isinstance(event, Failed):
            files[DIAGNOSTICS_FILE] = _diagnostics_json(diagnosed, trial.diagnostics)
            looked_at["diagnostics"] = {
                "asked": asdict(trial.diagnostics),
                "seconds": [one.seconds for one in diagnosed],
            }
        if trial.id in self._again:
            self._add_diagnostics(event, trial, files, looked_at)
            return
        if isinstance(event, Completed):
            files[PREDICTIONS_FILE] = _npz(event.predictions)
            if event.model is not None:
                files[MODEL_FILE] = event.model
        if isinstance(event, Failed):
            files[TRACEBACK_FILE] = event.traceback.encode("utf-8")
        (folder / TRIAL_FILE).unlink(missing_ok=True)  # of a failure before: it would not match its siblings any more
        commit = {
            "format_version": FORMAT_VERSION,
            "id": trial.id,
            "trajectory": trial.trajectory,
            **_outcome(event),
            "epochs": len(epochs),
            "seconds_per_epoch": [epoch.seconds for epoch in epochs],
            "settings": identity(trial.candidate, trial.seed, trial.data, trial.data_sha256),
            "data": trial.data.name,
            "machine": started.machine if started else {},
            **({"earlier_machines": list(started.earlier_machines)} if started and started.earlier_machines else {}),
            **looked_at,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
        files[TRIAL_FILE] = _json(commit | {"checksum": checksum(commit)})  # gets its name last: that is the commit
        write_together({folder / name: content for name, content in files.items()})
        keep_names(self._trials)
        (folder / PROGRESS_FILE).unlink(missing_ok=True)
        if not isinstance(event, Failed):  # which may be tried again
            kept = self._keep_checkpoints and isinstance(event, Completed)
            for name in (CHECKPOINT_BEFORE,) if kept else (CHECKPOINT_FILE, CHECKPOINT_BEFORE):
                (folder / name).unlink(missing_ok=True)

    def _add_diagnostics(
        self, event: Ending, trial: Trial, files: Mapping[str, bytes], looked_at: Mapping[str, Any]
    ) -> None:
        """Adds what was seen in a second training to a finished trial, if its history came out the same."""
        folder, again = self._trial_folder(trial.id), self._working_folder(trial.id)
        if isinstance(event, Failed):
            write_atomically(again / TRACEBACK_FILE, event.traceback.encode("utf-8"))
            self.failed_again = True
            self.notes.append(
                f"{folder}: its result stands, but it failed when it was trained again for its diagnostics:"
                f" {event.error} (all of it in {again / TRACEBACK_FILE})"
            )
            return
        if files[HISTORY_FILE] != (folder / HISTORY_FILE).read_bytes():
            write_together({again / name: content for name, content in files.items()})
            aside = _move_aside(folder=again, why="differs", name=folder.name)
            self.notes.append(
                f"{folder}: its result stands without diagnostics: trained again, its history came out otherwise (kept"
                f" as {aside.name}), as on a processor or with versions of another kind"
            )
            return
        commit = unchecked_commit(folder)
        commit.pop("checksum", None)
        digest = hashlib.sha256(files[DIAGNOSTICS_FILE]).hexdigest()
        commit |= {"files": {**commit["files"], DIAGNOSTICS_FILE: digest}, **looked_at}
        # The old trial.json does not know of the new files, and is as whole as the new one.
        added = {DIAGNOSTICS_FILE: files[DIAGNOSTICS_FILE]}
        if isinstance(event, Completed) and event.model is not None and MODEL_FILE not in commit["files"]:
            added[MODEL_FILE] = event.model
            commit["files"][MODEL_FILE] = hashlib.sha256(event.model).hexdigest()
            commit["saved_model"] = event.saved_epoch
        added[TRIAL_FILE] = _json(commit | {"checksum": checksum(commit)})
        write_together({folder / name: content for name, content in added.items()})
        if self._keep_checkpoints and (again / CHECKPOINT_FILE).exists():
            (again / CHECKPOINT_FILE).replace(folder / CHECKPOINT_FILE)
        shutil.rmtree(again, ignore_errors=True)

    def _set_trial_aside(self, folder: Path) -> Path:
        """Moves a damaged trial out of the way, but for its checkpoints, which are guarded by themselves."""
        with write_errors_in_a_line(folder):
            aside = _move_aside(folder, "damaged")
            for name in (CHECKPOINT_FILE, CHECKPOINT_BEFORE):
                if (aside / name).exists():
                    folder.mkdir(exist_ok=True)
                    (aside / name).replace(folder / name)
        return aside

    def _remove_leftovers(self, folder: Path, result: TrialResult) -> None:
        """What a driver that was killed after the commit could not remove any more; a kept checkpoint stays."""
        header = _checkpoint_header(folder / CHECKPOINT_FILE)
        kept = header is None or (result.status == "completed" and header["epoch"] == result.epochs_done)
        with write_errors_in_a_line(folder):
            for name in (
                (PROGRESS_FILE, CHECKPOINT_BEFORE) if kept else (PROGRESS_FILE, CHECKPOINT_FILE, CHECKPOINT_BEFORE)
            ):
                (folder / name).unlink(missing_ok=True)

    def _left_behind(self, trials: Sequence[Trial], may_follow: Sequence[Trial] = ()) -> _LeftBehind:
        """The finished trials of the plan on disk that these are not, nor those that may follow."""
        wanted = {trial.id for trial in (*trials, *may_follow)}
        longest: dict[str, Trial] = {}
        for trial in (*trials, *may_follow):
            known = longest.setdefault(trial.trajectory, trial)
            if trial.candidate.training.epochs > known.candidate.training.epochs:
                longest[trial.trajectory] = trial
        found = _LeftBehind([], [], set())
        planned = self._planned_before()
        for trial_id in stranded_trials(self.folder, set()) if planned is None else planned:
            commit = {} if trial_id in wanted else unchecked_commit(self._trial_folder(trial_id))
            if commit.get("status") not in FINISHED:
                continue
            containing = longest.get(str(commit.get("trajectory")))
            if containing is None or containing.candidate.training.epochs < commit.get("epochs", 0):
                found.stranded.append(trial_id)
                continue
            found.contained.append(trial_id)
            if commit["status"] == "completed":
                found.longer.add(containing.id)
        return found

    def _planned_before(self) -> list[str] | None:
        """The ids in the plan on disk, with those that its trials contain; None where it cannot be read."""
        try:
            plan = json.loads((self.folder / PLAN_FILE).read_bytes())
            asked = [trial["id"] for candidate in plan["candidates"] for trial in candidate["trials"]]
            return [*asked, *plan.get("contained", [])]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _document_before(self) -> dict[str, Any] | None:
        """The experiment on disk; None where it cannot be read."""
        import yaml

        try:
            return dict(yaml.safe_load((self.folder / EXPERIMENT_FILE).read_bytes()))
        except (OSError, ValueError, TypeError, yaml.YAMLError):
            return None

    def _changes(self, experiment: Experiment, trial: Trial, stranded: str) -> list[str]:
        """What is different now, for a person who wonders why finished trials would be left out."""
        before = self._document_before()
        lines = [] if before is None else changes.described(before, experiment.document)
        settings = unchecked_commit(self._trial_folder(stranded)).get("settings", {})
        sha256 = settings.get("data", {}).get("sha256", "")
        if sha256 != trial.data_sha256:
            lines.append(f"data: the file's content (SHA-256 {sha256[:12]}… -> {trial.data_sha256[:12]}…)")
        if self._planned_before() is None:
            lines.append(f"{PLAN_FILE} was lost or damaged: which of them were left out before is not known")
        return lines or ["what this version of actsearch makes of the same settings"]

    def _checkpoint_files(self) -> list[Path]:
        try:
            folders = [Path(entry.path) for entry in os.scandir(self._trials) if not SET_ASIDE.search(entry.name)]
        except OSError:
            return []
        paths = (folder / name for folder in folders for name in (CHECKPOINT_FILE, CHECKPOINT_BEFORE))
        return [path for path in paths if os.path.exists(path)]  # noqa: PTH110  (False where it can't be read)

    @property
    def _trials(self) -> Path:
        return self.folder / "trials"

    def _trial_folder(self, trial_id: str) -> Path:
        return self._trials / trial_id

    def _working_folder(self, trial_id: str) -> Path:
        """Where a trial is trained: its own folder, or beside it where that holds its result already."""
        return self._trials / (trial_id + AGAIN if trial_id in self._again else trial_id)

    def _write_if_new(self, path: Path, content: bytes) -> None:
        if not path.is_file() or path.read_bytes() != content:
            write_atomically(path, content)


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


def _plan(
    experiment: Experiment, trials: Sequence[Trial], contained: Sequence[str], chosen: Sequence[Choice]
) -> dict[str, Any]:
    """What `experiment.yaml` expands to, for the commands that read results without the schema.

    `contained` are finished trials on disk that are the beginning of one of these.
    """
    tuning_seeds = frozenset(experiment.tuning_seeds)
    by_candidate: dict[int, list[Trial]] = {}
    for trial in trials:
        by_candidate.setdefault(id(trial.candidate), []).append(trial)
    return {
        "format_version": FORMAT_VERSION,
        "name": experiment.name,
        "description": experiment.description,
        "validation_is_test": experiment.data.holdout is None,
        "loss": experiment.candidates[0].training.loss,
        "warnings": list(experiment.warnings),
        "grid": experiment.document.get("grid") or {},
        "candidates": [
            {
                "label": candidate.label,
                "activation": candidate.activation.as_plain(),
                "setting": dict(candidate.setting),
                "trials": [
                    {
                        "id": trial.id,
                        "seed": trial.seed,
                        "epochs": candidate.training.epochs,
                        **({"role": "tuning"} if trial.seed in tuning_seeds else {}),
                    }
                    for trial in by_candidate.get(id(candidate), [])
                ],
            }
            for candidate in experiment.candidates
        ],
        **({"contained": list(contained)} if contained else {}),
        **({"tuning_seeds": list(experiment.tuning_seeds)} if tuning_seeds else {}),
        **({"chosen": [_choice(choice) for choice in chosen]} if tuning_seeds else {}),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "label": choice.label,
        "setting": dict(choice.setting),
        "mean": choice.mean,
        "seeds": list(choice.seeds),
    }


def _refuse_newer(path: Path) -> None:
    """A newer version's plan must not be replaced; one that is missing or damaged is written anew."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        check_version(json.loads(path.read_bytes())["format_version"], path)


def _checkpoint_header(path: Path) -> dict[str, Any] | None:
    """The first line of a checkpoint; None where there is none, or not one of ours."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.readline(1000))
        known = header["format_version"] <= FORMAT_VERSION and isinstance(header["trajectory"], str)
        return header if known and isinstance(header["epoch"], int) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checkpoint_content(path: Path) -> bytes | None:
    """What follows the header; None where it is not what was written."""
    header = _checkpoint_header(path)
    if header is None:
        return None
    try:
        content = path.read_bytes().partition(b"\n")[2]
    except OSError:  # a bad disk, or it has gone since: there is another one, or the training begins anew
        return None
    return content if hashlib.sha256(content).hexdigest() == header.get("sha256") else None


def _outcome(event: Ending) -> dict[str, Any]:
    if isinstance(event, Completed):
        test = {
            which: {"epoch": evaluation.epoch, "values": dict(evaluation.test)}
            for which, evaluation in (("last", event.last), ("best", event.best))
        }
        saved = {} if event.saved_epoch is None else {"saved_model": event.saved_epoch}
        return {"status": "completed", "test": test, **saved}
    if isinstance(event, Diverged):
        return {"status": "diverged"}
    return {"status": "failed", "error": event.error}


def _history(epochs: Sequence[EpochDone]) -> History:
    if not epochs:
        return {}
    return {name: [epoch.metrics.get(name) for epoch in epochs] for name in METRICS}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _history_json(history: History) -> bytes:
    """A line a metric."""
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in history.items())
    return f"{{\n{rows}\n}}\n".encode("ascii")


def _diagnostics_json(diagnosed: Sequence[Diagnosed], asked: DiagnosticsSpec) -> bytes:
    """A line a layer's quantity."""
    rows = [LayerRow(one.epoch, one.layers) for one in diagnosed]
    whole = to_json(assembled(rows, ProbeRecord(diagnosed[0].examples, asked.every, asked.training)))
    layers = ",\n".join(
        f"  {json.dumps(layer)}: {{\n"
        + ",\n".join(f"   {json.dumps(name)}: {json.dumps(values, allow_nan=False)}" for name, values in row.items())
        + "\n  }"
        for layer, row in whole["layers"].items()
    )
    head = f' "probe": {json.dumps(whole["probe"])},\n "epochs": {json.dumps(whole["epochs"])},\n'
    return f'{{\n{head} "layers": {{\n{layers}\n }}\n}}\n'.encode("ascii")


def _npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _move_aside(folder: Path, why: str, name: str | None = None) -> Path:
    """Moves a file or folder to `<name>.<why>-<time>`, its own name by default."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = folder.with_name(f"{name or folder.name}.{why}-{stamp}")
    n = 1
    while target.exists():
        n += 1
        target = folder.with_name(f"{name or folder.name}.{why}-{stamp}-{n}")
    shutil.move(folder, target)
    return target
