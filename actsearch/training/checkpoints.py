"""A training's state after an epoch, to bytes and back. Needs NumPy, neither Keras nor TensorFlow.

The bytes are an uncompressed `.npz`: the arrays, and a JSON text with everything else.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from actsearch.core.events import Diagnosed, EpochDone
from actsearch.core.experiment import DiagnosticsSpec

_REST = "rest"


@dataclass(frozen=True)
class TrainingState:
    """All that is needed to go on after an epoch as if nothing had happened."""

    epochs: tuple[EpochDone, ...]
    """The epochs that are done."""
    machines: tuple[Mapping[str, Any], ...]
    """What they were done on, the last one last (see `machine.describe`)."""
    variables: Sequence[np.ndarray]
    """`model.variables` (weights and the state of the dropout layers), then `optimizer.variables`."""
    best_epoch: int
    """The epoch (from 0) that is best so far by the validation metric that decides."""
    best_variables: Sequence[np.ndarray]
    """`model.variables` after that epoch; empty where it is the last one done."""
    diagnosed: tuple[Diagnosed, ...] = ()
    """What was seen of the layers so far."""
    diagnostics: DiagnosticsSpec | None = None
    """What was asked to be looked at."""


def pack(state: TrainingState) -> bytes:
    """The state as bytes."""
    rest = {
        "trial": state.epochs[-1].trial_id,
        "epochs": [{"metrics": dict(done.metrics), "seconds": done.seconds} for done in state.epochs],
        "machines": [dict(machine) for machine in state.machines],
        "best_epoch": state.best_epoch,
        "diagnosed": [
            {"epoch": d.epoch, "layers": dict(d.layers), "examples": d.examples, "seconds": d.seconds}
            for d in state.diagnosed
        ],
        "diagnostics": None if state.diagnostics is None else asdict(state.diagnostics),
    }
    arrays = {_REST: np.frombuffer(json.dumps(rest).encode("utf-8"), np.uint8)}
    arrays |= {f"variable_{i}": _portable(value) for i, value in enumerate(state.variables)}
    arrays |= {f"best_{i}": _portable(value) for i, value in enumerate(state.best_variables)}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(content: bytes, trial_id: str) -> TrainingState:
    """The state that `pack` made bytes of, for a trial of the same trajectory.

    Raises:
        ValueError: the bytes are no such state.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            rest = json.loads(file[_REST].tobytes())
            variables, best = _arrays(file, "variable_"), _arrays(file, "best_")
        epochs = tuple(
            EpochDone(trial_id, i, row["metrics"], row["seconds"]) for i, row in enumerate(rest["epochs"], start=1)
        )
        asked = rest.get("diagnostics")
        return TrainingState(
            epochs,
            tuple(rest["machines"]),
            variables,
            rest["best_epoch"],
            best,
            tuple(Diagnosed(trial_id, **row) for row in rest.get("diagnosed", ())),
            None if asked is None else DiagnosticsSpec(**asked),
        )
    except Exception as error:  # zipfile, NumPy and json raise a dozen types on what is no checkpoint
        raise ValueError("these bytes are no checkpoint") from error


def _arrays(file: Any, prefix: str) -> list[np.ndarray]:
    """Those of a `.npz` whose names are the prefix and a number from 0."""
    number = sum(name.startswith(prefix) for name in file.files)
    return [file[f"{prefix}{i}"] for i in range(number)]


def _portable(value: np.ndarray) -> np.ndarray:
    """NumPy cannot store bfloat16; float32 holds every such number exactly."""
    return value.astype(np.float32) if value.dtype.name == "bfloat16" else value
