"""Results on disk: turns a folder into values, and events into files. The only module that writes results.

Knows neither Keras nor the terminal. A trial's folder is committed by its `trial.json`, written last with the SHA-256
of its siblings: a folder without it holds no result, whatever else lies in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import operator
import os
import platform
import re
import shutil
import time
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from actsearch.core import diagnostics
from actsearch.core.errors import StoreError, UserError
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
from actsearch.core.experiment import CLIPPING, Activation, DiagnosticsSpec, Experiment, Trial, canonical_json, identity
from actsearch.core.files import keep_names, write_atomically, write_together
from actsearch.core.results import (
    ENDED,
    FINISHED,
    CandidateResult,
    Choice,
    Correct,
    Diagnostics,
    ExperimentResult,
    History,
    Left,
    LookContender,
    LookedPair,
    LooksRecord,
    LookTaken,
    Status,
    TestValues,
    TrialResult,
)
from actsearch.store import changes

if TYPE_CHECKING:
    import numpy as np

FORMAT_VERSION = 1
EXPERIMENT, PLAN, LOCK, HOLDER = "experiment.yaml", "plan.json", "run.lock", "run.json"
LOOKS = "looks.json"
TRIAL, HISTORY, PREDICTIONS, PROGRESS = "trial.json", "history.json", "predictions.npz", "progress.jsonl"
MODEL, TRACEBACK, DIAGNOSTICS = "model.keras", "traceback.txt", "diagnostics.json"
CHECKPOINT, CHECKPOINT_BEFORE = "checkpoint", "checkpoint.before"
"""The last checkpoint of a trial, and the one before it, in case the last one is damaged."""
AGAIN = ".again"
"""Ends the name of the folder in which a finished trial is trained again for its diagnostics, beside its own."""
DIFFERS = ".differs-"
"""Stands in the name of one that came out otherwise."""
SET_ASIDE = re.compile(r"\.(old|damaged|differs)-\d{8}-\d{6}|\.again$")
"""What stands in the names of folders that were moved out of the way; they are not searched for experiments."""


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
        with _told_plainly(self.folder):
            lock = filelock.FileLock(self.folder / LOCK)
            try:
                lock.acquire(timeout=1)
            except filelock.Timeout as error:
                raise StoreError(
                    f"{self.folder}: {_holder(self.folder)}; wait for it, or give another --out"
                ) from error
        try:
            with _told_plainly(self.folder):
                holder = {"host": platform.node(), "pid": os.getpid(), "start": _now()}
                self._run = _run_of(holder)
                write_atomically(self.folder / HOLDER, _json(holder))
            yield
        finally:
            with suppress(OSError):  # left behind it does no harm: it tells of a driver only while the lock is held
                (self.folder / HOLDER).unlink(missing_ok=True)
            lock.release()

    def set_aside(self) -> Path:
        """Moves the folder out of the way, to `<name>.old-<time>`, and returns where it went. Deletes nothing."""
        with _told_plainly(self.folder):
            (self.folder / HOLDER).unlink(missing_ok=True)
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

        _refuse_newer(self.folder / PLAN)
        left = self._left_behind(trials, may_follow)
        if left.stranded and not accept_changes:
            raise self._stranding(left, experiment, trials)
        with _told_plainly(self.folder):
            text = yaml.safe_dump(dict(experiment.document), sort_keys=False, allow_unicode=True, width=100)
            # The plan first: a folder is an experiment once it has an experiment.yaml, and is then read by its plan.
            plan = _plan(experiment, trials, left.contained, chosen)
            if earlier := self._earlier_seeds(experiment):
                plan["earlier_seeds"] = earlier
            self._write_if_new(self.folder / PLAN, _json(plan))
            self._write_if_new(self.folder / EXPERIMENT, text.encode("utf-8"))
            self._keep_sources(experiment)
            self._trials.mkdir(exist_ok=True)
        return frozenset(left.longer)

    def _earlier_seeds(self, experiment: Experiment) -> list[int]:
        """With how many seeds all trials had ended before the experiment asked for more, as by someone who saw them.

        Whoever adds seeds because of what the first ones showed calls equals different more often. Nothing is kept of
        a study with looks, which pays for them.
        """
        try:
            before = json.loads((self.folder / PLAN).read_bytes())
            rows = [trial for one in before["candidates"] for trial in one["trials"] if "role" not in trial]
            earlier = {n for n in before.get("earlier_seeds", []) if n < len(experiment.seeds)}
            seeds = {trial["seed"] for trial in rows}
            more = seeds < {*experiment.seeds} and len(seeds) > 1 and self.looks() is None
            if more and all(_commit(self._trial_folder(trial["id"])).get("status") in ENDED for trial in rows):
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
        plan, experiment, looks = self.folder / PLAN, self.folder / EXPERIMENT, self.folder / LOOKS
        _refuse_newer(plan)
        damaged = [plan] if plan.is_file() and self._planned_before() is None else []
        damaged += [experiment] if experiment.is_file() and self._document_before() is None else []
        damaged += [looks] if looks.is_file() and self.looks() is None else []
        with _told_plainly(self.folder):
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
            return _read_looks(self.folder)
        except Damaged:
            return None

    def keep_looks(self, record: LooksRecord) -> None:
        """Writes the looks taken so far."""
        with _told_plainly(self.folder):
            content = {"format_version": FORMAT_VERSION, **asdict(record)}
            self._write_if_new(self.folder / LOOKS, _json(content | {"checksum": _checksum(content)}))

    def held(self, trials: Sequence[Trial], may_follow: Sequence[Trial]) -> int:
        """How many finished trials of the plan on disk these are not, but may follow."""
        return len(self._left_behind(trials).stranded) - len(self._left_behind(trials, may_follow).stranded)

    def result(self, trial: Trial) -> TrialResult:
        """How a trial stands, as if no driver were at work; a damaged one waits."""
        epochs = trial.candidate.training.epochs
        try:
            return _read_trial(self._trial_folder(trial.id), trial.id, trial.seed, epochs, driver=None)
        except Damaged:
            return TrialResult(trial.id, trial.seed, "waiting", epochs)

    def survey(self, trials: Sequence[Trial], repair: bool = True) -> Survey:
        """The status of each trial.

        With `repair`, a damaged one is moved aside, to be trained again, and what a killed driver left is removed.
        """
        found = Survey({}, [], set(), set(), set(), set())
        names = _names_in(self._trials)
        tried = {name.partition(DIFFERS)[0] for name in names if DIFFERS in name}
        for trial in trials:
            folder = self._trial_folder(trial.id)
            try:
                result = _read_trial(folder, trial.id, trial.seed, trial.candidate.training.epochs, driver=None)
            except Damaged as error:
                found.status[trial.id] = "waiting"
                if repair:
                    found.problems.append(f"{error}; kept as {self._set_trial_aside(folder).name}, trained again")
                continue
            found.status[trial.id] = result.status
            if result.status == "failed" or _progress_header(folder).get("failed_before", False):
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
        commit = _commit(folder)
        try:
            whole = hashlib.sha256((folder / DIAGNOSTICS).read_bytes()).hexdigest() == commit["files"].get(DIAGNOSTICS)
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
        headers = [_checkpoint_header(folder / name) for name in (CHECKPOINT, CHECKPOINT_BEFORE)]
        return any(header is not None and header["trajectory"] == trial.trajectory for header in headers)

    def origin(self, trial: Trial) -> Origin | None:
        """Where that checkpoint lies, going by the first lines of the files."""
        return next(iter(self._origins(trial)), None)

    def _origins(self, trial: Trial) -> list[Origin]:
        """The trial's own checkpoints, and those of its trajectory that lay here at first; the furthest comes first."""
        own = self._working_folder(trial.id)
        found = {}
        for path in (*self._checkpoints_before.get(trial.trajectory, ()), own / CHECKPOINT_BEFORE, own / CHECKPOINT):
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
        own = [self._trial_folder(trial_id) / name for trial_id in ids for name in (CHECKPOINT, CHECKPOINT_BEFORE)]
        others = [path for trial in trials for path in self._checkpoints_before.get(trial.trajectory, ())]
        lines = []
        for path in dict.fromkeys([*own, *others]):
            if os.path.exists(path) and _checkpoint_content(path) is None:  # noqa: PTH110  (False where it can't be read)
                with _told_plainly(path):
                    lines.append(f"{path}: is damaged; kept as {_move_aside(path, 'damaged').name}")
        return lines

    def saved_models(self, trial_ids: Collection[str]) -> list[str | None]:
        """Of each finished trial, which epoch's network it kept: `best`, `last` or None."""
        commits = [json.loads((self._trial_folder(i) / TRIAL).read_bytes()) for i in trial_ids]
        return [commit.get("saved_model") for commit in commits]

    def record(self, event: Event, trial: Trial) -> None:
        """Writes what an event means for its trial.

        Raises:
            StoreError: the folder cannot be written.
        """
        folder = self._working_folder(trial.id)
        with _told_plainly(folder):
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
        failed_before = (folder / TRIAL).exists() or _progress_header(folder).get("failed_before", False)
        header = {"machine": event.machine, "run": self._run, "failed_before": failed_before}
        (folder / PROGRESS).write_text(json.dumps(header) + "\n", encoding="ascii")
        # Of an attempt that failed or was killed: what is finished never starts again.
        for stale in (folder / TRIAL, folder / TRACEBACK, *folder.glob(".*.tmp")):
            stale.unlink(missing_ok=True)
        self._started[event.trial_id], self._epochs[event.trial_id] = event, list(event.resumed)
        self._diagnosed[event.trial_id] = list(event.diagnosed)
        for done in event.resumed:
            self._append_progress(folder, done)

    def _append_progress(self, folder: Path, done: EpochDone) -> None:
        # Only for `status` and for people who look in: a line cut off by a crash loses nothing.
        line = {"epoch": done.epoch, "seconds": done.seconds, **done.metrics}
        with (folder / PROGRESS).open("a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")

    def _keep_checkpoint(self, event: Checkpoint, trial: Trial, folder: Path) -> None:
        with suppress(FileNotFoundError):
            (folder / CHECKPOINT).replace(folder / CHECKPOINT_BEFORE)
        header = {
            "format_version": FORMAT_VERSION,
            "trajectory": trial.trajectory,
            "epoch": event.epoch,
            "diagnostics": None if trial.diagnostics is None else asdict(trial.diagnostics),
            "sha256": hashlib.sha256(event.content).hexdigest(),
        }
        write_atomically(folder / CHECKPOINT, json.dumps(header).encode("ascii") + b"\n" + event.content)

    def _end(self, event: Ending, trial: Trial, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        started, epochs = self._started.pop(trial.id, None), self._epochs.pop(trial.id, [])
        diagnosed = self._diagnosed.pop(trial.id, [])
        files = {HISTORY: _history_json(_history(epochs))}
        looked_at = {}
        if trial.diagnostics is not None and diagnosed and not isinstance(event, Failed):
            files[DIAGNOSTICS] = _diagnostics_json(diagnosed, trial.diagnostics)
            looked_at["diagnostics"] = {
                "asked": asdict(trial.diagnostics),
                "seconds": [one.seconds for one in diagnosed],
            }
        if trial.id in self._again:
            self._add_diagnostics(event, trial, files, looked_at)
            return
        if isinstance(event, Completed):
            files[PREDICTIONS] = _npz(event.predictions)
            if event.model is not None:
                files[MODEL] = event.model
        if isinstance(event, Failed):
            files[TRACEBACK] = event.traceback.encode("utf-8")
        (folder / TRIAL).unlink(missing_ok=True)  # of a failure before: it would not match its siblings any more
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
        files[TRIAL] = _json(commit | {"checksum": _checksum(commit)})  # gets its name last: that is the commit
        write_together({folder / name: content for name, content in files.items()})
        keep_names(self._trials)
        (folder / PROGRESS).unlink(missing_ok=True)
        if not isinstance(event, Failed):  # which may be tried again
            kept = self._keep_checkpoints and isinstance(event, Completed)
            for name in (CHECKPOINT_BEFORE,) if kept else (CHECKPOINT, CHECKPOINT_BEFORE):
                (folder / name).unlink(missing_ok=True)

    def _add_diagnostics(
        self, event: Ending, trial: Trial, files: Mapping[str, bytes], looked_at: Mapping[str, Any]
    ) -> None:
        """Adds what was seen in a second training to a finished trial, if its history came out the same."""
        folder, again = self._trial_folder(trial.id), self._working_folder(trial.id)
        if isinstance(event, Failed):
            write_atomically(again / TRACEBACK, event.traceback.encode("utf-8"))
            self.failed_again = True
            self.notes.append(
                f"{folder}: its result stands, but it failed when it was trained again for its diagnostics:"
                f" {event.error} (all of it in {again / TRACEBACK})"
            )
            return
        if files[HISTORY] != (folder / HISTORY).read_bytes():
            write_together({again / name: content for name, content in files.items()})
            aside = _move_aside(folder=again, why="differs", name=folder.name)
            self.notes.append(
                f"{folder}: its result stands without diagnostics: trained again, its history came out otherwise (kept"
                f" as {aside.name}), as on a processor or with versions of another kind"
            )
            return
        commit = _commit(folder)
        commit.pop("checksum", None)
        digest = hashlib.sha256(files[DIAGNOSTICS]).hexdigest()
        commit |= {"files": {**commit["files"], DIAGNOSTICS: digest}, **looked_at}
        # The old trial.json does not know of the new files, and is as whole as the new one.
        added = {DIAGNOSTICS: files[DIAGNOSTICS]}
        if isinstance(event, Completed) and event.model is not None and MODEL not in commit["files"]:
            added[MODEL] = event.model
            commit["files"][MODEL] = hashlib.sha256(event.model).hexdigest()
            commit["saved_model"] = event.saved_epoch
        added[TRIAL] = _json(commit | {"checksum": _checksum(commit)})
        write_together({folder / name: content for name, content in added.items()})
        if self._keep_checkpoints and (again / CHECKPOINT).exists():
            (again / CHECKPOINT).replace(folder / CHECKPOINT)
        shutil.rmtree(again, ignore_errors=True)

    def _set_trial_aside(self, folder: Path) -> Path:
        """Moves a damaged trial out of the way, but for its checkpoints, which are guarded by themselves."""
        with _told_plainly(folder):
            aside = _move_aside(folder, "damaged")
            for name in (CHECKPOINT, CHECKPOINT_BEFORE):
                if (aside / name).exists():
                    folder.mkdir(exist_ok=True)
                    (aside / name).replace(folder / name)
        return aside

    def _remove_leftovers(self, folder: Path, result: TrialResult) -> None:
        """What a driver that was killed after the commit could not remove any more; a kept checkpoint stays."""
        header = _checkpoint_header(folder / CHECKPOINT)
        kept = header is None or (result.status == "completed" and header["epoch"] == result.epochs_done)
        with _told_plainly(folder):
            for name in (PROGRESS, CHECKPOINT_BEFORE) if kept else (PROGRESS, CHECKPOINT, CHECKPOINT_BEFORE):
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
        for trial_id in _stranded(self.folder, set()) if planned is None else planned:
            commit = {} if trial_id in wanted else _commit(self._trial_folder(trial_id))
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
            plan = json.loads((self.folder / PLAN).read_bytes())
            asked = [trial["id"] for candidate in plan["candidates"] for trial in candidate["trials"]]
            return [*asked, *plan.get("contained", [])]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _document_before(self) -> dict[str, Any] | None:
        """The experiment on disk; None where it cannot be read."""
        import yaml

        try:
            return dict(yaml.safe_load((self.folder / EXPERIMENT).read_bytes()))
        except (OSError, ValueError, TypeError, yaml.YAMLError):
            return None

    def _changes(self, experiment: Experiment, trial: Trial, stranded: str) -> list[str]:
        """What is different now, for a person who wonders why finished trials would be left out."""
        before = self._document_before()
        lines = [] if before is None else changes.described(before, experiment.document)
        settings = _commit(self._trial_folder(stranded)).get("settings", {})
        sha256 = settings.get("data", {}).get("sha256", "")
        if sha256 != trial.data_sha256:
            lines.append(f"data: the file's content (SHA-256 {sha256[:12]}… -> {trial.data_sha256[:12]}…)")
        if self._planned_before() is None:
            lines.append(f"{PLAN} was lost or damaged: which of them were left out before is not known")
        return lines or ["what this version of actsearch makes of the same settings"]

    def _checkpoint_files(self) -> list[Path]:
        try:
            folders = [Path(entry.path) for entry in os.scandir(self._trials) if not SET_ASIDE.search(entry.name)]
        except OSError:
            return []
        paths = (folder / name for folder in folders for name in (CHECKPOINT, CHECKPOINT_BEFORE))
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


class Damaged(Exception):
    """A committed file of a trial is not what was written."""


class Found(NamedTuple):
    """An experiment's folder, and its place below the path that was searched (`.` for that path itself)."""

    folder: Path
    below: Path


def find_experiments(path: Path) -> list[Found]:
    """The experiments at or below a path, in the order of their names, found by their `experiment.yaml`.

    Raises:
        UserError: there is none, or no such path.
    """
    if not path.exists():
        raise UserError(f"{path}: no such folder; train something first: actsearch run FILE")
    if not path.is_dir():
        raise UserError(f"{path}: is a file; give a folder of results, such as results/")
    found = []
    for folder, below, files in os.walk(path):
        if EXPERIMENT in files and (PLAN in files or "trials" in below):  # not a user's own experiment file
            found.append(Found(Path(folder), Path(folder).relative_to(path)))
            below.clear()
        below[:] = sorted(d for d in below if not d.startswith(".") and not SET_ASIDE.search(d))
    if not found:
        has = f"{EXPERIMENT}, but no {PLAN} and no trials" if (path / EXPERIMENT).is_file() else f"no {EXPERIMENT}"
        raise UserError(f"{path}: no experiment here (in it or below is {has}); train one first: actsearch run FILE")
    return found


def read_experiment(
    folder: Path, ended: bool = False, diagnostics: bool = False, predictions: Collection[str] = ()
) -> ExperimentResult:
    """What came out of one experiment, as it stands.

    Args:
        folder: the experiment's.
        ended: the driver is this process and has stopped.
        diagnostics: read (and check) the diagnostics of its trials as well; they are most of what there is to read.
        predictions: of which splits and epochs to read which examples were classified right: `test_last`,
            `validation_best`, ...

    Raises:
        StoreError: `plan.json` is missing, damaged, or written by a newer version.
    """
    plan = _read_plan(folder)
    try:
        return _result(folder, plan, None if ended else running_driver(folder), diagnostics, predictions)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged_plan(folder / PLAN) from error


def _result(
    folder: Path, plan: Mapping[str, Any], driver: str | None, diagnostics: bool, predictions: Collection[str] = ()
) -> ExperimentResult:
    problems: list[str] = []
    rights = _Rights(predictions) if predictions else None
    candidates = []
    for row in plan["candidates"]:
        trials: list[TrialResult] = []
        for planned in row["trials"]:
            where = folder / "trials" / planned["id"]
            try:
                trials.append(_read_trial(where, planned["id"], planned["seed"], planned["epochs"], driver, rights))
            except Damaged as error:
                problems.append(f"{error}; the next run trains this trial again")
                trials.append(TrialResult(planned["id"], planned["seed"], "waiting", planned["epochs"]))
            if diagnostics:
                try:
                    trials[-1] = replace(trials[-1], diagnostics=_read_diagnostics(where))
                except Damaged as error:
                    problems.append(f"{error}; the next run looks again")
            trials[-1] = replace(trials[-1], role=planned.get("role", "comparison"))
        by_role = (tuple(t for t in trials if t.role == role) for role in ("comparison", "tuning"))
        candidates.append(CandidateResult(row["label"], _activation(row["activation"]), row["setting"], *by_role))
    wanted = {trial.id for candidate in candidates for trial in candidate.all_trials}
    looks = None
    try:
        looks = _read_looks(folder)
    except Damaged as error:
        problems.append(f"{error}; a run --until-decided takes the looks anew, from the trials")
    if looks is not None and not {one.first for one in looks.contenders} <= wanted:
        problems.append(f"{folder / LOOKS}: is about trials that the experiment does not ask for any more")
        looks = None
    return ExperimentResult(
        name=plan["name"],
        description=plan["description"],
        folder=str(folder),
        candidates=tuple(candidates),
        validation_is_test=plan["validation_is_test"],
        loss=plan["loss"],
        warnings=tuple(plan["warnings"]),
        stranded=tuple(_stranded(folder, wanted)),
        earlier_seeds=tuple(operator.index(n) for n in plan.get("earlier_seeds", ())),
        grid=plan["grid"],
        problems=tuple(problems),
        again=tuple(i for i in sorted(wanted) if (folder / "trials" / f"{i}{AGAIN}").is_dir()),
        tuning_seeds=tuple(plan.get("tuning_seeds", ())),
        chosen=tuple(
            Choice(row["label"], row["setting"], row["mean"], tuple(row["seeds"])) for row in plan.get("chosen", ())
        ),
        looks=looks,
    )


def _read_looks(folder: Path) -> LooksRecord | None:
    """None where there are none.

    Raises:
        Damaged: the file is not what was written.
        StoreError: it cannot be read, or was written by a newer version.
    """
    path = folder / LOOKS
    try:
        found = json.loads(path.read_bytes())
        _check_version(found["format_version"], path)
        if found.pop("checksum") != _checksum(found):
            raise Damaged(f"{path}: is damaged")
        del found["format_version"]
        contenders = tuple(LookContender(**row) for row in found.pop("contenders"))
        taken = tuple(
            LookTaken(
                row["seeds"],
                tuple(row["contenders"]),
                tuple(LookedPair(**pair) for pair in row["pairs"]),
                tuple(Left(**left) for left in row["left"]),
                tuple(row["stays"]),
            )
            for row in found.pop("taken")
        )
        looks, seeds = tuple(found.pop("looks")), tuple(found.pop("seeds"))
        return LooksRecord(**found, looks=looks, seeds=seeds, contenders=contenders, taken=taken)
    except FileNotFoundError:
        return None
    except (IsADirectoryError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _activation(row: Mapping[str, Any]) -> Activation:
    trainable = tuple(row["trainable"]) if "trainable" in row else None
    return Activation(row["name"], row["parameters"], row.get("kind"), trainable, row.get("source_sha256"))


def running_driver(folder: Path) -> str | None:
    """Which driver holds the folder's lock at this moment, if any."""
    import filelock

    try:
        holder = json.loads((folder / HOLDER).read_bytes())
    except (OSError, ValueError):
        return None
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return _run_of(holder)
    except OSError:  # as where we may only read
        return _run_of(holder) if _is_held(folder / LOCK) else None
    lock.release()
    return None


def _is_held(lock: Path) -> bool:
    """Whether somebody holds a lock that we may not take: filelock opens its file for writing."""
    try:
        import fcntl
    except ImportError:
        return False
    with suppress(OSError), lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _run_of(holder: Any) -> str:
    """A driver by its process and its start."""
    return f"{holder.get('pid')} {holder.get('start')}" if isinstance(holder, dict) else ""


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


def _read_plan(folder: Path) -> dict[str, Any]:
    path = folder / PLAN
    try:
        plan = json.loads(path.read_bytes())
        version = plan["format_version"]
    except FileNotFoundError as error:
        raise StoreError(f"{path}: is missing; run the experiment again, which writes it anew") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged_plan(path) from error
    _check_version(version, path)
    return dict(plan)


def _damaged_plan(path: Path) -> StoreError:
    return StoreError(f"{path}: is damaged; run the experiment again, which writes it anew")


def _refuse_newer(path: Path) -> None:
    """A newer version's plan must not be replaced; one that is missing or damaged is written anew."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        _check_version(json.loads(path.read_bytes())["format_version"], path)


def _check_version(version: Any, path: Path) -> None:
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StoreError(
            f"{path}: was written by a newer actsearch (format {version}, this one reads {FORMAT_VERSION});"
            " install a newer version"
        )


class _Rights:
    """Reads from the predictions of trials which examples were classified right; decodes no more than is asked for."""

    def __init__(self, asked: Collection[str]) -> None:
        self._asked = [key.rpartition("_") for key in asked]
        self._labels: dict[str, np.ndarray] = {}
        """The labels that were read, by what tells them apart."""

    def read(self, content: bytes) -> dict[str, Correct]:
        """Of a `predictions.npz`; raises ValueError or KeyError if it is not one."""
        import numpy as np

        found = {}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            for split, _, which in self._asked:
                predicted, labels, index = (f"{split}_{part}.npy" for part in (f"y_{which}", "y_true", "index"))
                if predicted not in names:
                    continue
                of = f"{archive.getinfo(index).CRC:08x}{archive.getinfo(labels).CRC:08x}"
                if of not in self._labels:
                    self._labels[of] = _array(archive.read(labels))
                right = _array(archive.read(predicted)) == self._labels[of]
                found[f"{split}_{which}"] = Correct(len(right), of, np.packbits(right).tobytes())
        return found


def _array(content: bytes) -> np.ndarray:
    """The array of an `.npy` file."""
    import numpy as np

    array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array


def _read_trial(
    folder: Path, trial_id: str, seed: int, epochs: int, driver: str | None, rights: _Rights | None = None
) -> TrialResult:
    """One trial as it stands, where `driver` is at work on the experiment, if any.

    Raises:
        Damaged: its committed files are not what was written.
        StoreError: they cannot be read.
    """
    path = folder / TRIAL
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _read_progress(folder, trial_id, seed, epochs, driver)
    except IsADirectoryError as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:  # a share that is away for a moment damages nothing
        raise _unreadable(path, error) from error
    try:
        commit = json.loads(content)
        _check_version(commit["format_version"], path)
        if commit.pop("checksum", None) not in (None, _checksum(commit)):
            raise Damaged(f"{path}: is damaged")
        correct: Mapping[str, Correct] = {}
        for name, sha256 in commit["files"].items():
            if name == DIAGNOSTICS:
                continue  # checked where they are read
            sibling = (folder / name).read_bytes()
            if hashlib.sha256(sibling).hexdigest() != sha256:
                raise Damaged(f"{folder / name}: is damaged")
            if name == PREDICTIONS and rights is not None:
                correct = rights.read(sibling)
        if commit["id"] != trial_id or commit["status"] not in get_args(Status):
            raise Damaged(f"{path}: is damaged")
        test = commit["test"] if commit["status"] == "completed" else {"last": None, "best": None}
        return TrialResult(
            id=trial_id,
            seed=seed,
            status=commit["status"],
            epochs=epochs,
            history=json.loads((folder / HISTORY).read_bytes()),
            seconds_per_epoch=tuple(commit["seconds_per_epoch"]),
            last=_test_values(test["last"]),
            best=_test_values(test["best"]),
            error=commit.get("error"),
            machine=commit["machine"],
            earlier_machines=tuple(commit.get("earlier_machines", ())),
            settings=commit.get("settings", {}),
            correct=correct,
        )
    except FileNotFoundError as error:
        raise Damaged(f"{error.filename}: is missing") from error
    except (IsADirectoryError, ValueError, zipfile.BadZipFile, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_diagnostics(folder: Path) -> Diagnostics | None:
    """What was seen of a finished trial's layers; None where nothing was looked at.

    Raises:
        Damaged: the file is not what was written.
    """
    commit = _commit(folder)
    if DIAGNOSTICS not in commit.get("files", {}):
        return None
    path = folder / DIAGNOSTICS
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != commit["files"][DIAGNOSTICS]:
            raise Damaged(f"{path}: is damaged")
        found = json.loads(content)
        probe = found["probe"]
        epochs, training = tuple(found["epochs"]), probe.get("training", False)
        arguments = commit.get("settings", {}).get("training", {}).get("optimizer", {}).get("arguments", {})
        clipping = {name: arguments[name] for name in CLIPPING if name in arguments}
        return Diagnostics(probe["examples"], probe["every"], epochs, found["layers"], training, clipping)
    except FileNotFoundError as error:
        raise Damaged(f"{path}: is missing") from error
    except (IsADirectoryError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _progress_header(folder: Path) -> dict[str, Any]:
    """The first line on a trial that has begun; empty where there is none."""
    with suppress(OSError, ValueError, TypeError), (folder / PROGRESS).open(encoding="ascii", errors="replace") as file:
        return dict(json.loads(file.readline()))
    return {}


def _read_progress(folder: Path, trial_id: str, seed: int, epochs: int, driver: str | None) -> TrialResult:
    """A trial that has not ended. The file of one that has begun may end in half a line."""
    try:
        lines = (folder / PROGRESS).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return TrialResult(trial_id, seed, "waiting", epochs)
    history: dict[str, list[float | None]] = {}
    seconds = []
    for line in lines[1:]:
        try:
            row = json.loads(line)
            _, took = row["epoch"], row["seconds"]
        except (ValueError, KeyError, TypeError, AttributeError):
            break
        seconds.append(took)
        for name in METRICS:
            history.setdefault(name, []).append(row.get(name))
    begun_by = _progress_header(folder).get("run", driver)
    status: Status = "running" if driver is not None and begun_by == driver else "interrupted"
    return TrialResult(trial_id, seed, status, epochs, history, tuple(seconds))


def _commit(folder: Path) -> dict[str, Any]:
    """A trial's `trial.json` as it lies there, unchecked; empty where it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads((folder / TRIAL).read_bytes()))
    return {}


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


def _checksum(commit: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(commit).encode("ascii")).hexdigest()


def _test_values(row: Mapping[str, Any] | None) -> TestValues | None:
    return None if row is None else TestValues(row["epoch"], row["values"])


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


def _names_in(folder: Path) -> frozenset[str]:
    with suppress(OSError):
        return frozenset(entry.name for entry in os.scandir(folder))
    return frozenset()


def _stranded(folder: Path, wanted: set[str]) -> list[str]:
    trials = folder / "trials"
    try:
        return sorted(
            entry.name
            for entry in os.scandir(trials)
            if entry.name not in wanted and not SET_ASIDE.search(entry.name) and entry.is_dir()
        )
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(trials, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{error.filename or path}: cannot be read ({error.strerror or error})")


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _history_json(history: History) -> bytes:
    """A line a metric."""
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in history.items())
    return f"{{\n{rows}\n}}\n".encode("ascii")


def _diagnostics_json(diagnosed: Sequence[Diagnosed], asked: DiagnosticsSpec) -> bytes:
    """A line a layer's quantity."""
    rows = [{"epoch": one.epoch, "layers": one.layers} for one in diagnosed]
    whole = diagnostics.assemble(rows, diagnosed[0].examples, asked.every, asked.training)
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


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER).read_bytes())
        return f"process {holder['pid']} on {holder['host']} has been running this experiment since {holder['start']}"
    except (OSError, ValueError, KeyError):
        return "another process is running this experiment"


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


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z")


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """An error of the operating system becomes one line that says what it means for the results."""
    try:
        yield
    except FileNotFoundError as error:
        where = error.filename or path
        raise StoreError(
            f"{where}: cannot be written, its folder is gone; was it moved or deleted while the run went on?"
        ) from error
    except OSError as error:
        where = error.filename or path
        raise StoreError(
            f"{where}: cannot be written ({error.strerror or error}); finished trials are kept, and the same command"
            " (without --fresh) goes on once this is mended, or give another --out"
        ) from error
