"""`progress.jsonl`: how far a trial has come that has not ended. A header, then a line an epoch; one may be half."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actsearch.core.events import EpochDone
from actsearch.core.json_values import to_json
from actsearch.core.trial_results import History
from actsearch.store.layout import PROGRESS_FILE


@dataclass(frozen=True)
class ProgressHeader:
    """The first line."""

    machine: Mapping[str, Any]
    """What the trial is trained on."""
    run: str | None
    """Which driver began it, see `Holder.run`; None where nothing says so."""
    failed_before: bool
    """Whether it had failed, in this attempt's place."""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ProgressHeader:
        return cls(content.get("machine", {}), content.get("run"), content.get("failed_before", False))

    def to_line(self) -> str:
        return json.dumps(to_json(self)) + "\n"


NO_HEADER = ProgressHeader({}, None, False)


@dataclass(frozen=True)
class ProgressLine:
    """An epoch that is done. In the file its metrics stand beside its other keys."""

    epoch: int
    seconds: float
    metrics: Mapping[str, float | None]

    @classmethod
    def of(cls, done: EpochDone) -> ProgressLine:
        return cls(done.epoch, done.seconds, done.metrics)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ProgressLine:
        metrics = {name: content[name] for name in content if name not in ("epoch", "seconds")}
        return cls(content["epoch"], content["seconds"], metrics)

    def to_line(self) -> str:
        return json.dumps({"epoch": self.epoch, "seconds": self.seconds, **self.metrics}) + "\n"


def progress_header(folder: Path) -> ProgressHeader:
    """Of a trial that has begun, by its folder; `NO_HEADER` where there is none."""
    path = folder / PROGRESS_FILE
    with suppress(OSError, ValueError, TypeError), path.open(encoding="ascii", errors="replace") as file:
        return ProgressHeader.from_json(dict(json.loads(file.readline())))
    return NO_HEADER


def progress_lines(lines: Iterable[str]) -> list[ProgressLine]:
    """The epochs that are whole, from the lines after the header."""
    done = []
    for line in lines:
        try:
            done.append(ProgressLine.from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            break
    return done


def history_of(done: Iterable[ProgressLine] | Iterable[EpochDone], names: Sequence[str] = ()) -> History:
    """The history of these epochs, by these metrics (or those of the first epoch); empty where there is none."""
    metrics = [epoch.metrics for epoch in done]
    return {name: [values.get(name) for values in metrics] for name in names or metrics[0]} if metrics else {}
