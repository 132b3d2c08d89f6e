"""`trial.json`: how a trial ended. It is written last, with the SHA-256 of its siblings, and so commits them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from actsearch.core.json_values import OPTIONAL, to_json
from actsearch.core.trial_results import ENDED, FINISHED, Status, TestValues
from actsearch.store.layout import FORMAT_VERSION, TRIAL_FILE
from actsearch.store.records.guards import check_version, checksum, damaged, indented_json, with_checksum

TRIAL_STATUSES = frozenset(get_args(Status))


@dataclass(frozen=True)
class TestRecord:
    """The test values at the last epoch, and at the best one; None where that loss was not finite."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    last: TestValues | None = None
    best: TestValues | None = None

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TestRecord:
        return cls(_test_values_from_json(content["last"]), _test_values_from_json(content["best"]))


def _test_values_from_json(content: Mapping[str, Any] | None) -> TestValues | None:
    return None if content is None else TestValues(content["epoch"], content["values"])


@dataclass(frozen=True)
class LookedAtRecord:
    """What of the layers was asked to be looked at (see `DiagnosticsSpec`), and the seconds that each look took."""

    asked: Mapping[str, Any]
    seconds: Sequence[float]


def _looked_at_from_json(content: Any) -> LookedAtRecord | None:
    return LookedAtRecord(content.get("asked", {}), content.get("seconds", ())) if isinstance(content, dict) else None


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """The content of `trial.json`, but for its checksum."""

    format_version: int = FORMAT_VERSION
    id: str
    trajectory: str = ""
    """A hash of everything but the number of epochs."""
    status: Status
    """completed, diverged or failed."""
    test: TestRecord | None = field(default=None, metadata=OPTIONAL)
    """Of a completed trial."""
    error: str | None = field(default=None, metadata=OPTIONAL)
    """Of a failed one."""
    saved_model: str | None = field(default=None, metadata=OPTIONAL)
    """Of which epoch the network was kept: best or last."""
    epochs: int = 0
    """How many were done."""
    seconds_per_epoch: tuple[float, ...]
    settings: Mapping[str, Any]
    """Everything that the result depends on, see `identity`."""
    data: str = ""
    machine: Mapping[str, Any]
    earlier_machines: tuple[Mapping[str, Any], ...] = field(default=(), metadata=OPTIONAL)
    diagnostics: LookedAtRecord | None = field(default=None, metadata=OPTIONAL)
    files: Mapping[str, str]
    """The siblings by name, with their SHA-256."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TrialRecord:
        """Earlier versions wrote less: what is not needed to read a result may be missing."""
        return cls(
            format_version=content["format_version"],
            id=content["id"],
            trajectory=content.get("trajectory", ""),
            status=content["status"],
            test=TestRecord.from_json(content["test"]) if content["status"] == "completed" else None,
            error=content.get("error"),
            saved_model=content.get("saved_model"),
            epochs=content.get("epochs", 0),
            seconds_per_epoch=tuple(content["seconds_per_epoch"]),
            settings=content.get("settings", {}),
            data=content.get("data", ""),
            machine=content["machine"],
            earlier_machines=tuple(content.get("earlier_machines", ())),
            diagnostics=_looked_at_from_json(content.get("diagnostics")),
            files=content["files"],
        )

    def to_bytes(self) -> bytes:
        return indented_json(with_checksum(to_json(self)))


def checked_trial(content: bytes, path: Path) -> TrialRecord:
    """The record in the content of a `trial.json`.

    Raises:
        Damaged: it is not what was written.
        KeyError, TypeError, ValueError, AttributeError: as well.
        StoreError: a newer version wrote it.
    """
    commit = json.loads(content)
    check_version(commit["format_version"], path)
    if commit.pop("checksum", None) not in (None, checksum(commit)):
        raise damaged(path)
    record = TrialRecord.from_json(commit)
    if record.status not in TRIAL_STATUSES:
        raise damaged(path)
    return record


@dataclass(frozen=True)
class TrialGlance:
    """What `trial.json` says, unchecked, for what must not fail over a damaged file; empty where it says nothing."""

    status: str | None
    trajectory: str | None
    epochs: int
    settings: Mapping[str, Any]
    files: Mapping[str, str]
    diagnostics: Mapping[str, Any]
    """See `LookedAtRecord`."""

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def data_sha256(self) -> str:
        sha256: str = self.settings.get("data", {}).get("sha256", "")
        return sha256

    @property
    def optimizer_arguments(self) -> Mapping[str, Any]:
        optimizer = self.settings.get("training", {}).get("optimizer", {})
        arguments: Mapping[str, Any] = optimizer.get("arguments", {})
        return arguments


def glance(folder: Path) -> TrialGlance:
    """At the `trial.json` in a trial's folder."""
    content = unchecked_trial(folder)
    return TrialGlance(
        status=content.get("status"),
        trajectory=content.get("trajectory"),
        epochs=content.get("epochs", 0),
        settings=content.get("settings", {}),
        files=content.get("files", {}),
        diagnostics=content.get("diagnostics", {}),
    )


def unchecked_trial(folder: Path) -> dict[str, Any]:
    """The content of the `trial.json` in a trial's folder as it is; empty where it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads((folder / TRIAL_FILE).read_bytes()))
    return {}


def amended_trial(
    content: Mapping[str, Any], files: Mapping[str, str], diagnostics: LookedAtRecord | None, saved_model: str | None
) -> bytes:
    """A `trial.json` with what was seen and kept later, and all else as it was, keys of other versions included.

    Args:
        content: what it says.
        files: the siblings that are added, with their SHA-256.
        diagnostics: how they were looked at, if they were.
        saved_model: of which epoch a network was kept later, if one was.
    """
    amended = {key: value for key, value in content.items() if key != "checksum"}
    amended["files"] = {**amended["files"], **files}
    if diagnostics is not None:
        amended["diagnostics"] = to_json(diagnostics)
    if saved_model is not None:
        amended["saved_model"] = saved_model
    return indented_json(with_checksum(amended))
