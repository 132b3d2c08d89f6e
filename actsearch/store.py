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
import re
import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from actsearch.errors import StoreError, UserError
from actsearch.events import METRICS, Completed, Diverged, Ending, EpochDone, Event, Failed, Progress, Started
from actsearch.experiment import Activation, Experiment, Trial, identity
from actsearch.files import write_atomically
from actsearch.results import CandidateResult, ExperimentResult, History, Status, TestValues, TrialResult

if TYPE_CHECKING:
    import numpy as np

FORMAT_VERSION = 1
EXPERIMENT, PLAN, LOCK, HOLDER = "experiment.yaml", "plan.json", "run.lock", "run.json"
TRIAL, HISTORY, PREDICTIONS, PROGRESS = "trial.json", "history.json", "predictions.npz", "progress.jsonl"
MODEL, TRACEBACK = "model.keras", "traceback.txt"
SET_ASIDE = re.compile(r"\.(old|damaged)-\d{8}-\d{6}")
"""What stands in the names of folders that were moved out of the way; they are not searched for experiments."""


class Store:
    """One experiment's folder, for writing. Everything is written beside its target and moved over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: dict[str, Started] = {}
        self._epochs: dict[str, list[EpochDone]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other drivers out of the folder.

        Raises:
            StoreError: another process is running this experiment here, or the folder cannot be written.
        """
        import filelock

        with _told_plainly(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
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
                write_atomically(self.folder / HOLDER, _json(holder))
            yield
        finally:
            with suppress(OSError):  # left behind it does no harm: it tells of a driver only while the lock is held
                (self.folder / HOLDER).unlink(missing_ok=True)
            lock.release()

    def set_aside(self) -> Path:
        """Moves the folder out of the way, to `<name>.old-<time>`, and returns where it went. Deletes nothing."""
        with _told_plainly(self.folder):
            return _move_aside(self.folder, "old")

    def begin(self, experiment: Experiment, trials: Sequence[Trial]) -> None:
        """Writes what the experiment asks for: `experiment.yaml` and `plan.json`.

        Raises:
            StoreError: the folder cannot be written, or holds what a newer version wrote.
        """
        import yaml

        _refuse_newer(self.folder / PLAN)
        with _told_plainly(self.folder):
            text = yaml.safe_dump(dict(experiment.document), sort_keys=False, allow_unicode=True, width=100)
            # The plan first: a folder is an experiment once it has an experiment.yaml, and is then read by its plan.
            self._write_if_new(self.folder / PLAN, _json(_plan(experiment, trials)))
            self._write_if_new(self.folder / EXPERIMENT, text.encode("utf-8"))

    def finished(self, trials: Sequence[Trial], repair: bool = True) -> set[str]:
        """The ids of those trials that are completed or diverged.

        With `repair`, a damaged one is moved aside, to be trained again.
        """
        done = set()
        for trial in trials:
            folder = self._trial_folder(trial.id)
            try:
                result = _read_trial(folder, trial.id, trial.seed, trial.candidate.training.epochs, running=False)
            except Damaged:
                if repair:
                    with _told_plainly(folder):
                        _move_aside(folder, "damaged")
                continue
            if result.status in ("completed", "diverged"):
                done.add(trial.id)
        return done

    def saved_models(self, trial_ids: Collection[str]) -> list[str | None]:
        """Of each finished trial, which epoch's network it kept: `best`, `last` or None."""
        commits = [json.loads((self._trial_folder(i) / TRIAL).read_bytes()) for i in trial_ids]
        return [commit.get("saved_model") for commit in commits]

    def record(self, event: Event, trial: Trial) -> None:
        """Writes what an event means for its trial.

        Raises:
            StoreError: the folder cannot be written.
        """
        folder = self._trial_folder(trial.id)
        with _told_plainly(folder):
            if isinstance(event, Started):
                self._start(event, folder)
            elif isinstance(event, EpochDone):
                self._epochs[trial.id].append(event)
                self._append_progress(folder, {"epoch": event.epoch, "seconds": event.seconds, **event.metrics})
            elif not isinstance(event, Progress):
                self._end(event, trial, folder)

    def _start(self, event: Started, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Of an attempt that failed or was killed: what is finished never starts again.
        for stale in (folder / TRIAL, folder / TRACEBACK, *folder.glob(".*.tmp")):
            stale.unlink(missing_ok=True)
        self._started[event.trial_id], self._epochs[event.trial_id] = event, []
        write_atomically(folder / PROGRESS, json.dumps({"machine": event.machine}).encode("ascii") + b"\n")

    def _append_progress(self, folder: Path, line: Mapping[str, Any]) -> None:
        # Only for `status` and for people who look in: a line cut off by a crash loses nothing.
        with (folder / PROGRESS).open("a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")

    def _end(self, event: Ending, trial: Trial, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        started, epochs = self._started.pop(trial.id, None), self._epochs.pop(trial.id, [])
        files = {HISTORY: _history_json(_history(epochs))}
        if isinstance(event, Completed):
            files[PREDICTIONS] = _npz(event.predictions)
            if event.model is not None:
                files[MODEL] = event.model
        if isinstance(event, Failed):
            files[TRACEBACK] = event.traceback.encode("utf-8")
        for name, content in files.items():
            write_atomically(folder / name, content)
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
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
        write_atomically(folder / TRIAL, _json(commit))
        (folder / PROGRESS).unlink(missing_ok=True)

    def _trial_folder(self, trial_id: str) -> Path:
        return self.folder / "trials" / trial_id

    def _write_if_new(self, path: Path, content: bytes) -> None:
        if not path.is_file() or path.read_bytes() != content:
            write_atomically(path, content)


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
        raise UserError(
            f"{path}: no experiment here (no {EXPERIMENT} in it or below); train one first: actsearch run FILE"
        )
    return found


def read_experiment(folder: Path) -> ExperimentResult:
    """What came out of one experiment, as it stands.

    Raises:
        StoreError: `plan.json` is missing, damaged, or written by a newer version.
    """
    plan = _read_plan(folder)
    try:
        return _result(folder, plan, is_running(folder))
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged_plan(folder / PLAN) from error


def _result(folder: Path, plan: Mapping[str, Any], running: bool) -> ExperimentResult:
    problems: list[str] = []
    candidates = []
    for row in plan["candidates"]:
        trials = []
        for planned in row["trials"]:
            where = folder / "trials" / planned["id"]
            try:
                trials.append(_read_trial(where, planned["id"], planned["seed"], planned["epochs"], running))
            except Damaged as error:
                problems.append(f"{error}; the next run trains this trial again")
                trials.append(TrialResult(planned["id"], planned["seed"], "waiting", planned["epochs"]))
        activation = Activation(row["activation"]["name"], row["activation"]["parameters"])
        candidates.append(CandidateResult(row["label"], activation, row["setting"], tuple(trials)))
    wanted = {trial.id for candidate in candidates for trial in candidate.trials}
    return ExperimentResult(
        name=plan["name"],
        description=plan["description"],
        folder=str(folder),
        candidates=tuple(candidates),
        validation_is_test=plan["validation_is_test"],
        loss=plan["loss"],
        warnings=tuple(plan["warnings"]),
        stranded=tuple(_stranded(folder, wanted)),
        grid=plan["grid"],
        problems=tuple(problems),
    )


def is_running(folder: Path) -> bool:
    """Whether a driver holds the folder's lock at this moment."""
    import filelock

    if not (folder / HOLDER).is_file():
        return False
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return True
    except OSError:
        return False  # a folder that cannot be written has no driver
    lock.release()
    return False


def _plan(experiment: Experiment, trials: Sequence[Trial]) -> dict[str, Any]:
    """What `experiment.yaml` expands to, for the commands that read results without the schema."""
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
                "activation": asdict(candidate.activation),
                "setting": dict(candidate.setting),
                "trials": [
                    {"id": trial.id, "seed": trial.seed, "epochs": candidate.training.epochs}
                    for trial in by_candidate.get(id(candidate), [])
                ],
            }
            for candidate in experiment.candidates
        ],
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


def _read_trial(folder: Path, trial_id: str, seed: int, epochs: int, running: bool) -> TrialResult:
    """One trial as it stands. Raises `Damaged` when its committed files are not what was written."""
    path = folder / TRIAL
    if not path.exists():
        return _read_progress(folder, trial_id, seed, epochs, running)
    try:
        commit = json.loads(path.read_bytes())
        _check_version(commit["format_version"], path)
        for name, sha256 in commit["files"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
                raise Damaged(f"{folder / name}: is damaged")
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
        )
    except FileNotFoundError as error:
        raise Damaged(f"{error.filename}: is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path}: is damaged") from error


def _read_progress(folder: Path, trial_id: str, seed: int, epochs: int, running: bool) -> TrialResult:
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
    status: Status = "running" if running else "interrupted"
    return TrialResult(trial_id, seed, status, epochs, history, tuple(seconds))


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


def _stranded(folder: Path, wanted: set[str]) -> list[str]:
    trials = folder / "trials"
    if not trials.is_dir():
        return []
    return sorted(
        entry.name
        for entry in os.scandir(trials)
        if entry.name not in wanted and not SET_ASIDE.search(entry.name) and entry.is_dir()
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _history_json(history: History) -> bytes:
    """A line a metric."""
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(values)}" for name, values in history.items())
    return f"{{\n{rows}\n}}\n".encode("ascii")


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


def _move_aside(folder: Path, why: str) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = folder.with_name(f"{folder.name}.{why}-{stamp}")
    n = 1
    while target.exists():
        n += 1
        target = folder.with_name(f"{folder.name}.{why}-{stamp}-{n}")
    shutil.move(folder, target)
    return target


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z")


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """An error of the operating system becomes one line that says what it means for the results."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise StoreError(
            f"{where}: cannot be written ({error.strerror or error}); finished trials are kept, and the same command"
            " goes on once this is mended, or give another --out"
        ) from error
