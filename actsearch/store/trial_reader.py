"""What came of one trial: its committed files, checked, or how far it has come."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from actsearch.core.diagnostics import Diagnostics
from actsearch.core.events import (
    METRICS,
)
from actsearch.core.experiment import CLIPPING
from actsearch.core.trial_results import Correct, Status, TestValues, TrialResult

if TYPE_CHECKING:
    import numpy as np
from actsearch.store.disk_errors import unreadable
from actsearch.store.guards import Damaged, check_version, checksum
from actsearch.store.layout import DIAGNOSTICS_FILE, HISTORY_FILE, PREDICTIONS_FILE, PROGRESS_FILE, TRIAL_FILE


class Rights:
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


def read_trial(
    folder: Path, trial_id: str, seed: int, epochs: int, driver: str | None, rights: Rights | None = None
) -> TrialResult:
    """One trial as it stands, where `driver` is at work on the experiment, if any.

    Raises:
        Damaged: its committed files are not what was written.
        StoreError: they cannot be read.
    """
    path = folder / TRIAL_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _read_progress(folder, trial_id, seed, epochs, driver)
    except IsADirectoryError as error:
        raise Damaged(f"{path}: is damaged") from error
    except OSError as error:  # a share that is away for a moment damages nothing
        raise unreadable(path, error) from error
    try:
        commit = json.loads(content)
        check_version(commit["format_version"], path)
        if commit.pop("checksum", None) not in (None, checksum(commit)):
            raise Damaged(f"{path}: is damaged")
        correct: Mapping[str, Correct] = {}
        for name, sha256 in commit["files"].items():
            if name == DIAGNOSTICS_FILE:
                continue  # checked where they are read
            sibling = (folder / name).read_bytes()
            if hashlib.sha256(sibling).hexdigest() != sha256:
                raise Damaged(f"{folder / name}: is damaged")
            if name == PREDICTIONS_FILE and rights is not None:
                correct = rights.read(sibling)
        if commit["id"] != trial_id or commit["status"] not in get_args(Status):
            raise Damaged(f"{path}: is damaged")
        test = commit["test"] if commit["status"] == "completed" else {"last": None, "best": None}
        return TrialResult(
            id=trial_id,
            seed=seed,
            status=commit["status"],
            epochs=epochs,
            history=json.loads((folder / HISTORY_FILE).read_bytes()),
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
        raise unreadable(path, error) from error


def read_diagnostics(folder: Path) -> Diagnostics | None:
    """What was seen of a finished trial's layers; None where nothing was looked at.

    Raises:
        Damaged: the file is not what was written.
    """
    commit = unchecked_commit(folder)
    if DIAGNOSTICS_FILE not in commit.get("files", {}):
        return None
    path = folder / DIAGNOSTICS_FILE
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != commit["files"][DIAGNOSTICS_FILE]:
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
        raise unreadable(path, error) from error


def progress_header(folder: Path) -> dict[str, Any]:
    """The first line on a trial that has begun; empty where there is none."""
    with (
        suppress(OSError, ValueError, TypeError),
        (folder / PROGRESS_FILE).open(encoding="ascii", errors="replace") as file,
    ):
        return dict(json.loads(file.readline()))
    return {}


def _read_progress(folder: Path, trial_id: str, seed: int, epochs: int, driver: str | None) -> TrialResult:
    """A trial that has not ended. The file of one that has begun may end in half a line."""
    try:
        lines = (folder / PROGRESS_FILE).read_text(encoding="ascii", errors="replace").splitlines()
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
    begun_by = progress_header(folder).get("run", driver)
    status: Status = "running" if driver is not None and begun_by == driver else "interrupted"
    return TrialResult(trial_id, seed, status, epochs, history, tuple(seconds))


def unchecked_commit(folder: Path) -> dict[str, Any]:
    """A trial's `trial.json` as it lies there, unchecked; empty where it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads((folder / TRIAL_FILE).read_bytes()))
    return {}


def _test_values(row: Mapping[str, Any] | None) -> TestValues | None:
    return None if row is None else TestValues(row["epoch"], row["values"])
