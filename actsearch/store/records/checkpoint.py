"""`checkpoint`: a line of JSON, and then the bytes from which a training goes on (see `training.checkpoints`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.core.events import Checkpoint
from actsearch.core.experiment import Trial
from actsearch.core.json_values import to_json
from actsearch.store.layout import FORMAT_VERSION
from actsearch.store.records.guards import sha256

LONGEST_HEADER = 1000


@dataclass(frozen=True, kw_only=True)
class CheckpointHeader:
    """The first line of a checkpoint."""

    format_version: int = FORMAT_VERSION
    trajectory: str
    """The hash of everything but the number of epochs: a trial of the same one can go on from it."""
    epoch: int
    """The last that is in it."""
    diagnostics: Mapping[str, Any] | None
    """What was looked at until then, see `DiagnosticsSpec`."""
    sha256: str | None
    """Of the bytes that follow."""

    @classmethod
    def of(cls, event: Checkpoint, trial: Trial) -> CheckpointHeader:
        return cls(
            trajectory=trial.trajectory,
            epoch=event.epoch,
            diagnostics=to_json(trial.diagnostics),
            sha256=sha256(event.content),
        )

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CheckpointHeader:
        """Raises ValueError, KeyError or TypeError where it is none that this version knows."""
        header = cls(
            format_version=content["format_version"],
            trajectory=content["trajectory"],
            epoch=content["epoch"],
            diagnostics=content.get("diagnostics"),
            sha256=content.get("sha256"),
        )
        is_known = header.format_version <= FORMAT_VERSION and isinstance(header.trajectory, str)
        if not is_known or not isinstance(header.epoch, int):
            raise ValueError("not a checkpoint of this version")
        return header

    def to_line(self) -> bytes:
        return json.dumps(to_json(self)).encode("ascii") + b"\n"


def checkpoint_header(path: Path) -> CheckpointHeader | None:
    """The first line of a checkpoint; None where there is none, or not one of ours."""
    try:
        with path.open("rb") as file:
            return CheckpointHeader.from_json(json.loads(file.readline(LONGEST_HEADER)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def checkpoint_content(path: Path) -> bytes | None:
    """What follows the header; None where it is not what was written."""
    header = checkpoint_header(path)
    if header is None:
        return None
    try:
        content = path.read_bytes().partition(b"\n")[2]
    except OSError:  # a bad disk, or it has gone since: there is another one, or the training begins anew
        return None
    return content if sha256(content) == header.sha256 else None
